"""URL options of the Query API, read into typed queries. Knows nothing of how entities are kept."""

from datasources.query.faults import QueryFault
from datasources.query.model import DISTANCE, INTERSECTED, Query, readable_properties
from datasources.query.options import parse_query, parse_staging

__all__ = [
    "DISTANCE",
    "INTERSECTED",
    "Query",
    "QueryFault",
    "parse_query",
    "parse_staging",
    "readable_properties",
]
