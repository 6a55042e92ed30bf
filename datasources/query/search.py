"""Finding the entities of a page: which, in what order, and how many in all; whatever keeps them.

A search works on feature IDs (the number an entity has in its version) and on locations, narrow
rows that a store can read fast; the entities themselves are read by the reader, for the page alone.
Boxes and distances go by the location of an entity (its latitude and longitude, the centroid where
only a geography was given), `intersects` by its geography. What lies where, and in what order of
properties, each store asks its own database; distances and shapes are judged here, so that all
stores answer alike.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from datasources.query.along import pieces
from datasources.query.distance import geodesic, nearest, reach, spherical, within
from datasources.query.faults import NotLocated
from datasources.query.model import (
    AlongRoute,
    BBox,
    Intersects,
    NearAddress,
    Nearby,
    NearRoute,
    OrderKey,
    Query,
)
from datasources.schema import Value

#: What a search reads of many entities: feature ID, latitude and longitude.
ROW = np.dtype([("fid", "<i8"), ("lat", "<f8"), ("lon", "<f8")])
Rows = npt.NDArray[np.void]

#: Parts of the radius of nearby that are searched one after the other until a page is full.
_WIDENING = (1 / 64, 1 / 16, 1 / 4, 1)


@dataclass(frozen=True, slots=True)
class Entities:
    """Entities in an order: their IDs, and the values of each selected property by its name.

    Column by column, as they are read and written: to make a row of each takes longer than to
    find it.
    """

    ids: list[str]
    columns: dict[str, Sequence[Value]]


@dataclass(frozen=True, slots=True)
class Found:
    """Feature IDs of the page in order, all matches if they were counted, distances (km) by ID.

    `entities` are those of the page where the search read them in the same statement.
    """

    fids: list[int]
    total: int | None = None
    distances: dict[int, float] = field(default_factory=dict)
    entities: Entities | None = None


class Search(ABC):
    """One query of one version. A store says how its database is asked."""

    def __init__(self, query: Query) -> None:
        self._query = query

    # --- what each store answers from its own database ---

    @abstractmethod
    def plain(self) -> Found:
        """The page without a spatial filter, or of a box in an order of properties."""

    @abstractmethod
    def located(self, box: BBox) -> Rows:
        """What lies in a box and passes the filter."""

    @abstractmethod
    def keys(self, fids: list[int]) -> dict[int, str]:
        """Entity IDs by feature ID."""

    @abstractmethod
    def chosen(self, fids: Any, distances: Any = None) -> Found:
        """The page of a set of features, in the query's order; `distances` (km) go with them."""

    @abstractmethod
    def shapes(self, box: BBox) -> Iterator[tuple[npt.NDArray[np.int64], Any]]:
        """Feature IDs and geometries, in pieces, of all that pass the filter and may meet a box."""

    # --- what is judged alike for all ---

    def run(self) -> Found:
        query = self._query
        match query.spatial:
            case Nearby() as near:
                return self.nearby(near)
            case NearAddress() | NearRoute():
                raise NotLocated("A version was asked for an address that nobody looked up.")
            case AlongRoute() as route:
                return self._along(route)
            case Intersects() as wanted:
                return self.chosen(np.array(sorted(self._intersecting(wanted)), dtype="<i8"))
            case BBox() as box if any(key.property is None for key in query.order):
                return self._by_distance_from_centre(box)
            case _:
                return self.plain()

    @property
    def _wanted(self) -> int:
        """Entities that are looked at until the page is full, if all match."""
        return self._query.skip + self._query.top

    def nearby(self, near: Nearby) -> Found:
        """In order of distance, or of the properties asked for."""
        if self._query.order or self._query.count:
            rows, rough = self._members(near, near.kilometres)
        else:
            # The nearest few of a wide circle mostly lie in a small one: widen it step by step.
            for part in _WIDENING:
                rows, rough = self._members(near, near.kilometres * part)
                if len(rows) >= self._wanted:
                    break
        if self._query.order:
            return self.chosen(rows["fid"], exact(near.latitude, near.longitude, rows))
        return self.ranked(rows, rough, near.latitude, near.longitude)

    def _members(self, near: Nearby, kilometres: float) -> tuple[Rows, Any]:
        """All within a distance, with their rough distances."""
        latitude, longitude = near.latitude, near.longitude
        rows = self.located(BBox(*reach(latitude, longitude, kilometres)))
        rough = _rough(latitude, longitude, rows)
        inside = within(rough, kilometres, lambda places: exact(latitude, longitude, rows[places]))
        return rows[inside], rough[inside]

    def ranked(self, rows: Rows, rough: Any, latitude: float, longitude: float) -> Found:
        """The page in order of distance, then entity ID."""
        start, stop = self._query.skip, self._wanted
        places = nearest(rough, stop)
        rows, total = rows[places], len(rough)
        away = exact(latitude, longitude, rows)
        order = np.argsort(away, kind="stable")
        rows, away = rows[order], away[order]
        stop = min(stop, len(rows))
        if start >= stop:
            return Found([], total)
        # Widen the page to whole groups of equal distance, so that the ID can decide in each.
        first = int(np.searchsorted(away, away[start], "left"))
        last = int(np.searchsorted(away, away[stop - 1], "right"))
        fids = rows["fid"][first:last].tolist()
        keys = self.keys(fids)
        ranked = sorted(
            zip(away[first:last].tolist(), fids, strict=True),
            key=lambda pair: (pair[0], keys[pair[1]].encode("utf-8", "surrogatepass")),
        )[start - first : stop - first]
        return Found([fid for _, fid in ranked], total, {fid: km for km, fid in ranked})

    def _along(self, route: AlongRoute) -> Found:
        """In order of the distance from the start of the route, then from it, then entity ID."""
        nearest: dict[int, tuple[float, float]] = {}
        for piece in pieces(route):
            rows = self.located(piece.box)
            inside, along, away = piece.measure(rows["lat"], rows["lon"])
            found = zip(away.tolist(), along.tolist(), strict=True)
            for fid, place in zip(rows["fid"][inside].tolist(), found, strict=True):
                if fid not in nearest or place < nearest[fid]:
                    nearest[fid] = place
        if self._query.order:
            away = np.array([km for km, _ in nearest.values()])
            return self.chosen(np.fromiter(nearest, dtype="<i8"), away)
        shared = Counter(nearest.values())
        keys = self.keys([fid for fid, place in nearest.items() if shared[place] > 1])
        ranked = sorted(
            nearest,
            key=lambda fid: (
                *nearest[fid][::-1],
                keys.get(fid, "").encode("utf-8", "surrogatepass"),
            ),
        )
        page = ranked[self._query.skip : self._wanted]
        return Found(page, len(ranked), {fid: nearest[fid][0] for fid in page})

    def _by_distance_from_centre(self, box: BBox) -> Found:
        latitude, longitude = box.centre()
        rows = self.located(box)
        if self._query.order == (OrderKey(None),):
            return self.ranked(rows, _rough(latitude, longitude, rows), latitude, longitude)
        return self.chosen(rows["fid"], exact(latitude, longitude, rows))

    def _intersecting(self, wanted: Intersects) -> Iterator[int]:
        shape = wanted.shape
        shapely.prepare(shape)
        west, south, east, north = shape.bounds
        box = BBox(max(south, -90.0), max(west, -180.0), min(north, 90.0), min(east, 180.0))
        for fids, geometries in self.shapes(box):
            yield from fids[_hits(shape, geometries)].tolist()


def exact(latitude: float, longitude: float, rows: Rows) -> Any:
    """Geodesic kilometres from a point to each row."""
    return geodesic(latitude, longitude, rows["lat"], rows["lon"])


def _rough(latitude: float, longitude: float, rows: Rows) -> Any:
    return spherical(latitude, longitude, rows["lat"], rows["lon"])


def _hits(shape: Any, geometries: Any) -> npt.NDArray[np.bool_]:
    try:
        hits: npt.NDArray[np.bool_] = shapely.intersects(shape, geometries)
    except shapely.errors.GEOSException:
        # A stored polygon that crosses itself may have no answer; its mended form has one.
        hits = shapely.intersects(shape, shapely.make_valid(geometries))
    return hits
