"""Looking up missing locations: who may, what is answered, and that accepting is an edit."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.test import Client
from django.urls import reverse
from pytest_httpserver import HTTPServer

from datasources.gazetteer.build import gazetteer_file
from datasources.models import Draft
from tests.drafts.fixtures import MakeDraft, add, column, texts
from tests.people_fixtures import refusals

pytestmark = pytest.mark.django_db
TEXT = """Bing Spatial Data Services, 1.0, Shop
ID(Edm.String,primaryKey)|City(Edm.String)|Latitude(Edm.Double)|Longitude(Edm.Double)
a|Aalborg|57.05|9.92
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("names")
    gazetteer_file(folder / "places")  # made beforehand: it takes as long as a page of lookups may
    return folder


@pytest.fixture(autouse=True)
def places(settings: LazySettings, folder: Path) -> None:
    settings.SDS_GEOCODER, settings.DATA_DIR = "names", folder


@pytest.fixture
def shops(make_draft: MakeDraft) -> Draft:
    draft = make_draft(TEXT)
    add(draft, ID="b", City="Odense")
    add(draft, ID="c", City="Xyzzyx Qwvb")
    return draft


def ask(client: Client, draft: Draft, name: str = "draft_locate", **body: object) -> Any:
    address = reverse(name, args=[draft.account_id, draft.pk])
    answer = client.post(address, json.dumps(body), content_type="application/json")
    return answer.json() | {"status": answer.status_code}


def find(client: Client, draft: Draft, **more: object) -> Any:
    return ask(client, draft, **{"do": "find", "columns": [column(draft, "City")], **more})


def test_only_the_owner_looks_up(shops: Draft, clients: dict[str, Client]) -> None:
    address = reverse("draft_locate", args=[shops.account_id, shops.pk])
    refusals(clients, address, low=("viewer",), post={})
    assert find(clients["publisher"], shops)["status"] == 403


def test_the_embedded_names_find_towns_and_say_how_sure_they_are(
    shops: Draft, clients: dict[str, Client]
) -> None:
    said = find(clients["editor"], shops)
    odense, unknown = said["rows"]
    assert (odense["id"], odense["confidence"]) == ("b", "medium")
    assert odense["words"] == "Odense, Denmark, town centre (GeoNames)"
    assert abs(odense["latitude"] - 55.39) < 0.05
    assert "confidence" not in unknown
    cells = [[odense["row"], column(shops, "Latitude"), "55.39", None]]
    done = ask(clients["editor"], shops, "draft_edit", do="place", cells=cells)
    assert done["said"] == "1 cell filled in"
    assert done["undo"] == "lookup for 1 cell"
    assert texts(shops, odense["row"])["Latitude"] == "55.39"


def test_a_position_gets_the_name_of_its_town(shops: Draft, clients: dict[str, Client]) -> None:
    row = add(shops, ID="d", Latitude="56.15", Longitude="10.2")
    (found,) = ask(clients["editor"], shops, do="name", columns=[column(shops, "City")])["rows"]
    assert (found["row"], found["words"]) == (row, "Århus, Denmark")


def test_nominatim_is_asked_where_the_admin_set_it(
    shops: Draft, clients: dict[str, Client], settings: LazySettings, httpserver: HTTPServer
) -> None:
    answer = [{"lat": "1.5", "lon": "2.5", "place_rank": 30, "display_name": "1 Quay, Odense"}]
    httpserver.expect_request("/search").respond_with_json(answer)
    httpserver.expect_request("/reverse").respond_with_json({**answer[0], "place_rank": 26})
    settings.SDS_GEOCODER, settings.SDS_GEOCODER_URL = "nominatim", httpserver.url_for("/")
    settings.SDS_GEOCODER_PER_SECOND = 0
    row = find(clients["editor"], shops)["rows"][0]
    assert (row["confidence"], row["words"]) == ("high", "1 Quay, Odense (Nominatim)")
    add(shops, ID="d", Latitude="56.15", Longitude="10.2")
    row = ask(clients["editor"], shops, do="name", columns=[column(shops, "City")])["rows"][0]
    assert row["confidence"] == "medium"


def test_pelias_is_asked_where_the_admin_set_it(
    shops: Draft, clients: dict[str, Client], settings: LazySettings, httpserver: HTTPServer
) -> None:
    feature = {
        "geometry": {"coordinates": [2.5, 1.5]},
        "properties": {"label": "Odense", "confidence": 0.6},
    }
    httpserver.expect_request("/v1/search").respond_with_json({"features": [feature]})
    httpserver.expect_request("/v1/reverse").respond_with_json({"features": []})
    settings.SDS_GEOCODER, settings.SDS_GEOCODER_URL = "pelias", httpserver.url_for("/")
    settings.SDS_GEOCODER_KEY, settings.SDS_GEOCODER_PER_SECOND = "geheim", 0
    row = find(clients["editor"], shops)["rows"][0]
    assert (row["latitude"], row["longitude"], row["confidence"]) == (1.5, 2.5, "medium")
    add(shops, ID="d", Latitude="56.15", Longitude="10.2")
    row = ask(clients["editor"], shops, do="name", columns=[column(shops, "City")])["rows"][0]
    assert "confidence" not in row


@pytest.mark.parametrize(
    ("status", "body", "words"),
    [
        (503, "busy", "could not be reached"),
        (403, "no", "could not be reached"),
        (200, "no JSON", "cannot be read"),
        (200, '[{"lat": "x"}]', "cannot be read"),
        (200, '[{"lat": "99", "lon": "0", "display_name": "N"}]', "cannot be read"),
    ],
)
def test_a_geocoder_that_fails_is_told_without_its_key(
    shops: Draft,
    clients: dict[str, Client],
    settings: LazySettings,
    httpserver: HTTPServer,
    caplog: pytest.LogCaptureFixture,
    status: int,
    body: str,
    words: str,
) -> None:
    httpserver.expect_request("/search").respond_with_data(body, status=status)
    settings.SDS_GEOCODER, settings.SDS_GEOCODER_URL = "nominatim", httpserver.url_for("/")
    settings.SDS_GEOCODER_KEY, settings.SDS_GEOCODER_PER_SECOND = "geheim", 0
    said = find(clients["editor"], shops)
    assert said["status"] == 422
    assert words in said["error"]
    ours = [one.getMessage() for one in caplog.records if one.name.startswith("cairn")]
    assert "geheim" not in " ".join([said["error"], *ours])


def test_none_at_all_and_odd_questions_are_told(
    shops: Draft, clients: dict[str, Client], settings: LazySettings
) -> None:
    assert ask(clients["editor"], shops, do="find", columns=["p9"])["status"] == 422
    assert ask(clients["editor"], shops, do="find", columns="x")["status"] == 400
    settings.SDS_GEOCODER = "none"
    assert "turned the geocoder off" in find(clients["editor"], shops)["error"]


def test_turns_are_spaced_out() -> None:
    from datasources.api.geocoding import Turns

    slept: list[float] = []
    turns = Turns(clock=lambda: 100.0, wait=slept.append)
    for _ in range(3):
        turns.take("https://geo.example", 2)
    turns.take("https://other.example", 0)
    assert slept == [0.5, 1.0]


def test_a_folder_that_cannot_be_used_is_told(
    shops: Draft, clients: dict[str, Client], settings: LazySettings, tmp_path: Path
) -> None:
    (tmp_path / "places").write_text("a file where the folder should be")
    settings.DATA_DIR = tmp_path
    assert "cannot be looked up" in find(clients["editor"], shops)["error"]
