"""What the client says of a service that refuses, or whose answers can't be read."""

from __future__ import annotations

import gzip
import io

import pytest

from datasources.api import (
    BadAnswer,
    BadRequest,
    Client,
    KeyRefused,
    LimitReached,
    NotFound,
    ServiceDown,
    ServiceError,
    transport,
)
from tests import faulty as faults
from tests.api.operations import (
    CHANGES,
    JOBS,
    QUESTIONS,
    READ,
    Operation,
    each_read_question,
    error_of,
)
from tests.faulty import FaultyService, answer

# Answers that refuse.


def test_a_refused_key_is_said_with_what_to_do(client: Client, faulty: FaultyService) -> None:
    body = (
        b'{"authenticationResultCode":"InvalidCredentials","errorDetails":["Access was denied."]}'
    )
    faulty.will(answer(401, body))
    error = error_of(CHANGES["load"], client)
    assert isinstance(error, KeyRefused)
    assert (error.code, error.status, error.can_retry) == ("key-refused", 401, False)
    assert "The service refused the key." in error.message
    assert "under Keys" in error.message
    assert error.remote_words == "Access was denied."


@pytest.mark.parametrize(
    ("result_code", "code"),
    [
        ("CredentialsExpired", "key-expired"),
        ("NotAuthorized", "key-not-allowed"),
        ("NoCredentials", "key-missing"),
        ("None", "key-refused"),
    ],
)
def test_the_reason_a_key_was_refused_is_told(
    client: Client, faulty: FaultyService, result_code: str, code: str
) -> None:
    body = (
        f"<Response><AuthenticationResultCode>{result_code}</AuthenticationResultCode></Response>"
    )
    faulty.will(answer(401, body.encode(), "application/xml"))
    assert error_of(QUESTIONS["jobs"], client).code == code


def test_a_limit_is_named_as_the_service_names_it(client: Client, faulty: FaultyService) -> None:
    words = "The limit of 50 jobs in 24 hours is reached."
    faulty.will(answer(403, f'{{"errorDetails":["{words}"],"statusCode":403}}'.encode()))
    error = error_of(CHANGES["publish"], client)
    assert isinstance(error, LimitReached)
    assert words in error.message
    assert error.remote_words == words


def test_a_403_without_a_reason_says_where_to_look(client: Client, faulty: FaultyService) -> None:
    faulty.will(faults.html(403))
    error = error_of(CHANGES["publish"], client)
    assert isinstance(error, LimitReached)
    assert error.code == "forbidden"
    assert "quota" in error.message
    assert error.remote_words == "Gateway Sign in"


@pytest.mark.parametrize(
    ("status", "kind", "can_retry"),
    [
        (400, BadRequest, False),
        (404, NotFound, False),
        (405, BadRequest, False),
        (407, ServiceDown, True),
        (408, ServiceDown, True),
        (413, BadRequest, False),
        (429, LimitReached, True),
        (500, ServiceDown, True),
        (502, ServiceDown, True),
        (503, ServiceDown, True),
    ],
)
def test_each_status_has_its_kind_of_error(
    client: Client, faulty: FaultyService, status: int, kind: type[ServiceError], can_retry: bool
) -> None:
    faulty.will(answer(status, b""))
    for operation in (CHANGES["rollback"], QUESTIONS["data_sources"], QUESTIONS["fetch"]):
        error = error_of(operation, client)
        assert type(error) is kind
        assert (error.status, error.can_retry) == (status, can_retry)


@pytest.mark.parametrize(
    "body",
    [
        b'{"errorDetails":["First.","Second."]}',
        b'{"ErrorDetails":"First.; Second."}',
        b"\xef\xbb\xbf<Response><ErrorDetails><string>First.</string><string>Second.</string>"
        b"</ErrorDetails></Response>",
    ],
)
def test_error_details_are_read_in_every_spelling(
    client: Client, faulty: FaultyService, body: bytes
) -> None:
    faulty.will(answer(400, body))
    assert error_of(QUESTIONS["jobs"], client).remote_words == "First.; Second."


def test_an_error_inside_a_200_is_an_error(client: Client, faulty: FaultyService) -> None:
    faulty.will(answer(200, b'{"statusCode":401,"authenticationResultCode":"InvalidCredentials"}'))
    assert isinstance(error_of(CHANGES["publish"], client), KeyRefused)
    faulty.will(answer(200, b'{"statusCode":200,"errorDetails":["Nothing to do."]}'))
    assert isinstance(error_of(CHANGES["publish"], client), BadRequest)


# Answers that can't be read.


@each_read_question
@pytest.mark.parametrize("bad", [faults.html(), faults.half_json()], ids=["html", "half JSON"])
def test_html_and_half_a_json_are_bad_answers(
    client: Client, faulty: FaultyService, question: Operation, bad: faults.Behaviour
) -> None:
    faulty.will(bad)
    error = error_of(question, client)
    assert isinstance(error, BadAnswer)
    assert "can't be read" in error.message


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b"42",
        b"\xff\xfe\x00",
        b"[" * 200_000,
        b'{"a":' * 500 + b"1" + b"}" * 500,
        b"<a/>",
        b'<!DOCTYPE a [<!ENTITY b "c">]><Response>&b;</Response>',
        '<!DOCTYPE a [<!ENTITY b "c">]><service>&b;</service>'.encode("utf-16"),
    ],
)
def test_answers_of_another_kind_are_bad_answers(
    client: Client, faulty: FaultyService, body: bytes
) -> None:
    faulty.will(answer(200, body))
    for name, question in READ.items():
        assert isinstance(error_of(question, client), BadAnswer), name


def test_a_status_without_a_job_is_said_so(client: Client, faulty: FaultyService) -> None:
    faulty.will(answer(200, b'{"resourceSets":[]}'))
    assert error_of(QUESTIONS["load_status"], client).code == "no-job"


def test_answers_are_read_whatever_their_content_type(
    client: Client, faulty: FaultyService
) -> None:
    faulty.will(answer(200, JOBS, "text/html"))
    assert [job.id for job in client.jobs()] == ["9cdf8b21"]


def test_the_body_of_a_deletion_is_not_looked_at(client: Client, faulty: FaultyService) -> None:
    faulty.will(faults.half_json(202))
    client.delete("a1", "Shops")


@pytest.mark.parametrize("announced", [True, False])
def test_a_huge_answer_is_not_taken_into_memory(
    client: Client, faulty: FaultyService, monkeypatch: pytest.MonkeyPatch, announced: bool
) -> None:
    monkeypatch.setattr(transport, "MAX_ANSWER", 2 * 1024**2)
    faulty.will(faults.huge(64 * 1024**2, announced=announced))
    error = error_of(QUESTIONS["jobs"], client)
    assert (type(error), error.code) == (BadAnswer, "answer-too-large")


def test_a_packed_answer_is_measured_unpacked(
    client: Client, faulty: FaultyService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transport, "MAX_ANSWER", 2 * 1024**2)
    bomb = gzip.compress(b" " * 50 * 1024**2)
    faulty.will(answer(200, bomb, headers={"Content-Encoding": "gzip"}))
    assert error_of(QUESTIONS["jobs"], client).code == "answer-too-large"


@pytest.mark.parametrize("announced", [True, False])
def test_a_fetched_file_has_a_limit(client: Client, faulty: FaultyService, announced: bool) -> None:
    faulty.will(faults.huge(5_000_000, announced=announced))
    out = io.BytesIO()
    with pytest.raises(BadAnswer, match="larger than") as caught:
        client.fetch(f"{faulty.base_url}/output", out, limit=1_000_000)
    assert caught.value.code == "answer-too-large"
    assert len(out.getvalue()) <= 1_000_000


def test_a_file_that_breaks_off_is_an_error(client: Client, faulty: FaultyService) -> None:
    faulty.will(faults.truncate(b"<Shops>"))
    assert error_of(QUESTIONS["fetch"], client).code == "connection-broken"


def test_a_file_that_broke_off_is_not_fetched_again_over_its_first_half(
    client: Client, faulty: FaultyService
) -> None:
    faulty.will(faults.truncate(b"<Shops>"), answer(200, b"<Shops/>"))
    assert error_of(QUESTIONS["fetch"], client).can_retry
    assert len(faulty.seen) == 1
    out = io.BytesIO()
    faulty.will(faults.reset, answer(503), answer(200, b"<Shops/>"))
    assert client.fetch(f"{faulty.base_url}/output", out) == 8
    assert out.getvalue() == b"<Shops/>"
