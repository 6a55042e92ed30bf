"""A query as types: what `parse_query` makes of the URL, and what a store answers."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import shapely

from datasources.schema import EdmType, Property, Schema, Value

DISTANCE = "__Distance"
INTERSECTED = "__IntersectedGeom"
DEFAULT_TOP = 25
MAX_TOP = 250
MAX_TOP_ROUTE = 500
ROUTE_KILOMETRES = 1.6


class Operator(StrEnum):
    """The comparisons of $filter."""

    EQ = "eq"
    NE = "ne"
    GT = "gt"
    GE = "ge"
    LT = "lt"
    LE = "le"


@dataclass(frozen=True, slots=True)
class Comparison:
    """A property against a value of its own type.

    A null is equal to null and to nothing else: `Ne` holds for a null against a value, and `Gt`,
    `Ge`, `Lt`, `Le` never hold where either side is null (OData's rules for null).
    """

    property: Property
    operator: Operator
    value: Value


@dataclass(frozen=True, slots=True)
class Within:
    """A property whose value is one of a list; never holds for a null."""

    property: Property
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Affix:
    """`StartsWith` (or `EndsWith`) of a text property, letter for letter.

    Of a null it is neither true nor false, so that `Not` doesn't find nulls either.
    """

    property: Property
    text: str
    at_start: bool


@dataclass(frozen=True, slots=True)
class Not:
    term: Condition


@dataclass(frozen=True, slots=True)
class And:
    terms: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Or:
    terms: tuple[Condition, ...]


Condition = Comparison | Within | Affix | Not | And | Or


@dataclass(frozen=True, slots=True)
class Nearby:
    """Within a distance (km, geodesic on WGS 84) of a point in degrees."""

    latitude: float
    longitude: float
    kilometres: float


@dataclass(frozen=True, slots=True)
class BBox:
    """A box in degrees, edges included. `west > east` crosses the antimeridian.

    An edge on the antimeridian also takes the points written with the other sign, and a box that
    reaches a pole has the pole whatever longitude it is written with.
    """

    south: float
    west: float
    north: float
    east: float

    def centre(self) -> tuple[float, float]:
        """Latitude and longitude of the middle, from where `__Distance` is measured."""
        width = (self.east - self.west) % 360.0 if self.west > self.east else self.east - self.west
        longitude = self.west + width / 2
        return (self.south + self.north) / 2, longitude - 360.0 if longitude > 180 else longitude


@dataclass(frozen=True, slots=True)
class Intersects:
    """A shape (longitude latitude, degrees); edges are straight lines in degrees, not geodesics."""

    shape: shapely.Geometry


@dataclass(frozen=True, slots=True)
class AlongRoute:
    """Within `kilometres` (geodesic) of a line of longitudes and latitudes, in degrees.

    The line runs from the start of a route to its end, over the antimeridian where two longitudes
    that follow each other are more than 180 degrees apart. `datasources.query.along` measures it.
    """

    line: shapely.LineString
    kilometres: float = ROUTE_KILOMETRES


@dataclass(frozen=True, slots=True)
class NearAddress:
    """`nearby('address',km)`: a `Nearby` once a geocoder has said where the address is."""

    address: str
    kilometres: float


@dataclass(frozen=True, slots=True)
class RouteOptions:
    """How a route is to run: the route parameters of "Query Near a Route".

    `avoid` holds of `highways`, `tolls`, `minimizehighways`, `minimizetolls` the strictest a road
    type; `heading` is in degrees from north, clockwise; the distance before the first turn in
    metres.
    """

    travel_mode: str = "driving"  # or walking
    optimize: str = "time"  # or distance, timewithtraffic
    avoid: frozenset[str] = frozenset()
    heading: int | None = None
    distance_before_first_turn: int | None = None


@dataclass(frozen=True, slots=True)
class NearRoute:
    """`nearRoute('start','end')`: an `AlongRoute` once a router has found the way."""

    start: str
    end: str
    options: RouteOptions = RouteOptions()


SpatialFilter = Nearby | BBox | Intersects | AlongRoute
#: What a URL may ask for: the last two need another service before a store can answer them.
AskedFilter = SpatialFilter | NearAddress | NearRoute


@dataclass(frozen=True, slots=True)
class OrderKey:
    """One key of $orderby; `property` is None for `__Distance`, of bbox and nearby."""

    property: Property | None
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Query:
    """A query for entities of one schema.

    `select` holds the properties of the answer in their order: that of $select, or of the schema
    with Latitude and Longitude last where it has none. After them come `__Distance` (km; of
    nearRoute from the nearest point of the route) and `__IntersectedGeom`, where asked for, unless
    `fields` names another order. With an `entity_id` only that entity is meant, and nothing but
    what is selected and `staging` counts. A store is never given `NearAddress` or `NearRoute`.
    """

    select: tuple[Property, ...]
    entity_id: str | None = None
    where: Condition | None = None
    spatial: AskedFilter | None = None
    order: tuple[OrderKey, ...] = ()
    with_distance: bool = False
    intersection: shapely.Geometry | None = None
    fields: tuple[str, ...] = ()
    top: int = DEFAULT_TOP
    skip: int = 0
    count: bool = False
    staging: bool = False

    def arranged(self, columns: dict[str, Any]) -> dict[str, Any]:
        """The selected and computed columns in the order of the answer."""
        return {name: columns[name] for name in self.fields} if self.fields else columns


def readable_properties(schema: Schema) -> tuple[Property, ...]:
    """What a query may select: the schema's properties, and the location if it has none.

    Where only a geography was given the service adds its centroid as Latitude and Longitude.
    """
    added = [
        Property(name, EdmType.DOUBLE)
        for name in ("Latitude", "Longitude")
        if schema.index(name) is None
    ]
    return (*schema.without_deletes().properties, *added)
