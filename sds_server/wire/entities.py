"""Entities that a query found: an Atom feed or entry, and OData v2 JSON.

Source: "Query Response Description", "Query by ID". Entities come in columns, by the name of their
property; one the schema does not hold is typed by what it is (`__Distance`, `__IntersectedGeom`).
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from json.encoder import encode_basestring_ascii
from typing import Any

from lxml import etree

from datasources.query.answering import rows_of
from datasources.schema import EdmType, Schema, Value
from sds_server.wire.envelope import printable
from sds_server.wire.text import (
    Brand,
    atom_date,
    entity_key,
    number_text,
    position_text,
    segment,
    xml_document,
)

ATOM = "http://www.w3.org/2005/Atom"
DATA = "http://schemas.microsoft.com/ado/2007/08/dataservices"
METADATA = "http://schemas.microsoft.com/ado/2007/08/dataservices/metadata"
ATOM_TYPE = "application/atom+xml; charset=utf-8"
_NAMESPACES: Any = {None: ATOM, "d": DATA, "m": METADATA}
_EPOCH, _MILLISECOND = datetime(1970, 1, 1, tzinfo=UTC), timedelta(milliseconds=1)
_COMPUTED = {
    "latitude": EdmType.DOUBLE,
    "longitude": EdmType.DOUBLE,
    "__distance": EdmType.DOUBLE,
    "__intersectedgeom": EdmType.GEOGRAPHY,
}

Row = Mapping[str, Value]
_text_json: Callable[[Any], str] = encode_basestring_ascii


@dataclass(frozen=True, slots=True)
class Found:
    """What a query found: `ids[i]` is the entity ID of the values at `i` of all columns, whether it
    was selected or not.

    `base_url` is the data source's URL; `types` are as `types_of` gives them; `total` is None unless
    a count was asked for.
    """

    base_url: str
    entity_type: str
    types: Mapping[str, EdmType]
    ids: Sequence[str]
    columns: Mapping[str, Sequence[Value]]
    total: int | None = None

    def uris(self) -> list[str]:
        """Where each entity is found by its ID."""
        base = f"{self.base_url}/{segment(self.entity_type)}"
        return [f"{base}{entity_key(entity_id)}" for entity_id in self.ids]


def types_of(schema: Schema) -> dict[str, EdmType]:
    """Type by folded name, computed properties included."""
    return {**_COMPUTED, **{item.name.casefold(): item.type for item in schema.properties}}


def feed_xml(found: Found, brand: Brand, moment: datetime) -> bytes:
    """An Atom feed; every namespace is declared on it and none below."""
    root = etree.Element(f"{{{ATOM}}}feed", nsmap=_NAMESPACES)
    etree.SubElement(root, f"{{{ATOM}}}title", type="text")
    etree.SubElement(root, f"{{{ATOM}}}id").text = f"uuid:{uuid.uuid4()};id={len(found.ids)}"
    if brand.copyright:
        _rights(root, brand)
    etree.SubElement(root, f"{{{ATOM}}}updated").text = atom_date(moment)
    if found.total is not None:
        etree.SubElement(root, f"{{{METADATA}}}count").text = str(found.total)
    for uri, row in zip(found.uris(), rows_of(found.ids, found.columns), strict=True):
        entry = etree.SubElement(root, f"{{{ATOM}}}entry")
        _fill_entry(entry, uri, row, found.types, moment)
    return xml_document(root)


def entry_xml(found: Found, brand: Brand, moment: datetime) -> bytes:
    """The one entity of a query by ID, as an Atom entry."""
    root = etree.Element(f"{{{ATOM}}}entry", nsmap=_NAMESPACES)
    (row,) = rows_of(found.ids, found.columns)
    _fill_entry(root, found.uris()[0], row, found.types, moment)
    if brand.copyright:
        _rights(root, brand)
    return xml_document(root)


def _rights(parent: etree._Element, brand: Brand) -> None:
    etree.SubElement(parent, f"{{{ATOM}}}rights", type="text").text = printable(brand.copyright)


def _fill_entry(
    entry: etree._Element, uri: str, row: Row, types: Mapping[str, EdmType], moment: datetime
) -> None:
    etree.SubElement(entry, f"{{{ATOM}}}id").text = uri
    etree.SubElement(entry, f"{{{ATOM}}}title", type="text")
    etree.SubElement(entry, f"{{{ATOM}}}updated").text = atom_date(moment)
    content = etree.SubElement(entry, f"{{{ATOM}}}content", type="application/xml")
    properties = etree.SubElement(content, f"{{{METADATA}}}properties")
    for name, value in row.items():
        element = etree.SubElement(properties, f"{{{DATA}}}{name}")
        edm = types.get(name.casefold(), EdmType.STRING)
        if edm is not EdmType.STRING:
            element.set(f"{{{METADATA}}}type", edm.value)
            if value is None:
                element.set(f"{{{METADATA}}}null", "true")
        if value is not None:
            element.text = _xml_text(name, value, edm)


def _xml_text(name: str, value: Value, edm: EdmType) -> str:
    """Booleans as 0 and 1; dates without their Z, as the examples have them."""
    if isinstance(value, bool):
        return "1" if value else "0"
    if edm is EdmType.DATETIME:
        return str(value).removesuffix("Z")
    if edm is EdmType.DOUBLE:
        return _double_text(name)(value)
    return printable(str(value))


def found_json(found: Found, brand: Brand, *, single: bool) -> str:
    """`{"d": {"__copyright": …, "results": […]}}`, or for a single entity its members beside.

    Written column by column: a page is text in a fraction of the time that dicts would take, and
    numbers have the form of the service.
    """
    texts = _entity_texts(found)
    copyright_ = f'"__copyright":{_text_json(brand.copyright)}'
    if single:
        return _escaped(f'{{"d":{{{copyright_},{texts[0]}}}}}')
    count = "" if found.total is None else f'"__count":"{found.total}",'
    results = ",".join(f"{{{text}}}" for text in texts)
    return _escaped(f'{{"d":{{{copyright_},{count}"results":[{results}]}}}}')


def _escaped(text: str) -> str:
    return text.replace("/", "\\/")


def _entity_texts(found: Found) -> list[str]:
    """The members of each entity: its URI, then what was selected."""
    columns = [_column_texts(name, found.types, values) for name, values in found.columns.items()]
    uris = [_text_json(uri) for uri in found.uris()]
    members = "".join(f',"{name}":%s' for name in found.columns)
    template = f'"__metadata":{{"uri":%s}}{members}'
    return [template % texts for texts in zip(uris, *columns, strict=True)]


def _column_texts(name: str, types: Mapping[str, EdmType], values: Sequence[Value]) -> list[str]:
    """The values of a property as JSON; a text that is not there is the empty text."""
    edm = types.get(name.casefold(), EdmType.STRING)
    if edm is EdmType.STRING:
        return ['""' if value is None else _text_json(value) for value in values]
    write = _double_text(name) if edm is EdmType.DOUBLE else _WRITERS[edm]
    return ["null" if value is None else write(value) for value in values]


def _double_text(name: str) -> Callable[[Any], str]:
    """Six decimals at least in positions, 15 digits in distances, as the reference's examples."""
    folded = name.casefold()
    if folded == "__distance":
        return "{:.15G}".format
    return position_text if folded in ("latitude", "longitude") else number_text


def json_date(value: str) -> str:
    """`/Date(milliseconds since 1970 UTC)/` of a checked Edm.DateTime value."""
    return f"/Date({(datetime.fromisoformat(value) - _EPOCH) // _MILLISECOND})/"


_WRITERS: dict[EdmType, Callable[[Any], str]] = {
    EdmType.INT64: str,
    EdmType.BOOLEAN: lambda value: "true" if value else "false",
    EdmType.DATETIME: lambda value: f'"{json_date(value)}"',
    EdmType.GEOGRAPHY: _text_json,
}
