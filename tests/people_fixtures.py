"""A team and the people every page is tried as: its four roles, an outsider, a visitor, a site admin."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db.backends.base.operations import BaseDatabaseOperations
from django.test import Client

from dashboard.audit.triggers import LIFTING, SETTING
from dashboard.people.models import Membership, Role, Team, User

PASSWORD = "stones on a hill 7"


@pytest.fixture(scope="session", autouse=True)
def _tests_may_empty_the_audit_record() -> Iterator[None]:
    """A test with a live server empties all tables at its end: the triggers are lifted just for that."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            BaseDatabaseOperations,
            "execute_sql_flush",
            _around(BaseDatabaseOperations.execute_sql_flush),
        )
        yield


def _around(flush: Callable[[Any, list[str]], None]) -> Callable[[Any, list[str]], None]:
    def flush_with_triggers_lifted(operations: Any, statements: list[str]) -> None:
        vendor = operations.connection.vendor
        # The function the PostgreSQL trigger calls stays; only SQLite's and its triggers are set again.
        flush(operations, [*LIFTING[vendor], *statements, *SETTING[vendor]])

    return flush_with_triggers_lifted


def make_person(username: str, **fields: Any) -> User:
    """Somebody who can sign in with `PASSWORD`."""
    fields = {"email": f"{username}@example.org"} | fields
    return User.objects.create_user(username, password=PASSWORD, **fields)


def add_member(team: Team, username: str, role: Role, **fields: Any) -> User:
    """A new person in a team."""
    person = make_person(username, **fields)
    Membership.objects.create(team=team, user=person, role=role)
    return person


@pytest.fixture
def team(db: None) -> Team:
    return Team.objects.create(name="Cartography", slug="cartography")


@pytest.fixture
def people(team: Team) -> dict[str, User]:
    """By role; `owner` is the team's first admin, `admin` its second."""
    other = Team.objects.create(name="Hydrology", slug="hydrology")
    return {
        "owner": add_member(team, "olga", Role.ADMIN, first_name="Olga", last_name="Owner"),
        "admin": add_member(team, "adam", Role.ADMIN, first_name="Adam", last_name="Admin"),
        "publisher": add_member(team, "paula", Role.PUBLISHER),
        "editor": add_member(team, "emil", Role.EDITOR),
        "viewer": add_member(team, "vera", Role.VIEWER),
        "outsider": add_member(other, "otto", Role.ADMIN),
        "site_admin": make_person("sara", is_superuser=True),
    }


@pytest.fixture
def clients(people: dict[str, User]) -> dict[str, Client]:
    """A browser for each of `people`, signed in, and `visitor`, who is not."""
    browsers = {"visitor": Client()}
    for name, person in people.items():
        browsers[name] = Client()
        browsers[name].force_login(person)
    return browsers


def refusals(
    clients: dict[str, Client],
    url: str,
    *,
    low: tuple[str, ...] = (),
    strangers: tuple[str, ...] = ("outsider",),
    post: dict[str, Any] | None = None,
) -> None:
    """The standard refusal of a page: a visitor goes to sign in, members of too low a role get a 403
    that says so, strangers to the team a 404."""

    def ask(name: str) -> Any:
        return clients[name].get(url) if post is None else clients[name].post(url, post)

    answer = ask("visitor")
    assert answer.status_code == 302, f"a visitor got {answer.status_code}"
    assert answer["Location"].startswith("/sign-in/?next=")
    for name in low:
        assert ask(name).status_code == 403, f"{name} was not refused"
    for name in strangers:
        assert ask(name).status_code == 404, f"{name} learnt that there is something"
