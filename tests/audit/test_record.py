"""What goes on record, and what never does."""

from __future__ import annotations

from time import process_time
from typing import Any

import pytest
from django.test import RequestFactory

from dashboard.audit.forms import GROUPS, KINDS, action_choices
from dashboard.audit.models import Event
from dashboard.audit.record import ACTIONS, address_of, record, words_for
from dashboard.audit.words import detail_words
from dashboard.people.models import Team, User

KEY = "Aq3Xk9-bQ2hF7sLr0TnYcVwEoP5uDzGjM8iB1aWKx6RtHvSfU4NyCdZeJmOlIp_g"


def test_names_are_kept_as_they_were(team: Team, people: dict[str, User]) -> None:
    event = record("data_source.delete", actor=people["owner"], team=team, data_source="StoresEU")
    Team.objects.filter(pk=team.pk).update(name="Maps")
    kept = Event.objects.get(pk=event.pk)
    assert (kept.actor_name, kept.team_name, kept.data_source) == (
        "Olga Owner", "Cartography", "StoresEU",
    )  # fmt: skip


@pytest.mark.parametrize(
    "detail",
    [
        {"password": "hunter2hunter2"},
        {"nested": {"client_secret": "hunter2hunter2"}},
        {"note": f"sent with {KEY}"},
        {"list": [KEY]},
        {"url": f"https://example.org/REST/v1/data?key={KEY}&x=1"},
        {"url": "https://example.org/REST/v1/data?masterKey=hunter2hunter2"},
    ],
)
def test_keys_and_passwords_are_masked(db: None, detail: dict[str, object]) -> None:
    event = record("key.check", actor=None, detail=detail)
    kept = str(Event.objects.filter(pk=event.pk).values())
    assert KEY not in kept
    assert "hunter2" not in kept
    assert "(not kept)" in kept


def test_hashes_and_ids_are_not_taken_for_keys(db: None) -> None:
    detail = {"sha256": "9f" * 32, "job": "0b54a6de-93a1-4c55-8f6a-1d7cfb3cbb0a", "entities": 41208}
    assert record("data_source.load", actor=None, detail=detail).detail == detail


def test_long_texts_are_looked_through_in_no_time(db: None) -> None:
    started = process_time()
    kept = record("audit.export", actor=None, detail={"filter": "a" * 200_000 + f" {KEY}"}).detail
    assert process_time() - started < 5
    assert kept["filter"].endswith("a (not kept)")


def test_long_names_are_cut_rather_than_lost(db: None) -> None:
    event = record("upload.create", actor=None, data_source="d" * 80, target="t y" * 100)
    assert (len(event.data_source), len(event.target)) == (50, 200)


def test_an_action_nobody_has_words_for_is_shown_as_it_is() -> None:
    assert words_for("data_source.delete") == "Deleted a data source"
    assert words_for("sheep.shear") == "sheep.shear"


def test_every_action_fits_its_column_and_is_offered_as_a_filter() -> None:
    assert all(len(action) <= 40 and action.split(".")[0] in GROUPS for action in ACTIONS)
    offered = dict(pair for _, group in action_choices()[1:] for pair in group)
    assert offered == {kind: words for kind, (words, _) in KINDS.items()} | ACTIONS


@pytest.mark.parametrize(
    ("headers", "behind_proxy", "expected"),
    [
        ({}, False, "192.0.2.1"),
        ({"X-Forwarded-For": "203.0.113.5"}, False, "192.0.2.1"),
        ({"X-Forwarded-For": "203.0.113.5"}, True, "203.0.113.5"),
        ({"X-Forwarded-For": "10.0.0.1, 203.0.113.5"}, True, "203.0.113.5"),
        ({"X-Forwarded-For": "garbage"}, True, None),
        ({}, True, "192.0.2.1"),
    ],
)
def test_a_forwarded_address_is_believed_only_behind_a_proxy(
    settings: Any, headers: dict[str, str], behind_proxy: bool, expected: str | None
) -> None:
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if behind_proxy else None
    request = RequestFactory().get("/", headers=headers, REMOTE_ADDR="192.0.2.1")
    assert address_of(request) == expected


def test_detail_is_shown_in_words() -> None:
    detail = {
        "entities": 41208,
        "sha256": "9f" * 32,
        "passed": True,
        "act": "data_source.delete",
        "code": "",
        "before": {"plan": "basic"},
        "changed": ["E-mail", "Last name"],
    }
    assert detail_words(detail) == [
        ("entities", "41,208"),
        ("SHA-256", "9f9f9f9f9f9f…"),
        ("passed", "yes"),
        ("act", "Deleted a data source"),
        ("before plan", "basic"),
        ("changed", "E-mail, Last name"),
    ]


def test_the_end_of_a_job_reads_as_one_sentence() -> None:
    detail = {"job": "0b54a6de", "act": "data_source.stage", "outcome": "failed", "code": "no_room"}
    assert detail_words(detail) == [("Staged a version", "failed"), ("fault", "no room")]
