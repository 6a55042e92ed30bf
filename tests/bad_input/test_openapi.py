"""Whatever the API describes, asked for in every way: the WSGI application, fuzzed by its own words.

`make test` tries some examples of each operation, the same on every run; `SCHEMATHESIS_EXAMPLES=500
HYPOTHESIS_PROFILE=wide` tries more, and others.
"""

from __future__ import annotations

import os
from dataclasses import dataclass

import pytest
import schemathesis
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import Case
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from dashboard.wsgi import application
from sds_server import files
from sds_server.accounts import create_account
from sds_server.endpoints.table import ROUTES
from sds_server.models import (
    LOADS,
    DataflowJob,
    DataSource,
    JobKind,
    JobStatus,
    Plan,
    Version,
    new_id,
)
from sds_server.openapi.document import openapi_document
from sds_server.openapi.model import Form, Route
from sds_server.store import store
from tests.sds.query.test_hostile import FILTERS
from tests.sds.store.samples import CITIES, cities, fill

STATES = list(JobStatus)
KINDS = {
    "LoadDataSource": list(LOADS),
    "DataSourceRollback": [JobKind.ROLLBACK],
    "DataSourceDownload": [JobKind.DOWNLOAD],
    "jobs": [JobKind.PUBLISH, JobKind.ACCESS, JobKind.DELETE],
}
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
    jobs: dict[str, list[str]]  # IDs by the word of the path


@pytest.fixture
def place(db: None) -> Place:
    account, master_key, query_key = create_account("Fuzzed", Plan.UNLIMITED)
    master, query = account.keys.all()
    source = DataSource.objects.create(
        account=account, name="Cities", master_key=master, query_key=query, is_public=True
    )
    earlier, source.published, source.staged = (_version(source) for _ in range(3))
    source.save()
    parts = {
        "accessId": source.access_id,
        "dataSourceName": "Cities",
        "entityTypeName": CITIES.entity_type,
        "entityId": f"'{cities(60)[0]['EntityID']}'",
        "previousVersionJobId": earlier.job_id,
    }
    jobs = {
        word: [_job(source, kind, status) for kind in kinds for status in STATES]
        for word, kinds in KINDS.items()
    }
    return Place(master_key, query_key, parts, jobs)


def _version(source: DataSource) -> Version:
    """A version of some cities."""
    job_id = new_id()
    stats = fill(store().create(job_id, CITIES), CITIES, cities(60))
    return Version.objects.create(
        data_source=source,
        job_id=job_id,
        entity_type=CITIES.entity_type,
        properties=[[one.name, one.type.value, one.is_key] for one in CITIES.properties],
        entity_count=stats.entity_count,
        size_bytes=stats.size_bytes,
        sha256=stats.sha256,
    )


def _job(source: DataSource, kind: JobKind, status: JobStatus) -> str:
    """A job as it stays in the database, with its files; gives its ID."""
    failed = status == JobStatus.ABORTED
    job = DataflowJob.objects.create(
        account=source.account,
        key=source.master_key,
        data_source=source,
        data_source_name=source.name,
        access_id=source.access_id,
        kind=kind,
        status=status,
        description="Fuzzed",
        total=60,
        processed=60,
        failed=2,
        completed_at=None if status == JobStatus.PENDING else timezone.now(),
        error_message="It broke." if failed else "",
        error_details=["It broke.", "There, too."] if failed else [],
    )
    files.keep_text("row\tproblem\n", files.log_name(job.job_id))
    files.keep_text("<Cities/>", files.download_name(job.job_id))
    return job.job_id


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
    word = case.operation.path.split("/")[2] if case.operation.path.count("/") > 1 else ""
    if (jobs := place.jobs.get(word)) and "jobId" in case.path_parameters:
        case.path_parameters["jobId"] = jobs[chance % len(jobs)]
    if chance % 7:
        case.path_parameters.update(
            (name, value) for name, value in place.parts.items() if name in case.path_parameters
        )


JSON_FORMS = (
    Form.JOB_JSON, Form.SERVICE_JOB_JSON, Form.JOB_LIST_JSON, Form.ENTITIES_JSON, Form.ENTITY_JSON,
    Form.SOURCES_JSON, Form.SOURCE_JSON, Form.DIRECTORY_JSON, Form.DOCUMENT,
)  # fmt: skip
IN_JSON = [
    route
    for route in ROUTES
    if "GET" in route.operations
    and any(form in JSON_FORMS for form in route.operations["GET"].answers[0].forms)
]


@pytest.mark.django_db
@pytest.mark.parametrize("route", IN_JSON, ids=lambda route: route.template)
def test_an_answer_in_json_has_the_form_that_is_described(route: Route, place: Place) -> None:
    """So that none of them is left to chance."""
    asked = {"output": "json", "$format": "json", "setPublic": "1", "$inlinecount": "allpages"}
    parts = {name: place.parts.get(name, "") for name in route.parts}
    word = route.template.split("/")[2] if "jobId" in parts else ""
    for job_id in place.jobs.get(word, [""]):
        if "jobId" in parts:
            parts["jobId"] = job_id
        case = schema[route.template]["GET"].Case(
            path_parameters=parts,
            query={**asked, "key": place.master_key},
            headers={"Accept-Encoding": "identity"},
        )
        answered = case.call_and_validate(checks=CHECKS)
        assert answered.status_code < 300
        (media_type,) = answered.headers["content-type"]
        assert media_type.startswith("application/json")


@settings(max_examples=EXAMPLES * 10, suppress_health_check=list(HealthCheck))
@given(
    text=FILTERS,
    form=st.sampled_from(["atom", "json"]),
    order=st.sampled_from(["", "Name desc", "Density"]),
)
@pytest.mark.django_db
def test_any_filter_is_answered_or_refused_by_its_name(
    text: str, form: str, order: str, place: Place
) -> None:
    """The grammar of filters, with what breaks it, through the whole of the server."""
    path = "/REST/v1/data/{accessId}/{dataSourceName}/{entityTypeName}".format(**place.parts)
    asked = {"$filter": text, "$format": form, "$orderby": order, "key": place.query_key}
    answered = Client().get(path, asked)
    assert answered.status_code in (200, 400), answered.content
    if answered.status_code == 400 and form == "json":
        (detail,) = answered.json()["errorDetails"]
        assert detail.startswith(("$filter: ", "$orderby: ", "The request holds a NUL"))
