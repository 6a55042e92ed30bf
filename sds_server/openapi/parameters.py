"""The parameters of the API, each described once.

Sources: the tables "Template Parameters" of the reference's pages.
"""

from __future__ import annotations

from typing import Any

from sds_server.openapi.model import Parameter


def _words(*words: str, default: str = "") -> dict[str, Any]:
    """One of some words, in any case."""
    schema: dict[str, Any] = {"type": "string", "enum": list(words)}
    return {**schema, "default": default} if default else schema


_FLAG = _words("1", "true", "0", "false")

OUTPUT = Parameter(
    "output",
    "The form of the answer.",
    _words("json", "xml", default="json"),
    also=("o",),
)
JSONP = Parameter(
    "jsonp",
    "The name of a JavaScript function to call with the answer, which is JSON then.",
    {"type": "string", "pattern": r"^[A-Za-z_$][A-Za-z0-9_$]*(\.[A-Za-z_$][A-Za-z0-9_$]*)*$"},
    example="show",
)
JSONSO = Parameter(
    "jsonso", "A text that is given to that function as its second argument.", example="abc3144sd"
)
FORMAT = Parameter(
    "$format",
    "The form of the answer.",
    _words("atom", "json", default="atom"),
    also=("format",),
)
STAGING = Parameter(
    "isStaging",
    "The staged version, instead of the published one.",
    _FLAG,
    also=("isStaged",),
)
ALL_VERSIONS = Parameter(
    "showAllVersions",
    "A workspace for each version. Anything but `false` and `0` means yes.",
    _FLAG,
)

# --- loads and changes ---

DATA_SOURCE_NAME = Parameter(
    "dataSourceName",
    "The name of the data source: up to 50 letters, digits and `` ~`!$^_={}- ``.",
    {"type": "string", "minLength": 1, "maxLength": 50, "pattern": r"^[A-Za-z0-9~`!$^_={}-]+$"},
    required=True,
    example="FourthCoffeeSample",
)
LOAD_OPERATION = Parameter(
    "loadOperation",
    "What to do with the data: make or overwrite the data source, or change some entities of it; "
    "at once, or in a staged version.",
    _words("complete", "completeStaging", "incremental", "incrementalStaging"),
    required=True,
)
INPUT = Parameter(
    "input",
    "The form of the data.",
    _words("xml", "csv", "tab", "pipe", "kml", "shp"),
    required=True,
)
SET_PUBLIC = Parameter(
    "setPublic", "Whether any valid key may query the data source. Not with staging.", _FLAG
)
SET_PUBLIC_NEEDED = Parameter("setPublic", SET_PUBLIC.description, _FLAG, required=True)
QUERY_KEY = Parameter(
    "queryKey", "Another key of the same account: then it and the master key alone may query."
)
ACCESS_ID = Parameter(
    "accessId", "The ID of the data source, if it is there already; a wrong one is refused."
)
DATA_LOCATION = Parameter(
    "dataLocation",
    "A URL to fetch the data from, instead of a body; of hosts that the server is set to trust.",
    {"type": "string", "format": "uri"},
)
DESCRIPTION = Parameter(
    "description", "Words that the job's answers carry.", {"type": "string", "maxLength": 500}
)
VERSION_JOB_ID = Parameter(
    "jobId", "The job ID of the version to download; the published one if it is not given."
)

# --- queries ---

SPATIAL_FILTER = Parameter(
    "spatialFilter",
    "`nearby(latitude,longitude,km)` or `nearby('address',km)`, 0.16 to 1,000 km; "
    "`bbox(south,west,north,east)`; `intersects('WKT')`, up to 250 points, longitude first; "
    "`nearRoute('start','end')`.",
    example="nearby(40.83,-74.31,5)",
)
FILTER = Parameter(
    "$filter",
    "Conditions on properties: `Eq Ne Gt Ge Lt Le`, `in (…)`, `StartsWith(p,'x')`, "
    "`EndsWith(p,'x')`, joined by `And`, `Or`, `Not` and parentheses. Not on latitude and "
    "longitude; a wildcard search stands alone.",
    {"type": "string", "maxLength": 100_000},
    example="City Eq 'Seattle' And Employees Ge 10",
)
SELECT = Parameter(
    "$select",
    "Properties, `*`, `__Distance` (km), `intersection('WKT')`; comma between.",
    example="*,__Distance",
)
ORDER_BY = Parameter(
    "$orderby",
    "Up to three properties, each with `asc` or `desc` if wanted; `__Distance` with bbox. Needs a "
    "spatialFilter or a $filter.",
    example="City,Employees desc",
)
TOP = Parameter(
    "$top",
    "How many entities at most; 250 (with nearRoute 500) is the most that an answer holds.",
    {"type": "integer", "minimum": 0, "default": 25},
)
SKIP = Parameter(
    "$skip",
    "How many to leave out at the beginning.",
    {"type": "integer", "minimum": 0, "maximum": 2**31 - 1, "default": 0},
)
INLINE_COUNT = Parameter(
    "$inlinecount",
    "`allpages` has the number of all matches in the answer.",
    _words("allpages", "none", default="none"),
)
AVOID = Parameter(
    "avoid",
    "Of nearRoute: `highways`, `tolls`, `minimizeHighways`, `minimizeTolls`; comma between.",
    example="tolls",
)
OPTIMIZE = Parameter(
    "optimize",
    "Of nearRoute: what the route is short in.",
    _words("distance", "time", "timeWithTraffic", default="time"),
    also=("optmz",),
)
HEADING = Parameter(
    "heading",
    "Of nearRoute: in which direction it starts, in degrees from north, clockwise.",
    {"type": "integer", "minimum": 0, "maximum": 359},
    also=("hd",),
)
FIRST_TURN = Parameter(
    "distanceBeforeFirstTurn",
    "Of nearRoute: metres.",
    {"type": "integer", "minimum": 0, "maximum": 1_000_000},
    also=("dbft",),
)
TRAVEL_MODE = Parameter(
    "travelMode", "Of nearRoute.", _words("Driving", "Walking", default="Driving")
)

JOB_FORM = (OUTPUT, JSONP, JSONSO)
ODATA_FORM = (FORMAT, JSONP, JSONSO)
LOAD = (
    DATA_SOURCE_NAME,
    LOAD_OPERATION,
    INPUT,
    SET_PUBLIC,
    QUERY_KEY,
    ACCESS_ID,
    DATA_LOCATION,
    DESCRIPTION,
    *JOB_FORM,
)
ROUTE = (AVOID, OPTIMIZE, HEADING, FIRST_TURN, TRAVEL_MODE)
QUERY = (
    SPATIAL_FILTER,
    FILTER,
    SELECT,
    ORDER_BY,
    TOP,
    SKIP,
    INLINE_COUNT,
    STAGING,
    *ROUTE,
    *ODATA_FORM,
)
QUERY_ONE = (SELECT, STAGING, *ODATA_FORM)
