"""Answers in XML: jobs, AtomPub service documents, EDMX metadata.

Elements and attributes are found by their local names without regard to case: the reference's
examples differ in prefixes, in the case of roles and in whether attributes are qualified. A
document with a DTD is refused, so no entity is ever resolved.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

from datasources.api.links import segments_after, without_key
from datasources.api.parse_json import Entities, Envelope, UnreadableError, entities, id_in
from datasources.api.types import Link, RemoteSchema, RemoteVersion
from datasources.api.values import (
    as_bool,
    as_count,
    as_text,
    as_time,
    iso_text,
    make_job,
    make_link,
    texts,
)
from datasources.phrases import Phrase
from datasources.schema import EdmType, Property

_DOCTYPE = re.compile(rb"<!DOCTYPE", re.IGNORECASE)

#: Types of EDMX that are not of the reference, as the nearest one that is.
_NEAR_TYPES = {
    "edm.int16": EdmType.INT64,
    "edm.int32": EdmType.INT64,
    "edm.byte": EdmType.INT64,
    "edm.sbyte": EdmType.INT64,
    "edm.single": EdmType.DOUBLE,
    "edm.decimal": EdmType.DOUBLE,
    "edm.datetimeoffset": EdmType.DATETIME,
}
_TYPES = {one.value.lower(): one for one in EdmType}


def load(body: bytes) -> etree._Element:
    """The root element; raises UnreadableError for HTML, a DTD, or what is not well-formed."""
    if looks_like_html(body):
        raise UnreadableError(Phrase("a web page"))
    if _DOCTYPE.search(body):
        raise UnreadableError(Phrase("XML with a DTD, which is never read"))
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(body.lstrip(), parser)
    except etree.XMLSyntaxError:
        raise UnreadableError(Phrase("half an XML, or none")) from None
    if (
        root.getroottree().docinfo.internalDTD is not None
    ):  # in an encoding that hid it from the search above
        raise UnreadableError(Phrase("XML with a DTD, which is never read"))
    return root


def looks_like_html(body: bytes) -> bool:
    """Is this a web page, as proxies and broken gateways send?"""
    head = body[:1000].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    return head.startswith((b"<!doctype html", b"<html", b"<head", b"<body", b"<title"))


def looks_like_xml(body: bytes) -> bool:
    return body[:1000].lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<")


def parse_envelope(body: bytes) -> Envelope:
    """Jobs and errors of a `Response` document."""
    root = load(body)
    if _name(root) != "response":
        raise UnreadableError(Phrase("XML of another kind"))
    details = tuple(
        text for one in _all(root, "errordetails") for text in _texts_below(one) if text
    )
    resources = [one for parent in _all(root, "resources") for one in _children(parent)]
    jobs = tuple(make_job(_fields(one), _links(one), details) for one in resources)
    return Envelope(
        jobs=jobs,
        details=details,
        result_code=_text(root, "authenticationresultcode"),
        status=as_count(_text(root, "statuscode")),
    )


def parse_service(body: bytes) -> list[RemoteVersion]:
    """The workspaces of an AtomPub service document, in its order."""
    root = load(body)
    if _name(root) != "service":
        raise UnreadableError(Phrase("XML of another kind"))
    return [_version(one) for one in _all(root, "workspace")]


def parse_metadata(body: bytes) -> list[RemoteSchema]:
    """The entity types of an EDMX document, one for each entity set.

    With all versions shown the same name may stand for several types: each container names the
    types that stand before it.
    """
    root = load(body)
    if _name(root) != "edmx":
        raise UnreadableError(Phrase("XML of another kind"))
    schemas = list(_all(root, "schema"))
    every_type = {name: one for schema in schemas for name, one in _types(schema)}
    known: dict[str, tuple[Property, ...]] = {}
    found = []
    for schema in schemas:
        known.update(_types(schema))
        for container in _all(schema, "entitycontainer"):
            for entity_set in _all(container, "entityset"):
                type_name = _attribute(entity_set, "entitytype")
                properties = known.get(type_name) or every_type.get(type_name) or ()
                found.append(_schema(schema, container, entity_set, properties))
    return found


def parse_entities(body: bytes) -> Entities:
    """Entities of an Atom feed, or the one of an entry; dates as text in UTC."""
    root = load(body)
    if _name(root) not in ("feed", "entry"):
        raise UnreadableError("XML of another kind")
    entries = [root] if _name(root) == "entry" else list(_all(root, "entry"))
    found = [(_entity(one), id_in(_text(one, "id"))) for one in entries]
    return entities([pair for pair in found if pair[0]], as_count(_text(root, "count")))


def _entity(entry: etree._Element) -> dict[str, object]:
    properties = next(_all(entry, "properties"), None)
    if properties is None:
        return {}
    return {str(etree.QName(one).localname): _value(one) for one in _children(properties)}


def _value(element: etree._Element) -> object:
    """A property by its `m:type`; a null string is a bare element."""
    text = element.text
    if text is None or as_bool(_attribute(element, "null")):
        return None
    match _edm_type(_attribute(element, "type")):
        case EdmType.BOOLEAN:
            return as_bool(text)
        case EdmType.INT64 | EdmType.DOUBLE as kind:
            return _number(text, kind)
        case EdmType.DATETIME:
            moment = as_time(text)
            return text if moment is None else iso_text(moment)
    return text


def _number(text: str, kind: EdmType) -> object:
    """A number, or the text where it is none."""
    try:
        return int(text) if kind is EdmType.INT64 else float(text)
    except ValueError:
        return text


def _schema(
    schema: etree._Element,
    container: etree._Element,
    entity_set: etree._Element,
    properties: tuple[Property, ...],
) -> RemoteSchema:
    public = _attribute(container, "ispublic")
    data_source = _attribute(schema, "namespace") or _attribute(container, "name")
    return RemoteSchema(
        data_source=data_source.removesuffix("Context"),
        entity_type=_attribute(entity_set, "entitytype").rpartition(".")[2]
        or _attribute(entity_set, "name"),
        properties=properties,
        is_public=as_bool(public) if public else None,
        job_id=_attribute(container, "jobid"),
    )


def _types(schema: etree._Element) -> Iterator[tuple[str, tuple[Property, ...]]]:
    """Full names of the entity types of a schema, with their properties."""
    namespace = _attribute(schema, "namespace")
    for entity_type in _all(schema, "entitytype"):
        keys = {_attribute(one, "name") for one in _all(entity_type, "propertyref")}
        properties = tuple(
            Property(name, _edm_type(_attribute(one, "type")), name in keys)
            for one in _children(entity_type)
            if _name(one) == "property" and (name := _attribute(one, "name"))
        )
        yield f"{namespace}.{_attribute(entity_type, 'name')}", properties


def _edm_type(word: str) -> EdmType:
    lowered = word.lower()
    if lowered.startswith(("edm.geography", "edm.geometry")):
        return EdmType.GEOGRAPHY
    return _TYPES.get(lowered) or _NEAR_TYPES.get(lowered, EdmType.STRING)


def _version(workspace: etree._Element) -> RemoteVersion:
    collection = next(_all(workspace, "collection"), None)
    href = "" if collection is None else without_key(_attribute(collection, "href"))
    path = segments_after(href, "data")
    staging = as_bool(_attribute(workspace, "isstagingdatasource"))
    updated = as_time(_attribute(workspace, "updated"))
    uploaded = as_time(_attribute(workspace, "uploaded"))
    title = "" if collection is None else _text(collection, "title")
    return RemoteVersion(
        name=_text(workspace, "title") or (path[1] if len(path) > 1 else ""),
        entity_type=title or (path[2] if len(path) > 2 else ""),
        query_url=href,
        access_id=path[0] if path else "",
        is_public=as_bool(_attribute(workspace, "ispublic")),
        is_active=as_bool(_attribute(workspace, "isactive"), default=not staging),
        is_staging=staging,
        job_id=_text(workspace, "jobid"),
        changed_at=uploaded or updated if staging else updated or uploaded,
        uploaded_at=uploaded,
        description=_text(workspace, "description"),
        disclaimer=_text(workspace, "disclaimer"),
    )


def _fields(job: etree._Element) -> dict[str, object]:
    return {
        _name(one): (one.text or "") if len(one) == 0 else list(_texts_below(one))
        for one in _children(job)
        if _name(one) not in ("link", "links")
    }


def _links(job: etree._Element) -> list[Link]:
    made = [
        make_link(
            _attribute(one, "role"),
            one.text or _attribute(one, "url"),
            _attribute(one, "name") or _attribute(one, "output"),
        )
        for one in _all(job, "link")
    ]
    return [link for link in made if link is not None]


def _texts_below(element: etree._Element) -> tuple[str, ...]:
    return texts([str(text) for text in element.itertext()])


def _name(element: etree._Element) -> str:
    return str(etree.QName(element).localname).lower()


def _children(element: etree._Element) -> Iterator[etree._Element]:
    return (one for one in element if isinstance(one.tag, str))


def _all(element: etree._Element, name: str) -> Iterator[etree._Element]:
    """Every element below with this local name."""
    return (
        one for one in element.iterdescendants() if isinstance(one.tag, str) and _name(one) == name
    )


def _text(element: etree._Element, name: str) -> str:
    """The text of the first child with this local name, or ""."""
    for one in _children(element):
        if _name(one) == name:
            return as_text(one.text)
    return ""


def _attribute(element: etree._Element, name: str) -> str:
    """The attribute with this local name, whatever its namespace and case, or ""."""
    for full_name, value in element.attrib.items():
        if etree.QName(str(full_name)).localname.lower() == name:
            return str(value).strip()
    return ""
