"""The map of a version: its page, facts, tiles, entities and search; who may see them."""

from __future__ import annotations

import gzip
import re
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from datasources.archive.tiles import served
from datasources.models import Account, DataSource, StoredFile, Version, VersionState
from tests.archive.tiles.decoder import decode
from tests.people_fixtures import refusals
from tests.views.maps import SHOPS, make_mapped
from tests.views.sources import make_source, make_version

pytestmark = pytest.mark.django_db
MAX_QUERIES = 15
OF_VERSION = (
    "version_map",
    "version_classes",
    "version_entities",
    "version_entity",
    "version_find",
)


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, settings: Any) -> Any:
    settings.TILE_CACHE_DIR = tmp_path / "tiles"
    served._cache.cache_clear()
    yield
    served._cache.cache_clear()


@pytest.fixture
def source(account: Account) -> DataSource:
    return make_source(account, entity_type="Store")


@pytest.fixture
def version(source: DataSource) -> Version:
    return make_mapped(source)


def at(name: str, version: Version, *more: object) -> str:
    source = version.data_source
    return reverse(name, args=[source.account_id, source.pk, version.pk, *more])


def test_strangers_do_not_learn_that_there_is_a_map(
    account: Account, version: Version, clients: dict[str, Client]
) -> None:
    refusals(clients, reverse("source_map", args=[account.pk, version.data_source_id]))
    for name in OF_VERSION:
        refusals(clients, at(name, version))
    refusals(clients, at("version_tile", version, 0, 0, 0))


def test_a_version_is_found_through_its_own_data_source_and_account_alone(
    account: Account, source: DataSource, version: Version, clients: dict[str, Client]
) -> None:
    other = Account.objects.create(team=account.team, service=account.service, name="Another")
    elsewhere = make_source(other, "Elsewhere")
    beside = make_source(account, "Beside")
    for wrong in ([other.pk, source.pk], [other.pk, elsewhere.pk], [account.pk, beside.pk]):
        for name in OF_VERSION:
            address = reverse(name, args=[*wrong, version.pk])
            assert clients["publisher"].get(address).status_code == 404, address
        tile = reverse("version_tile", args=[*wrong, version.pk, 0, 0, 0])
        assert clients["publisher"].get(tile).status_code == 404


def test_the_page_shows_the_published_version_unless_another_is_named(
    account: Account, source: DataSource, version: Version, clients: dict[str, Client]
) -> None:
    staged = make_mapped(source, SHOPS.replace("40", "44"), VersionState.STAGED)
    address = reverse("source_map", args=[account.pk, source.pk])
    page = clients["viewer"].get(address).content.decode()
    assert f'data-version-map="{at("version_map", version)}"' in page
    assert "Map of StoresEU" in page
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|<script(?![^>]*\ssrc=)", page)
    named = clients["viewer"].get(address, {"version": staged.pk}).content.decode()
    assert f'data-version-map="{at("version_map", staged)}"' in named
    for nonsense in ("0", "x", "", "99999999999999999999"):
        answer = clients["viewer"].get(address, {"version": nonsense})
        assert at("version_map", version) in answer.content.decode()


def test_a_data_source_without_versions_says_so(
    account: Account, clients: dict[str, Client]
) -> None:
    source = make_source(account, "Empty")
    page = clients["viewer"].get(reverse("source_map", args=[account.pk, source.pk]))
    assert "No versions known" in page.content.decode()


def test_the_facts_are_what_a_legend_needs(version: Version, clients: dict[str, Client]) -> None:
    answer = clients["viewer"].get(at("version_map", version))
    facts = answer.json()
    assert facts["state"] == "ready"
    assert facts["extent"] == [9.9217, 55.3959, 10.3883, 57.0488]
    assert (facts["count"], facts["kinds"]["points"]) == (3, 3)
    assert facts["tiles"].endswith("/tiles/{z}/{x}/{y}.mvt")
    seats = next(one for one in facts["properties"] if one["name"] == "Seats")
    assert (seats["min"], seats["max"]) == (25, 60)
    assert "no-cache" in answer["Cache-Control"]
    classes = clients["viewer"].get(
        at("version_classes", version), {"by": "Seats", "count": "2", "method": "equal"}
    )
    assert classes.json() == {
        "breaks": [42.5], "counts": [2, 1], "low": 25.0, "high": 60.0, "empty": 0,
    }  # fmt: skip
    for wrong in ("Name", "Nothing", ""):
        answer = clients["viewer"].get(at("version_classes", version), {"by": wrong})
        assert answer.status_code == 404


def test_a_tile_is_kept_for_good_and_never_asked_for_twice(
    version: Version, clients: dict[str, Client]
) -> None:
    address = at("version_tile", version, 0, 0, 0)
    client = clients["viewer"]
    answer = client.get(
        address, {"by": "Seats", "as": "number"}, headers={"accept-encoding": "gzip"}
    )
    assert answer["Content-Type"] == "application/vnd.mapbox-vector-tile"
    assert answer["Content-Encoding"] == "gzip"
    assert "immutable" in answer["Cache-Control"]
    assert "private" in answer["Cache-Control"]
    layers = decode(gzip.decompress(answer.content))
    assert sum(f.properties["n"] for f in layers["dots"].features) == 3
    assert any("v" in f.properties for f in layers["dots"].features)
    plain = client.get(address)
    assert "Content-Encoding" not in plain
    assert [f.properties for f in decode(plain.content)["dots"].features] == [{"n": 1}] * 3
    again = client.get(address, headers={"if-none-match": plain["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert plain["ETag"] != answer["ETag"]
    empty = client.get(at("version_tile", version, 4, 0, 0))
    assert (empty.status_code, empty.content) == (200, b"")


@pytest.mark.parametrize("place", [(0, 1, 0), (3, 8, 0), (21, 0, 0), (99, 0, 0), (1, 0, 10**30)])
def test_a_tile_that_is_none_is_not_found(
    version: Version, clients: dict[str, Client], place: tuple[int, int, int]
) -> None:
    assert clients["viewer"].get(at("version_tile", version, *place)).status_code == 404


def test_a_tile_by_a_property_that_is_none_is_not_found(
    version: Version, clients: dict[str, Client]
) -> None:
    address = at("version_tile", version, 0, 0, 0)
    for wrong in ({"by": "Nothing"}, {"by": "Name", "as": "number"}, {"by": "x' --"}):
        answer = clients["viewer"].get(address, wrong)
        assert answer.status_code == 404
        assert answer["Content-Type"].startswith("text/plain")


def test_a_version_that_was_deleted_or_let_go_answers_plainly(
    account: Account, source: DataSource, version: Version, clients: dict[str, Client]
) -> None:
    addresses = [at(name, version) for name in OF_VERSION] + [at("version_tile", version, 0, 0, 0)]
    client = clients["viewer"]
    StoredFile.objects.filter(pk=version.map_index_id).delete()
    told = client.get(at("version_map", version)).json()
    assert told["state"] in ("making", "gone", "absent")
    for address in addresses[1:]:
        answer = client.get(address)
        assert answer.status_code == 410
        assert answer.json()["state"] == "gone"
    version.delete()
    for address in addresses[1:]:
        assert client.get(address).status_code == 404


def test_files_that_went_behind_the_sites_back_are_no_fault_of_the_server(
    version: Version, clients: dict[str, Client]
) -> None:
    assert version.archive is not None
    assert version.map_index is not None
    default_storage.delete(version.archive.path)
    for name in ("version_entities", "version_entity", "version_find"):
        answer = clients["viewer"].get(at(name, version), {"q": "x"})
        assert answer.status_code == 410, name
    Path(default_storage.path(version.map_index.path)).write_bytes(b"CAIRNARR damaged")
    served._indexes._kept.clear()
    assert clients["viewer"].get(at("version_map", version)).status_code == 410
    assert clients["viewer"].get(at("version_tile", version, 1, 1, 0)).status_code == 410


def test_a_version_without_a_map_says_what_is_to_come(
    source: DataSource, version: Version, clients: dict[str, Client]
) -> None:
    absent = make_version(source, VersionState.EARLIER)
    told = clients["viewer"].get(at("version_map", absent)).json()
    assert told["state"] == "absent"
    assert "Download" in told["words"]
    coming = make_version(source, VersionState.STAGED, content=version.content)
    assert clients["viewer"].get(at("version_map", coming)).json()["state"] == "making"
    retired = make_version(source, VersionState.RETIRED)
    assert clients["viewer"].get(at("version_map", retired)).json()["state"] == "gone"


def test_the_entities_in_view_are_listed_with_every_value_as_text(
    version: Version, clients: dict[str, Client]
) -> None:
    client = clients["viewer"]
    page = client.get(at("version_entities", version)).content.decode()
    assert "<img" not in page
    assert "&lt;img src=x onerror=alert(1)" in page
    assert "Market &amp; Co" in page
    assert "3 entities in view" in page
    north = client.get(at("version_entities", version), {"bbox": "9,56.5,11,58", "by": "Seats"})
    assert "1 entity in view" in north.content.decode()
    nowhere = client.get(at("version_entities", version), {"bbox": "0,0,1,1"}).content.decode()
    assert "No entity lies in view" in nowhere
    for nonsense in ({"bbox": "x"}, {"bbox": "1,2,3"}, {"bbox": "nan,0,inf,1"}, {"page": "-3"}):
        assert (
            "3 entities in view"
            in client.get(at("version_entities", version), nonsense).content.decode()
        )


def test_many_entities_come_in_pages(source: DataSource, clients: dict[str, Client]) -> None:
    head = "".join(line + "\n" for line in SHOPS.splitlines()[:2])
    rows = "".join(f"s{n}|Shop {n}|{n}|55.{n:03}|10.0\n" for n in range(120))
    version = make_mapped(source, head + rows)
    client = clients["viewer"]
    first = client.get(at("version_entities", version)).content.decode()
    assert re.sub(r"\s+", " ", first).count("1 to 50 of 120 in view") == 1
    last = client.get(at("version_entities", version), {"page": 99}).content.decode()
    assert "101 to 120 of 120" in re.sub(r"\s+", " ", last)
    assert last.count("data-fid") == 20


def test_one_entity_is_told_by_its_id_or_its_fid(
    version: Version, clients: dict[str, Client]
) -> None:
    client = clients["viewer"]
    one = client.get(at("version_entity", version), {"id": "s2"}).json()
    assert one["key"] == "s2"
    assert one["title"].startswith("<img src=x onerror=alert(1)")
    assert one["geometry"] == {"type": "Point", "coordinates": [10.204, 56.15]}
    assert {"name": "Seats", "value": "25"} in one["properties"]
    assert client.get(at("version_entity", version), {"fid": one["fid"]}).json() == one
    for nobody in ({"id": "s9"}, {"fid": "99"}, {}, {"fid": "9" * 30}):
        answer = client.get(at("version_entity", version), nobody)
        assert answer.status_code == 404
        assert "no such entity" in answer.json()["words"]


def test_a_search_gives_matches_to_go_to(version: Version, clients: dict[str, Client]) -> None:
    client = clients["viewer"]
    (match,) = client.get(at("version_find", version), {"q": "market"}).json()["matches"]
    assert (match["key"], match["title"], match["place"]) == (
        "s3",
        "Market & Co",
        [10.3883, 55.3959],
    )
    for nothing in ("", "   ", "zzz"):
        found = client.get(at("version_find", version), {"q": nothing}).json()
        assert found == {"matches": [], "complete": True}
    assert client.get(at("version_find", version), {"q": "x" * 5000}).status_code == 200


def test_a_version_of_no_entities_has_a_map_all_the_same(
    source: DataSource, clients: dict[str, Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    head = "".join(line + "\n" for line in SHOPS.splitlines()[:2])
    version = make_mapped(source, head)
    facts = clients["viewer"].get(at("version_map", version)).json()
    assert (facts["count"], facts["extent"]) == (0, None)
    assert clients["viewer"].get(at("version_tile", version, 0, 0, 0)).content == b""
    page = clients["viewer"].get(at("version_entities", version)).content.decode()
    assert "No entity of this version has a location." in page


def test_the_pages_take_few_queries(
    account: Account,
    source: DataSource,
    version: Version,
    clients: dict[str, Client],
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    for number in range(30):
        make_version(source, VersionState.EARLIER, entity_count=number)
    addresses = [
        reverse("source_map", args=[account.pk, source.pk]),
        *(at(name, version) for name in OF_VERSION),
        at("version_tile", version, 0, 0, 0),
    ]
    for address in addresses:
        with django_assert_max_num_queries(MAX_QUERIES):
            assert (
                clients["viewer"].get(address, {"q": "s", "by": "Seats", "id": "s1"}).status_code
                == 200
            )
    with django_assert_max_num_queries(6):
        clients["viewer"].get(at("version_tile", version, 0, 0, 0))


def test_the_map_index_is_kept_as_long_as_its_version(version: Version) -> None:
    assert version.map_index is not None
    StoredFile.objects.update(kept_until="2001-01-01T00:00:00Z")
    from datasources.jobs.keep import sweep_files

    sweep_files()
    version.refresh_from_db()
    assert version.map_index is not None
    assert version.archive is not None
