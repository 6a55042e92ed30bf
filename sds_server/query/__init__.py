"""The query language of the API, as the server's rooms call it: `datasources.query`."""

from datasources.query import (
    DISTANCE,
    INTERSECTED,
    Query,
    QueryFault,
    parse_query,
    parse_staging,
    readable_properties,
)

__all__ = [
    "DISTANCE",
    "INTERSECTED",
    "Query",
    "QueryFault",
    "parse_query",
    "parse_staging",
    "readable_properties",
]
