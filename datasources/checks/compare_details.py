"""The differences one by one: read from both files, counted by column, written to their file."""

# ruff: noqa: S608  (names come from the schemas, through `quoted`)

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
import shapely
from pyproj import Geod

from datasources.checks.compare_columns import Pairing
from datasources.checks.compare_summary import Extent
from datasources.checks.differences import ADDED, CHANGED, REMOVED, DifferencesWriter
from datasources.formats.geopackage.layout import FID, Layout, quoted
from datasources.formats.geopackage.values import wkb_of

_WGS84 = Geod(ellps="WGS84")
Row = tuple[Any, ...]


class Collector:
    """Takes in differences by their feature IDs, and keeps count."""

    def __init__(
        self, connection: sqlite3.Connection, pairing: Pairing, writer: DifferencesWriter
    ) -> None:
        self._connection = connection
        self._pairing = pairing
        self._writer = writer
        self._extents: dict[str, Extent] = {}
        self._moved, self._farthest, self._farthest_key = 0, 0.0, ""
        self._values: Counter[str] = Counter()
        self.emptied: Counter[str] = Counter()
        self.counts = dict.fromkeys((ADDED, CHANGED, REMOVED), 0)

    def add(self, kind: str, fids: Sequence[int], old_fids: Sequence[int]) -> None:
        """Entities of one kind: of the newer file, or of the older one if they were removed."""
        if kind == REMOVED:
            rows = self._read("old", self._pairing.old, fids)
            changes: list[str | None] = [None] * len(rows)
        else:
            rows = self._read("new", self._pairing.new, fids)
            changes = [None] * len(rows)
        before: list[tuple[float | None, float | None]] = [(None, None)] * len(rows)
        if kind == CHANGED:
            changes, before = self._changes(fids, old_fids)
            self._measure(rows, before)
        shapes = [row[3] if len(row) > 3 else None for row in rows]
        self._widen(kind, rows, shapes, before)
        self.counts[kind] += len(rows)
        self._writer.add(
            kind,
            keys=[row[0] for row in rows],
            places=[(row[1], row[2]) for row in rows],
            old_places=before,
            changes=changes,
            shapes=shapes,
        )

    def columns(self) -> dict[str, int]:
        """How many values of each property differ, the most first."""
        return dict(self._values.most_common())

    def extents(self) -> dict[str, Extent]:
        return self._extents

    def moved(self) -> dict[str, Any]:
        """How many locations moved, how far the farthest (kilometres), and which that was."""
        if not self._moved:
            return {}
        return {
            "count": self._moved,
            "farthest_km": round(self._farthest, 3),
            "key": self._farthest_key,
        }

    def _read(self, side: str, layout: Layout, fids: Sequence[int]) -> list[Row]:
        """Key, latitude, longitude, and the geometry if it is not just that point."""
        names = [layout.key, layout.latitude, layout.longitude]
        if layout.geography is not None:
            names.append(layout.geometry)
        columns = ", ".join(f"t.{quoted(name)}" for name in names)
        return self._connection.execute(
            f"SELECT {columns} FROM json_each(?) AS j JOIN {side}.{quoted(layout.table)} AS t"
            f" ON t.{quoted(FID)} = j.value ORDER BY j.key",
            (json.dumps(list(fids)),),
        ).fetchall()

    def _changes(
        self, fids: Sequence[int], old_fids: Sequence[int]
    ) -> tuple[list[str | None], list[tuple[float | None, float | None]]]:
        pairing = self._pairing
        fid = quoted(FID)
        wanted = [f"o.{quoted(name)}" for name in (pairing.old.latitude, pairing.old.longitude)]
        for column in pairing.columns:
            wanted += [column.old, column.new]
        rows = self._connection.execute(
            f"SELECT {', '.join(wanted)} FROM json_each(?) AS j"
            f" JOIN new.{quoted(pairing.new.table)} AS n ON n.{fid} = j.value ->> 0"
            f" JOIN old.{quoted(pairing.old.table)} AS o ON o.{fid} = j.value ->> 1"
            " ORDER BY j.key",
            (json.dumps(list(zip(fids, old_fids, strict=True))),),
        )
        changes: list[str | None] = []
        places: list[tuple[float | None, float | None]] = []
        for row in rows:
            places.append((row[0], row[1]))
            changes.append(self._differing(row))
        return changes, places

    def _differing(self, row: Row) -> str:
        """The properties that differ, as JSON: {"Name": [old, new]}."""
        found = {}
        for column, was, now in zip(self._pairing.columns, row[2::2], row[3::2], strict=True):
            if was == now:
                continue
            found[column.name] = [column.show(was), column.show(now)]
            self._values[column.name] += 1
            if now is None:
                self.emptied[column.name] += 1
        return json.dumps(found, ensure_ascii=False)

    def _measure(self, rows: list[Row], before: list[tuple[float | None, float | None]]) -> None:
        """How far locations moved, on the WGS 84 ellipsoid."""
        pairs = [
            (row[0], *old, row[1], row[2])
            for row, old in zip(rows, before, strict=True)
            if old != (row[1], row[2]) and None not in (*old, row[1], row[2])
        ]
        if not pairs:
            return
        keys, latitudes, longitudes, new_latitudes, new_longitudes = zip(*pairs, strict=True)
        _, _, metres = _WGS84.inv(longitudes, latitudes, new_longitudes, new_latitudes)
        self._moved += len(pairs)
        place = int(np.argmax(metres))
        if metres[place] / 1000 > self._farthest or not self._farthest_key:
            self._farthest, self._farthest_key = float(metres[place]) / 1000, keys[place]

    def _widen(
        self,
        kind: str,
        rows: list[Row],
        shapes: list[bytes | None],
        before: list[tuple[float | None, float | None]],
    ) -> None:
        """Take rows into the extent of their kind: their shapes, and where changed ones were."""
        places = [(row[1], row[2]) for row in rows] + before
        there = np.array(
            [(lon, lat, lon, lat) for lat, lon in places if lat is not None and lon is not None],
            dtype=float,
        ).reshape(-1, 4)
        drawn = [wkb_of(shape) for shape in shapes if shape]
        if drawn:
            there = np.vstack((there, shapely.bounds(shapely.from_wkb(drawn))))
        if kind in self._extents:
            there = np.vstack((there, self._extents[kind]))
        there = there[~np.isnan(there[:, 0])]
        if len(there):
            west, south = there[:, 0].min(), there[:, 1].min()
            east, north = there[:, 2].max(), there[:, 3].max()
            self._extents[kind] = (float(west), float(south), float(east), float(north))
