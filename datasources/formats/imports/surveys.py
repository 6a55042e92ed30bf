"""What an import holds, looked at over all of its rows, before anyone says what to load of it."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any, BinaryIO, Self

from datasources.formats.faults import FileFault
from datasources.formats.imports.kinds import ImportFormat
from datasources.formats.imports.process import Process
from datasources.formats.imports.staging import Staged
from datasources.formats.names import Names
from datasources.schema import MAX_UNCOMPRESSED, EdmType, Problem

Told = Callable[[int, int], None]  # rows so far, and of how many (-1: not known)


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its type told from all rows, how many values are there, the first different ones.

    `fits_id`: filled, unique and short enough for an entity ID. `lowest` and `highest` are of
    numbers.
    """

    name: str
    type: EdmType
    filled: int
    fits_id: bool
    longest: int  # characters
    samples: tuple[str, ...]
    legal_name: str
    lowest: float | None = None
    highest: float | None = None


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer or sheet. `geometry` names the kinds that occur ("Point"; "" for none), `crs` the
    coordinate system ("" where the file names none and the coordinates are no degrees: it has to
    be stated), `transformation` the way to WGS 84 in words, `bounds` west, south, east, north in
    degrees. A layer that was listed and not `looked` at has no columns.
    """

    name: str
    entities: int
    geometry: str = ""
    crs: str = ""
    crs_code: str = ""
    transformation: str = ""
    bounds: tuple[float, float, float, float] | None = None
    columns: tuple[Column, ...] = ()
    looked: bool = False  # at all rows

    @property
    def is_point(self) -> bool:
        """Whether all geometries are single points."""
        return self.geometry == "Point"

    @property
    def needs_crs(self) -> bool:
        """Whether its coordinate system has to be stated before it can be read."""
        return bool(self.geometry and self.looked and not self.crs)

    def column(self, name: str) -> Column | None:
        return next((column for column in self.columns if column.name == name), None)


@dataclass(frozen=True, slots=True)
class Survey:
    """All layers of a file; one was looked at if it was chosen, or is the only one."""

    layers: tuple[Layer, ...]
    notes: tuple[Problem, ...] = ()

    @property
    def layer(self) -> Layer | None:
        """The layer that was looked at."""
        return next((layer for layer in self.layers if layer.looked), None)

    def as_json(self) -> dict[str, Any]:
        """The survey as it is kept with an upload."""
        return {
            "layers": [asdict(layer) for layer in self.layers],
            "notes": [asdict(note) for note in self.notes],
        }

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> Self:
        """The survey that `as_json` gave."""
        return cls(
            tuple(map(_layer, kept["layers"])), tuple(Problem(**note) for note in kept["notes"])
        )


def survey(
    path: str | os.PathLike[str] | BinaryIO,
    format: ImportFormat,
    *,
    layer: str = "",
    crs: str = "",
    max_uncompressed: int | None = MAX_UNCOMPRESSED,
    progress: Told | None = None,
) -> Survey:
    """Look at a file: its layers, and all rows of the one called `layer`, or of the only one.

    `crs` ("EPSG:27700") stands in for the coordinate system the file names or does not name.
    Raises FileFault where the file as a whole is at fault, as `open_entities` does.
    """
    staged = Staged(path, format, max_uncompressed)
    try:
        order = {
            "task": "survey",
            "path": str(staged.path),
            "name": staged.name or "Rows",
            "layer": layer,
            "crs": crs,
        }
        process = Process(order, format)
        try:
            return _gather(process, progress)
        finally:
            process.end()
    finally:
        staged.close()


def _gather(process: Process, progress: Told | None) -> Survey:
    layers: list[Layer] = []
    notes: tuple[Problem, ...] = ()
    while True:
        frame, _ = process.frame()
        if "end" in frame:
            return Survey(tuple(layers), notes)
        if "layers" in frame:
            layers = [Layer(**head) for head in frame["layers"]]
        elif "layer" in frame:
            found = frame["layer"]
            notes = tuple(note(*said) for said in found.pop("notes"))
            names = Names()
            for column in found["columns"]:
                column["legal_name"] = names.take(column["name"])
            looked = _layer({**found, "looked": True})
            layers = [looked if one.name == looked.name else one for one in layers]
        elif progress is not None:
            progress(frame["rows"], frame["of"])


def note(rule: str, message: str, advice: str) -> Problem:
    """Something that was changed or left out, as a warning."""
    return Problem(rule, message, advice, warning=True)


def _layer(kept: dict[str, Any]) -> Layer:
    columns = tuple(
        Column(**{**one, "type": EdmType(one["type"]), "samples": tuple(one["samples"])})
        for one in kept["columns"]
    )
    bounds = tuple(kept["bounds"]) if kept["bounds"] else None
    return Layer(**{**kept, "columns": columns, "bounds": bounds})


__all__ = ["Column", "FileFault", "Layer", "Survey", "survey"]
