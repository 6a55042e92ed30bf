"""The pages of drafts, and what the grid asks: for whom, in how many queries, in which words."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from dashboard.people.models import User
from datasources import jobs
from datasources.models import Account, DataSource, Draft, DraftState, VersionState
from tests.drafts.fixtures import HEAD, MakeArchived, MakeDraft, add, column, put, row, texts
from tests.people_fixtures import refusals
from tests.views.sources import make_version

pytestmark = pytest.mark.django_db
MAX_QUERIES = 15
HTMX = {"HX-Request": "true"}
READ = ("draft", "draft_state", "draft_problems")
ASKED = ("draft_rows", "draft_cell", "draft_row", "draft_place", "draft_problem")
SENT = ("draft_edit", "draft_back")


def address(draft: Draft, name: str = "draft") -> str:
    return reverse(name, args=[draft.account_id, draft.pk])


def ask(client: Client, draft: Draft, name: str, **query: object) -> Any:
    answer = client.get(address(draft, f"draft_{name}"), query)
    return answer.json() | {"status": answer.status_code}


def send(client: Client, draft: Draft, name: str, body: object) -> Any:
    answer = client.post(
        address(draft, f"draft_{name}"), json.dumps(body), content_type="application/json"
    )
    return answer.json() | {"status": answer.status_code}


def test_strangers_do_not_learn_of_a_draft_and_viewers_do_not_change_it(
    draft: Draft, clients: dict[str, Client], account: Account
) -> None:
    for name in (*READ, *ASKED):
        refusals(clients, address(draft, name))
    refusals(clients, reverse("drafts", args=[account.pk]))
    for name in (*SENT, "draft_rename", "draft_hand_over", "draft_discard", "draft_take_back"):
        refusals(clients, address(draft, name), low=("viewer",), post={})
    start = reverse("draft_start", args=[account.pk, draft.data_source_id, draft.base_id])
    refusals(clients, start, low=("viewer",))
    for name in ("draft_order", "draft_find"):
        refusals(clients, address(draft, name), post={})


def test_a_draft_of_another_account_is_not_found(
    draft: Draft, clients: dict[str, Client], account: Account
) -> None:
    other = Account.objects.create(team=account.team, service=account.service, name="Another")
    for name in (*READ, *ASKED):
        assert clients["editor"].get(reverse(name, args=[other.pk, draft.pk])).status_code == 404
    assert clients["editor"].get(reverse("draft", args=[account.pk, uuid4()])).status_code == 404


def test_a_draft_is_started_from_a_version(
    make_archived: MakeArchived, clients: dict[str, Client], account: Account
) -> None:
    version = make_archived()
    page = reverse("draft_start", args=[account.pk, version.data_source_id, version.pk])
    asked = clients["editor"].get(page, headers=HTMX)
    assert "Based on: the published version of" in asked.content.decode()
    assert b"<html" not in asked.content
    answer = clients["editor"].post(page, {"name": "Opening hours"}, headers=HTMX)
    draft = Draft.objects.get()
    assert answer["HX-Redirect"] == address(draft)
    assert (draft.name, draft.owner.username) == ("Opening hours", "emil")
    again = clients["editor"].get(page, headers=HTMX).content.decode()
    assert "You have a draft already" in again
    assert "Opening hours" in again


def test_a_version_that_cannot_be_had_is_told_in_the_dialog(
    source: DataSource, clients: dict[str, Client], account: Account
) -> None:
    version = make_version(source, VersionState.RETIRED)
    page = reverse("draft_start", args=[account.pk, source.pk, version.pk])
    answer = clients["editor"].post(page, {"name": ""}, headers=HTMX)
    assert answer.status_code == 422
    assert "no file of it is kept here" in answer.content.decode()


def test_the_page_carries_what_the_grid_starts_with(
    draft: Draft, clients: dict[str, Client]
) -> None:
    put(draft, 1, Seats="x")
    page = clients["editor"].get(address(draft)).content.decode()
    assert 'data-may-edit="1"' in page
    assert 'data-total="4"' in page
    assert "Based on: the published version of" in page
    assert "<script" not in page.replace("<script src", "").replace('<script type="module"', "")
    assert 'data-may-edit="0"' in clients["publisher"].get(address(draft)).content.decode()
    assert "A draft of emil." in clients["viewer"].get(address(draft)).content.decode()


def test_rows_come_in_windows(draft: Draft, clients: dict[str, Client]) -> None:
    put(draft, 2, Name="Bakery", Seats="many")
    answer = ask(clients["viewer"], draft, "rows", **{"from": 1, "count": 2})
    assert (answer["total"], answer["from"], len(answer["rows"])) == (4, 1, 2)
    number, kind, cells, more = answer["rows"][0]
    assert (number, kind, cells[:3]) == (2, "changed", ["b", "Bakery", "many"])
    assert more["was"] == {"1": "Station", "2": "25"}
    assert more["problems"][0][:2] == [2, "int64"]
    assert ask(clients["viewer"], draft, "rows", **{"from": 99})["rows"] == []


@pytest.mark.parametrize(
    "query", [{"from": "-1"}, {"from": "x"}, {"count": "1e9"}, {"from": "٣"}, {"count": ""}]
)
def test_a_nonsense_window_is_refused_plainly(
    draft: Draft, clients: dict[str, Client], query: dict[str, str]
) -> None:
    answer = ask(clients["viewer"], draft, "rows", **query)
    assert answer["status"] == 400
    assert answer["error"]


def test_an_order_is_made_and_asked_for(draft: Draft, clients: dict[str, Client]) -> None:
    name = column(draft, "Name")
    made = send(
        clients["viewer"], draft, "order", {"sort": [[name, True]], "where": [], "kinds": []}
    )
    rows = ask(clients["viewer"], draft, "rows", order=made["order"])
    assert [one[2][0] for one in rows["rows"]] == ["b", "d", "c", "a"]
    place = ask(clients["viewer"], draft, "place", row=1, order=made["order"])
    assert place["place"] == 3
    gone = ask(clients["viewer"], draft, "rows", order="nowhere")
    assert (gone["status"], gone["code"]) == (422, "OrderGone")
    bad = send(
        clients["viewer"], draft, "order", {"where": [[column(draft, "Seats"), "more", "x"]]}
    )
    assert (bad["status"], bad["code"]) == (422, "selection")
    assert "no whole number" in bad["error"]
    assert send(clients["viewer"], draft, "order", {"sort": "x"})["status"] == 400


def test_a_cell_is_edited_and_the_answer_says_how_the_draft_stands(
    draft: Draft, clients: dict[str, Client]
) -> None:
    name = column(draft, "Name")
    body = {"do": "set", "cells": [[1, name, "Pier", "Harbour"]], "revision": 0, "token": "a"}
    answer = send(clients["editor"], draft, "edit", body)
    assert answer["status"] == 200
    assert (answer["revision"], answer["undo"]) == (1, "change of 1 cell")
    assert answer["counts"] == {"added": 0, "changed": 1, "deleted": 0, "faulty": 0}
    assert answer["rows"][0][2][1] == "Pier"
    again = send(clients["editor"], draft, "edit", body)
    assert again["revision"] == 1
    back = send(clients["editor"], draft, "back", {"revision": 1})
    assert (back["undo"], back["redo"]) == ("", "change of 1 cell")
    forth = send(clients["editor"], draft, "back", {"revision": 2, "forward": True})
    assert forth["rows"][0][2][1] == "Pier"


def test_another_tab_gets_a_conflict_with_both_values(
    draft: Draft, clients: dict[str, Client]
) -> None:
    put(draft, 1, Name="Pier")
    body = {"do": "set", "cells": [[1, column(draft, "Name"), "Quay", "Harbour"]], "revision": 0}
    answer = send(clients["editor"], draft, "edit", body)
    assert (answer["status"], answer["code"]) == (409, "DraftClash")
    assert answer["clashes"] == [[1, column(draft, "Name"), "Pier"]]
    moved = send(clients["editor"], draft, "edit", {"do": "delete", "numbers": [1], "revision": 0})
    assert (moved["status"], moved["code"]) == (409, "DraftMoved")
    assert "another tab" in moved["error"]


def test_a_teammate_cannot_change_it_until_it_is_handed_over(
    draft: Draft, clients: dict[str, Client], people: dict[str, User]
) -> None:
    body = {"do": "set", "cells": [[1, column(draft, "Name"), "Pier", "Harbour"]]}
    refused = send(clients["publisher"], draft, "edit", body)
    assert (refused["status"], refused["code"]) == (403, "DraftClosed")
    assert "emil" in refused["error"]
    page = clients["editor"].get(address(draft, "draft_hand_over"), headers=HTMX).content.decode()
    assert "paula" in page
    assert "vera" not in page
    answer = clients["editor"].post(
        address(draft, "draft_hand_over"), {"to": people["publisher"].pk}, headers=HTMX
    )
    assert answer.status_code == 204
    assert send(clients["publisher"], draft, "edit", body)["status"] == 200


def test_a_block_is_pasted_repeated_and_grows_beyond_the_end(
    draft: Draft, clients: dict[str, Client]
) -> None:
    ids = [column(draft, name) for name in ("Name", "Seats")]
    body = {"do": "block", "row": 2, "columns": ids, "texts": [["X", "1"], ["Y", "z"]], "height": 4}
    answer = send(clients["editor"], draft, "edit", body)
    assert answer["said"] == "8 cells pasted"
    assert answer["counts"] == {"added": 2, "changed": 2, "deleted": 0, "faulty": 3}
    draft.refresh_from_db()
    assert (texts(draft, 3)["Name"], texts(draft, 4)["Seats"]) == ("X", "z")
    assert [row(draft, number).texts[1] for number in answer["added"]] == ["X", "Y"]


def test_rows_are_added_duplicated_deleted_restored_and_cleared(
    draft: Draft, clients: dict[str, Client]
) -> None:
    editor = clients["editor"]
    made = send(editor, draft, "edit", {"do": "add", "anchor": 1, "rows": [{}]})
    assert (made["said"], made["added"]) == ("1 row added", [-1])
    copied = send(editor, draft, "edit", {"do": "duplicate", "numbers": [1, 2]})
    draft.refresh_from_db()
    assert [row(draft, one).texts[0] for one in copied["added"]] == ["a-copy", "b-copy"]
    again = send(editor, draft, "edit", {"do": "duplicate", "numbers": [1]})
    draft.refresh_from_db()
    assert row(draft, again["added"][0]).texts[0] == "a-copy2"
    gone = send(editor, draft, "edit", {"do": "delete", "from": 0, "to": 2})
    assert gone["gone"] == again["added"]
    send(editor, draft, "edit", {"do": "restore", "numbers": [1]})
    seats = column(draft, "Seats")
    cleared = send(editor, draft, "edit", {"do": "clear", "numbers": [1], "columns": [seats]})
    assert cleared["rows"][0][2][2] is None


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"do": "explode"},
        {"do": "set", "cells": []},
        {"do": "set", "cells": [["x", "p0", "y", None]]},
        {"do": "set", "cells": [[1, "p0", 7, None]]},
        {"do": "block", "row": -1, "columns": ["p0"], "texts": [["x"]]},
        {"do": "block", "row": 0, "columns": [], "texts": [["x"]]},
        {"do": "block", "row": 0, "columns": ["p0"], "texts": [[]]},
        {"do": "delete", "from": 3, "to": 1},
        {"do": "clear", "numbers": ["x"], "columns": []},
        {"do": "add", "rows": []},
        {"do": "replace", "text": "x"},
        {"do": "set", "cells": [[1, "p0", "x", None]], "revision": "y"},
        [],
        "text",
        None,
    ],
)
def test_nonsense_is_refused_in_words(
    draft: Draft, clients: dict[str, Client], body: object
) -> None:
    answer = send(clients["editor"], draft, "edit", body)
    assert answer["status"] == 400
    assert "Load it anew" in answer["error"]
    broken = clients["editor"].post(
        address(draft, "draft_edit"), b"{\xff", content_type="application/json"
    )
    assert broken.status_code == 400


def test_too_much_at_once_is_told(
    draft: Draft, clients: dict[str, Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("datasources.views.drafts.found.MOST_BYTES", 200)
    body = {"do": "set", "cells": [[1, "p1", "x" * 300, None]]}
    answer = send(clients["editor"], draft, "edit", body)
    assert answer["status"] == 422
    assert "too much at once" in answer["error"]


def test_a_long_text_is_cut_in_the_grid_and_given_whole_on_request(
    draft: Draft, clients: dict[str, Client]
) -> None:
    long = "x" * 900
    put(draft, 1, Name=long)
    found = ask(clients["viewer"], draft, "rows", count=1)["rows"][0]
    assert len(found[2][1]) < 300
    assert found[3]["long"] == {"1": 900}
    cell = ask(clients["viewer"], draft, "cell", row=1, column=column(draft, "Name"))
    assert (cell["text"], cell["was"]) == (long, "Harbour")
    assert ask(clients["viewer"], draft, "row", row=1)["texts"][1] == long
    assert ask(clients["viewer"], draft, "cell", row=99, column="p0")["status"] == 400


def test_problems_are_listed_and_gone_through(draft: Draft, clients: dict[str, Client]) -> None:
    assert ask(clients["viewer"], draft, "problem").get("place") is None
    put(draft, 2, Seats="many")
    add(draft, ID="e")
    listed = ask(clients["viewer"], draft, "problems")
    assert (listed["total"], listed["pages"]) == (2, 1)
    assert [one["key"] for one in listed["rows"]] == ["e", "b"]
    assert listed["rows"][1]["problems"][0]["column"] == "Seats"
    assert ask(clients["viewer"], draft, "problem")["number"] == 2
    assert ask(clients["viewer"], draft, "problem", **{"from": 1})["number"] == -1
    assert ask(clients["viewer"], draft, "problem", **{"from": 4})["number"] == 2
    assert ask(clients["viewer"], draft, "problem", **{"from": 1, "back": 1})["number"] == -1


def test_find_counts_and_shows_what_would_become(draft: Draft, clients: dict[str, Client]) -> None:
    found = send(clients["editor"], draft, "find", {"text": "station", "by": "Stop"})
    assert (found["cells"], found["rows"]) == (2, 2)
    assert found["shown"][0] == [2, column(draft, "Name"), "Station", "Stop"]
    done = send(
        clients["editor"], draft, "edit", {"do": "replace", "text": "station", "by": "Stop"}
    )
    assert done["said"] == "2 cells replaced"
    assert send(clients["viewer"], draft, "find", {"text": ""})["status"] == 422
    assert send(clients["viewer"], draft, "find", {})["status"] == 400


def test_html_in_a_value_is_data_and_nothing_else(draft: Draft, clients: dict[str, Client]) -> None:
    evil = "</div><script>alert(1)</script>\"'"
    Draft.objects.update(name=evil)
    for page in (address(draft), reverse("drafts", args=[draft.account_id])):
        assert evil not in clients["editor"].get(page).content.decode()
    put(draft, 1, Name=evil)
    answer = clients["editor"].get(address(draft, "draft_rows"))
    assert answer["Content-Type"] == "application/json"
    assert answer["X-Content-Type-Options"] == "nosniff"


def test_lists_show_whose_drafts_there_are(
    draft: Draft, make_draft: MakeDraft, clients: dict[str, Client], people: dict[str, User]
) -> None:
    Draft.objects.update(name="Mine")
    other = make_draft(version=draft.base, by="publisher")
    Draft.objects.filter(pk=other.pk).update(name="Theirs")
    page = clients["editor"].get(reverse("drafts", args=[draft.account_id])).content.decode()
    assert page.index("Your drafts") < page.index("Mine") < page.index("Drafts of your team")
    assert "Theirs" in page
    source = reverse("source", args=[draft.account_id, draft.data_source_id])
    assert "Theirs" in clients["viewer"].get(source).content.decode()
    assert "Edit</a>" in clients["editor"].get(source).content.decode()
    assert "Edit</a>" not in clients["viewer"].get(source).content.decode()
    jobs.discard_draft(people["editor"], draft)
    page = clients["editor"].get(reverse("drafts", args=[draft.account_id])).content.decode()
    assert "Sent or discarded lately" in page
    empty = clients["viewer"].get(reverse("drafts", args=[draft.account_id])).content.decode()
    assert "Drafts of your team" in empty


def test_discarding_asks_and_can_be_taken_back(draft: Draft, clients: dict[str, Client]) -> None:
    put(draft, 1, Name="Pier")
    page = clients["editor"].get(address(draft, "draft_discard"), headers=HTMX).content.decode()
    assert "Its 1 changed row is not sent." in page
    assert clients["publisher"].post(address(draft, "draft_discard")).status_code == 403
    clients["editor"].post(address(draft, "draft_discard"), headers=HTMX)
    shown = clients["editor"].get(address(draft)).content.decode()
    assert "Take the draft back" in shown
    clients["editor"].post(address(draft, "draft_take_back"))
    draft.refresh_from_db()
    assert draft.state == DraftState.OPEN
    clients["editor"].post(address(draft, "draft_rename"), {"name": "Hours"})
    assert (
        clients["publisher"].post(address(draft, "draft_rename"), {"name": "x"}).status_code == 403
    )
    draft.refresh_from_db()
    assert draft.name == "Hours"


def test_a_draft_on_its_way_asks_for_itself(draft: Draft, clients: dict[str, Client]) -> None:
    Draft.objects.update(state=DraftState.PREPARING, words="It is downloaded first.")
    page = clients["editor"].get(address(draft)).content.decode()
    assert "It is downloaded first." in page
    assert 'hx-trigger="every 1s"' in page
    assert "data-grid" not in page


def test_a_draft_whose_version_is_gone_says_so(draft: Draft, clients: dict[str, Client]) -> None:
    Draft.objects.update(base_file=None)
    page = clients["editor"].get(address(draft)).content.decode()
    assert "no longer kept here" in page
    assert ask(clients["editor"], draft, "rows")["status"] == 422


def test_the_pages_take_few_queries(
    make_draft: MakeDraft,
    clients: dict[str, Client],
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    draft = make_draft(HEAD + "".join(f"k{n}|N {n}|{n}||||1|2\n" for n in range(400)))
    for n in range(1, 200):
        if n % 40 == 0:
            put(draft, n, Name=f"New {n}", Seats="x")
    for _ in range(10):
        make_draft(version=draft.base, by="publisher")
        make_draft(version=draft.base)
    client = clients["editor"]
    client.get(address(draft))
    for name, query in (
        ("draft", {}),
        ("draft_rows", {"count": 200}),
        ("draft_state", {}),
        ("draft_problems", {}),
        ("draft_cell", {"row": 1, "column": "p1"}),
        ("draft_row", {"row": 1}),
        ("draft_place", {"row": 300}),
        ("draft_problem", {}),
    ):
        with django_assert_max_num_queries(MAX_QUERIES):
            assert client.get(address(draft, name), query).status_code == 200
    for page in ("drafts", "source"):
        arguments = [draft.account_id] + ([draft.data_source_id] if page == "source" else [])
        with django_assert_max_num_queries(MAX_QUERIES):
            assert client.get(reverse(page, args=arguments)).status_code == 200
