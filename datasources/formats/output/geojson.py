"""Writing GeoJSON as RFC 7946 has it: WGS 84, longitude first, outer rings counterclockwise."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, BinaryIO

from datasources.formats.output.places import attributes, counterclockwise, is_point, shapes_of
from datasources.schema import Batch, Schema


def write_geojson(stream: BinaryIO, schema: Schema, batches: Iterable[Batch]) -> int:
    """A FeatureCollection, one feature a line; the entity ID is the feature's `id` too."""
    head = {"type": "FeatureCollection", "name": schema.entity_type}
    stream.write(f'{json.dumps(head)[:-1]}, "features": ['.encode())
    places = attributes(schema)
    names = [schema.properties[at].name for at in places]
    key = schema.key_index
    encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False).encode
    count = 0
    for batch in batches:
        ids = map(encode, batch.columns[key])
        rows = zip(*(batch.columns[at] for at in places), strict=True)
        geometries = _geometries(schema, batch)
        lines = [
            f'{{"type": "Feature", "id": {entity_id}, "properties": '
            f'{encode(dict(zip(names, row, strict=True)))}, "geometry": {geometry}}}'
            for entity_id, row, geometry in zip(ids, rows, geometries, strict=True)
        ]
        if lines:
            text = ",\n".join(lines)
            stream.write(f"{',' if count else ''}\n{text}".encode("utf-8", "replace"))
        count += len(batch)
    stream.write(b"\n]}\n")
    return count


def _geometries(schema: Schema, batch: Batch) -> list[str]:
    import shapely

    shapes = shapes_of(schema, batch)
    if is_point(schema):
        points = zip(shapely.get_x(shapes).tolist(), shapely.get_y(shapes).tolist(), strict=True)
        return [
            f'{{"type": "Point", "coordinates": [{x!r}, {y!r}]}}' if x == x else "null"
            for x, y in points
        ]
    texts: list[Any] = shapely.to_geojson(counterclockwise(shapes)).tolist()
    return [text or "null" for text in texts]
