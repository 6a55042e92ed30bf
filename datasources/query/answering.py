"""Answering a query from one version, whatever keeps it: search, read the page, measure."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from datasources.query.model import DISTANCE, INTERSECTED, BBox, Nearby, Query, readable_properties
from datasources.query.search import Entity, Found, Rows, exact
from datasources.query.shapes import common_parts
from datasources.schema import Property, Schema, Value


@dataclass(frozen=True, slots=True)
class Page:
    """The answer to a query.

    `rows` hold the selected properties in the order of `properties`, and `__Distance` (km) last if
    asked for; `ids` are their entity IDs, also when the ID itself was not selected. `total` counts
    all matches, before `$skip` and `$top`, and is None unless it was asked for.
    """

    properties: tuple[Property, ...]
    rows: list[dict[str, Value]]
    ids: list[str]
    total: int | None


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
    def fetch(self, select: Sequence[Property], fids: list[int]) -> list[Entity]:
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
        if query.with_distance:
            self._add_distances(query, found, entities)
        if query.intersection is not None:
            self._add_intersections(query.intersection, found.fids, entities)
        return Page(
            properties=query.select,
            rows=[query.arranged(row) for _, row in entities],
            ids=[key for key, _ in entities],
            total=found.total if query.count else None,
        )

    def get(self, entity_id: str) -> dict[str, Value] | None:
        """See `VersionReader.get`."""
        entities = self.fetch(readable_properties(self.schema), self.fids_of(entity_id))
        return entities[0][1] if entities else None

    def _add_distances(self, query: Query, found: Found, entities: list[Entity]) -> None:
        """Put `__Distance` into the rows, measured here where the search did not need it."""
        distances = found.distances
        if entities and not distances:
            match query.spatial:
                case Nearby(latitude, longitude, _):
                    distances = self._measured(latitude, longitude, found.fids)
                case BBox() as box:
                    distances = self._measured(*box.centre(), found.fids)
        for fid, (_, row) in zip(found.fids, entities, strict=True):
            row[DISTANCE] = distances[fid]

    def _measured(self, latitude: float, longitude: float, fids: list[int]) -> dict[int, float]:
        rows = self.places(fids)
        kilometres = exact(latitude, longitude, rows)
        return dict(zip(rows["fid"].tolist(), kilometres.tolist(), strict=True))

    def _add_intersections(self, shape: Any, fids: list[int], entities: list[Entity]) -> None:
        """Put `__IntersectedGeom` into the rows: of the geography, or else of the location."""
        geometries = self.geometries(fids)
        parts = common_parts(shape, [geometries[fid] for fid in fids])
        for (_, row), part in zip(entities, parts, strict=True):
            row[INTERSECTED] = part
