"""Reads one shapefile through GDAL, in a process of its own, and writes it to standard output.

`python -m datasources.formats.gis_worker` takes one line of JSON on standard input: `folder` with
layer.shp, .shx, .dbf and maybe .prj; `encoding` of the texts. It answers in frames: two lengths
(`<II`), so many bytes of JSON and so many of WKB, one geometry after the other. The first frame is
about the layer, the last is `{"end": true}`; `{"fault": [rule, message, advice]}` ends it too.

A file that makes GDAL crash, loop or take memory without end takes this process with it and no
other: `limit_resources` says how far it may go. The reader is `shapefile.ShapeReader`.
"""

from __future__ import annotations

import json
import struct
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from datasources.formats.names import IdField, id_rank

FRAME = struct.Struct("<II")
LAYER = "layer"
SEPARATOR = "\x1e"  # of a column's texts
_BATCH = 5000  # entities
_BATCH_BYTES = 8 * 1024 * 1024  # of geometry, about
_MEMORY = 2 * 1024 * 1024 * 1024  # bytes of address space
_SECONDS = 1800  # of processor time
_EXACT = 2**53  # from here on a float is not every whole number
_DECIMALS = 9  # of degrees that were computed: a tenth of a millimetre
_WGS84 = 4326

Texts = list[str | None]


class LayerFault(Exception):  # noqa: N818  # "fault" is the word of this product
    """What is wrong with the layer: rule, message and advice."""


def limit_resources() -> None:
    """Cap memory and processor time, where the system can."""
    try:
        import resource
    except ImportError:  # Windows; the parent's deadline holds there too
        return
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (_SECONDS, _SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


class Layer:
    """The layer in batches of raw text and geometries in WGS 84."""

    def __init__(self, folder: Path, encoding: str) -> None:
        import pyogrio

        self._path = folder / f"{LAYER}.shp"
        self._encoding = encoding
        self._info = pyogrio.read_info(self._path, encoding=encoding)
        self.fields = [str(name) for name in self._info["fields"]]
        self.types = [
            f"{kind}/{subtype}"
            for kind, subtype in zip(
                self._info["ogr_types"], self._info["ogr_subtypes"], strict=True
            )
        ]
        self.count = int(self._info["features"])
        self.is_point = str(self._info["geometry_type"]).split(" ")[0] == "Point"
        self.notes: list[list[str]] = []
        self._project = self._projection((folder / f"{LAYER}.prj").exists())
        size = self._path.stat().st_size / max(1, self.count)
        self._step = max(20, min(_BATCH, int(_BATCH_BYTES / size)))

    def _read(self, start: int, **options: Any) -> Any:
        import pyogrio.raw

        return pyogrio.raw.read(
            self._path,
            encoding=self._encoding,
            skip_features=start,
            max_features=self._step,
            return_fids=True,
            **options,
        )

    def _frames(self, **options: Any) -> Iterator[Any]:
        """(record numbers, geometries, columns) of each batch. A record may be marked as deleted:
        GDAL leaves it out, and yet counts it in what is skipped."""
        start = 0
        while start < self.count:
            _, fids, geometries, columns = self._read(start, **options)
            if not len(fids):
                return
            yield start, fids, geometries, columns
            start = int(fids[-1]) + 1

    def unique_fields(self) -> list[str]:
        """Of the fields whose names mean an entity ID, those that are filled and unique; best
        first."""
        wanted = sorted(
            (name for name in self.fields if id_rank(name) is not None),
            key=lambda name: id_rank(name) or 0,
        )
        if not wanted:
            return []
        counted = {name: IdField() for name in wanted}
        entities = 0
        places = [place for place, name in enumerate(self.fields) if name in counted]
        names = [self.fields[place] for place in places]
        for start, fids, _, columns in self._frames(columns=names, read_geometry=False):
            entities += len(fids)
            for place, column in zip(places, columns, strict=True):
                counted[self.fields[place]].add_all(self._texts(place, column, start, len(fids)))
        return [name for name in wanted if counted[name].fits(entities)]

    def batches(self) -> Iterator[tuple[dict[str, Any], bytes]]:
        """JSON and WKB of each batch."""
        import numpy as np
        import shapely

        for start, fids, wkb, columns in self._frames():
            shapes = np.full(len(fids), None, dtype=object)
            if wkb is not None:
                shapes = shapely.from_wkb(wkb, on_invalid="ignore")
            absent = shapely.is_missing(shapes)
            broken = [place for place in np.flatnonzero(absent).tolist() if wkb[place] is not None]
            shapes = self._project(shapely.force_2d(shapes))
            texts = [
                self._texts(place, column, start, len(fids)) for place, column in enumerate(columns)
            ]
            if self.is_point:
                texts += [_numbers(shapely.get_y(shapes)), _numbers(shapely.get_x(shapes))]
            frame: dict[str, Any] = {
                "rows": (fids + 1).tolist(),
                "columns": list(map(_joined, texts)),
                "broken": broken,
            }
            if self.is_point:
                yield frame, b""
                continue
            packed = [one or b"" for one in shapely.to_wkb(shapes).tolist()]
            frame["sizes"] = [len(one) for one in packed]
            yield frame, b"".join(packed)

    def _texts(self, place: int, column: Any, start: int, count: int) -> Texts:
        """The texts of a field's values, as a person would write them."""
        import numpy as np

        kind, _, subtype = self.types[place].partition("/")
        if kind in ("OFTDate", "OFTDateTime"):
            absent = np.isnat(column)
            texts = np.datetime_as_string(column.astype("datetime64[s]"))
            return [None if no else f"{one}Z" for no, one in zip(absent, texts, strict=True)]
        if kind == "OFTReal":
            return _numbers(column)
        if kind in ("OFTInteger", "OFTInteger64"):
            if column.dtype.kind == "f":
                if np.nanmax(np.abs(column), initial=0) >= _EXACT:
                    return self._exact(place, start, count)
                return [None if one != one else str(int(one)) for one in column.tolist()]
            if subtype == "OFSTBoolean":
                column = column.astype(int)
            return list(map(str, column.tolist()))
        return [str(one) if one not in (None, "") else None for one in column.tolist()]

    def _exact(self, place: int, start: int, count: int) -> Texts:
        """Whole numbers of many digits among which some are absent: read as text."""
        import pyogrio.raw

        name = self.fields[place].replace('"', '\\"')
        _, _, _, (texts,) = pyogrio.raw.read(
            self._path,
            sql=f'SELECT CAST("{name}" AS CHARACTER(24)) AS text FROM {LAYER}',  # noqa: S608
            read_geometry=False,
            encoding=self._encoding,
            skip_features=start,
            max_features=count,
        )
        return [str(text).strip() if text else None for text in texts.tolist()]

    def _projection(self, has_prj: bool) -> Any:
        """A function from shapes to shapes in WGS 84, longitude before latitude."""
        if not has_prj:
            self._check_degrees()
            return lambda shapes: shapes
        import numpy as np
        import pyproj
        import shapely

        crs = self._crs()
        if crs.to_epsg() == _WGS84:
            return lambda shapes: shapes
        try:
            group = self._transformers(crs)
            transformer = group.transformers[0]
        except (pyproj.exceptions.ProjError, IndexError):
            raise LayerFault(
                "crs-unknown",
                f"From the coordinate system {crs.name[:60]} no transformation to longitude and "
                "latitude is known.",
                "Save the shapefile in WGS 84 (EPSG:4326).",
            ) from None
        self._note_transformation(crs.name, transformer, group.best_available)

        def moved(points: Any) -> Any:
            x, y = transformer.transform(points[:, 0], points[:, 1])
            return np.column_stack([np.round(x, _DECIMALS), np.round(y, _DECIMALS)])

        return lambda shapes: shapely.transform(shapes, moved)

    def _crs(self) -> Any:
        import pyproj

        try:
            return pyproj.CRS.from_user_input(self._info["crs"])
        except pyproj.exceptions.CRSError:
            raise LayerFault(
                "crs-unknown",
                "The .prj file names a coordinate system that cannot be read.",
                "Set the coordinate system in a GIS, or save the shapefile in WGS 84 (EPSG:4326).",
            ) from None

    def _transformers(self, crs: Any) -> Any:
        """Transformations for the extent of the layer, the best first."""
        from pyproj.aoi import AreaOfInterest
        from pyproj.transformer import Transformer, TransformerGroup

        west, south, east, north = Transformer.from_crs(
            crs, _WGS84, always_xy=True
        ).transform_bounds(*self._info["total_bounds"])
        area: Any = None
        if -180 <= west <= east <= 180 and -90 <= south <= north <= 90:
            area = AreaOfInterest(west, south, east, north)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what they say of absent grids is said in the note
            return TransformerGroup(crs, _WGS84, always_xy=True, area_of_interest=area)

    def _note_transformation(self, name: str, transformer: Any, is_best: bool) -> None:
        steps = [
            step
            for step in transformer.description.split(" + ")
            if not step.startswith("axis order change")
        ]
        within = f", to about {transformer.accuracy:g} m" if transformer.accuracy > 0 else ""
        self.notes.append(
            [
                "crs-transformed",
                f"Coordinates were transformed from {name} to WGS 84 by {' + '.join(steps)}{within}.",
                ""
                if is_best
                else "A finer transformation exists, whose grid is not installed here. If metres "
                "matter, transform with a GIS that has it.",
            ]
        )

    def _check_degrees(self) -> None:
        west, south, east, north = self._info["total_bounds"]
        if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
            raise LayerFault(
                "crs-missing",
                f"The shapefile has no .prj, and its coordinates ({west:.6g} to {east:.6g}, "
                f"{south:.6g} to {north:.6g}) are no degrees.",
                "Put the .prj file, which names the coordinate system, into the zip.",
            )
        self.notes.append(
            [
                "crs-assumed",
                "The shapefile has no .prj; its coordinates are taken for longitude and latitude "
                "in WGS 84.",
                "Put the .prj file into the zip if they are not.",
            ]
        )


def _joined(texts: Texts) -> str | Texts:
    """A column as one string, which JSON takes far quicker than thousands, where that can be."""
    joined = SEPARATOR.join([text or "" for text in texts])
    return joined if joined.count(SEPARATOR) == len(texts) - 1 else texts


def _numbers(column: Any) -> Texts:
    return [None if one != one else repr(one) for one in column.astype(float).tolist()]


def send(frame: dict[str, Any], blob: bytes = b"") -> None:
    """Write one frame."""
    text = json.dumps(frame, ensure_ascii=False, separators=(",", ":")).encode("utf-8")
    out = sys.stdout.buffer
    out.write(FRAME.pack(len(text), len(blob)))
    out.write(text)
    out.write(blob)
    out.flush()


def _answer(order: dict[str, str]) -> None:
    layer = Layer(Path(order["folder"]), order["encoding"])
    send(
        {
            "fields": layer.fields,
            "types": layer.types,
            "count": layer.count,
            "is_point": layer.is_point,
            "unique": layer.unique_fields(),
            "notes": layer.notes,
        }
    )
    for frame, blob in layer.batches():
        send(frame, blob)
    send({"end": True})


def main() -> None:
    """Read the order, answer it; every fault that is not a crash becomes a frame."""
    order = json.loads(sys.stdin.readline())
    limit_resources()
    try:
        _answer(order)
    except LayerFault as fault:
        send({"fault": list(fault.args)})
    except UnicodeDecodeError as error:
        send(
            {
                "fault": [
                    "encoding",
                    f"A text of the .dbf is not {order['encoding']}: byte "
                    f"0x{error.object[error.start]:02X} of “{error.object[:40]!r}”.",
                    "Put a .cpg file into the zip that names the right encoding (UTF-8, 1252).",
                ]
            }
        )
    except MemoryError:
        send(
            {
                "fault": [
                    "gis-memory",
                    "Reading the shapefile takes more memory than it may.",
                    "Simplify its shapes, or split it.",
                ]
            }
        )
    except Exception as error:  # noqa: BLE001  # whatever GDAL says, the parent has to tell it
        words = " ".join(str(error).split()).replace(order["folder"], "")
        send(
            {
                "fault": [
                    "shp-unreadable",
                    f"The shapefile cannot be read: {words[:200]}",
                    "Open and save it again in a GIS (in QGIS: Export, Save Features As).",
                ]
            }
        )


if __name__ == "__main__":
    main()
