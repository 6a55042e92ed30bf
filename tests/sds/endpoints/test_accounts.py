"""`manage.py sds_account`: accounts and keys from the command line."""

from __future__ import annotations

import io
import json

import pytest
from django.core.management import CommandError, call_command

from sds_server.models import ApiKey, SdsAccount

pytestmark = pytest.mark.django_db


def run(*words: str) -> str:
    out = io.StringIO()
    call_command("sds_account", *words, stdout=out)
    return out.getvalue()


def test_create_prints_one_json_object_with_two_keys_and_keeps_neither() -> None:
    printed = run("create", "Harbour", "--plan", "basic")
    made = json.loads(printed)
    assert list(made) == ["account", "master_key", "query_key"]
    assert made["account"] == "Harbour"
    assert made["master_key"] != made["query_key"]
    assert SdsAccount.objects.get(name="Harbour").plan == "basic"
    kept = " ".join(str(row) for row in ApiKey.objects.values())
    assert made["master_key"] not in kept
    assert made["query_key"] not in kept


def test_a_name_is_taken_once() -> None:
    run("create", "Harbour")
    with pytest.raises(CommandError, match="already"):
        run("create", "Harbour")


def test_keys_are_added_listed_and_expired_by_their_last_four() -> None:
    run("create", "Harbour")
    key = json.loads(run("add-key", "Harbour", "--expires", "2999-01-31"))["key"]
    assert "expires 2999-01-31" in run("keys", "Harbour")
    assert key not in run("keys", "Harbour")
    run("expire-key", "Harbour", key[-4:])
    assert f"…{key[-4:]}\texpired" in run("keys", "Harbour")
    assert "Harbour\tenterprise\t3 keys" in run("list")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("keys", "Nobody"), 'no account "Nobody"'),
        (("expire-key", "Harbour", "none"), 'no key ending in "none"'),
        (("add-key", "Harbour", "--expires", "31.1.2027"), "is no date"),
    ],
)
def test_what_the_command_refuses(words: tuple[str, ...], said: str) -> None:
    run("create", "Harbour")
    with pytest.raises(CommandError, match=said):
        run(*words)
