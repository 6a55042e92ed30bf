"""No answer, or none to rely on: what is certain, what is sent again, where a key may go."""

from __future__ import annotations

import io
import socket
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from datasources.api import (
    AnswerLost,
    BadAnswer,
    Client,
    ServiceDown,
)
from tests import faulty as faults
from tests.api.operations import (
    CHANGES,
    JOBS,
    QUESTIONS,
    Operation,
    each_change,
    each_question,
    error_of,
)
from tests.faulty import FaultyService, answer

# No answer: what is certain, and what is not.


@each_change
def test_a_refused_connection_certainly_sent_nothing(waits: list[float], change: Operation) -> None:
    with Client(faults.refused_base_url(), "master", sleep=waits.append) as client:
        error = error_of(change, client)
    assert isinstance(error, ServiceDown)
    assert (error.code, error.sent, error.can_retry) == ("no-connection", False, True)
    assert "nothing was sent" in error.message
    assert waits == []


def test_an_unknown_host_certainly_received_nothing(waits: list[float]) -> None:
    with Client("http://nowhere.invalid/REST/v1", "master", sleep=waits.append) as client:
        error = error_of(CHANGES["load"], client)
    assert (error.code, error.sent) == ("unknown-host", False)


def test_a_connection_that_is_never_made_sent_nothing() -> None:
    with socket.socket() as full:
        # A backlog that is full drops further connections on the floor.
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        waiting = [socket.socket() for _ in range(4)]
        for one in waiting:
            one.setblocking(False)
            one.connect_ex(full.getsockname())
        address = f"http://127.0.0.1:{full.getsockname()[1]}/REST/v1"
        with Client(address, "master", timeout=(0.2, 5), attempts=1) as client:
            error = error_of(CHANGES["publish"], client)
        for one in waiting:
            one.close()
    assert (error.code, error.sent) == ("no-connection", False)


@each_change
@pytest.mark.parametrize(
    ("fault", "code"),
    [(faults.hang, "answer-timeout"), (faults.reset, "answer-lost")],
    ids=["hangs", "resets"],
)
def test_a_change_whose_answer_is_lost_may_have_been_made(
    client: Client,
    faulty: FaultyService,
    waits: list[float],
    change: Operation,
    fault: faults.Behaviour,
    code: str,
) -> None:
    faulty.will(fault)
    error = error_of(change, client)
    assert isinstance(error, AnswerLost)
    assert (error.code, error.sent, error.can_retry) == (code, True, False)
    assert "job list" in error.message
    assert len(faulty.seen) == 1
    assert waits == []


@each_change
@pytest.mark.parametrize(
    "fault",
    [faults.truncate(), faults.reset_in_answer, faults.html(), faults.half_json(201)],
    ids=["truncated", "reset in the answer", "html", "half JSON"],
)
def test_a_change_with_an_unusable_answer_may_have_been_made(
    client: Client, faulty: FaultyService, change: Operation, fault: faults.Behaviour
) -> None:
    faulty.will(fault)
    if change is CHANGES["delete"]:
        change(client)  # the status says all that a deletion's answer has to say
    else:
        error = error_of(change, client)
        assert isinstance(error, AnswerLost)
        assert error.sent
    assert len(faulty.seen) == 1


def test_half_an_answer_with_a_location_still_names_the_job(
    client: Client, faulty: FaultyService
) -> None:
    location = {"Location": f"{faulty.base_url}/Dataflows/LoadDataSource/j7"}
    for fault in (faults.truncate(status=201, headers=location), faults.half_json(201, location)):
        faulty.will(fault)
        job = client.load("Shops", "complete", io.BytesIO(b"ID|Name"), "pipe")
        assert (job.id, job.self_url) == ("j7", location["Location"])


def test_a_download_without_a_link_is_lost(client: Client, faulty: FaultyService) -> None:
    faulty.will(answer(201, JOBS))
    assert isinstance(error_of(CHANGES["start_download"], client), AnswerLost)


@each_question
def test_a_question_that_gets_no_answer_can_be_asked_again(
    client: Client, faulty: FaultyService, question: Operation
) -> None:
    faulty.will(faults.hang)
    error = error_of(question, client)
    assert isinstance(error, ServiceDown)
    assert (error.code, error.can_retry) == ("timeout", True)


def test_an_answer_that_drips_is_given_up(client: Client, faulty: FaultyService) -> None:
    faulty.will(faults.drip)
    error = error_of(QUESTIONS["jobs"], client)
    assert (type(error), error.code) == (ServiceDown, "slow-answer")


# Sending again.


@each_question
@pytest.mark.parametrize(
    "fault",
    [answer(503), answer(500), answer(502), answer(429)],
    ids=["503", "500", "502", "429"],
)
def test_a_question_is_asked_three_times(
    client: Client,
    faulty: FaultyService,
    waits: list[float],
    question: Operation,
    fault: faults.Behaviour,
) -> None:
    faulty.will(fault)
    assert error_of(question, client).can_retry
    assert len(faulty.seen) == 3
    assert waits == [0.5, 1.0]


@pytest.mark.parametrize(
    "fault", [faults.reset, faults.truncate(), faults.reset_in_answer, answer(503)]
)
def test_a_question_is_answered_at_the_second_try(
    client: Client, faulty: FaultyService, fault: faults.Behaviour
) -> None:
    faulty.will(fault, answer(200, JOBS))
    assert len(client.jobs()) == 1
    assert len(faulty.seen) == 2


@each_change
@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_change_is_sent_once_only(
    client: Client, faulty: FaultyService, waits: list[float], change: Operation, status: int
) -> None:
    faulty.will(answer(status, headers={"Retry-After": "1"}))
    error = error_of(change, client)
    assert (error.status, error.retry_after) == (status, 1.0)
    assert len(faulty.seen) == 1
    assert waits == []


@pytest.mark.parametrize("status", [400, 401, 403, 404])
def test_a_refused_question_is_not_asked_again(
    client: Client, faulty: FaultyService, status: int
) -> None:
    faulty.will(answer(status))
    error_of(QUESTIONS["jobs"], client)
    assert len(faulty.seen) == 1


def test_retry_after_is_honoured_within_a_cap(
    client: Client, faulty: FaultyService, waits: list[float]
) -> None:
    faulty.will(answer(503, headers={"Retry-After": "7"}), answer(200, JOBS))
    client.jobs()
    assert waits == [7.0]
    faulty.will(answer(503, headers={"Retry-After": "600"}))
    error = error_of(QUESTIONS["jobs"], client)
    assert error.retry_after == 600.0
    assert waits == [7.0]


def test_retry_after_may_be_a_date(client: Client, faulty: FaultyService) -> None:
    moment = format_datetime(datetime.now(UTC) + timedelta(seconds=300), usegmt=True)
    faulty.will(answer(503, headers={"Retry-After": moment}))
    error = error_of(QUESTIONS["jobs"], client)
    assert error.retry_after is not None
    assert 200 < error.retry_after <= 300


# Redirects and links.


def test_a_question_follows_a_redirect_on_the_service_itself(
    client: Client, faulty: FaultyService
) -> None:
    faulty.will(faults.redirect("/REST/v2/jobs"), answer(200, JOBS))
    assert len(client.jobs()) == 1
    assert [one.path for one in faulty.seen] == ["/REST/v1/dataflows/ListJobs", "/REST/v2/jobs"]
    assert faulty.seen[1].query == {"output": "json", "key": "master"}


def test_redirects_without_end_are_given_up(client: Client, faulty: FaultyService) -> None:
    faulty.will(faults.redirect("/REST/v1/again"))
    assert error_of(QUESTIONS["jobs"], client).code == "redirect"
    assert len(faulty.seen) == 4


@pytest.mark.parametrize(
    "operation",
    [*CHANGES.values(), *QUESTIONS.values()],
    ids=[*CHANGES, *QUESTIONS],
)
def test_the_key_follows_no_redirect_to_another_host(
    client: Client, faulty: FaultyService, operation: Operation
) -> None:
    other = FaultyService()
    faulty.will(faults.redirect(f"{other.base_url}/data?key=master", 307))
    error = error_of(operation, client)
    other.stop()
    assert (type(error), error.code) == (BadAnswer, "foreign-link")
    assert other.seen == []


@each_change
def test_a_redirected_change_was_not_made(
    client: Client, faulty: FaultyService, change: Operation
) -> None:
    faulty.will(faults.redirect("/REST/v2", 301))
    error = error_of(change, client)
    assert (error.code, error.sent) == ("redirect", False)
    assert len(faulty.seen) == 1


def test_a_link_to_a_foreign_host_is_not_asked(client: Client, faulty: FaultyService) -> None:
    link = "https://example.com/REST/v1/jobs/1"
    body = f'{{"resourceSets":[{{"resources":[{{"id":"1","links":[{{"role":"self","url":"{link}"}}]}}]}}]}}'
    faulty.will(answer(201, body.encode()))
    job = client.publish("a1", "Shops")
    for ask in (
        lambda: client.job(job),
        lambda: client.fetch(job.self_url, io.BytesIO()),
        lambda: client.query(job.self_url),
    ):
        with pytest.raises(BadAnswer, match=r"example\.com"):
            ask()
    assert len(faulty.seen) == 1
