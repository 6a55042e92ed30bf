"""URL options of the Query API, read into typed queries. Knows nothing of how entities are kept."""

from sds_server.query.faults import QueryFault
from sds_server.query.model import DISTANCE, INTERSECTED, Query, readable_properties
from sds_server.query.options import parse_query, parse_staging

__all__ = [
    "DISTANCE",
    "INTERSECTED",
    "Query",
    "QueryFault",
    "parse_query",
    "parse_staging",
    "readable_properties",
]
