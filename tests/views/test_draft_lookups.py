"""Looking up all missing locations: who may, how it is shown on its draft and elsewhere, and what is
said of rows that were changed meanwhile."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from dashboard.people.models import User
from datasources import jobs
from datasources.gazetteer.build import gazetteer_file
from datasources.jobs.lookup_rows import run_lookup
from datasources.models import Draft, Lookup, Notice
from tests.drafts.fixtures import MakeDraft, add, column, put, texts
from tests.people_fixtures import refusals
from tests.views.test_notices import MAX_QUERIES, URL, poll

pytestmark = pytest.mark.django_db
TEXT = """Bing Spatial Data Services, 1.0, Shop
ID(Edm.String,primaryKey)|City(Edm.String)|Latitude(Edm.Double)|Longitude(Edm.Double)
a|Aalborg|57.05|9.92
"""
TOWNS = ("Odense", "Esbjerg", "Randers", "Xyzzyx Qwvb")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("names")
    gazetteer_file(folder / "places")
    return folder


@pytest.fixture(autouse=True)
def places(settings: LazySettings, folder: Path) -> None:
    settings.SDS_GEOCODER, settings.DATA_DIR = "names", folder


@pytest.fixture
def shops(make_draft: MakeDraft) -> Draft:
    draft = make_draft(TEXT)
    for town in TOWNS:
        add(draft, ID=town.lower(), City=town)
    return draft


def address(draft: Draft, name: str = "draft_lookup") -> str:
    return reverse(name, args=[draft.account_id, draft.pk])


def post(client: Client, draft: Draft, name: str = "draft_lookup", **body: object) -> Any:
    given = json.dumps({"kind": "find", **body})
    answer = client.post(address(draft, name), given, content_type="application/json")
    return answer.json() | {"status": answer.status_code}


def state(client: Client, draft: Draft, **asked: object) -> Any:
    return client.get(address(draft), {"kind": "find", **asked}).json()


def start(client: Client, draft: Draft) -> Any:
    return post(client, draft, do="start", columns=[column(draft, "City")])


def run() -> None:
    run_lookup(Lookup.objects.get().pk)


def test_only_the_owner_starts_it_and_odd_questions_are_refused(
    shops: Draft, clients: dict[str, Client]
) -> None:
    refusals(clients, address(shops), low=("viewer",), post={})
    assert start(clients["publisher"], shops)["status"] == 403
    editor = clients["editor"]
    assert state(editor, shops) == {"state": "", "waiting": 0, "rows": []}
    assert editor.get(address(shops), {"kind": "odd"}).status_code == 400
    for odd in ({"do": "dance"}, {"do": "start"}, {"do": "leave out", "rows": ["x"]}):
        assert post(editor, shops, **odd)["status"] == 400
    assert (
        post(editor, shops, do="start", columns=["x"])["error"] == "Choose at least one property."
    )
    assert "nothing to go on with" in post(editor, shops, do="go on")["error"]
    assert post(editor, shops, "draft_edit", do="accept", sure="very")["status"] == 400


def test_what_was_found_waits_on_its_draft_and_is_judged_there(
    shops: Draft, clients: dict[str, Client]
) -> None:
    editor = clients["editor"]
    assert start(editor, shops)["state"] == "running"
    run()
    said = state(editor, shops)
    assert (said["state"], said["waiting"]) == ("done", 3)
    assert said["said"] == "4 of 4 rows looked up: 3 found, 1 not found."
    assert said["sure"] == {"high": 0, "medium": 3, "low": 3}
    odense, esbjerg, randers = said["rows"]
    assert odense["words"] == "Odense, Denmark, town centre (GeoNames)"
    assert (odense["asked"], odense["confidence"], odense["overtaken"]) == ("Odense", "medium", "")
    assert len(state(editor, shops, count=1)["rows"]) == 1
    page = editor.get(address(shops, "draft")).content.decode()
    assert "data-suggested>3<" in page
    put(shops, esbjerg["row"], City="Viborg")
    overtaken = [one["overtaken"] for one in state(editor, shops)["rows"]]
    assert [bool(one) for one in overtaken] == [False, True, False]
    assert "was changed since" in overtaken[1]
    said = post(editor, shops, do="leave out", rows=[randers["row"]])
    assert said["waiting"] == 2
    done = post(editor, shops, "draft_edit", do="accept", sure="medium")
    assert done["said"] == (
        "2 cells filled in; 1 row was left alone, as it was changed or filled in since"
    )
    assert done["undo"] == "lookup for 2 cells"
    assert texts(shops, odense["row"])["Latitude"] is not None
    assert texts(shops, esbjerg["row"])["Latitude"] is None
    assert state(editor, shops)["waiting"] == 0


def test_an_accepted_answer_that_is_sent_again_is_put_in_once(
    shops: Draft, clients: dict[str, Client]
) -> None:
    start(clients["editor"], shops)
    run()
    token = {"do": "accept", "sure": "low", "token": "twice"}
    first, second = (post(clients["editor"], shops, "draft_edit", **token) for _ in range(2))
    assert first["said"] == second["said"] == "6 cells filled in"
    assert first["revision"] == second["revision"]


def test_it_is_under_way_and_its_end_is_told_on_any_page(
    shops: Draft, clients: dict[str, Client], django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    editor, account = clients["editor"], shops.account
    start(editor, shops)
    with django_assert_max_num_queries(MAX_QUERIES):
        shown = editor.get(URL).content.decode()
    assert "Draft of StoresEU: Positions of addresses" in shown
    assert "Being looked up" in shown
    assert poll(account, editor)[1]["X-Working"] == "1"
    run()
    said, headers = poll(account, editor)
    assert "Draft of StoresEU: Positions of addresses (Looked up)" in said
    assert "4 of 4 rows looked up: 3 found, 1 not found." in said
    assert f"{address(shops, 'draft')}?panel=locate&amp;kind=find" in said
    assert (headers["X-Unread"], headers["X-Working"]) == ("1", "0")
    assert poll(account, clients["publisher"])[1]["X-Unread"] == "0"
    with django_assert_max_num_queries(MAX_QUERIES):
        assert "See" not in editor.get(URL).content.decode().partition("notice-rows")[0]


def test_a_failure_is_told_as_one(
    shops: Draft, clients: dict[str, Client], settings: LazySettings
) -> None:
    start(clients["editor"], shops)
    settings.SDS_GEOCODER = "none"
    run()
    said, _headers = poll(shops.account, clients["editor"])
    assert "Positions of addresses (Broken off)" in said
    assert "A site admin has turned the geocoder off." in said
    assert "toast-failed" in said
    assert state(clients["editor"], shops)["state"] == "failed"


def test_a_draft_handed_over_shows_its_lookup_to_whose_it_is(
    shops: Draft, clients: dict[str, Client], people: dict[str, User]
) -> None:
    start(clients["editor"], shops)
    jobs.hand_over_draft(shops.owner, shops, people["publisher"])
    assert poll(shops.account, clients["editor"])[1]["X-Working"] == "0"
    assert poll(shops.account, clients["publisher"])[1]["X-Working"] == "1"
    assert post(clients["editor"], shops, do="stop")["status"] == 403
    assert post(clients["publisher"], shops, do="stop")["state"] == "stopped"
    jobs.discard_draft(people["publisher"], Draft.objects.get(pk=shops.pk))
    assert poll(shops.account, clients["publisher"])[1]["X-Working"] == "0"
    assert not Notice.objects.exists()


def test_where_nothing_is_missing_that_is_said(
    make_draft: MakeDraft, clients: dict[str, Client]
) -> None:
    draft = make_draft(TEXT)
    assert start(clients["editor"], draft)["status"] == 200
    run()
    assert "nothing to look up" in clients["editor"].get("/notices/").content.decode()
