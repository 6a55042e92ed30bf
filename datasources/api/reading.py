"""From an answer of the service to what it says, or to the error it means."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar
from urllib.parse import unquote

from datasources.api import parse_json, parse_xml
from datasources.api.errors import AnswerLost, BadAnswer, ServiceError, error_of_status
from datasources.api.exchange import Answer
from datasources.api.parse_json import Entities, Envelope, UnreadableError
from datasources.api.types import JobStatus, Link, RemoteJob, RemoteVersion
from datasources.phrases import Phrase

T = TypeVar("T")

_TAGS = re.compile(r"<(script|style)\b.*?</\1\s*>|<[^>]*>", re.IGNORECASE | re.DOTALL)
_LOOK_FIRST = Phrase(
    "It may have been carried out all the same: the job list tells. Do not send it again before "
    "looking there."
)


def accepted(answer: Answer) -> None:
    """Raise the error that an answer of 400 and above means; any 2xx is success."""
    if 200 <= answer.status < 300:
        return
    if answer.status < 400:
        raise BadAnswer(
            Phrase(
                "The service answers with HTTP status {status}, which nothing here asks for. Check its address in the site's settings.",
                status=answer.status,
            ),
            status=answer.status,
        )
    raise _error(answer, answer.status, _envelope_or_none(answer))


def envelope(answer: Answer) -> Envelope:
    """The jobs of an answer, in JSON or XML; raises the error that the answer means."""
    accepted(answer)
    found = parsed(answer, _parse_envelope)
    if found.status is not None and found.status >= 400:
        raise _error(answer, found.status, found)
    if found.details and not found.jobs:
        raise _error(answer, 400, found)
    return found


def one_job(answer: Answer) -> RemoteJob:
    """The one job of a status answer."""
    jobs = envelope(answer).jobs
    if not jobs:
        raise BadAnswer(
            Phrase(
                "The service's answer names no job. It may have been dropped: look in the job list."
            ),
            code="no-job",
            status=answer.status,
        )
    return jobs[0]


def started_job(answer: Answer, *, needs_link: bool = False) -> RemoteJob:
    """The job that a request has created; raises AnswerLost if it can't be told which.

    The `Location` header is the job's status address: with it even half an answer will do.
    needs_link: there is no other way than the link to ask for the job's status.
    """
    job: RemoteJob | None = None
    failure: ServiceError | None = answer.fault if answer.status < 300 else None
    if failure is None:
        try:
            job = one_job(answer)
        except BadAnswer as error:
            failure = error
    if failure is not None and answer.status >= 300:
        raise failure
    link = "" if not answer.location else answer.scrubbed(answer.location).partition("?")[0]
    if job is None and link:
        job = RemoteJob(link.rstrip("/").rpartition("/")[2], JobStatus.IN_PROCESS, "")
    if job is not None and link and not job.self_url:
        job = replace(job, links=(Link("self", link), *job.links))
    if job is None or not (job.id or job.self_url) or (needs_link and not job.self_url):
        raise _lost_answer(failure, answer)
    return job


def lost(error: ServiceError) -> ServiceError:
    """What a failure means for a request that changes something: unknown, if it was sent."""
    if not error.sent or error.status is not None:
        return error
    return AnswerLost(
        Phrase.sentences(
            Phrase(
                "The request was sent, but the connection ended before the service's answer was "
                "here."
            ),
            _LOOK_FIRST,
        ),
        code="answer-timeout" if error.code in ("timeout", "slow-answer") else "answer-lost",
    )


def parsed(answer: Answer, parse: Callable[[bytes], T]) -> T:
    """What `parse` makes of a successful answer; raises BadAnswer where it can't be read."""
    accepted(answer)
    if answer.fault is not None:
        raise answer.fault
    try:
        return parse(answer.body)
    except UnreadableError as error:
        is_page = parse_xml.looks_like_html(answer.body)
        reason = Phrase("a web page") if is_page else error.reason
    raise BadAnswer(
        Phrase(
            "The service's answer can't be read: it is {reason}. A proxy may stand between, or the service's address in the site's settings may be wrong.",
            reason=reason,
        ),
        code="html" if reason == "a web page" else "unreadable",
        status=answer.status,
        remote_words=_words(answer),
    )


def parse_versions(body: bytes) -> list[RemoteVersion]:
    """Data sources in Atom, or in JSON where a service answers that all the same."""
    if parse_xml.looks_like_xml(body):
        return parse_xml.parse_service(body)
    return parse_json.parse_data_sources(body)


def parse_entities(body: bytes) -> Entities:
    """Entities of a query in JSON, or in Atom where that was asked for."""
    if parse_xml.looks_like_xml(body):
        return parse_xml.parse_entities(body)
    return parse_json.parse_entities(body)


def places(answer: Answer) -> tuple[str, ...]:
    """Where our own server found the addresses of a query (`X-Place`), in words."""
    told = answer.headers.get("X-Place", "")[:2000]
    return tuple(unquote(one) for one in told.split(",") if one)


def _parse_envelope(body: bytes) -> Envelope:
    if parse_xml.looks_like_xml(body):
        return parse_xml.parse_envelope(body)
    return parse_json.parse_envelope(body)


def _envelope_or_none(answer: Answer) -> Envelope:
    try:
        return _parse_envelope(answer.body)
    except UnreadableError:
        return Envelope()


def _error(answer: Answer, status: int, found: Envelope) -> ServiceError:
    return error_of_status(
        status,
        details=tuple(answer.scrubbed(one) for one in found.details),
        result_code=found.result_code,
        words=_words(answer),
        retry_after=answer.retry_after,
    )


def _lost_answer(failure: ServiceError | None, answer: Answer) -> AnswerLost:
    if failure is None:
        words = Phrase(
            "The request was sent, but the service's answer names no job that could be followed."
        )
    else:
        words = Phrase("The request was sent, but the service's answer can't be read.")
    return AnswerLost(
        Phrase.sentences(words, _LOOK_FIRST),
        code=failure.code if failure is not None and failure.code == "html" else "answer-lost",
        status=answer.status,
        remote_words="" if failure is None else failure.remote_words,
    )


def _words(answer: Answer) -> str:
    """The first words of an answer that can't be read otherwise, tags left out, at most 300."""
    text = answer.body[:20_000].decode("utf-8", errors="replace")
    words = " ".join(_TAGS.sub(" ", text).split())
    return answer.scrubbed(words)[:300]
