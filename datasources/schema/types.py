"""What every file becomes: a schema and batches of entities, and what can be wrong with them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

MAX_PROPERTIES = 350  # beside latitude and longitude
MAX_STRING = 2560  # characters
MAX_ENTITY_ID = 50  # characters
MAX_NAME = 50  # characters, of a property or a data source
MAX_POINTS = 100_000  # of one geography
MAX_UNCOMPRESSED = 300 * 1024 * 1024  # bytes
#: Of the plan `unlimited`: what a worker reads in some minutes, and larger than any real load.
MAX_UNCOMPRESSED_OWN = 4 * 1024 * 1024 * 1024  # bytes
DELETE_PROPERTY = "__deleteEntity"


class EdmType(StrEnum):
    """The types of the reference, as they stand in a text schema."""

    STRING = "Edm.String"
    INT64 = "Edm.Int64"
    DOUBLE = "Edm.Double"
    BOOLEAN = "Edm.Boolean"
    DATETIME = "Edm.DateTime"
    GEOGRAPHY = "Edm.Geography"


#: A checked value: Edm.String and Edm.Geography (WKT, longitude latitude) as str; Edm.DateTime as
#: str in the form `YYYY-MM-DDTHH:MM:SS[.fffffff]Z` (UTC, up to seven decimals, none if zero).
Value = str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class Property:
    """One property of an entity type."""

    name: str
    type: EdmType
    is_key: bool = False


@dataclass(frozen=True, slots=True)
class Schema:
    """An entity type: its name, its properties in file order, one of them the entity ID."""

    entity_type: str
    properties: tuple[Property, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the properties, in file order."""
        return tuple(prop.name for prop in self.properties)

    def index(self, name: str) -> int | None:
        """The position of a property, its name compared without case; None where there is none."""
        wanted = name.lower()
        for position, prop in enumerate(self.properties):
            if prop.name.lower() == wanted:
                return position
        return None

    @property
    def key_index(self) -> int:
        """The position of the entity ID. LookupError if `check_schema` would refuse the schema."""
        for position, prop in enumerate(self.properties):
            if prop.is_key:
                return position
        raise LookupError(f"The entity type {self.entity_type} has no primary key.")

    @property
    def key(self) -> Property:
        """The entity ID. LookupError if `check_schema` would refuse the schema."""
        return self.properties[self.key_index]

    @property
    def latitude_index(self) -> int | None:
        return self.index("Latitude")

    @property
    def longitude_index(self) -> int | None:
        return self.index("Longitude")

    @property
    def geography_index(self) -> int | None:
        """The position of the (first) property of type Edm.Geography."""
        for position, prop in enumerate(self.properties):
            if prop.type is EdmType.GEOGRAPHY:
                return position
        return None

    @property
    def deletes_index(self) -> int | None:
        """The position of `__deleteEntity` in the schema of a file for an incremental load."""
        return self.index(DELETE_PROPERTY)

    def without_deletes(self) -> Schema:
        """The schema of the data source itself: the same without `__deleteEntity`."""
        deletes = self.deletes_index
        if deletes is None:
            return self
        return Schema(self.entity_type, self.properties[:deletes] + self.properties[deletes + 1 :])


@dataclass(slots=True)
class Batch:
    """Some thousands of entities in columns, with their place in the file.

    `columns[i]` holds the values of `schema.properties[i]`, all of one length. A reader gives raw
    text (`None` or "" for an empty or absent value); a checked batch gives `Value`s, and its
    columns are those of `schema.without_deletes()`.
    `rows[j]` is the number of the entity in the file (from 1), `lines[j]` the line it starts on
    (from 1; 0 where the format has no lines). `deleted` lists the positions of the entities that
    an incremental load deletes.

    A reader that knows it from the whole text may say that no value is longer than `longest`
    characters (0: not known) or that no `<` and no control character stands in any (`markup`
    false): it spares the check a look at every value. One that has the geometries themselves
    gives them in `shapes` (shapely, None where absent): the column of the Edm.Geography is then
    their text, and is parsed only where there is no shape. What a reader found wrong with an entity
    is in `faults`, by position: its values stand in the columns as far as they can be held there.
    """

    columns: list[Sequence[Value]]
    rows: Sequence[int]
    lines: Sequence[int]
    deleted: frozenset[int] = field(default_factory=frozenset)
    longest: int = 0
    markup: bool = True
    shapes: Sequence[Any] | None = None
    faults: Mapping[int, Problem] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.rows)

    def part(self, start: int, size: int) -> Batch:
        """So many of its entities; of a raw batch, which has none marked as deleted."""
        if not start and len(self) <= size:
            return self
        those = slice(start, start + size)
        found = replace(
            self,
            columns=[column[those] for column in self.columns],
            rows=self.rows[those],
            lines=self.lines[those],
            shapes=None if self.shapes is None else self.shapes[those],
        )
        if self.faults:
            within = range(start, start + size)
            found.faults = {at - start: one for at, one in self.faults.items() if at in within}
        return found


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong, where it is, the rule it breaks, and what to do about it.

    `rule` is a short code (`latitude-range`); `row` counts entities from 1, `line` lines from 1,
    both None for a fault of the whole file. `fatal` problems are faults of the file, the schema, a
    limit or a duplicate ID: they abort a load. A `warning` costs nothing. Others cost the one
    entity they stand in. `is_row`: the entity could not be taken apart and is in no batch; `value`
    is all of it as it stands in the file.
    """

    rule: str
    message: str
    advice: str = ""
    row: int | None = None
    line: int | None = None
    column: str = ""
    value: str = ""
    fatal: bool = False
    warning: bool = False
    is_row: bool = False


@dataclass(frozen=True, slots=True)
class Limits:
    """What a plan allows; None where it sets no limit."""

    max_entities: int | None
    max_uncompressed: int | None = MAX_UNCOMPRESSED  # bytes
    max_polygons: int | None = None  # in a KML file or a shapefile
    max_polygon_points: int | None = MAX_POINTS


#: Of "Geocode and Data Source Limits"; `unlimited` is of our own server alone.
PLAN_LIMITS: dict[str, Limits] = {
    "basic": Limits(2_500, max_polygons=50, max_polygon_points=250),
    "enterprise": Limits(200_000, max_polygons=200_000),
    "unlimited": Limits(None, max_uncompressed=MAX_UNCOMPRESSED_OWN),
}


class ValueFault(Exception):  # noqa: N818  # "fault" is the word of this product
    """One value breaks a rule: the rule's code, what is wrong, and what to do."""

    def __init__(self, rule: str, message: str, advice: str = "") -> None:
        super().__init__(message)
        self.rule = rule
        self.message = message
        self.advice = advice
