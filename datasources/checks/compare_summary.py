"""The numbers of a comparison, and how they are kept."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

#: West, south, east, north in degrees; west > east never happens: an extent is not turned around.
Extent = tuple[float, float, float, float]


@dataclass(slots=True)
class Summary:
    """What one version adds, changes and removes against another.

    `before` and `after` count the entities of each side (`after` of an incremental load: what the
    data source has once it is loaded), `matched` those whose ID both name. `columns` says how many
    values of each property differ; `extents` where the entities of each kind lie; `moved`
    (`count`, `farthest_km`, `key`) how far locations moved; `schema` has `change` (added, dropped,
    retyped, renamed, key), `property` and `words`; `warnings` have `rule` and `words`.
    """

    added: int
    changed: int
    removed: int
    unchanged: int
    before: int
    after: int
    matched: int
    columns: dict[str, int] = field(default_factory=dict)
    schema: list[dict[str, str]] = field(default_factory=list)
    extents: dict[str, Extent] = field(default_factory=dict)
    moved: dict[str, Any] = field(default_factory=dict)
    warnings: list[dict[str, str]] = field(default_factory=list)

    @property
    def differences(self) -> int:
        """Entities that are not the same on both sides."""
        return self.added + self.changed + self.removed

    def as_json(self) -> dict[str, Any]:
        return asdict(self)
