"""Which property of an entity type is its geometry in a GIS format, and which are attributes."""

from __future__ import annotations

from typing import Any

from datasources.schema import Batch, EdmType, Property, Schema


def attributes(schema: Schema) -> list[int]:
    """Positions of the properties that are attributes; the others make the geometry.

    The geometry is the Edm.Geography. Without one it is the point at Latitude and Longitude, which
    are then no attributes: they would stand there twice.
    """
    if schema.geography_index is not None:
        return [at for at in range(len(schema.properties)) if at != schema.geography_index]
    place = {schema.latitude_index, schema.longitude_index}
    if None in place:
        return list(range(len(schema.properties)))
    return [at for at in range(len(schema.properties)) if at not in place]


def attribute_properties(schema: Schema) -> list[Property]:
    """The properties at `attributes`."""
    return [schema.properties[at] for at in attributes(schema)]


def is_point(schema: Schema) -> bool:
    """Whether every geometry is a point, made of Latitude and Longitude."""
    return schema.geography_index is None


def has_both(schema: Schema) -> bool:
    """Whether an entity can have a geography, or a latitude and longitude, or both."""
    return None not in (schema.geography_index, schema.latitude_index, schema.longitude_index)


def shapes_of(schema: Schema, batch: Batch) -> Any:
    """The geometries of a typed batch, an array of shapely (longitude latitude, WGS 84).

    None only where an entity has neither a geography nor a latitude and longitude.
    """
    import numpy as np
    import shapely

    shapes: Any = np.full(len(batch), None, dtype=object)
    at = schema.geography_index
    if at is not None:
        if batch.shapes is not None:
            shapes[:] = batch.shapes
        else:
            shapes = shapely.from_wkt(np.array(list(batch.columns[at]), dtype=object))
    points = _points(schema, batch)
    if points is None:
        return shapes
    absent = shapely.is_missing(shapes)
    shapes[absent] = points[absent]
    return shapes


def _points(schema: Schema, batch: Batch) -> Any:
    import numpy as np
    import shapely

    latitude, longitude = schema.latitude_index, schema.longitude_index
    if latitude is None or longitude is None or not len(batch):
        return None
    xs = np.array(list(batch.columns[longitude]), dtype=float)  # None becomes NaN
    ys = np.array(list(batch.columns[latitude]), dtype=float)
    points = shapely.points(xs, ys)
    points[np.isnan(xs) | np.isnan(ys)] = None
    return points


def counterclockwise(shapes: Any) -> Any:
    """The geometries with outer rings turned counterclockwise and holes clockwise (RFC 7946)."""
    import shapely

    return shapely.orient_polygons(shapes)


def dates(schema: Schema) -> list[str]:
    """The names of the properties that are dates."""
    return named(schema, EdmType.DATETIME)


def named(schema: Schema, kind: EdmType) -> list[str]:
    """The names of the properties of a type."""
    return [prop.name for prop in schema.properties if prop.type is kind]
