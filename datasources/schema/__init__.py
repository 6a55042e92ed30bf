"""Entity types, their properties, and the rules of the reference for a schema and a row.

The rules live here so that the server and the dashboard can't differ. Nothing here knows of
Django, files or networks. Source of the rules: "Load Data Source Data Schema and Sample Input",
"Geography Types" and "Geocode and Data Source Limits" of the public reference.
"""

import os

# Nothing here multiplies matrices: numpy's threads would do no more than wait, on a core of their own.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from datasources.schema.entities import Checked, check_batch
from datasources.schema.geography import GeographyFault, read_wkt
from datasources.schema.ids import SeenIds
from datasources.schema.rules import check_data_source_name, check_schema
from datasources.schema.types import (
    DELETE_PROPERTY,
    MAX_ENTITY_ID,
    MAX_NAME,
    MAX_POINTS,
    MAX_PROPERTIES,
    MAX_STRING,
    MAX_UNCOMPRESSED,
    PLAN_LIMITS,
    Batch,
    EdmType,
    Limits,
    Problem,
    Property,
    Schema,
    Value,
    ValueFault,
)
from datasources.schema.values import has_controls

__all__ = [
    "DELETE_PROPERTY",
    "MAX_ENTITY_ID",
    "MAX_NAME",
    "MAX_POINTS",
    "MAX_PROPERTIES",
    "MAX_STRING",
    "MAX_UNCOMPRESSED",
    "PLAN_LIMITS",
    "Batch",
    "Checked",
    "EdmType",
    "GeographyFault",
    "Limits",
    "Problem",
    "Property",
    "Schema",
    "SeenIds",
    "Value",
    "ValueFault",
    "check_batch",
    "check_data_source_name",
    "check_schema",
    "has_controls",
    "read_wkt",
]
