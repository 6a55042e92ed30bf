"""kill -9 of the real worker, in the middle of a submission and at other bad moments."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.jobs.installation import Installation
from tests.jobs.lossy import LossyProxy, lossy_proxy
from tests.live import LiveAccount, LiveServer, eventually

CITIES = """Bing Spatial Data Services, 1.0, City
EntityID(Edm.String,primaryKey)|Name(Edm.String)|Latitude(Edm.Double)|Longitude(Edm.Double)
1|Oslo|59.91|10.75
2|Bergen|60.39|5.32
"""


@pytest.fixture(params=["database", "redis"])
def site(request: pytest.FixtureRequest) -> Iterator[Installation]:
    """A site whose tasks wait in the database, and one whose tasks wait in Redis."""
    queue = {"TASKS_URL": request.getfixturevalue("redis_url")} if request.param == "redis" else {}
    with tempfile.TemporaryDirectory(prefix="cairn-site-") as folder:
        site = Installation(Path(folder), **queue)
        yield site
        site.stop()


@pytest.fixture
def account(live_sds: LiveServer) -> LiveAccount:
    return live_sds.account()


@pytest.fixture
def proxy(account: LiveAccount, site: Installation) -> Iterator[LossyProxy]:
    for proxy in lossy_proxy(account.base_url):
        site.do("set_up", proxy.base_url, account.master_key, account.query_key)
        yield proxy


def checked(site: Installation, name: str) -> str:
    upload = str(site.do("upload", name, CITIES))
    eventually(lambda: site.do("upload_state", upload) == "good")
    return upload


@pytest.mark.parametrize("arrived", [True, False], ids=["arrived", "not-arrived"])
def test_a_worker_killed_in_mid_submission_leaves_one_load_on_the_service(
    site: Installation, proxy: LossyProxy, account: LiveAccount, arrived: bool
) -> None:
    worker = site.start_worker()
    upload = checked(site, "Cities")
    proxy.hold("POST", "LoadDataSource", carry_first=arrived)
    job = site.do("load", upload)
    eventually(proxy.holding.is_set)
    assert site.do("job", job)["state"] == "sending"

    site.kill(worker)
    proxy.released.set()
    assert site.do("job", job)["state"] == "sending"
    site.start_worker()

    eventually(lambda: site.do("job", job)["state"] in ("done", "failed"))
    shown = site.do("job", job)
    assert shown["state"] == "done", shown["words"]
    assert shown["tries"] == (1 if arrived else 2)
    assert [one["id"] for one in account.jobs()] == [shown["remote_id"]]
    assert site.do("made_elsewhere") == 0
    assert account.master_key not in site.logs()


def test_several_workers_share_the_work_and_one_may_be_killed(
    site: Installation, proxy: LossyProxy, account: LiveAccount
) -> None:
    first, _ = site.start_worker(), site.start_worker()
    uploads = [checked(site, f"Cities{number}") for number in range(6)]
    jobs = [site.do("load", upload) for upload in uploads]
    site.kill(first)

    eventually(lambda: all(site.do("job", job)["state"] in ("done", "failed") for job in jobs))

    ended = [site.do("job", job) for job in jobs]
    assert [one["state"] for one in ended] == ["done"] * 6, ended
    assert sorted(one["id"] for one in account.jobs()) == sorted(one["remote_id"] for one in ended)
    assert site.do("made_elsewhere") == 0


def test_a_small_load_is_done_in_seconds_and_the_worker_stops_when_asked(
    site: Installation, proxy: LossyProxy
) -> None:
    site.start_worker()
    job = site.do("load", checked(site, "Cities"))
    eventually(lambda: site.do("job", job)["state"] == "done")
    assert site.do("job", job)["seconds"] < 15
    assert site.stop() == [0]
