"""Entities of an archived version as a map asks for them: in view, one by one, by what they say."""

# ruff: noqa: S608  (names come from the schema, through `quoted`; values are bound)

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely

from datasources.archive.tiles.index import MapIndex, Places
from datasources.archive.tiles.mercator import WORLD, project
from datasources.formats.geopackage import GeoPackageFile
from datasources.formats.geopackage.layout import FID, quoted
from datasources.formats.geopackage.values import READERS, wkb_of
from datasources.schema import EdmType, Property

SECONDS = 1.5  # that a search may take
_LOOKED_AT = 400  # matches that are ranked
_EVERY = 20_000  # steps of SQLite between two looks at the clock
_MOST_POINTS = 4000  # of a geometry that is given out

Bounds = tuple[
    float, float, float, float
]  # west, south, east, north; in degrees, east may be > 180


@dataclass(frozen=True, slots=True)
class Entity:
    """One entity: its fid, its ID, its values as Python has them, and where it lies.

    `values` leave the geography out; `shape` tells of it in words. `geometry` is GeoJSON, simplified
    where it has thousands of points, and only there where it was asked for.
    """

    fid: int
    key: str
    values: dict[str, Any]
    place: tuple[float, float]  # longitude, latitude
    shape: str = ""
    geometry: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Match:
    """What a search found, and the property and value that it was found by."""

    fid: int
    key: str
    title: str
    place: tuple[float, float]
    found_in: str
    value: str


@dataclass(frozen=True, slots=True)
class Matches:
    """The best matches; not `complete` where time ran out before all entities were looked at."""

    matches: list[Match]
    complete: bool


def in_view(index: MapIndex, bounds: Bounds) -> Places:
    """The places of the entities that lie in a box, or reach into it, in the order they came."""
    west, south, east, north = bounds
    sides = np.array([west, east], dtype=np.float64)
    (left, right), (bottom, top) = project(sides, np.array([south, north], dtype=np.float64))
    if right - left >= 1:
        left, right = 0.0, 1.0
    turn = np.floor(left)
    left, right = left - turn, right - turn
    found = _between(index, left, min(right, 1.0), top, bottom)
    if right > 1:  # across the antimeridian
        found |= _between(index, 0.0, right - 1, top, bottom)
    places = np.flatnonzero(found)
    order: Places = places[np.argsort(index.fids[places], kind="stable")]
    return order


def _between(index: MapIndex, left: float, right: float, top: float, bottom: float) -> Any:
    x, y = index.x, index.y
    low_x, high_x, low_y, high_y = (
        np.uint32(min(max(share * WORLD, 0), WORLD - 1)) for share in (left, right, top, bottom)
    )
    found = (x >= low_x) & (x <= high_x) & (y >= low_y) & (y <= high_y)
    boxes = index.shape_boxes
    reaching = (
        (boxes[:, 0] <= right)
        & (boxes[:, 2] >= left)
        & (boxes[:, 1] <= bottom)
        & (boxes[:, 3] >= top)
    )
    found[index.shapes[reaching]] = True
    return found


def read_entities(file: GeoPackageFile, fids: Sequence[int]) -> list[Entity]:
    """Entities by their fid, in the order of these; those that are not there are left out."""
    found = {
        entity.fid: entity
        for entity in _select(
            file,
            f"{quoted(FID)} IN (SELECT value FROM json_each(?))",
            [json.dumps(list(fids))],
            with_geometry=False,
        )
    }
    return [found[fid] for fid in fids if fid in found]


def read_entity(
    file: GeoPackageFile, *, fid: int | None = None, key: str | None = None
) -> Entity | None:
    """One entity with its geometry, by its fid or by its ID."""
    name, value = (FID, fid) if fid is not None else (file.layout.key, key)
    return next(_select(file, f"{quoted(name)} = ?", [value], with_geometry=True), None)


def _select(
    file: GeoPackageFile, where: str, values: list[Any], *, with_geometry: bool
) -> Iterator[Entity]:
    layout = file.layout
    props = [prop for prop in layout.schema.properties if prop.type is not EdmType.GEOGRAPHY]
    names = [FID, layout.longitude, layout.latitude, *(prop.name for prop in props)]
    has_shape = layout.geography is not None
    columns = ", ".join(map(quoted, [*names, *([layout.geometry] if has_shape else [])]))
    rows = file.connection.execute(
        f"SELECT {columns} FROM {quoted(layout.table)} WHERE {where}", values
    )
    for fid, longitude, latitude, *cells in rows:
        blob = cells.pop() if has_shape else None
        given = dict(zip((prop.name for prop in props), map(_typed, props, cells), strict=True))
        place = (longitude, latitude)
        words, geometry, middle = _shape(blob, place) if with_geometry else ("", None, place)
        yield Entity(fid, str(given[layout.key]), given, middle, words, geometry)


def _typed(prop: Property, value: Any) -> Any:
    read = READERS.get(prop.type)
    return value if read is None else read(value)


def _shape(
    blob: bytes | None, place: tuple[float, float]
) -> tuple[str, dict[str, Any], tuple[float, float]]:
    """A geography in words, as GeoJSON, and a place on it; the location where there is none."""
    if blob is None:
        return "", {"type": "Point", "coordinates": list(place)}, place
    shape = shapely.from_wkb(wkb_of(blob))
    count = int(shapely.get_num_coordinates(shape))
    words = shape.geom_type if count == 1 else f"{shape.geom_type}, {count:,} points"
    tolerance = 1e-5
    while shapely.get_num_coordinates(shape) > _MOST_POINTS and tolerance < 1:
        shape, tolerance = shapely.simplify(shape, tolerance), tolerance * 4
    geometry: dict[str, Any] = json.loads(shapely.to_geojson(shape))
    if count == 1:
        point = shapely.get_coordinates(shape)[0]
        place = (float(point[0]), float(point[1]))
    return words, geometry, place


# --- searching ---


def search(file: GeoPackageFile, title: str, text: str, limit: int) -> Matches:
    """Entities whose ID or any text property holds a text, whatever the case; the best first.

    IDs come from their index; texts from a scan that ends after `SECONDS`.
    """
    rows = {row[0]: row for row in _by_key(file, title, text, limit)}
    complete = _scan(file, title, text, rows)
    needle = text.casefold()
    ranked = sorted(
        (_match(file, row, needle) for row in rows.values()), key=lambda found: found[0]
    )
    return Matches([match for _, match in ranked[:limit]], complete)


def _columns(file: GeoPackageFile, title: str) -> tuple[str, list[str]]:
    layout = file.layout
    texts = [prop.name for prop in layout.schema.properties if prop.type is EdmType.STRING]
    names = [FID, layout.longitude, layout.latitude, title, *texts]
    return ", ".join(map(quoted, names)), texts


def _by_key(file: GeoPackageFile, title: str, text: str, limit: int) -> list[tuple[Any, ...]]:
    """Entities whose ID begins with the text as it was typed."""
    columns, _ = _columns(file, title)
    key = quoted(file.layout.key)
    return file.connection.execute(
        f"SELECT {columns} FROM {quoted(file.layout.table)} WHERE {key} >= ? AND {key} < ?"
        f" ORDER BY {key} LIMIT ?",
        (text, text + "\U0010ffff", limit),
    ).fetchall()


def _scan(file: GeoPackageFile, title: str, text: str, rows: dict[int, tuple[Any, ...]]) -> bool:
    """Puts what a scan finds into `rows`; gives whether it came to an end."""
    columns, texts = _columns(file, title)
    patterns = [f"%{_escaped(form)}%" for form in _forms(text)]
    terms = " OR ".join(f"{quoted(name)} LIKE ? ESCAPE '\\'" for name in texts for _ in patterns)
    deadline = time.monotonic() + SECONDS
    file.connection.set_progress_handler(lambda: time.monotonic() > deadline, _EVERY)
    try:
        cursor = file.connection.execute(
            f"SELECT {columns} FROM {quoted(file.layout.table)} WHERE {terms} LIMIT ?",
            [*(patterns * len(texts)), _LOOKED_AT],
        )
        for row in cursor:
            rows.setdefault(row[0], row)
    except sqlite3.OperationalError as error:
        if "interrupted" not in str(error):
            raise
        return False
    finally:
        file.connection.set_progress_handler(None, 0)
    return True


def _forms(text: str) -> list[str]:
    """SQLite tells the case of A to Z alone apart: other letters are looked for in each."""
    if text.isascii():
        return [text]
    return list(dict.fromkeys([text, text.lower(), text.upper(), text.title()]))


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _match(file: GeoPackageFile, row: tuple[Any, ...], needle: str) -> tuple[Any, Match]:
    """How good a match is, the least first, and what it is."""
    fid, longitude, latitude, title, *cells = row
    _, names = _columns(file, file.layout.key)
    best: tuple[int, int] = (9, 0)
    found_in, value = names[0], str(cells[0])
    for place, (name, cell) in enumerate(zip(names, cells, strict=True)):
        if cell is None:
            continue
        rank = (_rank(str(cell).casefold(), needle), place)
        if rank < best:
            best, found_in, value = rank, name, str(cell)
    key = str(cells[names.index(file.layout.key)])
    match = Match(fid, key, str(title or key), (longitude, latitude), found_in, value)
    return (*best, len(value), fid), match


def _rank(text: str, needle: str) -> int:
    if text == needle:
        return 0
    if text.startswith(needle):
        return 1
    if f" {needle}" in text:
        return 2
    return 3 if needle in text else 8
