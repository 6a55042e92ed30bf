"""Putting a question: to the service over HTTP, or to our archive."""

from __future__ import annotations

from django.conf import settings

from dashboard.people.models import User
from datasources.api import Client, RemoteSchema, RemoteVersion, Told
from datasources.api.query import QueryOptions
from datasources.api.waiting import Desk
from datasources.views.explore.target import Place

TIMEOUT = (3.0, 8.0)  # seconds to connect, and for each wait for data
SECONDS = 12.0  # that a person waits, whatever happens
SHORT_SECONDS = 5.0  # for what a page can do without
DESK = Desk(each=3, most=max(2, settings.WEB_THREADS // 2))


def ask_service(
    user: User, base_url: str, secret: str, query_url: str, asked: list[QueryOptions], token: str
) -> list[Told]:
    """What the service says to each question, asked at the same time.

    Raises ServiceError where nothing could be asked, or nobody waits any longer.
    """
    return DESK.ask(
        user.pk,
        [lambda one=one: _ask(base_url, secret, query_url, one) for one in asked],  # type: ignore[misc]
        seconds=SECONDS,
        token=token,
    )


def _ask(base_url: str, secret: str, query_url: str, options: QueryOptions) -> Told:
    with Client(base_url, secret, timeout=TIMEOUT, attempts=1) as client:
        return client.ask(query_url, options)


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
