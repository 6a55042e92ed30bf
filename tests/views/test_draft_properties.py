"""The schema editor: what a change does to the data stands there before it is made."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from dashboard.audit.models import Event
from datasources.jobs import why_not_send_draft
from datasources.models import Draft
from tests.drafts.fixtures import back, put, texts
from tests.people_fixtures import refusals

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


def address(draft: Draft, name: str = "draft_properties") -> str:
    return reverse(name, args=[draft.account_id, draft.pk])


def text_of(page: bytes) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.decode()))


def ask(client: Client, draft: Draft, button: str = "look", **given: str) -> Any:
    data = {name.replace("__", "-"): value for name, value in given.items()} | {button: "1"}
    return client.post(address(draft), data, headers=HTMX)


def test_only_its_owner_changes_the_properties(draft: Draft, clients: dict[str, Client]) -> None:
    refusals(clients, address(draft), low=("viewer",))
    assert clients["publisher"].get(address(draft)).status_code == 302
    ask(clients["publisher"], draft, "apply", name__p1="Title")
    assert "Title" not in texts(draft, 1)


def test_the_form_lists_the_properties_in_few_queries(
    draft: Draft,
    clients: dict[str, Client],
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    with django_assert_max_num_queries(15):
        page = clients["editor"].get(address(draft)).content.decode()
    assert 'value="Seats"' in page
    assert page.count("<tr") == 10, "a head, eight properties, a blank one"
    assert 'name="drop-p0"' not in page, "the entity ID stays"
    assert address(draft) in clients["editor"].get(address(draft, "draft")).content.decode()


def test_what_it_does_is_told_with_counts_and_examples(
    draft: Draft, clients: dict[str, Client]
) -> None:
    answer = ask(
        clients["editor"],
        draft,
        name__p1="Title",
        type__p3="Edm.Int64",
        drop__p4="on",
        name__new0="Country",
        type__new0="Edm.String",
        fill__new0="DK",
    )
    page = text_of(answer.content)
    assert "Name becomes Title No value changes." in page
    assert "Rating: Number becomes Whole number" in page
    assert "2 values are written otherwise. 1 value does not fit and becomes empty." in page
    assert "a 4.5 → empty" in page
    assert "Open is dropped 3 values go." in page
    assert "Country is added 4 entities get the value “DK”." in page
    assert "Change the properties" in page
    assert "Title" not in texts(draft, 1), "nothing is done yet"


def test_agreed_it_is_done_noted_and_takes_a_complete_load(
    draft: Draft, clients: dict[str, Client]
) -> None:
    put(draft, 1, Name="Pier")
    draft.refresh_from_db()
    answer = ask(clients["editor"], draft, "apply", name__p1="Title", revision=str(draft.revision))
    assert answer["HX-Redirect"] == address(draft, "draft")
    draft.refresh_from_db()
    assert texts(draft, 1)["Title"] == "Pier"
    assert "Title (Edm.String)" in Event.objects.get(action="draft.columns").detail["properties"]
    assert "replaces everything" in why_not_send_draft(draft, "incremental")
    assert why_not_send_draft(draft, "complete") == ""
    state = clients["editor"].get(address(draft, "draft_state")).json()
    assert state["undo"] == "change of properties"
    back(draft)
    assert texts(draft, 1)["Name"] == "Pier"
    assert (
        clients["editor"].get(address(draft, "draft_state")).json()["columns"] != state["columns"]
    )


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"name__p1": "seats"}, "have the same name"),
        ({"name__p1": ""}, "has no name"),
        ({"name__p1": "<script>alert(1)</script>"}, "has a name that breaks the rules"),
        ({"drop__p6": "on"}, "Latitude"),
        ({"name__new0": "N", "type__new0": "Edm.Int64", "fill__new0": "x"}, "is no whole number"),
    ],
)
def test_what_breaks_a_rule_is_told_and_not_done(
    draft: Draft, clients: dict[str, Client], given: dict[str, str], words: str
) -> None:
    for button in ("look", "apply"):
        answer = ask(clients["editor"], draft, button, **given)
        assert answer.status_code == 422
        assert words in text_of(answer.content)
        assert b"<script>alert" not in answer.content
    draft.refresh_from_db()
    assert draft.revision == 0


def test_odd_requests_change_nothing(draft: Draft, clients: dict[str, Client]) -> None:
    for given in (
        {"type__p1": "Edm.Nonsense"},
        {"drop__p0": "on"},
        {"type__p0": "Edm.Int64"},
        {"name__new0": " "},
    ):
        answer = ask(clients["editor"], draft, "apply", **given)
        assert "Nothing is changed yet." in text_of(answer.content)
    answer = ask(clients["editor"], draft, "apply", name__p1="Title", revision="77")
    assert answer.status_code == 422
    assert "was changed in another tab meanwhile" in text_of(answer.content)
    draft.refresh_from_db()
    assert draft.revision == 0
