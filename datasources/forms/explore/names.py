"""The kinds of query that the explorer knows, and the names of its fields, which are those of its
address: the address holds the whole query.

find      filter (all that fit), id (one entity), ids (a list of them)
where     "" (anywhere), near, address, box, shape, route
select    names, comma-separated; distance and common add `__Distance` and `intersection(…)`
o1 d1 …   the properties to order by, and their directions (asc, desc)
"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as lazy

FIND = (
    ("filter", lazy("All that fit")),
    ("id", lazy("One entity")),
    ("ids", lazy("A list of IDs")),
)
WHERE = (
    ("", lazy("Anywhere")),
    ("near", lazy("Near a point")),
    ("address", lazy("Near an address")),
    ("box", lazy("In a box")),
    ("shape", lazy("In a shape")),
    ("route", lazy("Along a route")),
)
#: What needs a geocoder or a router, which the archive has not.
NEEDS_SERVICE = frozenset({"address", "route"})

FOUND_BY = {"filter": ("filter",), "id": ("entity",), "ids": ("ids", "part")}
PLACED_BY = {
    "": (),
    "near": ("lat", "lon", "km"),
    "address": ("place", "km"),
    "box": ("south", "west", "north", "east"),
    "shape": ("wkt",),
    "route": ("start", "end", "travel", "optimize", "avoid", "heading", "turn"),
}
#: Those that a place cannot do without.
NEEDED = {
    "id": ("entity",),
    "ids": ("ids",),
    "near": ("lat", "lon", "km"),
    "address": ("place", "km"),
    "box": ("south", "west", "north", "east"),
    "shape": ("wkt",),
    "route": ("start", "end"),
}
ORDERS = (("o1", "d1"), ("o2", "d2"), ("o3", "d3"))
ANSWERED_BY = (
    "select", "distance", "common", *(name for pair in ORDERS for name in pair), "top", "skip",
    "count", "format",
)  # fmt: skip
#: Of one entity by its ID.
SINGLE = ("select", "common", "format")
DEFAULTS = {
    "find": "filter", "where": "", "km": "25", "travel": "driving", "optimize": "time", "part": "1",
    "top": "25", "skip": "0", "count": "allpages", "format": "json", "d1": "asc", "d2": "asc",
    "d3": "asc",
}  # fmt: skip
