"""Writing a zipped shapefile, one for each kind of geometry that occurs."""

from __future__ import annotations

import tempfile
import zipfile
from collections.abc import Iterable, Sequence
from typing import BinaryIO

from datasources.formats.output.dbase import MAX_FIELDS, Table
from datasources.formats.output.places import attributes, is_point, shapes_of
from datasources.formats.output.shapes import (
    MAX_SIZE,
    POINT,
    POLYGON,
    WORDS,
    ShapeFiles,
    kind_of,
    too_large,
)
from datasources.schema import Batch, Schema, Value

_PRJ = (
    'GEOGCS["GCS_WGS_1984",DATUM["D_WGS_1984",SPHEROID["WGS_1984",6378137.0,298.257223563]],'
    'PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]]'
)


def fields(schema: Schema) -> list[int]:
    """Positions of the properties that become fields: as many as a table can have."""
    return attributes(schema)[:MAX_FIELDS]


def write_shapefile(
    target: str | BinaryIO, schema: Schema, batches: Iterable[Batch], folder: str
) -> int:
    """A zip of .shp, .shx, .dbf, .prj and .cpg, named after the entity type.

    Points, multipoints, lines and polygons make layers of their own (`Stores_points.shp`). A
    collection has no shape: its entity goes into the largest layer with a null shape. What is
    written lies in `folder` until it is zipped. FileFault beyond 2 GB.
    """
    layers: dict[int, _Layer] = {}
    try:
        count = 0
        for batch in batches:
            _sort(layers, schema, batch, folder)
            count += len(batch)
        _settle_shapeless(layers, schema, folder)
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=4) as packed:
            for kind, layer in layers.items():
                several = f"_{WORDS[kind]}" if len(layers) > 1 else ""
                layer.pack(packed, f"{schema.entity_type}{several}")
    finally:
        for layer in layers.values():
            layer.close()
    return count


class _Layer:
    """One shapefile under way."""

    def __init__(self, kind: int, schema: Schema, folder: str) -> None:
        self._folder = folder
        self.table = Table([schema.properties[at] for at in fields(schema)], folder)
        self._shp = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115  closed by `close`
        self._shx = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115
        self.shapes = ShapeFiles(kind, self._shp, self._shx)

    def pack(self, packed: zipfile.ZipFile, name: str) -> None:
        """Put the parts of the shapefile into the zip."""
        if self.table.size > MAX_SIZE:
            raise too_large()
        self.shapes.finish()
        for ending, file in ((".shp", self._shp), (".shx", self._shx)):
            with packed.open(name + ending, "w") as member:
                while block := file.read(1 << 20):
                    member.write(block)
        with packed.open(f"{name}.dbf", "w") as member:
            self.table.write(member)  # type: ignore[arg-type]  # all it needs is `write`
        packed.writestr(f"{name}.prj", _PRJ)
        packed.writestr(f"{name}.cpg", "UTF-8")

    def close(self) -> None:
        self.table.close()
        self._shp.close()
        self._shx.close()


def _sort(layers: dict[int, _Layer], schema: Schema, batch: Batch, folder: str) -> None:
    """Give each entity of a batch to the layer of its geometry's kind; 0 is none."""
    import numpy as np

    shapes = shapes_of(schema, batch)
    columns = [batch.columns[at] for at in fields(schema)]
    kinds = np.array([kind_of(shape) for shape in shapes.tolist()], dtype=int)
    for kind in np.unique(kinds).tolist():
        chosen = np.flatnonzero(kinds == kind)
        if kind not in layers:
            layers[kind] = _Layer(kind, schema, folder)
        layer = layers[kind]
        of_kind: Sequence[Sequence[Value]] = columns
        if len(chosen) < len(kinds):
            of_kind = [[column[at] for at in chosen.tolist()] for column in columns]
        layer.table.add(of_kind, len(chosen))
        if kind:
            layer.shapes.add(shapes[chosen])


def _settle_shapeless(layers: dict[int, _Layer], schema: Schema, folder: str) -> None:
    """Entities without a shape go into the largest layer, or one of their own."""
    shapeless = layers.pop(0, None)
    if not layers:
        kind = POINT if is_point(schema) else POLYGON
        layers[kind] = _Layer(kind, schema, folder)
    if shapeless is None:
        return
    largest = max(layers.values(), key=lambda layer: layer.table.count)
    largest.table.add_all(shapeless.table)
    largest.shapes.add_nulls(shapeless.table.count)
    shapeless.close()
