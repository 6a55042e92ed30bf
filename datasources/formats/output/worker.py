"""Writes one FlatGeobuf (through GDAL) or GeoParquet (through Arrow), in a process of its own.

`python -m datasources.formats.output.worker` takes one line of JSON on standard input (`format`,
`path`, the schema), then frames: a length (`<I`) and so many bytes, the columns of a batch in the
form of `marshal`; a length of 0 ends them. It answers with one line of JSON: `{"count": …}` or
`{"fault": …}`. What writes to it is `isolated.write_apart`.
"""

from __future__ import annotations

import json
import marshal
import os
import struct
import sys
from collections.abc import Iterator
from typing import Any, BinaryIO

from datasources.formats.gis_worker import limit_resources
from datasources.formats.output.places import attributes, counterclockwise, is_point, shapes_of
from datasources.phrases import Phrase
from datasources.schema import Batch, EdmType, Property, Schema

LENGTH = struct.Struct("<I")
GEOMETRY = "geometry"
_ROW_GROUP = 50_000  # rows
_ROW_GROUP_BYTES = 16 * 1024 * 1024


def read_batches(stream: BinaryIO) -> Iterator[Batch]:
    """What the parent sends, as typed batches."""
    while True:
        head = stream.read(LENGTH.size)
        if len(head) < LENGTH.size:
            raise EOFError(Phrase("The entities end in the middle."))
        (length,) = LENGTH.unpack(head)
        if not length:
            return
        columns = marshal.loads(stream.read(length))  # noqa: S302  the parent is this program
        numbers = range(len(columns[0]))
        yield Batch(columns, numbers, numbers)


def geometry_name(schema: Schema) -> str:
    """The geometry column: the geography's own name, else `geometry`, unless that is taken."""
    if schema.geography_index is not None:
        return schema.properties[schema.geography_index].name
    name = GEOMETRY
    while schema.index(name) is not None:
        name += "_"
    return name


class Tables:
    """Typed batches as record batches of Arrow, and what is said of their geometries."""

    def __init__(self, schema: Schema, *, for_gdal: bool = False) -> None:
        import pyarrow

        self._schema = schema
        self._for_gdal = for_gdal
        self._places = attributes(schema)
        self.kinds: set[str] = set()
        self.box: list[float] | None = None
        fields = [
            pyarrow.field(prop.name, _arrow_type(prop), nullable=not prop.is_key)
            for prop in (schema.properties[at] for at in self._places)
        ]
        fields.append(pyarrow.field(geometry_name(schema), pyarrow.binary()))
        self.schema = pyarrow.schema(fields)

    def record_batch(self, batch: Batch) -> Any:
        """A batch with its geometries as WKB."""
        import pyarrow
        import shapely

        arrays = [
            _array(
                self._schema.properties[at],
                batch.columns[at],
                self.schema.field(place).type,
                self._for_gdal,
            )
            for place, at in enumerate(self._places)
        ]
        shapes = counterclockwise(shapes_of(self._schema, batch))
        self._note(shapes)
        arrays.append(pyarrow.array(shapely.to_wkb(shapes).tolist(), pyarrow.binary()))
        return pyarrow.record_batch(arrays, schema=self.schema)

    def _note(self, shapes: Any) -> None:
        import shapely

        self.kinds.update(shape.geom_type for shape in shapes.tolist() if shape is not None)
        box = shapely.total_bounds(shapes).tolist()
        if box[0] != box[0]:
            return
        west, south, east, north = self.box or box
        self.box = [
            min(west, box[0]), min(south, box[1]), max(east, box[2]), max(north, box[3]),
        ]  # fmt: skip


def _arrow_type(prop: Property) -> Any:
    import pyarrow

    return {
        EdmType.INT64: pyarrow.int64(),
        EdmType.DOUBLE: pyarrow.float64(),
        EdmType.BOOLEAN: pyarrow.bool_(),
        EdmType.DATETIME: pyarrow.timestamp("us", tz="UTC"),
    }.get(prop.type, pyarrow.string())


def _array(prop: Property, values: Any, kind: Any, for_gdal: bool) -> Any:
    import numpy as np
    import pyarrow

    if prop.type is not EdmType.DATETIME:
        return pyarrow.array(values, kind)
    texts = ["NaT" if value is None else value[:26].rstrip("Z") for value in values]
    moments = np.array(texts, dtype="datetime64[us]")
    if for_gdal:
        moments = _as_gdal_keeps(moments)
    return pyarrow.array(moments, pyarrow.timestamp("us")).cast(kind)


def _as_gdal_keeps(moments: Any) -> Any:
    """Times to the millisecond; of those before 1970 the last second of a minute without decimals.

    GDAL would round up to a second 60, and take those for the next minute.
    """
    import numpy as np

    cut = moments.astype("datetime64[ms]")
    epoch, second = np.datetime64(0, "ms"), np.timedelta64(1, "s")
    whole = cut.astype("datetime64[s]").astype("datetime64[ms]")
    last = cut.astype("datetime64[m]").astype("datetime64[ms]") + 59 * second
    early = (cut < epoch) & (cut > last)
    return np.where(early, whole, cut).astype("datetime64[us]")


def write_parquet(path: str, tables: Tables, batches: Iterator[Batch]) -> int:
    """GeoParquet 1.1: WKB, OGC:CRS84, row groups of some ten thousand rows."""
    import pyarrow.parquet

    count = 0
    # Arrow's own schema would hide the metadata that is added at the end from readers by Arrow.
    with pyarrow.parquet.ParquetWriter(
        path, tables.schema, compression="zstd", store_schema=False
    ) as writer:
        waiting: list[Any] = []

        def flush() -> None:
            writer.write_table(pyarrow.Table.from_batches(waiting, tables.schema))
            waiting.clear()

        for batch in batches:
            waiting.append(tables.record_batch(batch))
            count += len(batch)
            if (
                sum(one.num_rows for one in waiting) >= _ROW_GROUP
                or sum(one.nbytes for one in waiting) >= _ROW_GROUP_BYTES
            ):
                flush()
        if waiting:
            flush()
        writer.add_key_value_metadata({"geo": json.dumps(_geo(tables))})
    return count


def _geo(tables: Tables) -> dict[str, Any]:
    name = tables.schema.names[-1]
    column: dict[str, Any] = {
        "encoding": "WKB",
        "geometry_types": sorted(tables.kinds),
        "orientation": "counterclockwise",
        "edges": "planar",
    }
    if tables.box is not None:
        column["bbox"] = tables.box
    return {"version": "1.1.0", "primary_column": name, "columns": {name: column}}


def write_flatgeobuf(path: str, schema: Schema, tables: Tables, batches: Iterator[Batch]) -> int:
    """FlatGeobuf with its spatial index, the layer named after the entity type."""
    import pyarrow
    import pyogrio

    count = 0

    def records() -> Iterator[Any]:
        nonlocal count
        for batch in batches:
            count += len(batch)
            yield tables.record_batch(batch)

    reader = pyarrow.RecordBatchReader.from_batches(tables.schema, records())
    pyogrio.write_arrow(
        reader,
        path,
        layer=schema.entity_type,
        driver="FlatGeobuf",
        geometry_name=tables.schema.names[-1],
        geometry_type="Point" if is_point(schema) else "Unknown",
        crs="EPSG:4326",
    )
    return count


def schema_as_json(schema: Schema) -> dict[str, Any]:
    """A schema as the order has it."""
    properties = [[prop.name, prop.type.value, prop.is_key] for prop in schema.properties]
    return {"entity_type": schema.entity_type, "properties": properties}


def _schema_from(order: dict[str, Any]) -> Schema:
    properties = (Property(name, EdmType(kind), key) for name, kind, key in order["properties"])
    return Schema(order["entity_type"], tuple(properties))


def _write(order: dict[str, Any]) -> int:
    import pyarrow

    pyarrow.set_cpu_count(1)
    schema = _schema_from(order)
    for_gdal = order["format"] != "parquet"
    tables, batches = Tables(schema, for_gdal=for_gdal), read_batches(sys.stdin.buffer)
    if not for_gdal:
        return write_parquet(order["path"], tables, batches)
    return write_flatgeobuf(order["path"], schema, tables, batches)


def main() -> None:
    """Read the order, obey, and say how it went."""
    order = json.loads(sys.stdin.buffer.readline())
    limit_resources()
    try:
        answer: dict[str, Any] = {"count": _write(order)}
    except Exception as error:  # noqa: BLE001  # whatever the libraries say, the parent tells it
        folder = os.path.dirname(order["path"])
        answer = {"fault": " ".join(str(error).split()).replace(folder, "")[:300]}
    print(json.dumps(answer), flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
