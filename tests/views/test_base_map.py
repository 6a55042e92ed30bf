"""The base map of the site: chosen by a site admin, shown on every map, asked for and nothing else."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from dashboard.audit.models import Event
from datasources.models import Account, BaseMap
from datasources.views import base_map as room
from tests.people_fixtures import refusals
from tests.views.sources import make_source, make_version

pytestmark = pytest.mark.django_db
TILES = "https://tiles.example.org:8443/{z}/{x}/{y}.png"
STYLE = "https://maps.example.org/style.json"


def choose(client: Client, **given: Any) -> Any:
    values = {
        "kind": "raster",
        "url": TILES,
        "attribution": "© Example",
        "max_zoom": 18,
        "hosts": "",
    }
    return client.post(reverse("base_map"), values | given)


def base_of(page: bytes) -> dict[str, Any]:
    """What the page's map is told of its base map."""
    found = re.search(r'data-base="([^"]*)"', page.decode())
    assert found
    told: dict[str, Any] = json.loads(found.group(1).replace("&quot;", '"').replace("&amp;", "&"))
    return told


def policy(answer: Any) -> dict[str, list[str]]:
    parts = (part.split() for part in answer["Content-Security-Policy"].split(";"))
    return {name: sources for name, *sources in parts}


def test_site_admins_alone_choose_it(clients: dict[str, Client]) -> None:
    address = reverse("base_map")
    everybody_else = ("owner", "admin", "publisher", "editor", "viewer", "outsider")
    refusals(clients, address, low=everybody_else, strangers=())
    refusals(clients, address, low=everybody_else, strangers=(), post={"kind": "embedded"})
    assert clients["site_admin"].get(address).status_code == 200


def test_the_embedded_one_asks_nobody_else(account: Account, clients: dict[str, Client]) -> None:
    source = make_source(account)
    make_version(source)
    answer = clients["viewer"].get(reverse("source_map", args=[account.pk, source.pk]))
    told = base_of(answer.content)
    assert told["kind"] == "embedded"
    assert told["url"].endswith("/{z}/{x}/{y}.mvt")
    assert policy(answer)["connect-src"] == ["'self'"]


def test_a_map_page_may_ask_the_chosen_hosts_and_other_pages_may_not(
    account: Account, clients: dict[str, Client]
) -> None:
    source = make_source(account)
    make_version(source)
    admin = clients["site_admin"]
    assert choose(admin).status_code == 302
    page = admin.get(reverse("source_map", args=[account.pk, source.pk]))
    assert base_of(page.content) == {
        "kind": "raster", "url": TILES, "attribution": "© Example", "maxZoom": 18,
    }  # fmt: skip
    origin = "https://tiles.example.org:8443"
    assert policy(page)["connect-src"] == ["'self'", origin]
    assert policy(page)["img-src"] == ["'self'", "data:", origin]
    assert policy(page)["default-src"] == ["'self'"]
    other = admin.get(reverse("jobs", args=[account.pk]))
    assert policy(other)["connect-src"] == ["'self'"]
    choose(admin, kind="style", url=STYLE, hosts="https://a.example.org/\nhttps://b.example.org")
    page = admin.get(reverse("source_map", args=[account.pk, source.pk]))
    assert policy(page)["connect-src"] == [
        "'self'", "https://maps.example.org", "https://a.example.org", "https://b.example.org",
    ]  # fmt: skip


def test_the_choice_is_in_the_audit_and_can_be_taken_back(clients: dict[str, Client]) -> None:
    admin = clients["site_admin"]
    choose(admin)
    event = Event.objects.get(action="base_map.change")
    assert event.detail["url"] == TILES
    assert event.detail["before"]["kind"] == "embedded"
    choose(admin, kind="embedded", url="https://no.example.org")
    kept = BaseMap.objects.get()
    assert (kept.kind, kept.url, kept.origins) == ("embedded", "", [])


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"url": ""}, "Give the address"),
        ({"url": "tiles.example.org/{z}/{x}/{y}.png"}, "starts with https://"),
        ({"url": "ftp://tiles.example.org/{z}/{x}/{y}.png"}, "starts with https://"),
        ({"url": "javascript:alert(1)//{z}/{x}/{y}"}, "starts with https://"),
        ({"url": "https://tiles.example.org/{z}/{x}.png"}, "{z}, {x} and {y}"),
        ({"url": "https://{s}.example.org/{z}/{x}/{y}.png"}, "starts with https://"),
        ({"url": "https://t.example.org/{z}/{x}/{y}.png?k={key}"}, "{key} in the address"),
        ({"url": "https://me:secret@t.example.org/{z}/{x}/{y}.png"}, "user name or password"),
        ({"url": "https://t.example.org; script-src */{z}/{x}/{y}"}, "starts with https://"),
        ({"url": "https://t.example.org/{z}/{x}/{y}.png; x"}, "a space, a quote"),
        ({"url": "https://t.example.org:99999/{z}/{x}/{y}.png"}, "no address"),
        ({"kind": "style", "url": TILES}, "an address of tiles"),
        ({"kind": "style", "url": STYLE, "hosts": "https://a.example.org/fonts"}, "has a path"),
        ({"kind": "style", "url": STYLE, "hosts": "*"}, "starts with https://"),
        ({"kind": "style", "url": STYLE, "hosts": "https://a.example.org " * 9}, "At most 6"),
        ({"max_zoom": 99}, "24"),
        ({"kind": "else"}, "valid choice"),
    ],
)
def test_what_is_no_base_map_is_refused_in_words(
    clients: dict[str, Client], given: dict[str, Any], words: str
) -> None:
    answer = choose(clients["site_admin"], **given)
    assert answer.status_code == 422
    assert words in answer.content.decode().replace("&#x27;", "'")
    assert not BaseMap.objects.exists()


def test_a_site_on_https_takes_no_base_map_without(
    clients: dict[str, Client], settings: Any
) -> None:
    settings.HTTPS = True
    answer = choose(clients["site_admin"], url=TILES.replace("https", "http"))
    assert "browsers ask nothing by http" in answer.content.decode()


def test_other_forms_of_tiles_are_taken(clients: dict[str, Client]) -> None:
    for url in (
        "http://127.0.0.1:8080/{z}/{x}/{y}",
        "https://t.example.org/{quadkey}.jpg",
        "https://t.example.org/{z}/{y}/{x}{ratio}.png?api=1",
    ):
        assert choose(clients["site_admin"], url=url).status_code == 302, url


def test_tiles_of_the_embedded_one_are_for_everybody(
    clients: dict[str, Client], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not room.world_path().is_file():
        pytest.skip("static/vendor has no base map: `manage.py frontend` makes it")
    stamp = room.world_stamp()
    address = reverse("world_tile", args=[stamp, 2, 2, 1])
    answer = clients["visitor"].get(address)
    assert answer.status_code == 200
    assert "immutable" in answer["Cache-Control"]
    packed = clients["visitor"].get(address, headers={"accept-encoding": "gzip"})
    assert packed["Content-Encoding"] == "gzip"
    assert len(packed.content) < len(answer.content)
    water = clients["visitor"].get(reverse("world_tile", args=[stamp, 6, 0, 30]))
    assert (water.status_code, water.content) == (200, b"")
    for wrong in (["other", 2, 2, 1], [stamp, 2, 9, 1], [stamp, 40, 0, 0]):
        assert clients["visitor"].get(reverse("world_tile", args=wrong)).status_code == 404


def test_without_its_tiles_maps_do_without_the_embedded_one(
    account: Account, clients: dict[str, Client], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(room, "world_path", lambda: tmp_path / "nothing")
    room.world_stamp.cache_clear()
    try:
        source = make_source(account)
        make_version(source)
        answer = clients["viewer"].get(reverse("source_map", args=[account.pk, source.pk]))
        assert base_of(answer.content)["url"] == ""
    finally:
        room.world_stamp.cache_clear()
