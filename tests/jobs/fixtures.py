"""A team's account on the real server, and the background's work done in this process."""

from __future__ import annotations

import io
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

import pytest

from dashboard.people.models import User
from datasources import jobs
from datasources.jobs import compare, draft_sending, drafting, duties
from datasources.jobs.due import enqueue_due
from datasources.jobs.runners import run_queue
from datasources.models import (
    Account,
    DataSource,
    Job,
    JobState,
    Key,
    Plan,
    Service,
    Upload,
    UploadState,
    Version,
    VersionState,
)
from tests.jobs.lossy import LossyProxy, lossy_proxy
from tests.live import LiveAccount, LiveServer

T = TypeVar("T")
DEADLINE = 60.0  # seconds, on a machine that runs other tests too
LOOK_EVERY = 0.15  # seconds

CITIES = """Bing Spatial Data Services, 1.0, City
EntityID(Edm.String,primaryKey)|Name(Edm.String)|Latitude(Edm.Double)|Longitude(Edm.Double)|People(Edm.Int64)
1|Oslo|59.91|10.75|709037
2|Bergen|60.39|5.32|291940
3|Tromsø|69.65|18.96|77992
"""
MORE_CITIES = CITIES + "4|Bodø|67.28|14.4|42102\n"


@dataclass
class Bench:
    """An account of a team, with the people and keys to work on it."""

    account: Account
    key: Key
    query_key: Key
    people: dict[str, User]

    @property
    def publisher(self) -> User:
        return self.people["publisher"]

    def upload(
        self,
        text: str = CITIES,
        *,
        name: str = "Cities",
        operation: str = "complete",
        input_format: str = "pipe",
        public: bool = False,
    ) -> Upload:
        """A file that somebody brought and that was checked in the background."""
        upload = self.unchecked(text, name=name, operation=operation, input_format=input_format)
        upload.set_public = public
        upload.save()
        jobs.start_check(upload)
        drain(lambda: is_checked(upload))
        return upload

    def unchecked(
        self,
        text: str = CITIES,
        *,
        name: str = "Cities",
        operation: str = "complete",
        input_format: str = "pipe",
    ) -> Upload:
        return Upload.objects.create(
            account=self.account,
            user=self.publisher,
            file=jobs.keep_file(self.account, io.BytesIO(text.encode())),
            file_name=f"{name}.{input_format}",
            format=input_format,
            data_source_name=name,
            operation=operation,
        )

    def load(self, text: str = CITIES, **options: Any) -> Job:
        """Loads a file and sees the job to its end."""
        return ended(jobs.start_load(self.publisher, self.upload(text, **options), self.key))

    def source(self, name: str = "Cities") -> DataSource:
        return self.account.data_sources.get(name=name, gone_at=None)

    def version(self, state: VersionState, name: str = "Cities") -> Version:
        return self.source(name).versions.get(state=state)


def drain(until: Callable[[], T], within: float = DEADLINE) -> T:
    """Does the background's due work, over and over, until something is true."""
    deadline = time.monotonic() + within
    while not (found := until()):
        assert time.monotonic() < deadline, f"not so within {within} s"
        enqueue_due()
        if not run_queue():
            time.sleep(0.05)
    return found


def ended(job: Job, within: float = DEADLINE) -> Job:
    """The job, once it has ended."""
    drain(lambda: not Job.objects.get(pk=job.pk).is_open, within)
    return Job.objects.get(pk=job.pk)


def done(job: Job) -> Job:
    """The job, which must end well."""
    job = ended(job)
    assert job.state == JobState.DONE, (job.error_code, job.error_words, job.error_remote)
    return job


def is_checked(upload: Upload) -> bool:
    upload.refresh_from_db()
    return upload.state in (UploadState.GOOD, UploadState.BAD)


def steps(job: Job) -> list[str]:
    return list(job.steps.values_list("name", flat=True))


def make_bench(
    people: dict[str, User], base_url: str, master_key: str, query_key: str, plan: str
) -> Bench:
    publisher = people["publisher"]
    team = publisher.memberships.get().team
    service = Service.objects.create(name="Here", base_url=base_url)
    account = Account.objects.create(team=team, service=service, name="Maps", plan=plan)
    made = [
        Key.objects.create(
            account=account,
            owner=publisher,
            name=name,
            secret=secret,
            last_four=secret[-4:],
            is_shared=True,
        )
        for name, secret in (("master", master_key), ("query", query_key))
    ]
    return Bench(account, made[0], made[1], people)


@pytest.fixture
def remote(live_sds: LiveServer) -> LiveAccount:
    """A fresh account of the real server."""
    return live_sds.account()


@pytest.fixture
def looked_at_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server of our own does a small job in less than the second until a job is looked at again."""
    monkeypatch.setattr(duties, "POLLS", ((15, LOOK_EVERY), *duties.POLLS[1:]))
    for room in (compare, draft_sending, drafting):
        monkeypatch.setattr(room, "LOOK_AGAIN", LOOK_EVERY)


@pytest.fixture
def bench(
    transactional_db: None, people: dict[str, User], remote: LiveAccount, looked_at_soon: None
) -> Bench:
    return make_bench(people, remote.base_url, remote.master_key, remote.query_key, Plan.ENTERPRISE)


@pytest.fixture
def lossy(bench: Bench, remote: LiveAccount) -> Iterator[LossyProxy]:
    """The bench's service, from now on through a proxy that loses what it is told to lose."""
    for proxy in lossy_proxy(remote.base_url):
        Service.objects.update(base_url=proxy.base_url)
        bench.account.refresh_from_db()
        yield proxy


@pytest.fixture
def quick(settings: object) -> None:
    """Waits of the real thing, cut short."""
    settings.SEND_RETRY_SECONDS = [0.1, 0.1]  # type: ignore[attr-defined]
    settings.LOST_ANSWER_SECONDS = 1.0  # type: ignore[attr-defined]
    settings.LEASE_SECONDS = 2.0  # type: ignore[attr-defined]
