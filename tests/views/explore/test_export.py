"""What a query finds is taken away as CSV or GeoJSON: the page at once, all that match by a job."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from dashboard.audit.models import Event
from datasources import archive
from datasources.jobs import advance, exporting
from datasources.jobs.exported import write_rows
from datasources.models import Account, Job, JobState, Key
from datasources.views.explore import asking
from tests.faulty import FaultyService, answer
from tests.people_fixtures import refusals
from tests.views.explore.conftest import PROPERTIES, Explorer, Shops
from tests.views.explore.test_sides import kept
from tests.views.fixtures import MakeKey
from tests.views.sources import make_source

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def swift(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "TIMEOUT", (60.0, 100.0))
    monkeypatch.setattr(asking, "SECONDS", 120.0)
    monkeypatch.setattr(exporting, "REST", 0.0)
    monkeypatch.setattr(exporting, "WAITS", (0.0, 0.0))


def export(explorer: Explorer, **given: Any) -> Any:
    return explorer.client.post(reverse("explore_export", args=[explorer.account.pk]), given)


def started(explorer: Explorer, **given: Any) -> Job:
    """An export of all that match, run to its end."""
    told = export(explorer, **given, scope="all")
    assert told.status_code == 202, told.content
    job = Job.objects.latest("created_at")
    assert told.json()["job"] == reverse("job", args=[explorer.account.pk, job.pk])
    opened = advance.open_job(str(job.pk))
    assert opened is not None
    advance.advance(opened)
    job.refresh_from_db()
    return job


def content(job: Job) -> str:
    assert job.state == JobState.DONE, (job.error_code, job.error_words)
    assert job.result is not None
    with archive.open_file(job.result.path) as stored:
        return stored.read().decode("utf-8-sig")


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text.lstrip("\ufeff"))))


def test_members_export_and_others_do_not(account: Account, clients: dict[str, Client]) -> None:
    refusals(clients, reverse("explore_export", args=[account.pk]), post={"as": "csv"})


def test_the_page_is_sent_at_once(shops: Shops, explorer: Explorer) -> None:
    file = export(
        explorer, **shops.given, top="2", o1="ShopID", filter="ShopID Ne 'zz'", **{"as": "csv"}
    )
    assert file.status_code == 200
    assert "Shops query" in file["Content-Disposition"]
    rows = rows_of(file.content.decode())
    assert [row["ShopID"] for row in rows] == ["a", "b"]
    assert rows[0]["Open"] == "true"
    assert rows[0]["Opened"] == "2020-02-29T08:30:00Z"
    geo = json.loads(export(explorer, **shops.given, **{"as": "geojson"}).content)
    kinds = {one["id"]: one["geometry"]["type"] for one in geo["features"]}
    assert kinds == {"a": "Point", "b": "Polygon", "c": "Point", "d": "Point"}
    assert "Zone" not in geo["features"][1]["properties"], "it is the geometry"
    event = Event.objects.filter(action="query.export").earliest("pk")
    assert event.detail["entities"] == 2
    assert shops.remote.master_key not in file.content.decode()


def test_all_that_match_are_written_by_a_job(shops: Shops, explorer: Explorer) -> None:
    job = started(explorer, **shops.given, top="1", filter="Seats Ne null", **{"as": "csv"})
    assert {row["ShopID"] for row in rows_of(content(job))} == {"a", "b", "d"}
    assert (job.total_entities, job.processed_entities) == (3, 3)
    assert job.key == shops.key
    assert "key" not in json.dumps(job.query).lower().replace("seats", "")
    page = explorer.client.get(reverse("job", args=[explorer.account.pk, job.pk])).content.decode()
    assert "What a query of Shops finds has been written as CSV" in page
    result = explorer.client.get(reverse("job_result", args=[explorer.account.pk, job.pk]))
    assert "Shops query" in result["Content-Disposition"]
    jobs_page = explorer.client.get(reverse("jobs", args=[explorer.account.pk])).content.decode()
    assert "Export what a query finds" in jobs_page


def test_a_job_asks_page_by_page_and_says_how_far_it_is(
    account: Account, make_key: MakeKey, faulty: FaultyService, explorer: Explorer
) -> None:
    source, key = _odd(account, make_key, faulty)
    pages = [
        [{"ID": str(n)} for n in range(start, min(start + 250, 600))] for start in (0, 250, 500)
    ]
    faulty.will(*(_page(page, 600) for page in pages))
    job = started(explorer, source=source.pk, key=key.pk, **{"as": "csv"})
    assert len(rows_of(content(job))) == 600
    assert [one.query.get("$skip") for one in faulty.seen] == [None, "250", "500"]
    assert {one.query["$top"] for one in faulty.seen} == {"250"}


def test_a_page_that_fails_is_asked_for_again(
    account: Account, make_key: MakeKey, faulty: FaultyService, explorer: Explorer
) -> None:
    source, key = _odd(account, make_key, faulty)
    faulty.will(
        _page([{"ID": "1"}], 2), answer(503), answer(429, headers={"Retry-After": "0"}), _page([{"ID": "2"}], 2)
    )  # fmt: skip
    job = started(explorer, source=source.pk, key=key.pk, **{"as": "csv"})
    assert [row["ID"] for row in rows_of(content(job))] == ["1", "2"]


def test_a_service_that_goes_on_failing_ends_the_job_in_words(
    account: Account, make_key: MakeKey, faulty: FaultyService, explorer: Explorer
) -> None:
    source, key = _odd(account, make_key, faulty)
    faulty.will(answer(503))
    job = started(explorer, source=source.pk, key=key.pk, **{"as": "csv"})
    assert job.state == JobState.FAILED
    assert "Try again later" in job.error_words
    page = explorer.client.get(reverse("job", args=[account.pk, job.pk])).content.decode()
    assert "Run it again" in page or "Run again" in page


def test_what_changes_meanwhile_is_read_anew(
    account: Account, make_key: MakeKey, faulty: FaultyService, explorer: Explorer
) -> None:
    source, key = _odd(account, make_key, faulty)
    faulty.will(
        _page([{"ID": "old"}], 2), _page([{"ID": "x"}], 3),  # another version was published
        _page([{"ID": "1"}], 3), _page([{"ID": "2"}, {"ID": "3"}], 3),
    )  # fmt: skip
    job = started(explorer, source=source.pk, key=key.pk, **{"as": "csv"})
    assert [row["ID"] for row in rows_of(content(job))] == ["1", "2", "3"]


def test_more_than_an_export_takes_is_refused(
    account: Account,
    make_key: MakeKey,
    faulty: FaultyService,
    explorer: Explorer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(exporting, "MOST", 3)
    source, key = _odd(account, make_key, faulty)
    faulty.will(_page([{"ID": str(n)} for n in range(5)], 5))
    job = started(explorer, source=source.pk, key=key.pk, **{"as": "csv"})
    assert job.state == JobState.FAILED
    assert "more than an export takes" in job.error_words


def test_a_list_of_many_ids_is_exported_whole(shops: Shops, explorer: Explorer) -> None:
    ids = "\n".join(["a", *(f"no{n}" for n in range(70)), "d"])
    job = started(explorer, **shops.given, find="ids", ids=ids, **{"as": "csv"})
    assert {row["ShopID"] for row in rows_of(content(job))} == {"a", "d"}
    assert len(job.query["filters"]) == 2


def test_an_earlier_version_is_exported_from_the_archive(
    shops: Shops, explorer: Explorer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exporting, "ARCHIVE_PAGE", 2)
    version = kept(shops.source)
    given = {"source": shops.source.pk, "version": f"v{version.pk}"}
    job = started(explorer, **given, **{"as": "geojson"})
    assert len(json.loads(content(job))["features"]) == 4
    assert job.key is None
    assert job.version == version


def test_a_key_that_was_removed_meanwhile_is_told(shops: Shops, explorer: Explorer) -> None:
    told = export(explorer, **shops.given, scope="all", **{"as": "csv"})
    assert told.status_code == 202
    Key.objects.filter(pk=shops.key.pk).update(removed_at="2026-01-01T00:00Z")
    job = Job.objects.latest("created_at")
    advance.advance(job)
    job.refresh_from_db()
    assert "was removed or is no longer shared" in job.error_words


def test_a_failed_export_is_run_again(
    account: Account, make_key: MakeKey, faulty: FaultyService, explorer: Explorer
) -> None:
    source, key = _odd(account, make_key, faulty)
    faulty.will(answer(400))
    job = started(explorer, source=source.pk, key=key.pk, **{"as": "csv"})
    again = explorer.client.post(reverse("job_again", args=[account.pk, job.pk]), {"key": key.pk})
    assert again.status_code == 302
    made = Job.objects.latest("created_at")
    assert (made.again_of, made.query, made.output_format) == (job, job.query, "csv")


def test_exports_use_none_of_the_accounts_jobs(shops: Shops, explorer: Explorer) -> None:
    from datasources.jobs.quota import quota

    export(explorer, **shops.given, scope="all", **{"as": "csv"})
    counted = quota(explorer.account)
    assert (counted.in_process.used, counted.in_day.used) == (0, 0)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"as": "xlsx"}, "Choose CSV or GeoJSON."),
        ({"as": "csv", "source": "99999"}, "not one of the account"),
        ({"as": "csv", "where": "near"}, "not complete"),
        ({"as": "csv", "filter": "Nothing Eq 1"}, "no property"),
        ({"as": "csv", "key": "99999"}, "not one you may use"),
    ],
)
def test_what_is_in_the_way_is_told(
    shops: Shops, explorer: Explorer, given: dict[str, str], words: str
) -> None:
    told = export(explorer, **{**shops.given, **given})
    assert told.status_code == 422
    assert words in told.json()["words"]


FORMULAS = ["=1+1", "+1", "-1", "@x", "\tx", "\rx"]


@pytest.mark.parametrize("value", [*FORMULAS, "<script>alert(1)</script>", 'a"b,c\nd', "O'Hara"])
def test_no_cell_is_a_formula_and_every_value_comes_back(value: str) -> None:
    file = io.BytesIO()
    write_rows(file, "csv", ["=Name", "N"], [("1", {"=Name": value, "N": -1})], None)
    text = file.getvalue().decode("utf-8-sig")
    (head, row) = csv.reader(io.StringIO(text, newline=""))
    assert head == ["'=Name", "N"]
    assert row == [f"'{value}" if value in FORMULAS else value, "-1"]


def test_a_geography_that_is_none_is_left_as_a_property() -> None:
    file = io.BytesIO()
    rows = [("1", {"Zone": "POINT(nowhere)", "Latitude": 1, "Longitude": 2}), ("2", {"Zone": None})]
    write_rows(file, "geojson", ["Zone"], rows, ["Zone"])
    first, second = json.loads(file.getvalue())["features"]
    assert first["geometry"]["coordinates"] == [2, 1]
    assert first["properties"] == {"Zone": "POINT(nowhere)"}
    assert second["geometry"] is None


def _odd(account: Account, make_key: MakeKey, faulty: FaultyService) -> Any:
    account.service.base_url = faulty.base_url
    account.service.save()
    return make_source(account, "Odd", properties=PROPERTIES), make_key("Shared", shared=True)


def _page(rows: list[dict[str, str]], total: int) -> Any:
    return answer(200, json.dumps({"d": {"__count": str(total), "results": rows}}).encode())
