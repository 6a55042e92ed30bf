"""Writing KML 2.2 (OGC 07-147r2): a Placemark for each entity, its properties in ExtendedData.

A Schema in the Document names and types the properties. A property `Name` is the Placemark's name,
which is what programs show on the map.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any, BinaryIO
from xml.sax.saxutils import escape

from datasources.formats.output.places import attributes, counterclockwise, shapes_of
from datasources.schema import Batch, EdmType, Property, Schema, Value
from datasources.schema.values import text_of

_TYPES = {
    EdmType.STRING: "string",
    EdmType.INT64: "int",
    EdmType.DOUBLE: "double",
    EdmType.BOOLEAN: "bool",
    EdmType.DATETIME: "string",
    EdmType.GEOGRAPHY: "string",
}
#: What XML 1.0 cannot hold at all; written as U+FFFD.
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def write_kml(stream: BinaryIO, schema: Schema, batches: Iterable[Batch]) -> int:
    """A Document named after the entity type, its Schema, and the Placemarks."""
    places = attributes(schema)
    title = name_index(schema)
    fields = [at for at in places if at != title]
    stream.write(_head(schema, [schema.properties[at] for at in fields]).encode())
    opening = f'<ExtendedData><SchemaData schemaUrl="#{schema.entity_type}">'
    count = 0
    for batch in batches:
        shapes = counterclockwise(shapes_of(schema, batch))
        titles = [""] * len(batch) if title is None else _titles(batch.columns[title])
        columns = [_cells(schema.properties[at], batch.columns[at]) for at in fields]
        rows = zip(*columns, strict=True) if columns else ([()] * len(batch))
        lines = [
            f"<Placemark>{name}{opening}{''.join(cells)}</SchemaData></ExtendedData>"
            f"{_geometry(shape)}</Placemark>\n"
            for name, cells, shape in zip(titles, rows, shapes.tolist(), strict=True)
        ]
        stream.write("".join(lines).encode())
        count += len(batch)
    stream.write(b"</Document>\n</kml>\n")
    return count


def name_index(schema: Schema) -> int | None:
    """The position of the property that is the Placemarks' name."""
    for at, prop in enumerate(schema.properties):
        if prop.name == "Name" and prop.type is EdmType.STRING and not prop.is_key:
            return at
    return None


def _head(schema: Schema, fields: Iterable[Property]) -> str:
    lines = "".join(
        f'<SimpleField name="{prop.name}" type="{_TYPES[prop.type]}"/>\n' for prop in fields
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<kml xmlns="http://www.opengis.net/kml/2.2">\n'
        f"<Document>\n<name>{schema.entity_type}</name>\n"
        f'<Schema name="{schema.entity_type}" id="{schema.entity_type}">\n{lines}</Schema>\n'
    )


def _titles(values: Sequence[Value]) -> list[str]:
    return ["" if value is None else f"<name>{_escaped(str(value))}</name>" for value in values]


def _cells(prop: Property, values: Sequence[Value]) -> list[str]:
    opening, closing = f'<SimpleData name="{prop.name}">', "</SimpleData>"
    if prop.type is not EdmType.STRING:
        return ["" if one is None else f"{opening}{text_of(one)}{closing}" for one in values]
    return ["" if one is None else f"{opening}{_escaped(str(one))}{closing}" for one in values]


def _escaped(text: str) -> str:
    # A parser would turn a carriage return into a line feed.
    return _ILLEGAL.sub("\ufffd", escape(text, {"\r": "&#13;"}))


def _geometry(shape: Any) -> str:
    if shape is None:
        return ""
    kind = shape.geom_type
    if kind in ("Point", "LineString", "LinearRing"):
        word = "LineString" if kind == "LinearRing" else kind
        return f"<{word}>{_coordinates(shape)}</{word}>"
    if kind == "Polygon":
        holes = "".join(
            f"<innerBoundaryIs>{_ring(hole)}</innerBoundaryIs>" for hole in shape.interiors
        )
        outer = f"<outerBoundaryIs>{_ring(shape.exterior)}</outerBoundaryIs>"
        return f"<Polygon>{outer}{holes}</Polygon>"
    return f"<MultiGeometry>{''.join(map(_geometry, shape.geoms))}</MultiGeometry>"


def _ring(ring: Any) -> str:
    return f"<LinearRing>{_coordinates(ring)}</LinearRing>"


def _coordinates(line: Any) -> str:
    import shapely

    points = shapely.get_coordinates(line).tolist()
    return f"<coordinates>{' '.join(f'{x!r},{y!r}' for x, y in points)}</coordinates>"
