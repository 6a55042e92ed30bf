"""What the server lets go of in time. Rows are aged in the database; all else is as it runs."""

from __future__ import annotations

from tests.live import LiveAccount, LiveServer, eventually, resource, service_path
from tests.sds.endpoints.sample import SHOPS, pipe


def later(live_sds: LiveServer, *, days: int, account: LiveAccount) -> None:
    """Make all that an account has older by some days, and let a worker start, which keeps house."""
    live_sds.stop_workers()
    live_sds.command(
        "shell", "--verbosity", "0", "-c",
        "from datetime import timedelta\n"
        "from django.db.models import F\n"
        "from sds_server.models import DataflowJob, Version\n"
        f"past = timedelta(days={days})\n"
        f"Version.objects.filter(data_source__account__name='{account.name}')"
        ".update(uploaded_at=F('uploaded_at') - past)\n"
        f"DataflowJob.objects.filter(account__name='{account.name}')"
        ".update(created_at=F('created_at') - past)\n",
    )  # fmt: skip
    live_sds.start_worker()


def stored(live_sds: LiveServer, job_id: str) -> list[str]:
    """What is kept under the ID of a job: versions and files."""
    versions = live_sds.command(
        "shell", "--verbosity", "0", "-c",
        "from sds_server.store import store\n"
        "print(*store().sizes())\n",
    )  # fmt: skip
    files = [path.name for path in (live_sds.data_dir / "sds").rglob("*")]
    return [name for name in (*versions.split(), *files) if job_id in name]


def test_a_staged_version_is_dropped_after_30_days(
    account: LiveAccount, live_sds: LiveServer
) -> None:
    service = service_path(account.loaded("Coffee", pipe()))
    staged = account.loaded("Coffee", pipe(SHOPS[:1]), operation="completeStaging")
    alone = account.loaded("Alone", pipe(), operation="completeStaging")
    later(live_sds, days=29, account=account)
    assert account.get(service, showAllVersions="1").text.count("<app:workspace") == 2
    later(live_sds, days=2, account=account)
    eventually(lambda: account.get(service, showAllVersions="1").text.count("<app:workspace") == 1)
    eventually(lambda: account.get(service_path(alone)).status_code == 404)
    eventually(lambda: not stored(live_sds, staged["id"]) and not stored(live_sds, alone["id"]))


def test_jobs_and_their_files_are_forgotten_after_15_days_but_not_the_data(
    account: LiveAccount, live_sds: LiveServer
) -> None:
    bad = ("bad", 91, 0, "Beyond the pole", "", "", "")
    job = account.loaded("Coffee", pipe([*SHOPS, bad]))
    access_id = service_path(job).split("/")[-2]
    started = account.get(f"/Dataflows/DataSourceDownload/{access_id}/Coffee")
    account.finish(started)
    later(live_sds, days=14, account=account)
    assert len(account.jobs()) == 1
    later(live_sds, days=2, account=account)
    eventually(lambda: account.jobs() == [])
    eventually(lambda: not stored(live_sds, resource(started)["id"]))
    assert account.get(f"/Dataflows/LoadDataSource/{job['id']}").status_code == 404
    assert account.get(f"{service_path(job)}/CoffeeShops").text.count("<entry>") == 3
    assert not (live_sds.data_dir / "sds" / "logs" / f"{job['id']}.txt").exists()


def test_the_data_as_sent_are_removed_once_their_job_is_done(
    account: LiveAccount, live_sds: LiveServer
) -> None:
    done = account.loaded("Coffee", pipe())
    aborted = account.finish(account.load("Tea", "no such file"))
    bodies = live_sds.data_dir / "sds" / "bodies"
    for job in (done, aborted):
        eventually(lambda job=job: not (bodies / job["id"]).exists())


def test_entities_of_no_known_version_are_swept_away(
    account: LiveAccount, live_sds: LiveServer
) -> None:
    """As a crash leaves them after the database let a version go, and before its file went."""
    job = account.loaded("Coffee", pipe())
    live_sds.stop_workers()
    live_sds.command(
        "shell", "--verbosity", "0", "-c",
        "from sds_server.models import DataSource\n"
        f"DataSource.objects.filter(account__name='{account.name}').delete()\n",
    )  # fmt: skip
    before = stored(live_sds, job["id"])
    live_sds.start_worker()
    assert before
    eventually(lambda: not stored(live_sds, job["id"]))
