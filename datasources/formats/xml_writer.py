"""Writing entity XML in the form of the service's downloads.

The toolkit's reader decides the details: the prefix `xs:` literally, the schema first in the root,
`xs:unique` last in the data set, `xs:field` last in that, nulls omitted.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import BinaryIO

from datasources.formats.xml_schema import XSD_NAMES, encode_name
from datasources.schema import Batch, EdmType, Property, Schema, Value
from datasources.schema.values import text_of

#: What XML 1.0 cannot hold at all; written as U+FFFD.
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_SPECIAL = re.compile("[&<>\r\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def write_xml(
    stream: BinaryIO, schema: Schema, batches: Iterable[Batch], data_source_name: str
) -> int:
    """The data set of that name (of the entity type's, if ""), in a root named differently.

    Characters that XML cannot hold, such as control characters, become U+FFFD.
    """
    data_set = encode_name(data_source_name or f"{schema.entity_type}DataSet")
    root = f"{data_set}Data"
    stream.write(_head(root, data_set, schema).encode())
    opening, closing = f"  <{schema.entity_type}>\n", f"  </{schema.entity_type}>\n"
    count = 0
    for batch in batches:
        columns = [
            _elements(prop, values)
            for prop, values in zip(schema.properties, batch.columns, strict=True)
        ]
        entities = [
            f"{opening}{''.join(elements)}{closing}" for elements in zip(*columns, strict=True)
        ]
        stream.write("".join(entities).encode("utf-8"))
        count += len(batch)
    stream.write(f"</{root}>\n".encode())
    return count


def _elements(prop: Property, values: Sequence[Value]) -> list[str]:
    opening, closing = f"    <{prop.name}>", f"</{prop.name}>\n"
    return [
        "" if value is None else f"{opening}{_escaped(text_of(value))}{closing}" for value in values
    ]


def _escaped(text: str) -> str:
    if not _SPECIAL.search(text):
        return text
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    # A parser would turn a carriage return into a line feed.
    return _ILLEGAL.sub("\ufffd", text.replace("\r", "&#13;"))


def _quoted(text: str) -> str:
    """The value of an attribute. (The standard library's own brings in all of urllib.)"""
    for character, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;")):
        text = text.replace(character, entity)
    return f'"{text}"'


def _head(root: str, data_set: str, schema: Schema) -> str:
    properties = "".join(f"                {_declaration(prop)}\n" for prop in schema.properties)
    field = _quoted(schema.key.name)
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<{root}>
  <xs:schema id="{data_set}" xmlns="" xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:msdata="urn:schemas-microsoft-com:xml-msdata">
    <xs:element name="{data_set}" msdata:IsDataSet="true" msdata:UseCurrentLocale="true">
      <xs:complexType>
        <xs:choice minOccurs="0" maxOccurs="unbounded">
          <xs:element name="{schema.entity_type}">
            <xs:complexType>
              <xs:sequence>
{properties}              </xs:sequence>
            </xs:complexType>
          </xs:element>
        </xs:choice>
      </xs:complexType>
      <xs:unique name="Constraint1" msdata:PrimaryKey="true">
        <xs:selector xpath=".//{schema.entity_type}" />
        <xs:field xpath={field} />
      </xs:unique>
    </xs:element>
  </xs:schema>
"""


def _declaration(prop: Property) -> str:
    mode = ' msdata:DateTimeMode="Utc"' if prop.type is EdmType.DATETIME else ""
    optional = "" if prop.is_key else ' minOccurs="0"'
    return f'<xs:element name="{prop.name}"{mode} type="xs:{XSD_NAMES[prop.type]}"{optional} />'
