"""How long things live, on every store: what is kept, to the second, and what is left of what is gone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django import Settings

from sds_server import files, housekeeping
from sds_server.models import DataflowJob, DataSource, Version
from sds_server.store import PostgisStore, store
from tests.conformance.forms import workspaces
from tests.sds.endpoints.sample import SHOPS, pipe
from tests.sds.inside import Inside

BAD = ("bad", 91, 0, "Beyond the pole", "", "", "")


@pytest.fixture
def let_pass(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Moves the server's clock: `let_pass(days=30)` from when the test began."""
    began = timezone.now()

    def moved(**time: float) -> None:
        monkeypatch.setattr(timezone, "now", lambda: began + timedelta(**time))

    return moved


def states(inside: Inside, name: str = "Shops") -> list[tuple[str, str]]:
    """State and job ID of every version, as the API lists them."""
    source = DataSource.objects.filter(name=name).first()
    if source is None:
        return []
    answer = inside.ask("GET", f"/data/{source.access_id}/{name}", showAllVersions="true")
    found = []
    for one in workspaces(answer):
        active, staging = one["isActive"] == "true", one["isStagingDataSource"] == "true"
        state = "published" if active else "staged" if staging else "earlier"
        found.append((state, one["jobId"]))
    return found


def tables() -> int:
    """How many tables of versions the database has; 0 where versions are files."""
    made = store()
    if not isinstance(made, PostgisStore):
        return 0
    with made._connections.write() as connection:
        found = connection.execute(
            "SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace"
            " WHERE nspname = %s AND relkind = 'r' AND relname LIKE 'v\\_%%'",
            (made._namespace,),
        ).fetchone()
    assert found is not None
    return int(found[0])


def kept_files() -> list[str]:
    return sorted(found.name for found in files.storage().walk())


@pytest.mark.parametrize("earlier", [0, 1, 2, 5])
def test_as_many_earlier_versions_are_kept_as_the_setting_says(
    inside: Inside, settings: Settings, earlier: int
) -> None:
    settings.SDS_EARLIER_VERSIONS = earlier
    jobs = [inside.load("Shops", pipe(SHOPS[: 1 + turn % 3]))["id"] for turn in range(earlier + 2)]
    newest = jobs[::-1]
    assert states(inside) == [
        ("published", newest[0]), *(("earlier", job) for job in newest[1 : earlier + 1]),
    ]  # fmt: skip
    assert set(store().sizes()) == set(newest[: earlier + 1])
    if earlier:
        oldest = newest[earlier]
        inside.ended(inside.ask("GET", f"/Dataflows/DataSourceRollback/{oldest}/Shops"))
        assert states(inside)[0] == ("published", oldest)
    gone = inside.ask("GET", f"/Dataflows/DataSourceRollback/{newest[-1]}/Shops")
    assert gone.status_code == 404


def test_a_staged_version_lives_for_30_days(inside: Inside, let_pass: Callable[..., None]) -> None:
    published = inside.load("Shops", pipe())["id"]
    staged = inside.load("Shops", pipe(SHOPS[:1]), "completeStaging")["id"]
    inside.load("Alone", pipe(), "completeStaging")
    let_pass(days=30, seconds=-60)
    housekeeping.keep_house()
    assert states(inside) == [("published", published), ("staged", staged)]
    let_pass(days=30, seconds=60)
    housekeeping.keep_house()
    assert states(inside) == [("published", published)]
    assert states(inside, "Alone") == [], "nothing else was in it"
    assert set(store().sizes()) == {published}
    inside.load("Alone", pipe())


def test_a_staged_version_lives_30_days_from_its_last_change(
    inside: Inside, let_pass: Callable[..., None]
) -> None:
    inside.load("Shops", pipe())
    first = inside.load("Shops", pipe(SHOPS[:1]), "completeStaging")["id"]
    of_days_ago = timezone.now() - timedelta(days=29)
    Version.objects.filter(job_id=first).update(uploaded_at=of_days_ago)
    again = inside.load("Shops", pipe(SHOPS[1:]), "incrementalStaging")["id"]
    let_pass(days=2)
    housekeeping.keep_house()
    assert ("staged", again) in states(inside)


def test_a_staged_version_is_not_dropped_while_its_publishing_waits(
    inside: Inside, let_pass: Callable[..., None]
) -> None:
    inside.load("Shops", pipe())
    staged = inside.load("Shops", pipe(SHOPS[:1]), "completeStaging")["id"]
    let_pass(days=30, seconds=-60)
    accepted = inside.ask("GET", f"/data/{inside.access_id('Shops')}/Shops/$commit")
    assert accepted.status_code == 202
    let_pass(days=31)
    housekeeping.keep_house()
    inside.work()
    assert states(inside)[0] == ("published", staged)


def test_jobs_and_their_files_live_for_15_days_and_waiting_jobs_as_long_as_they_wait(
    inside: Inside, let_pass: Callable[..., None]
) -> None:
    done = inside.load("Shops", pipe([*SHOPS, BAD]))["id"]
    access_id = inside.access_id("Shops")
    inside.ended(inside.ask("GET", f"/Dataflows/DataSourceDownload/{access_id}/Shops"))
    inside.ask(
        "POST", "/Dataflows/LoadDataSource", pipe(SHOPS[:1]).encode(),
        dataSourceName="Waiting", loadOperation="complete", input="pipe",
    )  # fmt: skip
    waiting = DataflowJob.objects.latest("pk").job_id
    let_pass(days=15, seconds=-60)
    housekeeping.keep_house()
    assert {one["id"] for one in listed(inside)} == {done, waiting}
    let_pass(days=15, seconds=60)
    housekeeping.keep_house()
    assert {one["id"] for one in listed(inside)} == {waiting}
    assert [name for name in kept_files() if done not in name] == [files.body_name(waiting)]
    inside.work()
    assert inside.job(waiting)["status"] == "Completed"
    assert [state for state, _ in states(inside)] == ["published"]


def listed(inside: Inside) -> list[dict[str, str]]:
    return list(inside.ask("GET", "/Dataflows/ListJobs").json()["resourceSets"][0]["resources"])  # type: ignore[attr-defined]


def test_nothing_is_left_of_a_data_source_that_was_deleted(
    inside: Inside, let_pass: Callable[..., None]
) -> None:
    """Neither files nor tables nor objects of a bucket, nor, once they are old, of its jobs."""
    inside.load("Shops", pipe())
    inside.load("Shops", pipe([*SHOPS[:2], BAD]), "incremental")
    inside.load("Shops", pipe(SHOPS[:1]), "completeStaging")
    assert inside.load("Shops", "no such file")["status"] == "Aborted"
    access_id = inside.access_id("Shops")
    inside.ended(inside.ask("GET", f"/Dataflows/DataSourceDownload/{access_id}/Shops"))
    assert len(store().sizes()) == 3
    inside.ask("GET", f"/data/{access_id}/Shops/CoffeeShops", **{"$filter": "Seats Gt 1"})

    assert inside.ask("DELETE", f"/data/{access_id}/Shops").status_code == 202
    inside.work()

    assert store().sizes() == {}
    assert tables() == 0
    assert not DataSource.objects.exists()
    assert not Version.objects.exists()
    left = [name for name in kept_files() if not name.startswith(("logs/", "downloads/"))]
    assert left == [], "the bodies of loads, and files of versions"
    let_pass(days=15, seconds=60)
    housekeeping.keep_house()
    assert kept_files() == []
    assert not DataflowJob.objects.exists()
    assert store().leftovers(0) == []


def test_an_aborted_load_takes_no_space(inside: Inside) -> None:
    published = inside.load("Shops", pipe())["id"]
    twice = pipe([*SHOPS, SHOPS[0]])
    for operation in ("complete", "incremental", "completeStaging", "incrementalStaging"):
        assert inside.load("Shops", twice, operation)["status"] == "Aborted"
        assert states(inside) == [("published", published)]
    assert set(store().sizes()) == {published}
    assert store().leftovers(0) == []
    assert all(name.startswith("logs/") for name in kept_files() if published not in name)


def test_while_a_deletion_waits_nothing_else_is_taken_and_what_came_before_is_done_first(
    inside: Inside,
) -> None:
    inside.load("Shops", pipe())
    inside.load("Shops", pipe(SHOPS[:1]), "completeStaging")
    access_id = inside.access_id("Shops")
    at = f"/data/{access_id}/Shops"
    inside.ask(
        "POST", "/Dataflows/LoadDataSource", pipe(SHOPS[:2]).encode(),
        dataSourceName="Shops", loadOperation="incremental", input="pipe",
    )  # fmt: skip
    before = DataflowJob.objects.latest("pk").job_id
    assert inside.ask("DELETE", at).status_code == 202
    deletion = DataflowJob.objects.latest("pk").job_id
    for operation in ("complete", "completeStaging", "incremental"):
        answer = inside.ask(
            "POST", "/Dataflows/LoadDataSource", pipe().encode(),
            dataSourceName="SHOPS", loadOperation=operation, input="pipe",
        )  # fmt: skip
        assert answer.status_code == 400
        assert b"is being deleted" in answer.content
    for method, path in (
        ("GET", f"{at}/$commit"), ("DELETE", at),
        ("GET", f"/Dataflows/DataSourceDownload/{access_id}/Shops"),
    ):  # fmt: skip
        answer = inside.ask(method, path)
        assert answer.status_code == 400, path
        assert b"is being deleted" in answer.content
    assert inside.ask("GET", f"{at}/CoffeeShops").status_code == 200, "it answers until then"
    inside.work()
    assert inside.job(before)["status"] == inside.job(deletion)["status"] == "Completed"
    assert states(inside) == []
    inside.load("Shops", pipe())
    assert inside.access_id("Shops") != access_id
