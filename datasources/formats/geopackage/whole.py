"""A GeoPackage written in one go from a stream of entities."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path

import shapely

from datasources.formats.geopackage.writer import GeoPackageWriter
from datasources.schema import Batch, Checked, Schema, Value
from datasources.schema.geography import centroid


def write_geopackage(
    path: str | os.PathLike[str], schema: Schema, batches: Iterable[Batch | Checked]
) -> int:
    """Write typed entities with their indexes; gives how many.

    The columns are those of `schema.without_deletes()`. A batch without locations gets them as a
    check would: latitude and longitude as given, else the centroid of its geography. The file
    stands at `path` once it is whole. Raises GeoPackageFault for an entity ID that stands twice.
    """
    target = Path(path)
    aside = target.with_name(target.name + ".partial")
    with GeoPackageWriter(aside, target, schema) as writer:
        for batch in batches:
            writer.add(batch if isinstance(batch, Checked) else located(schema, batch))
        return writer.commit().entity_count


def located(schema: Schema, batch: Batch) -> Checked:
    """A typed batch with the location of every entity; 0, 0 for one that has none."""
    schema = schema.without_deletes()
    nothing: Sequence[Value] = [None] * len(batch)

    def column(index: int | None) -> Sequence[Value]:
        return nothing if index is None else batch.columns[index]

    latitudes, longitudes = [], []
    for latitude, longitude, geography in zip(
        column(schema.latitude_index),
        column(schema.longitude_index),
        column(schema.geography_index),
        strict=True,
    ):
        place = (0.0, 0.0)
        if isinstance(latitude, float) and isinstance(longitude, float):
            place = latitude, longitude
        elif isinstance(geography, str):
            place = centroid(shapely.from_wkt(geography))
        latitudes.append(place[0])
        longitudes.append(place[1])
    return Checked(batch, [], latitudes, longitudes, schema)
