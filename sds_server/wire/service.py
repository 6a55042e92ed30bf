"""Data source information: the AtomPub service document and its JSON form.

Source: "Get Data Source Information", "Get All Public Data Sources".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from lxml import etree

from sds_server.wire.envelope import printable
from sds_server.wire.text import Brand, atom_date, rfc_date, to_json, xml_document

APP = "http://www.w3.org/2007/app"
ATOM = "http://www.w3.org/2005/Atom"
BSI = "http://schemas.microsoft.com/bing/spatial/2010/11/odata"
SERVICE_TYPE = "application/atomsvc+xml; charset=utf-8"
DISCLAIMER = (
    "This data source belongs to an account of this service. Its owner makes every change to it"
    " and answers for what it holds."
)


@dataclass(frozen=True, slots=True)
class Workspace:
    """One version of a data source. A fact that is None is not stated."""

    name: str
    entity_type: str
    query_url: str
    is_public: bool
    is_staging: bool | None = None
    is_active: bool | None = None
    uploaded: datetime | None = None
    updated: datetime | None = None
    job_id: str = ""
    disclaimer: str = ""


def service_document(workspaces: Sequence[Workspace], brand: Brand) -> bytes:
    """An `app:service` with one `app:workspace` a version, attributes qualified."""
    root = etree.Element(f"{{{APP}}}service", nsmap={"app": APP, "atom": ATOM, "bsi": BSI})
    etree.SubElement(root, f"{{{BSI}}}copyright").text = printable(brand.copyright)
    for workspace in workspaces:
        _append_workspace(root, workspace)
    return xml_document(root)


def _append_workspace(root: etree._Element, workspace: Workspace) -> None:
    element = etree.SubElement(root, f"{{{APP}}}workspace")
    facts = {
        "isStagingDataSource": _flag(workspace.is_staging),
        "isActive": _flag(workspace.is_active),
        "isPublic": _flag(workspace.is_public),
        "uploaded": atom_date(workspace.uploaded) if workspace.uploaded else None,
        "updated": atom_date(workspace.updated) if workspace.updated else None,
    }
    for name, value in facts.items():
        if value is not None:
            element.set(f"{{{BSI}}}{name}", value)
    etree.SubElement(element, f"{{{ATOM}}}title").text = workspace.name
    if workspace.job_id:
        etree.SubElement(element, f"{{{ATOM}}}jobId").text = workspace.job_id
    if workspace.disclaimer:
        etree.SubElement(element, f"{{{ATOM}}}disclaimer").text = workspace.disclaimer
    collection = etree.SubElement(element, f"{{{APP}}}collection")
    collection.set(f"{{{APP}}}href", workspace.query_url)
    etree.SubElement(collection, f"{{{ATOM}}}title").text = workspace.entity_type


def _flag(value: bool | None) -> str | None:
    return None if value is None else str(value).lower()


def sources_json(workspaces: Sequence[Workspace], brand: Brand) -> str:
    """All data sources of an account; `IsPublic` is text, as the page's example has it."""
    return to_json(
        {
            "d": {
                "Copyright": brand.copyright,
                "DataSources": [_members(workspace) for workspace in workspaces],
            }
        }
    )


def source_json(workspace: Workspace, brand: Brand) -> str:
    """One data source, its members beside the copyright."""
    return to_json({"d": {"Copyright": brand.copyright, **_members(workspace)}})


def directory_json(workspaces: Sequence[Workspace], brand: Brand) -> str:
    """The public data sources; here `IsPublic` is a Boolean, as that page's example has it."""
    sources = [
        {
            "Name": workspace.name,
            "Disclaimer": workspace.disclaimer,
            "IsPublic": workspace.is_public,
            "Uploaded": workspace.uploaded and rfc_date(workspace.uploaded),
            "Updated": workspace.updated and rfc_date(workspace.updated),
            "EntitySets": [workspace.entity_type],
        }
        for workspace in workspaces
    ]
    return to_json({"d": {"Copyright": brand.copyright, "DataSources": sources}})


def _members(workspace: Workspace) -> dict[str, object]:
    changed = workspace.updated or workspace.uploaded
    return {
        "Name": workspace.name,
        "IsPublic": str(workspace.is_public).lower(),
        "Updated": rfc_date(changed) if changed else None,
        "EntitySets": [workspace.entity_type],
    }
