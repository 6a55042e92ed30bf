"""Which way to the entities of a page is the shortest: by place, by a property, or in order.

Entities can be read one by one from what a box holds (the R-tree) or a property's index gives, and
then be put in order; or they can be read in the order of the answer until the page is full. The
first is short if few match, the second if many do. With `n` matches among `N` entities a page of
`w` takes n reads the one way and about w·N/n the other; both are √(w·N) where they are equal, so
that many are counted first, and no more: the count of more is never needed. What a box holds is not
counted but told by a sample, unless a filter may be the shorter way.
"""

# ruff: noqa: S608  (names come from the schema, through `quoted`; values are bound)

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from datasources.formats.geopackage.layout import (
    FID,
    KEY_INDEX,
    LOCATION_INDEX,
    ORDER_INDEX,
    Layout,
    quoted,
)
from datasources.query.model import BBox, Query
from datasources.schema import Property
from sds_server.store.geopackage.indexes import MIN_ENTITIES
from sds_server.store.geopackage.pool import OpenFile
from sds_server.store.geopackage.terms import (
    FILLED,
    KEY,
    ROW,
    VALUE,
    Term,
    can_be_indexed,
    terms_of,
)
from sds_server.store.geopackage.where import Sql
from sds_server.store.sample import SCATTER

Wish = Callable[[Property], None]

ALL: Sql = ("1", [])
_FEWEST = 200
#: Entities whose like is looked for to tell whether many match, and how many of them have to; and
#: the same as a part of all, where locations alone decide.
_TRIED, _HITS = 200, 3
_MANY = _HITS / _TRIED
#: To read a feature takes so much longer than a row of the index of locations.
_READ = 8
#: A box that holds more than this part of all entities is read without the index of locations.
_WIDE = 1 / 8


@dataclass(frozen=True, slots=True)
class Way:
    """What is read (`FROM`), a condition that says how, and what stands for the feature ID.

    `order`: columns of the answer's order that this way has at hand. `streams`: entities come in
    that order, so that a page may be had without the rest. `is_all`: the condition of the way is
    all that was asked for. `count`: how many entities lie on it, if they were counted.
    """

    source: str
    text: str = "1"
    values: tuple[Any, ...] = ()
    fid: str = quoted(FID)
    order: str = ""
    streams: bool = False
    is_all: bool = False
    count: int | None = None


class Planner:
    """The ways of one query in one open file."""

    def __init__(self, opened: OpenFile, query: Query, condition: Sql, wish: Wish) -> None:
        """`condition` is the whole of box and filter; `wish` is told of properties whose index
        would have helped."""
        file = opened.file
        self._opened, self._file, self._beside = opened, file, opened.beside
        self._query, self._condition = query, condition
        self._layout = file.layout
        self._table = quoted(self._layout.table)
        self._wish: Wish = wish if file.count >= MIN_ENTITIES else no_wish
        wanted = max(query.skip + query.top, 1)
        self._few = max(_FEWEST, math.isqrt(wanted * file.count))

    def best(self) -> Way:
        """The way to the page."""
        ways = [*self._by_box(), *self._by_terms()]
        counted = [way for way in ways if way.count is not None]
        if counted:
            return min(counted, key=lambda way: way.count or 0)
        if self._query.order:
            return self._by_order() or self._through_all()
        streams = [way for way in ways if way.streams]
        if streams:
            return streams[0]
        return self._in_order() if self._are_many() else self._through_all()

    def counting(self, way: Way) -> Way:
        """The way to count all matches, given that to the page."""
        if way.is_all or way.count is not None:
            return way
        alone = (one for one in self._by_terms(counted=False) if one.is_all)
        return next(alone, None) or self._through_all()

    def in_box(self, box: BBox) -> Way:
        """The way to all that a box holds."""
        return self._near(box) or Way(f"{self._table} INDEXED BY {LOCATION_INDEX}")

    # --- ways ---

    def _by_box(self) -> list[Way]:
        near = self._near(self._query.spatial) if isinstance(self._query.spatial, BBox) else None
        return [] if near is None else [near]

    def _near(self, box: BBox) -> Way | None:
        """By place, if the box holds few entities; None also where the R-tree is not one of
        locations."""
        if self._layout.geography is not None:
            return None
        inside, in_band = self._opened.sample().held(box)
        text, values = _in_rtree(self._layout, box)
        count = int(inside)
        if self._query.where is not None:  # a term of the filter may be the shorter way
            count = self._counted(text, values, self._few)
        if count > self._few:
            return None
        if count * _READ > in_band:
            return Way(f"{self._table} INDEXED BY {LOCATION_INDEX}", count=count)
        return Way(self._table, f"{quoted(FID)} IN ({text})", tuple(values), count=count)

    def _by_terms(self, *, counted: bool = True) -> list[Way]:
        """A way for each part of the filter whose property has an index."""
        indexed = ((term, self._index(term.property)) for term in terms_of(self._query.where))
        return [self._by_term(term, table, counted=counted) for term, table in indexed if table]

    def _by_term(self, term: Term, table: str, *, counted: bool) -> Way:
        streams = term.in_order and not self._query.order
        # The index holds entity IDs, but not what else may be ordered by.
        alone = term.is_all and self._query.spatial is None and not self._query.order
        count: int | None = None
        if streams and alone:
            count = 0  # as good as: a page is read at once, however many follow
        elif counted:
            found = self._counted(
                f"SELECT 1 FROM {table} WHERE {term.text}", term.values, self._few
            )
            count = found if found <= self._few else None
        return Way(
            table if alone else f"{table} CROSS JOIN {self._table} ON {quoted(FID)} = {ROW}",
            term.text,
            term.values,
            fid=ROW if alone else quoted(FID),
            order=KEY if streams or alone else "",
            streams=streams,
            is_all=alone,
            count=count,
        )

    def _by_order(self) -> Way | None:
        """All entities in the order asked for, if it is by one property, and that has an index."""
        first, *others = self._query.order
        if first.property is None or others:
            return None
        table = self._index(first.property)
        if table is None or not self._are_many():
            return None
        way = " DESC" if first.descending else ""
        return Way(
            f"{table} CROSS JOIN {self._table} ON {quoted(FID)} = {ROW}",
            order=f"{FILLED}{way}, {VALUE}{way}, {KEY}",
            streams=True,
        )

    def _in_order(self) -> Way:
        """All entities in the order of their IDs, their locations beside."""
        boxed = isinstance(self._query.spatial, BBox) and ORDER_INDEX in self._file.indexes
        return Way(f"{self._table} INDEXED BY {ORDER_INDEX if boxed else KEY_INDEX}", streams=True)

    def _through_all(self) -> Way:
        """All entities as they lie, or those of a band of latitudes."""
        box = self._query.spatial
        if isinstance(box, BBox) and not self._is_wide(box):
            return Way(f"{self._table} INDEXED BY {LOCATION_INDEX}")
        return Way(f"{self._table} NOT INDEXED")

    def _index(self, prop: Property) -> str | None:
        """The index of a property; one that is not there is wished for."""
        table = self._beside.table(prop)
        if table is None and can_be_indexed(prop):
            self._wish(prop)
        return table

    # --- how many ---

    def _are_many(self) -> bool:
        """Whether so many entities match that a page of them is soon met, by a sample."""
        if self._query.where is None:
            box = self._query.spatial
            if not isinstance(box, BBox):
                return True
            return self._opened.sample().held(box)[0] >= _MANY * self._file.count
        # Scattered, for what lies at equal steps may be alike.
        fids = ",".join(str(1 + at * SCATTER % self._file.count) for at in range(_TRIED))
        text, values = self._condition
        (hits,) = self._file.connection.execute(
            f"SELECT count(*) FROM {self._table} WHERE {quoted(FID)} IN ({fids}) AND {text}", values
        ).fetchone()
        return int(hits) >= _HITS

    def _is_wide(self, box: BBox) -> bool:
        """Whether a box holds so much that features had better be read as they lie."""
        if self._query.where is None and not self._query.order:
            return False  # the index has all that is asked
        limit = int(self._file.count * _WIDE)
        inner = (
            f"SELECT 1 FROM {self._table} INDEXED BY {LOCATION_INDEX}"
            f" WHERE {quoted(self._layout.latitude)} BETWEEN ? AND ?"
        )
        return self._counted(inner, [box.south, box.north], limit) > limit

    def _counted(self, inner: str, values: Sequence[Any], most: int) -> int:
        """How many rows there are, at most one more than `most`."""
        (count,) = self._file.connection.execute(
            f"SELECT count(*) FROM ({inner} LIMIT ?)", [*values, most + 1]
        ).fetchone()
        return int(count)


def rtree_sql(layout: Layout, box: BBox) -> Sql:
    """The features whose boxes in the R-tree meet a box; see `BBox` for antimeridian and poles."""
    # A subquery, not a join: a property may have the name of a column of the R-tree.
    text, values = _in_rtree(layout, box)
    return f"{quoted(FID)} IN ({text})", values


def _in_rtree(layout: Layout, box: BBox) -> Sql:
    corners = _corners(box)
    one = (
        f"SELECT id FROM {quoted(layout.rtree)}"
        " WHERE maxx >= ? AND minx <= ? AND maxy >= ? AND miny <= ?"
    )
    return " UNION ".join([one] * len(corners)), [side for corner in corners for side in corner]


def _corners(box: BBox) -> list[tuple[float, float, float, float]]:
    """Rectangles (west, east, south, north) that hold all of a box."""
    south, west, north, east = box.south, box.west, box.north, box.east
    if west > east:
        found = [(west, 180.0, south, north), (-180.0, east, south, north)]
    else:
        found = [(west, east, south, north)]
        found += [(edge, edge, south, north) for edge in (180.0, -180.0) if -edge in (west, east)]
    found += [(-180.0, 180.0, pole, pole) for pole in (90.0, -90.0) if pole in (north, south)]
    return found


def no_wish(_: Property) -> None:
    """For a version that needs no index of a property, or can have none."""
