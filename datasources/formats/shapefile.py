"""Reading a zipped shapefile: every record is an entity.

The reference takes .shp, .shx and .dbf in one zip and says nothing of how they become entities.
Chosen here:

- Entity type: the name of the .shp, made legal.
- Entity ID: a field named EntityID, ID or the like (`names.ID_NAMES`), if it is filled and unique;
  else the number of the record, in a property EntityID, with a warning.
- Properties: the fields of the .dbf. Whole numbers are Edm.Int64, other numbers Edm.Double, dates
  Edm.DateTime, logical fields Edm.Boolean, texts Edm.String. Names are made legal, with a warning.
- Place: Latitude and Longitude if the shapes are points; else one Edm.Geography, Geom. Fields that
  have those names are renamed. Heights and measures are left out, with a warning.
- The coordinate system is that of the .prj, transformed to WGS 84 by the best transformation that
  PROJ has here, which a warning names. Without a .prj the coordinates have to look like degrees.
- Texts are in the encoding of the .cpg, else of the .dbf's language driver, else UTF-8 if that is
  possible, else Windows-1252.
- Records marked as deleted in the .dbf are left out. A shape that is null has no location.
- Limits of polygons: a record counts as one, its points are counted together.

GDAL reads it, in a process of its own (`gis_worker`), so that no file can bring the worker down.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, Any, cast, overload

import datasources
from datasources.formats.faults import FileFault, file_fault
from datasources.formats.gis_worker import FRAME, SEPARATOR
from datasources.formats.names import (
    ENTITY_ID,
    GEOGRAPHY,
    Names,
    entity_type,
    id_rank,
    key_note,
)
from datasources.formats.polygons import PolygonLimits
from datasources.formats.shapefile_parts import ShapefileParts
from datasources.schema import Batch, EdmType, Problem, Property, Schema

_PATIENCE = 120.0  # seconds for one frame
_MAX_FRAME = 512 * 1024 * 1024  # bytes
_POLYGON = 5  # the shape type, and 15 and 25 with Z and M
_TYPES = {
    "OFTInteger": EdmType.INT64,
    "OFTInteger64": EdmType.INT64,
    "OFTReal": EdmType.DOUBLE,
    "OFTDate": EdmType.DATETIME,
    "OFTDateTime": EdmType.DATETIME,
}

Json = dict[str, Any]


class ShapeReader:
    """Gives the schema of the layer, and batches of raw text with their geometries."""

    def __init__(self, parts: ShapefileParts, limits: PolygonLimits, type_name: str = "") -> None:
        self.problems: list[Problem] = []
        self.notes = parts.notes
        self.data_source_name = ""
        self._parts = parts
        self._limits = limits
        self._worker = _Worker(parts)
        try:
            about, _ = self._worker.frame()
            self._count = int(about["count"])
            self._has_key = bool(about["unique"])
            self._is_point = bool(about["is_point"])
            self.schema = self._schema(about, type_name)
        except BaseException:
            self._worker.end()
            raise
        self.notes.extend(
            Problem(rule, message, advice, warning=True) for rule, message, advice in about["notes"]
        )

    def close(self) -> None:
        self._worker.end()

    def _schema(self, about: Json, type_name: str) -> Schema:
        names = Names()
        names.reserve(*(("Latitude", "Longitude") if self._is_point else (GEOGRAPHY,)))
        properties: list[Property] = []
        key = about["unique"][0] if self._has_key else None
        for name, kind in zip(about["fields"], about["types"], strict=True):
            is_key = name == key
            legal = names.take(name)
            properties.append(Property(legal, EdmType.STRING if is_key else _edm(kind), is_key))
        if not self._has_key:
            legal = names.take(ENTITY_ID, what="entity ID")
            properties.insert(0, Property(legal, EdmType.STRING, is_key=True))
            passed = [name for name in about["fields"] if id_rank(name) is not None]
            self.notes.append(key_note(f"{legal}, the number of the record", passed))
        if self._is_point:
            properties.append(Property("Latitude", EdmType.DOUBLE))
            properties.append(Property("Longitude", EdmType.DOUBLE))
        else:
            properties.append(Property(GEOGRAPHY, EdmType.GEOGRAPHY))
        self.notes.extend(names.notes)
        named = type_name or entity_type([self._parts.name], "Shape", self.notes)
        return Schema(named, tuple(properties))

    def batches(self, size: int) -> Iterator[Batch]:
        """Records in columns; those whose shape cannot be read go to `problems` instead."""
        parts = self._parts
        try:
            while True:
                frame, blob = self._worker.frame()
                if frame.get("end"):
                    break
                batch = self._batch(frame, blob)
                done = frame["rows"][-1] / max(1, self._count)
                parts.bytes_done = min(parts.bytes_total, int(parts.bytes_total * done))
                for start in range(0, max(1, len(batch)), size):
                    yield _part(batch, start, size)
            parts.bytes_done = parts.bytes_total
        finally:
            self._worker.end()

    def _batch(self, frame: Json, blob: bytes) -> Batch:
        rows: list[int] = frame["rows"]
        columns: list[Sequence[Any]] = [
            texts.split(SEPARATOR) if isinstance(texts, str) else texts
            for texts in frame["columns"]
        ]
        if not self._has_key:
            columns = [list(map(str, rows)), *columns]
        shapes: Sequence[Any] | None = None
        if not self._is_point:
            shapes = _geometries(frame["sizes"], blob)
            columns = [*columns, WktColumn(shapes)]
        bad = dict.fromkeys(frame["broken"], _BROKEN)
        if shapes is not None and self._parts.shape_type % 10 == _POLYGON:
            bad.update(self._too_large(shapes, rows))
        if bad:
            self._report(bad, rows)
            good = [place for place in range(len(rows)) if place not in bad]
            rows = [rows[place] for place in good]
            if shapes is not None:
                shapes = shapes[good]  # type: ignore[call-overload]  # an array of numpy
                columns[-1] = WktColumn(cast("Sequence[Any]", shapes))
            texts = columns if shapes is None else columns[:-1]
            picked = [[column[place] for place in good] for column in texts]
            columns = [*picked, *columns[len(picked) :]]
        return Batch(columns, rows, [0] * len(rows), shapes=shapes)

    def _too_large(self, shapes: Sequence[Any], rows: list[int]) -> dict[int, tuple[str, str, str]]:
        import shapely

        bad: dict[int, tuple[str, str, str]] = {}
        counts = shapely.get_num_coordinates(shapes).tolist()
        for place, points in enumerate(counts):
            if points:
                fault = self._limits.add(points, rows[place])
                if fault is not None:
                    bad[place] = (fault.rule, fault.message, fault.advice)
        return bad

    def _report(self, bad: dict[int, tuple[str, str, str]], rows: list[int]) -> None:
        column = "Latitude" if self._is_point else GEOGRAPHY
        for place, (rule, message, advice) in sorted(bad.items()):
            self.problems.append(Problem(rule, message, advice, row=rows[place], column=column))


_BROKEN = (
    "geography-shape",
    "The shape cannot be read: a ring is not closed or has fewer than four points.",
    "Mend it in a GIS (in QGIS: Fix geometries).",
)


class WktColumn(Sequence[str | None]):
    """The well-known text of geometries, written when it is asked for: a check never does."""

    def __init__(self, shapes: Sequence[Any]) -> None:
        self._shapes = shapes

    def __len__(self) -> int:
        return len(self._shapes)

    @overload
    def __getitem__(self, place: int) -> str | None: ...
    @overload
    def __getitem__(self, place: slice) -> WktColumn: ...
    def __getitem__(self, place: int | slice) -> str | WktColumn | None:
        if isinstance(place, slice):
            return WktColumn(self._shapes[place])
        shape = self._shapes[place]
        return None if shape is None else str(_wkt(shape))

    def __iter__(self) -> Iterator[str | None]:
        return iter(cast("list[str | None]", _wkt(self._shapes).tolist()))


def _wkt(shapes: Any) -> Any:
    import shapely

    return shapely.to_wkt(shapes, rounding_precision=-1)


def _geometries(sizes: list[int], blob: bytes) -> Sequence[Any]:
    import numpy as np
    import shapely

    packed: list[bytes | None] = []
    start = 0
    for size in sizes:
        packed.append(blob[start : start + size] if size else None)
        start += size
    with np.errstate(invalid="ignore"):  # what is not a number is found by the check
        return cast("Sequence[Any]", shapely.from_wkb(np.array(packed, dtype=object)))


def _edm(kind: str) -> EdmType:
    base, _, subtype = kind.partition("/")
    if subtype == "OFSTBoolean":
        return EdmType.BOOLEAN
    return _TYPES.get(base, EdmType.STRING)


def _part(batch: Batch, start: int, size: int) -> Batch:
    if len(batch) <= size:
        return batch
    part = slice(start, start + size)
    return Batch(
        [column[part] for column in batch.columns],
        batch.rows[part],
        batch.lines[part],
        shapes=None if batch.shapes is None else batch.shapes[part],
    )


class _Worker:
    """The process that runs GDAL; what it sends is data, never objects."""

    def __init__(self, parts: ShapefileParts) -> None:
        root = str(Path(datasources.__file__).parent.parent)
        self._process = subprocess.Popen(
            [sys.executable, "-m", "datasources.formats.gis_worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=root,
            env={
                **{name: os.environ[name] for name in _ENVIRONMENT if name in os.environ},
                "PYTHONPATH": os.pathsep.join(filter(None, [root, *sys.path])),
                "PROJ_NETWORK": "OFF",
                "OPENBLAS_NUM_THREADS": "1",
                "OMP_NUM_THREADS": "1",
            },
        )
        order = {"folder": str(parts.folder), "encoding": parts.encoding}
        stdin = cast(IO[bytes], self._process.stdin)
        try:
            stdin.write(json.dumps(order).encode() + b"\n")
            stdin.close()
        except BrokenPipeError:
            self.end()
            raise _crashed() from None

    def frame(self) -> tuple[Json, bytes]:
        """The next frame; FileFault where the process says so, ends or takes too long."""
        late = threading.Timer(_PATIENCE, self._process.kill)
        late.start()
        try:
            text_length, blob_length = FRAME.unpack(self._exactly(FRAME.size))
            if text_length + blob_length > _MAX_FRAME:
                raise _crashed()
            frame = cast(Json, json.loads(self._exactly(text_length)))
            blob = self._exactly(blob_length)
        finally:
            late.cancel()
        if "fault" in frame:
            raise file_fault(*map(str, frame["fault"]))
        return frame, blob

    def _exactly(self, count: int) -> bytes:
        data = cast(IO[bytes], self._process.stdout).read(count)
        if len(data) < count:
            raise _crashed()
        return data

    def end(self) -> None:
        self._process.kill()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None and not pipe.closed:
                pipe.close()
        self._process.wait()


#: What the process gets of ours: no settings, and so no secrets.
_ENVIRONMENT = ("PATH", "LANG", "LC_ALL", "SYSTEMROOT", "TEMP", "TMP", "TMPDIR", "LD_LIBRARY_PATH")


def _crashed() -> FileFault:
    return file_fault(
        "gis-crash",
        "The shapefile could not be read: it made the reader stop, or run without end.",
        "It is likely damaged: open and save it again in a GIS (in QGIS: Export, Save Features As).",
    )
