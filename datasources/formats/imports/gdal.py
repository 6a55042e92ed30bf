"""Formats that GDAL reads, each by its own driver alone, in a stream of Arrow.

The process is started with every other driver left out (`GDAL_SKIP`), so that a file cannot lead
GDAL to other files or to the network by being something else than it says.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from datasources.formats.imports import arrow
from datasources.formats.imports.drivers import DRIVERS
from datasources.formats.imports.kinds import ImportFormat
from datasources.formats.imports.tables import (
    CHUNK,
    Chunk,
    Field,
    Head,
    ImportFault,
    Said,
    Texts,
)
from datasources.formats.imports.written import check_written
from datasources.phrases import Phrase
from datasources.schema import EdmType

_CHUNK_BYTES = 8 * 1024 * 1024  # of geometry, about
_OPTIONS = {ImportFormat.GPKG: {"IMMUTABLE": "YES"}}
_TYPES = {
    "OFTInteger": EdmType.INT64,
    "OFTInteger64": EdmType.INT64,
    "OFTReal": EdmType.DOUBLE,
    "OFTDate": EdmType.DATETIME,
    "OFTDateTime": EdmType.DATETIME,
}
_GML_BOUNDS = ("lowerCorner", "upperCorner")  # of each feature: nothing the geometry does not say
#: Tables that QGIS keeps in a GeoPackage for itself: styles and projects.
_BOOKKEEPING = ("layer_styles", "qgis_projects")
_HEAD = 64 * 1024  # bytes
_FEATURE_ID = re.compile(
    rb'"type"\s*:\s*"Feature"\s*,\s*"id"\s*:\s*\d|"id"\s*:\s*\d+\s*,\s*"(type|properties|geometry)"'
)
_PREFIXES = ("2.5D", "3D", "Measured")
_UNDEFINED = ("Undefined", "Unknown")


class GdalFile:
    """A file of one of DRIVERS; a layer is opened by its name."""

    def __init__(self, path: str, format: ImportFormat) -> None:
        import pyogrio

        self._crs = check_written(path, format)
        _check_whole(path, format)
        _know_all_types()
        self._path = path
        self._format = format
        self.heads: list[Head] = []
        listed = pyogrio.list_layers(path).tolist()
        others = [pair for pair in listed if pair[0] not in _BOOKKEEPING]
        for name, geometry in others or listed:
            info = pyogrio.read_info(path, layer=name, force_feature_count=True)
            if info["driver"] != DRIVERS[format]:
                raise ImportFault(
                    "wrong-format", Phrase("The file is not {format}.", format=format.words)
                )
            if format is ImportFormat.GPX and not info["features"]:
                continue
            self.heads.append(Head(str(name), int(info["features"]), _kind(geometry)))
        if not self.heads and format is not ImportFormat.GPX:
            raise ImportFault(
                "no-layers",
                Phrase("No layer can be read from the file, as {format} has.", format=format.words),
                Phrase("It may be empty, cut off or damaged: export or copy it again."),
            )

    def open(self, name: str) -> GdalTable:
        return GdalTable(self._path, name, self._format, self._crs)


class GdalTable:
    """One layer; the ID that the format itself gives its features is a field too. `crs` is what the
    file calls its coordinate system, in case GDAL does not know it."""

    def __init__(self, path: str, name: str, format: ImportFormat, crs: str) -> None:
        import pyogrio

        self.name = name
        self.notes: list[Said] = []
        self._path = path
        self._format = format
        self._options = _OPTIONS.get(format, {})
        self._has_zeros = False
        info = pyogrio.read_info(path, layer=name, force_feature_count=True, **self._options)
        self.count = int(info["features"])
        self.geometry = _kind(info["geometry_type"])
        self.crs = _crs(info["crs"]) or crs
        self._fid = str(info.get("fid_column") or "")
        self._fields = [str(field) for field in info["fields"]]
        if format is ImportFormat.GEOJSON and "id" not in self._fields and _has_numbers(path):
            self._fid = "id"
        self.fields = self._types(info["ogr_types"], info["ogr_subtypes"])
        self._geometry_name = str(info.get("geometry_name") or "wkb_geometry")
        size = _size(Path(path)) / max(1, self.count)
        self._step = max(20, min(CHUNK, int(_CHUNK_BYTES / max(1.0, size))))

    def chunks(self, places: Sequence[int], *, geometry: bool) -> Iterator[Chunk]:
        import pyogrio.raw

        names = [self._source(place) for place in places]
        shaped = geometry and bool(self.geometry)
        seen = 0
        with pyogrio.raw.open_arrow(
            self._path,
            layer=self.name,
            columns=[name for name in names if name],
            read_geometry=shaped,
            return_fids="" in names or not (names or shaped),
            batch_size=self._step,
            use_pyarrow=True,
            datetime_as_string=True,
            **self._options,
        ) as (meta, reader):
            fid = str(meta.get("fid_column") or "OGC_FID")
            shape = str(meta.get("geometry_name") or "wkb_geometry")
            for batch in reader:
                seen += batch.num_rows
                chunk = _chunk(batch, names, fid, shape if shaped else "")
                if self._format is ImportFormat.MAPINFO:
                    chunk.notes += self._zeros([self.fields[place] for place in places], chunk)
                for at, place in enumerate(places):
                    if self.fields[place].type is EdmType.DATETIME:
                        chunk.columns[at] = [_moment(text) for text in chunk.columns[at]]
                yield chunk
        if self.count >= 0 and seen != self.count:
            raise ImportFault(
                "rows-count",
                Phrase(
                    "The file says that it has {count:,} rows, and {seen:,} could be read.",
                    count=self.count,
                    seen=seen,
                ),
                Phrase(
                    "It is cut off or damaged, or the numbers of a shape do not fit together: export or copy it again."
                ),
            )

    def _zeros(self, fields: Sequence[Field], chunk: Chunk) -> list[Said]:
        """The note of numbers that may have been empty, once."""
        found = [
            field.name
            for field, texts in zip(fields, chunk.columns, strict=True)
            if field.type in (EdmType.INT64, EdmType.DOUBLE)
            and field.name != self._fid
            and ("0" in texts or "0.0" in texts)
        ]
        if not found or self._has_zeros:
            return []
        self._has_zeros = True
        return [
            (
                "numbers-empty",
                Phrase(
                    "MapInfo has no empty numbers: 0 stands for them, and in {columns} there are values of 0.",
                    columns=", ".join(found)[:200],
                ),
                Phrase(
                    "Leave the column out, or empty the values that are none, if 0 would mislead."
                ),
            )
        ]

    def _source(self, place: int) -> str:
        """The name GDAL has for a field; "" for the feature's own ID."""
        own = bool(self._fid)
        if own and place == 0:
            return ""
        return self._kept[place - own]

    def _types(self, kinds: Sequence[str], subtypes: Sequence[str]) -> list[Field]:
        fields = [Field(self._fid, EdmType.INT64)] if self._fid else []
        self._kept: list[str] = []
        for name, kind, subtype in zip(self._fields, kinds, subtypes, strict=True):
            if kind == "OFTBinary":
                self.notes.append(
                    (
                        "column-binary",
                        Phrase(
                            "The column “{name}” holds bytes (a picture, a file); it is left out.",
                            name=name[:60],
                        ),
                        Phrase("Load a link to the picture instead."),
                    )
                )
                continue
            if self._format is ImportFormat.GML and name in _GML_BOUNDS:
                continue
            self._kept.append(name)
            told = EdmType.BOOLEAN if subtype == "OFSTBoolean" else _TYPES.get(kind)
            if told is None and self._format is not ImportFormat.GML:
                told = EdmType.STRING
            fields.append(Field(name, told))
        return fields


def _know_all_types() -> None:
    """Let layers through whose declared type pyogrio refuses, such as any shape with heights or
    curves: what is in them is looked at one by one."""
    from pyogrio import _geometry

    known = _geometry.GEOMETRY_TYPES
    for code in (0, *range(1, 18)):
        for variant in (code, code + 1000, code + 2000, code + 3000, code | 1 << 31):
            known.setdefault(variant, "Unknown")


def _has_numbers(path: str) -> bool:
    """Whether features of GeoJSON have IDs that are numbers; GDAL gives them as its own."""
    with open(path, "rb") as file:
        return bool(_FEATURE_ID.search(file.read(_HEAD)))


def _check_whole(path: str, format: ImportFormat) -> None:
    """What a format's own head says of its length, held against the file's."""
    if format is not ImportFormat.GPKG:
        return
    with open(path, "rb") as file:
        head = file.read(100)
        size = file.seek(0, 2)
    if len(head) == 100:
        page, changes, pages = struct.unpack(">16xH6xII", head[:32])
        known = changes == struct.unpack(">I", head[92:96])[0]  # else the count is not kept
        if known and size < pages * (65536 if page == 1 else page):
            raise ImportFault(
                "truncated",
                Phrase("The GeoPackage is shorter than its head says."),
                Phrase("It was cut off on its way: export, copy or download it again."),
            )


def _chunk(batch: Any, names: Sequence[str], fid: str, shape: str) -> Chunk:
    import numpy as np

    columns: list[Texts] = []
    for name in names:
        at = batch.schema.get_field_index(name or fid)
        columns.append(arrow.texts(batch.column(at)))
    wkb: Any = None
    if shape:
        column = batch.column(batch.schema.get_field_index(shape))
        wkb = np.array(column.to_pylist(), dtype=object)
    return Chunk(columns, batch.num_rows, wkb=wkb)


_NO_FRACTION = re.compile(r"\.0+(?!\d)")


def _moment(text: str | None) -> str | None:
    """A date and time without fractions that are zero; one without a zone is in UTC."""
    if text is None:
        return None
    text = _NO_FRACTION.sub("", text.rstrip("\0"))  # which GDAL leaves behind some of FlatGeobuf's
    return f"{text}Z" if len(text) == 19 else text


def _kind(geometry: Any) -> str:
    """A geometry type in words, heights left aside; "" for a table without any."""
    if geometry is None or str(geometry) == "None":
        return ""
    words = str(geometry).split(" ")
    return next((word for word in words if word not in _PREFIXES), "Unknown").removesuffix("M")


def _crs(crs: str | None) -> str:
    if not crs:
        return ""
    undefined = any(f'"{word}' in crs[:40] for word in _UNDEFINED)
    return "" if undefined or crs.startswith(("LOCAL_CS", "ENGCRS")) else crs


def _size(path: Path) -> int:
    if path.is_dir():
        return sum(part.stat().st_size for part in path.rglob("*") if part.is_file())
    return path.stat().st_size
