"""Whatever the API describes, asked for in every way: the WSGI application, fuzzed by its own words.

`make test` tries some examples of each operation, the same on every run; `SCHEMATHESIS_EXAMPLES=500
HYPOTHESIS_PROFILE=wide` tries more, and others.
"""

from __future__ import annotations

import os
from dataclasses import dataclass

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis import Case
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from dashboard.wsgi import application
from sds_server.accounts import create_account
from sds_server.endpoints.table import ROUTES
from sds_server.models import DataSource, Plan, Version, new_id
from sds_server.openapi.document import openapi_document
from sds_server.store import store
from tests.sds.store.samples import CITIES, cities, fill

EXAMPLES = int(os.environ.get("SCHEMATHESIS_EXAMPLES", "12"))
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]


@dataclass(frozen=True)
class Place:
    """An account with a data source, which requests are pointed at."""

    master_key: str
    query_key: str
    parts: dict[str, str]


@pytest.fixture
def place(db: None) -> Place:
    account, master_key, query_key = create_account("Fuzzed", Plan.UNLIMITED)
    master, query = account.keys.all()
    source = DataSource.objects.create(
        account=account, name="Cities", master_key=master, query_key=query, is_public=True
    )
    job_id = new_id()
    stats = fill(store().create(job_id, CITIES), CITIES, cities(60))
    version = Version.objects.create(
        data_source=source,
        job_id=job_id,
        entity_type=CITIES.entity_type,
        properties=[[one.name, one.type.value, one.is_key] for one in CITIES.properties],
        entity_count=stats.entity_count,
        size_bytes=stats.size_bytes,
        sha256=stats.sha256,
    )
    source.published = source.staged = version
    source.save()
    parts = {
        "accessId": source.access_id,
        "dataSourceName": "Cities",
        "entityTypeName": CITIES.entity_type,
        "entityId": "'1'",
        "jobId": job_id,
        "previousVersionJobId": job_id,
    }
    return Place(master_key, query_key, parts)


schema = schemathesis.openapi.from_dict(openapi_document(ROUTES, "/REST/v1"))
schema.app = application
asked = schema.exclude(method="OPTIONS")  # its answers depend on the path alone


@asked.parametrize()
@settings(max_examples=EXAMPLES, suppress_health_check=list(HealthCheck))
@pytest.mark.django_db
def test_every_answer_is_one_that_is_described(case: Case, place: Place) -> None:
    _point(case, place)
    case.call_and_validate(checks=CHECKS)


def _point(case: Case, place: Place) -> None:
    """Most requests go to what is there, with a key that may; the rest go where chance leads."""
    case.headers["Accept-Encoding"] = "identity"  # the WSGI client does not unpack
    chance = sum(map(ord, repr(case.query) + repr(case.path_parameters)))
    if chance % 5:
        case.query["key"] = place.query_key if chance % 2 else place.master_key
    if chance % 7:
        case.path_parameters.update(
            (name, value) for name, value in place.parts.items() if name in case.path_parameters
        )
