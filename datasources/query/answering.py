"""Answering a query from one version, whatever keeps it: search, read the page, measure."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from datasources.query.model import DISTANCE, INTERSECTED, BBox, Nearby, Query, readable_properties
from datasources.query.search import Entities, Found, Rows, exact
from datasources.query.shapes import common_parts
from datasources.schema import Property, Schema, Value


@dataclass(frozen=True, slots=True)
class Page:
    """The answer to a query.

    `columns` hold the values of the selected properties in the order of `properties`, and those of
    `__Distance` (km) last if asked for; `ids` are the entity IDs, also when the ID itself was not
    selected. `total` counts all matches, before `$skip` and `$top`, and is None unless it was asked
    for.
    """

    properties: tuple[Property, ...]
    columns: dict[str, Sequence[Value]]
    ids: list[str]
    total: int | None

    @property
    def rows(self) -> list[dict[str, Value]]:
        """Each entity by itself."""
        return rows_of(self.ids, self.columns)


def rows_of(ids: Sequence[str], columns: Mapping[str, Sequence[Value]]) -> list[dict[str, Value]]:
    """Columns as rows; without a column each is empty."""
    if not columns:
        return [{} for _ in ids]
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


class Answering(ABC):
    """The part of a `VersionReader` that answers queries. A store says how its entities are read."""

    schema: Schema

    @abstractmethod
    def found(self, query: Query) -> Found:
        """Search for the entities of a page."""

    @abstractmethod
    def fids_of(self, entity_id: str) -> list[int]:
        """The feature ID of an entity; empty if there is none of this ID."""

    @abstractmethod
    def fetch(self, select: Sequence[Property], fids: list[int]) -> Entities:
        """Features with the selected properties, in the order of `fids`."""

    @abstractmethod
    def places(self, fids: list[int]) -> Rows:
        """Where features are, in any order."""

    @abstractmethod
    def geometries(self, fids: list[int]) -> dict[int, Any]:
        """Geographies of features, the location (a point) of those that have none."""

    def query(self, query: Query) -> Page:
        """See `VersionReader.query`."""
        if query.entity_id is not None:
            fids = self.fids_of(query.entity_id)
            found = Found(fids, len(fids))
        else:
            found = self.found(query)
        entities = found.entities
        if entities is None:
            entities = self.fetch(query.select, found.fids)
        columns = entities.columns
        if query.with_distance:
            columns[DISTANCE] = self._distances(query, found)
        if query.intersection is not None:
            columns[INTERSECTED] = self._intersections(query.intersection, found.fids)
        return Page(
            properties=query.select,
            columns=query.arranged(columns),
            ids=entities.ids,
            total=found.total if query.count else None,
        )

    def get(self, entity_id: str) -> dict[str, Value] | None:
        """See `VersionReader.get`."""
        entities = self.fetch(readable_properties(self.schema), self.fids_of(entity_id))
        rows = rows_of(entities.ids, entities.columns)
        return rows[0] if rows else None

    def _distances(self, query: Query, found: Found) -> list[Value]:
        """`__Distance` of each entity, measured here where the search did not need it."""
        distances = found.distances
        if found.fids and not distances:
            match query.spatial:
                case Nearby(latitude, longitude, _):
                    distances = self._measured(latitude, longitude, found.fids)
                case BBox() as box:
                    distances = self._measured(*box.centre(), found.fids)
        return [distances[fid] for fid in found.fids]

    def _measured(self, latitude: float, longitude: float, fids: list[int]) -> dict[int, float]:
        rows = self.places(fids)
        kilometres = exact(latitude, longitude, rows)
        return dict(zip(rows["fid"].tolist(), kilometres.tolist(), strict=True))

    def _intersections(self, shape: Any, fids: list[int]) -> Sequence[Value]:
        """`__IntersectedGeom` of each entity: of the geography, or else of the location."""
        geometries = self.geometries(fids)
        return common_parts(shape, [geometries[fid] for fid in fids])
