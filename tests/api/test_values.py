"""Single values of answers, in every spelling that services use."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from datasources.api import JobStatus, parse_json, parse_xml
from datasources.api.parse_json import UnreadableError
from datasources.api.values import as_bool, as_count, as_time, iso_text, status_of, texts
from datasources.schema import EdmType

MOMENT = datetime(2013, 1, 4, 1, 6, 23, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "Fri, 04 Jan 2013 01:06:23 GMT",
        " Fri, 04 Jan 2013 01:06:23 GMT",
        "Mon, 04 Jan 2013 01:06:23 GMT",  # a page's own weekday is wrong
        "Thu, 03 Jan 2013 17:06:23 -0800",
        "2013-01-03T17:06:23-08:00",
        "2013-01-04T01:06:23Z",
        "2013-01-04T01:06:23",
        "2013-01-04T01:06:23.0000000Z",
        "/Date(1357261583000)/",
        "/Date(1357261583000+0060)/",
        "\\/Date(1357261583000)\\/",
        "/Date(634928583830000000)/",
    ],
)
def test_a_time_is_read_in_every_form(text: str) -> None:
    assert as_time(text) == MOMENT


@pytest.mark.parametrize(
    "value",
    [
        None,
        "",
        "yesterday",
        "2013-13-01T00:00:00Z",
        "/Date()/",
        "/Date(9999999999999999999)/",
        [],
        5,
    ],
)
def test_what_is_no_time_is_none(value: object) -> None:
    assert as_time(value) is None


def test_times_before_1970_and_with_fractions_are_kept() -> None:
    assert as_time("/Date(-1000)/") == datetime(1969, 12, 31, 23, 59, 59, tzinfo=UTC)
    assert iso_text(MOMENT) == "2013-01-04T01:06:23Z"
    assert iso_text(MOMENT.replace(microsecond=320_000)) == "2013-01-04T01:06:23.32Z"


@given(st.text(max_size=40) | st.integers() | st.none() | st.floats() | st.booleans())
def test_no_value_breaks_the_reader(value: object) -> None:
    moment = as_time(value)
    assert moment is None or moment.utcoffset() is not None
    assert as_count(value) is None or isinstance(as_count(value), int)
    assert isinstance(as_bool(value), bool)
    texts(value)


@pytest.mark.parametrize("value", [True, "true", "True", "1", 1])
def test_every_yes_is_a_yes(value: object) -> None:
    assert as_bool(value)


@pytest.mark.parametrize("value", [False, "false", "0", 0])
def test_every_no_is_a_no(value: object) -> None:
    assert not as_bool(value, default=True)


@pytest.mark.parametrize(
    ("value", "count"), [(3, 3), ("3", 3), ("", None), (None, None), (-1, None)]
)
def test_a_count_that_is_missing_is_not_zero(value: object, count: int | None) -> None:
    assert as_count(value) == count


@pytest.mark.parametrize("word", ["Pending", "Created", "Accepted", "Running", ""])
def test_whatever_has_not_ended_is_in_process(word: str) -> None:
    assert status_of(word) is JobStatus.IN_PROCESS


@pytest.mark.parametrize("word", ["completed", "Completed", "COMPLETED"])
def test_completed_is_completed_in_any_case(word: str) -> None:
    assert status_of(word) is JobStatus.COMPLETED


def test_names_in_json_may_have_any_case() -> None:
    body = (
        b'{"ResourceSets":[{"Resources":[{"ID":"1","Status":"Completed","TotalEntityCount":"5",'
        b'"Links":{"Role":"DataSource","URL":" https://a/REST/v1/data/a1/Shops "}}]}]}'
    )
    (job,) = parse_json.parse_envelope(body).jobs
    assert (job.id, job.status, job.total) == ("1", JobStatus.COMPLETED, 5)
    assert job.access_id == "a1"


def test_an_aborted_job_carries_the_details_of_its_answer() -> None:
    body = (
        b'{"resourceSets":[{"resources":[{"id":"1","status":"Aborted","errorMessage":"No key."}]}],'
        b'"errorDetails":["Line 2: no primary key."]}'
    )
    (job,) = parse_json.parse_envelope(body).jobs
    assert job.error_message == "No key."
    assert job.error_details == ("Line 2: no primary key.",)


@pytest.mark.parametrize(
    "body", [b'{"resourceSets":null}', b'{"resourceSets":[{"resources":null}]}']
)
def test_an_answer_without_jobs_has_none(body: bytes) -> None:
    assert parse_json.parse_envelope(body).jobs == ()


def test_no_entities_are_no_rows() -> None:
    found = parse_json.parse_entities(b'{"d":{"results":[],"__count":0}}')
    assert (found.rows, found.columns, found.total) == ((), (), 0)


def test_entities_may_stand_without_results_around_them() -> None:
    found = parse_json.parse_entities(b'\xef\xbb\xbf{"d":[{"A":1},{"B":"/Date(0)/"}]}')
    assert found.rows == ({"A": 1}, {"B": "1970-01-01T00:00:00Z"})
    assert found.columns == ("A", "B")


def test_the_versions_of_a_schema_are_told_apart_by_their_order() -> None:
    one = (
        '<Schema Namespace="SDataSource"><EntityType Name="E"><Key><PropertyRef Name="ID"/></Key>'
        '<Property Name="ID" Type="Edm.String"/><Property Name="{name}" Type="{type}"/>'
        '</EntityType></Schema><Schema Namespace="S"><EntityContainer Name="SContext" JobID="{job}">'
        '<EntitySet Name="E" EntityType="SDataSource.E"/></EntityContainer></Schema>'
    )
    inside = one.format(name="Old", type="Edm.Int32", job="j1") + one.format(
        name="New", type="Edm.GeographyPoint", job="j2"
    )
    document = f"<Edmx><DataServices>{inside}</DataServices></Edmx>"
    first, second = parse_xml.parse_metadata(document.encode())
    assert (first.job_id, first.properties[1].name) == ("j1", "Old")
    assert first.properties[1].type is EdmType.INT64
    assert (second.job_id, second.properties[1].name) == ("j2", "New")
    assert second.properties[1].type is EdmType.GEOGRAPHY
    assert first.is_public is None


@given(st.binary(max_size=300))
def test_no_body_breaks_the_parsers(body: bytes) -> None:
    for parse in (
        parse_json.parse_envelope,
        parse_json.parse_entities,
        parse_json.parse_data_sources,
        parse_xml.parse_envelope,
        parse_xml.parse_service,
        parse_xml.parse_metadata,
    ):
        with suppress(UnreadableError):
            parse(body)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=10),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["d", "results", "resourceSets", "resources", "links", "errorDetails",
                             "__count", "DataSources", "EntitySets", "Name", "url", "role"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)  # fmt: skip


@given(JSON)
def test_no_shape_of_json_breaks_the_parsers(value: object) -> None:
    body = json.dumps(value).encode()
    for parse in (
        parse_json.parse_envelope,
        parse_json.parse_entities,
        parse_json.parse_data_sources,
    ):
        with suppress(UnreadableError):
            parse(body)
