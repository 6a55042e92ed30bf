"""GeoParquet, and Parquet with columns of latitude and longitude, by Arrow.

Source: "GeoParquet 1.1" of the Open Geospatial Consortium: the file's key `geo` says which column
is the geometry, how it is encoded and in which coordinate system it is.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from datasources.formats import outlines
from datasources.formats.imports import arrow
from datasources.formats.imports.tables import CHUNK, Chunk, Field, Head, ImportFault, Said
from datasources.phrases import Phrase

_CRS84 = "OGC:CRS84"  # what a file means that names no coordinate system
_NATIVE = {
    "point": "Point", "linestring": "LineString", "polygon": "Polygon",
    "multipoint": "MultiPoint", "multilinestring": "MultiLineString",
    "multipolygon": "MultiPolygon",
}  # fmt: skip


class ParquetFile:
    """A file is one layer."""

    def __init__(self, path: str, name: str) -> None:
        self._table = ParquetTable(path, name)
        self.heads = [Head(name, self._table.count, self._table.geometry)]

    def open(self, name: str) -> ParquetTable:
        return self._table


class ParquetTable:
    """The columns of the file; those of bytes but the geometry are left out."""

    def __init__(self, path: str, name: str) -> None:
        import pyarrow as pa
        import pyarrow.parquet

        _check_whole(path)
        pa.set_cpu_count(1)
        pa.set_io_thread_count(1)
        self.name = name
        self.notes: list[Said] = []
        self._file = pyarrow.parquet.ParquetFile(path, buffer_size=_BUFFER, pre_buffer=False)
        self.count = int(self._file.metadata.num_rows)
        self._shape, self._encoding, self.crs = self._find_geometry()
        self.geometry = "Unknown" if self._shape else ""
        self.fields = list(self._find_fields())

    def chunks(self, places: Sequence[int], *, geometry: bool) -> Iterator[Chunk]:
        names = [self.fields[place].name for place in places]
        shape = self._shape if geometry else ""
        wanted = [*names, *([shape] if shape else [])]
        if not wanted:
            return
        for batch in self._file.iter_batches(CHUNK, columns=wanted, use_threads=False):
            at = batch.schema.get_field_index
            columns = [arrow.texts(batch.column(at(name))) for name in names]
            chunk = Chunk(columns, batch.num_rows)
            if shape:
                chunk.wkb = self._wkb(batch.column(at(shape)), chunk)
            yield chunk

    def _find_fields(self) -> Iterator[Field]:
        taken: set[str] = set()
        for one in self._file.schema_arrow:
            kind = arrow.edm_type(one.type)
            if one.name == self._shape or one.name in self._covering or one.name in taken:
                continue
            taken.add(one.name)
            if kind is None:
                self.notes.append(
                    (
                        "column-binary",
                        Phrase(
                            "The column “{name}” holds bytes; it is left out.", name=one.name[:60]
                        ),
                        Phrase("Load a link to what it holds instead."),
                    )
                )
                continue
            yield Field(one.name, kind)

    def _find_geometry(self) -> tuple[str, str, str]:
        """The geometry's column, its encoding and its coordinate system; "" where there is none."""
        self._covering: set[str] = set()
        kept = (self._file.schema_arrow.metadata or {}).get(b"geo")
        if kept is None:
            return self._by_logical_type()
        try:
            about = json.loads(kept)
            name = str(about["primary_column"])
            column = about["columns"][name]
            encoding = str(column["encoding"]).lower()
            boxes = (column.get("covering") or {}).get("bbox") or {}
            self._covering = {path[0] for path in boxes.values()}
        except (ValueError, KeyError, TypeError, AttributeError):
            raise ImportFault(
                "parquet-geo",
                Phrase("What the file says of its geometry (the key “geo”) cannot be read."),
                Phrase("Save it again with a program that writes GeoParquet 1.0 or 1.1."),
            ) from None
        if name not in self._file.schema_arrow.names or encoding not in ("wkb", *_NATIVE):
            raise ImportFault(
                "parquet-geo",
                Phrase(
                    "The file says that its geometry is the column “{name}” as {encoding}; that cannot be read.",
                    name=name[:60],
                    encoding=encoding[:20],
                ),
                Phrase("Save it with its geometry as WKB."),
            )
        crs = column.get("crs", _CRS84)
        if crs is None:
            return name, encoding, ""
        return name, encoding, crs if isinstance(crs, str) else json.dumps(crs)

    def _by_logical_type(self) -> tuple[str, str, str]:
        """A column of the types GEOMETRY or GEOGRAPHY that Parquet itself has since 2.11."""
        schema = self._file.schema
        for place in range(len(schema)):
            about = schema.column(place)
            if about.logical_type.type in ("GEOMETRY", "GEOGRAPHY"):
                crs = json.loads(about.logical_type.to_json()).get("crs") or _CRS84
                return str(about.path), "wkb", str(crs)
        return "", "", ""

    def _wkb(self, column: Any, chunk: Chunk) -> Any:
        import numpy as np
        import shapely

        if hasattr(column, "storage"):  # where Arrow knows the type as an extension
            column = column.storage
        values = column.to_pylist()
        if self._encoding == "wkb":
            return np.array(values, dtype=object)
        kind = _NATIVE[self._encoding]
        given = [
            None if one is None else {"type": kind, "coordinates": _pairs(one)} for one in values
        ]
        texts = [None if one is None else json.dumps(one) for one in given]
        shapes = shapely.from_geojson(np.array(texts, dtype=object), on_invalid="ignore")
        for place in np.flatnonzero(shapely.is_missing(shapes)).tolist():
            if given[place] is not None:
                chunk.odd[place] = outlines.from_geojson(given[place])
        return shapely.to_wkb(shapes)


_BUFFER = 256 * 1024  # bytes


def _check_whole(path: str) -> None:
    with open(path, "rb") as file:
        file.seek(-min(4, file.seek(0, 2)), 2)
        if file.read() != b"PAR1":
            raise ImportFault(
                "truncated",
                Phrase(
                    "The Parquet file has no end: what says where its columns are stands there."
                ),
                Phrase("It was cut off on its way: export, copy or download it again."),
            )


def _pairs(value: Any) -> Any:
    """Nested lists of x and y, as GeoJSON has them, from those of Arrow."""
    if isinstance(value, dict):
        return [value["x"], value["y"]]
    return [_pairs(one) for one in value] if isinstance(value, list) else value
