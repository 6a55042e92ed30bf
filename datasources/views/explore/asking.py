"""Putting a question: to the service over HTTP, or to our archive."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

from django.conf import settings

from dashboard.people.models import User
from datasources import archive
from datasources.api import (
    BadRequest,
    Client,
    QueryAnswer,
    RemoteSchema,
    RemoteVersion,
    ServiceError,
    Told,
)
from datasources.api.query import QueryOptions
from datasources.api.waiting import Desk
from datasources.formats.geopackage import GeoPackageFault
from datasources.models import Key, Version
from datasources.phrases import Phrase
from datasources.query import QueryFault
from datasources.views.explore.question import Question
from datasources.views.explore.target import Place, Side

TIMEOUT = (3.0, 8.0)  # seconds to connect, and for each wait for data
SECONDS = 12.0  # that a person waits, whatever happens
ARCHIVE_SECONDS = 10.0  # that our archive may take
SHORT_SECONDS = 5.0  # for what a page can do without
DESK = Desk(each=3, most=max(2, settings.WEB_THREADS // 2))


def ask_sides(user: User, question: Question, key: Key | None, token: str) -> list[Told]:
    """What is said to the question by each version that is asked, all at the same time.

    Raises ServiceError where nothing could be asked, or nobody waits any longer.
    """
    target = question.target
    if target is None:
        return []
    secret = key.secret if key is not None and target.asks_service else ""
    parts = [
        _of_archive(question, side, side.archived)
        if side.archived is not None
        else _of_service(question, side, secret)
        for side in target.sides
    ]
    return DESK.ask(user.pk, parts, seconds=SECONDS, token=token)


def _of_service(question: Question, side: Side, secret: str) -> Callable[[], Told]:
    base_url = question.account.service.base_url
    query_url = question.target.query_url if question.target else ""
    options = question.options_for(side)

    def ask() -> Told:
        with Client(base_url, secret, timeout=TIMEOUT, attempts=1) as client:
            return client.ask(query_url, options)

    return ask


def _of_archive(question: Question, side: Side, version: Version) -> Callable[[], Told]:
    """Found here, so that the thread that answers needs no database."""
    path = version.archive.path if version.archive else ""
    options = question.options_for(side)
    _, params = question.request_for(side)

    def answer() -> Told:
        started = time.monotonic()
        try:
            found = archive.answer_query(path, params, options.entity_id, seconds=ARCHIVE_SECONDS)
        except QueryFault as fault:
            error: ServiceError = BadRequest(fault.words, sent=False)
        except archive.TooSlow:
            error = ServiceError(_TOO_SLOW, code="too-late", sent=False)
        except (FileNotFoundError, GeoPackageFault):
            error = ServiceError(_GONE, code="file-gone", sent=False)
        else:
            return Told("", time.monotonic() - started, answer=_as_answer(found, options, started))
        return Told("", time.monotonic() - started, error=error)

    return answer


_TOO_SLOW = Phrase(
    "The archive takes too long to answer this. Ask for less: a smaller area, or fewer conditions."
)
_GONE = Phrase(
    "The copy of this version is no longer kept here, or damaged. Choose another version."
)


def _as_answer(found: archive.Answer, options: QueryOptions, started: float) -> QueryAnswer:
    if options.entity_id is not None and not found.rows:
        found = replace(found, total=0)
    return QueryAnswer(
        entities=tuple(dict(row) for row in found.rows),
        total=found.total,
        url="",
        seconds=time.monotonic() - started,
        status=200,
        columns=found.columns,
        ids=tuple(found.ids),
    )


def properties_of(user: User, base_url: str, secret: str, place: Place) -> list[RemoteSchema]:
    """What the service tells of the properties of a data source; raises ServiceError."""

    def ask() -> list[RemoteSchema]:
        with Client(base_url, secret, timeout=TIMEOUT, attempts=1) as client:
            return client.metadata(place.access_id, place.name)

    (told,) = DESK.ask(user.pk, [ask], seconds=SHORT_SECONDS)
    return told


def directory_of(user: User, base_url: str, secret: str) -> list[RemoteVersion]:
    """The public data sources of a service; raises ServiceError."""

    def ask() -> list[RemoteVersion]:
        with Client(base_url, secret, timeout=TIMEOUT, attempts=1) as client:
            return client.public_directory()

    (told,) = DESK.ask(user.pk, [ask], seconds=SECONDS)
    return told


def cancel(user: User, token: str) -> bool:
    """Ends a person's wait for what `token` names."""
    return DESK.cancel(user.pk, token)
