"""`$metadata`: the entity types and properties of data sources, as OData's EDMX.

Source: "Get Data Source Information" (Service Metadata Document).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from lxml import etree

from datasources.schema import MAX_STRING, EdmType, Property, Schema
from sds_server.wire.text import xml_document

EDMX = "http://schemas.microsoft.com/ado/2007/06/edmx"
METADATA = "http://schemas.microsoft.com/ado/2007/08/dataservices/metadata"
EDM = "http://schemas.microsoft.com/ado/2008/09/edm"
_PLAIN: Any = {None: EDM}
LOCATION = (Property("Latitude", EdmType.DOUBLE), Property("Longitude", EdmType.DOUBLE))


@dataclass(frozen=True, slots=True)
class Described:
    """A version whose entity type is described."""

    name: str
    schema: Schema
    is_public: bool
    job_id: str


def metadata_document(versions: Sequence[Described]) -> bytes:
    """Two `Schema` elements a version: its entity type, then its container."""
    root = etree.Element(f"{{{EDMX}}}Edmx", nsmap={"edmx": EDMX, "m": METADATA}, Version="1.0")
    services = etree.SubElement(root, f"{{{EDMX}}}DataServices", DataServiceVersion="1.0")
    for version in versions:
        _append_type(services, version)
        _append_container(services, version)
    return xml_document(root)


def answered_properties(schema: Schema) -> list[Property]:
    """The properties a query answers: the entity ID first, latitude and longitude always there."""
    key = [item for item in schema.properties if item.is_key]
    rest = [item for item in schema.properties if not item.is_key]
    named = {item.name.casefold() for item in schema.properties}
    added = [item for item in LOCATION if item.name.casefold() not in named]
    return [*key, *added, *rest]


def _append_type(services: etree._Element, version: Described) -> None:
    group = etree.SubElement(services, f"{{{EDM}}}Schema", nsmap=_PLAIN)
    group.set("Namespace", f"{version.name}DataSource")
    entity = etree.SubElement(group, f"{{{EDM}}}EntityType", Name=version.schema.entity_type)
    key = etree.SubElement(entity, f"{{{EDM}}}Key")
    for item in version.schema.properties:
        if item.is_key:
            etree.SubElement(key, f"{{{EDM}}}PropertyRef", Name=item.name)
    for item in answered_properties(version.schema):
        etree.SubElement(entity, f"{{{EDM}}}Property", _facets(item))


def _facets(item: Property) -> dict[str, str]:
    facets = {"Name": item.name, "Type": item.type.value}
    if item.type is EdmType.DOUBLE and item.name.casefold() in ("latitude", "longitude"):
        return facets
    facets["Nullable"] = "false" if item.is_key else "true"
    if item.type is EdmType.STRING:
        facets |= {"MaxLength": str(MAX_STRING), "Unicode": "true", "FixedLength": "false"}
    return facets


def _append_container(services: etree._Element, version: Described) -> None:
    group = etree.SubElement(services, f"{{{EDM}}}Schema", nsmap=_PLAIN)
    group.set("Namespace", version.name)
    container = etree.SubElement(group, f"{{{EDM}}}EntityContainer")
    container.set("Name", f"{version.name}Context")
    container.set(f"{{{METADATA}}}IsDefaultEntityContainer", "true")
    container.set("IsPublic", str(version.is_public).lower())
    container.set("JobID", version.job_id)
    entity_set = etree.SubElement(container, f"{{{EDM}}}EntitySet")
    entity_set.set("Name", version.schema.entity_type)
    entity_set.set("EntityType", f"{version.name}DataSource.{version.schema.entity_type}")
