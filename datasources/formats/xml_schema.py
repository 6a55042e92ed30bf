"""The schema in an entity XML file: the `xs:schema` of a .NET DataSet.

Source: "Load Data Source Data Schema and Sample Input", and what .NET's DataSet and the service's
toolkit write. Prefixes are not looked at: the reference itself gives `xs` two addresses.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from datasources.formats.header import nearest_type
from datasources.formats.source import file_fault
from datasources.phrases import Phrase
from datasources.schema import EdmType, Property, Schema

XSD_NAMES = {
    EdmType.STRING: "string",
    EdmType.INT64: "long",
    EdmType.DOUBLE: "double",
    EdmType.BOOLEAN: "boolean",
    EdmType.DATETIME: "dateTime",
    EdmType.GEOGRAPHY: "anyType",
}
_TYPES = {name.lower(): kind for kind, name in XSD_NAMES.items()}
_ENCODED = re.compile(r"_x([0-9A-Fa-f]{4})_")


@dataclass(slots=True)
class Node:
    """An element of the schema; names and attribute names without prefix."""

    name: str
    attributes: dict[str, str]
    line: int
    children: list[Node] = field(default_factory=list)

    def walk(self) -> Iterator[Node]:
        """The node and all below it, in document order."""
        yield self
        for child in self.children:
            yield from child.walk()


def local(name: str) -> str:
    """A name without its prefix."""
    return name.rpartition(":")[2]


def encode_name(name: str) -> str:
    """A data source's name as an XML name: what XML does not allow as _xHHHH_, as .NET does."""
    encoded = re.sub(r"[^A-Za-z0-9_]", lambda match: f"_x{ord(match.group()):04X}_", name)
    return f"_x{ord(name[0]):04X}_{encoded[1:]}" if name[:1].isdigit() else encoded


def decode_name(name: str) -> str:
    return _ENCODED.sub(lambda match: chr(int(match.group(1), 16)), name)


def read_schema(root: str, node: Node) -> tuple[Schema, str]:
    """The schema and the data set's name; FileFault if it is not a DataSet's schema."""
    data_set = _data_set(node)
    name = data_set.attributes.get("name", "")
    if name and name == root:
        raise file_fault(
            "xml-root-name",
            Phrase(
                "The root element and the data set are both named {name}; they have to differ.",
                name=name,
            ),
            Phrase("Rename the root element, to {name}Data for example.", name=name),
            line=1,
            value=name,
        )
    keys, key_type = _primary_keys(data_set)
    entity = _entity_element(data_set, key_type)
    properties = tuple(_properties(entity, keys))
    unknown = set(keys) - {prop.name for prop in properties}
    if unknown:
        raise file_fault(
            "primary-key-unknown",
            Phrase(
                "The primary key {names} is no property of {entity_type}.",
                names=", ".join(sorted(unknown)),
                entity_type=entity.attributes.get("name", Phrase("the entity type")),
            ),
            Phrase("Name an element of the entity type in xs:field."),
            line=data_set.line,
        )
    return Schema(entity.attributes.get("name", ""), properties), decode_name(name)


def _data_set(node: Node) -> Node:
    for child in node.children:
        if child.attributes.get("IsDataSet", "").lower() in ("true", "1"):
            return child
    raise file_fault(
        "xml-data-set",
        Phrase('The schema has no element with msdata:IsDataSet="true".'),
        Phrase(
            "Write the file as .NET's DataSet does, with the schema in it (see the reference's sample)."
        ),
        line=node.line,
    )


def _primary_keys(data_set: Node) -> tuple[list[str], str]:
    """The properties in the primary key, and the entity type it is of."""
    for node in data_set.walk():
        is_key = node.attributes.get("PrimaryKey", "").lower() in ("true", "1")
        if node.name in ("unique", "key") and is_key:
            fields = [_last_step(part) for part in node.children if part.name == "field"]
            selectors = [_last_step(part) for part in node.children if part.name == "selector"]
            return fields, selectors[0] if selectors else ""
    return [], ""


def _last_step(node: Node) -> str:
    """Of the path `.//mstns:Shops`: Shops."""
    return local(node.attributes.get("xpath", "").rpartition("/")[2].strip())


def _entity_element(data_set: Node, wanted: str) -> Node:
    tables = [node for node in _elements(data_set) if any(True for _ in _elements(node))]
    if len(tables) > 1:
        raise file_fault(
            "xml-entity-types",
            Phrase(
                "The schema has {count} entity types: {names}.",
                count=len(tables),
                names=", ".join(node.attributes.get("name", "") for node in tables),
            ),
            Phrase("A data source has one. Write a file for each."),
            line=tables[1].line,
        )
    if not tables:
        raise file_fault(
            "xml-entity-type",
            Phrase("The schema has no entity type with properties."),
            Phrase(
                "Write an xs:element for the entity type, with an xs:element for each property."
            ),
            line=data_set.line,
        )
    name = tables[0].attributes.get("name", "")
    if wanted and wanted != name:
        raise file_fault(
            "primary-key-unknown",
            Phrase(
                "The primary key is of {wanted}, but the entity type is {name}.",
                wanted=wanted,
                name=name,
            ),
            Phrase('Write <xs:selector xpath=".//{name}" />.', name=name),
            line=data_set.line,
        )
    return tables[0]


def _elements(node: Node) -> Iterator[Node]:
    """The elements declared directly inside a node's complex type."""
    for child in node.children:
        if child.name == "element":
            yield child
        elif child.name in ("complexType", "choice", "sequence", "all"):
            yield from _elements(child)


def _properties(entity: Node, keys: list[str]) -> Iterator[Property]:
    for position, node in enumerate(_elements(entity), start=1):
        name = node.attributes.get("name", "")
        kind = node.attributes.get("type", "") or _restricted(node)
        found = _TYPES.get(local(kind).lower())
        if found is None:
            nearest = nearest_type(kind)
            types = ", ".join(f"xs:{name}" for name in XSD_NAMES.values())
            advice = Phrase("The types are {types}.", types=types)
            if nearest:
                write = Phrase('Write type="xs:{type}".', type=XSD_NAMES[nearest])
                advice = Phrase.sentences(write, advice)
            raise file_fault(
                "unknown-type",
                Phrase(
                    "Property {position}, {name}, has “{kind}”, which is no type of the reference.",
                    position=position,
                    name=name,
                    kind=kind,
                )
                if kind
                else Phrase(
                    "Property {position}, {name}, has no type.", position=position, name=name
                ),
                advice,
                line=node.line,
                column=name,
                value=kind,
            )
        yield Property(name, found, is_key=name in keys)


def _restricted(node: Node) -> str:
    """The base of a simple type written inside the element, as DataSet does for a length limit."""
    for part in node.walk():
        if part.name == "restriction":
            return part.attributes.get("base", "")
    return ""
