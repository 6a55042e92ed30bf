"""The server in this process: requests through its own URLs, jobs by its own worker, on a store of
each kind. For tests that need the clock, damage, or very many steps; all others use `tests.live`.
"""

from __future__ import annotations

import threading
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from pytest_django import Settings

from sds_server import accounts
from sds_server.models import DataflowJob, JobStatus, Plan
from sds_server.store import PostgisStore, store
from sds_server.worker import Worker

STORES = ("geopackage", "bucket", "postgis")
LEASE = 600.0  # seconds: no job here is taken over


@dataclass
class Inside:
    """An account of the server, and a worker that works when it is told to."""

    master_key: str = field(repr=False)
    name: str = "inside"
    client: Client = field(default_factory=Client)

    def ask(self, method: str, path: str, body: bytes = b"", **params: object) -> HttpResponse:
        """`path` is what follows /REST/v1; names of parameters are without their $."""
        query = {"key": self.master_key, **params}
        return self.client.generic(  # type: ignore[return-value]
            method,
            f"/REST/v1{path}",
            body,
            content_type="text/plain",
            QUERY_STRING="&".join(f"{name}={_quoted(value)}" for name, value in query.items()),
        )

    def load(
        self, name: str, body: str, operation: str = "complete", **params: object
    ) -> dict[str, Any]:
        """Loads a file and has the job done; gives the job as it ended."""
        answer = self.ask(
            "POST", "/Dataflows/LoadDataSource", body.encode(),
            dataSourceName=name, loadOperation=operation, input="pipe", **params,
        )  # fmt: skip
        assert answer.status_code == 201, answer.content
        return self.ended(answer)

    def ended(self, answer: HttpResponse) -> dict[str, Any]:
        """The job that an answer started, done by the worker."""
        (started,) = answer.json()["resourceSets"][0]["resources"]  # type: ignore[attr-defined]
        self.work()
        return self.job(str(started["id"]))

    def job(self, job_id: str) -> dict[str, Any]:
        found = DataflowJob.objects.get(job_id=job_id)
        return {"id": found.job_id, "status": found.status, "errors": found.error_details}

    def work(self) -> None:
        """The worker, until no job waits. It keeps no house."""
        worker = Worker(threading.Event(), lease=LEASE, poll=0.0)
        while worker.work_one():
            pass

    def access_id(self, name: str) -> str:
        found = DataflowJob.objects.filter(data_source_name=name, account__name=self.name)
        return found.latest("pk").access_id

    @property
    def waits(self) -> bool:
        return DataflowJob.objects.filter(status=JobStatus.PENDING).exists()


def _quoted(value: object) -> str:
    from urllib.parse import quote

    return quote(str(value))


def local_sds(settings: Settings, folder: Path) -> None:
    """The server's files lie in a folder of their own from now on."""
    options = {"location": folder}
    local = {"BACKEND": "dashboard.storage.local.LocalFiles", "OPTIONS": options}
    settings.SDS_DATA_DIR = folder
    settings.STORAGES = {**settings.STORAGES, "sds": local}


@pytest.fixture(params=STORES)
def store_kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def inside(
    request: pytest.FixtureRequest,
    transactional_db: None,
    settings: Settings,
    tmp_path: Path,
    store_kind: str,
) -> Iterator[Inside]:
    """An account without limits, on a store of each kind; its files are of this test alone."""
    settings.SDS_STORE = "geopackage"
    if store_kind == "bucket":
        request.getfixturevalue("in_bucket")
    else:
        local_sds(settings, tmp_path / "sds")
    if store_kind == "postgis":
        settings.SDS_STORE, settings.SDS_STORE_URL = (
            "postgis",
            request.getfixturevalue("postgis_url"),
        )
        settings.SDS_STORE_SCHEMA = f"inside {uuid.uuid4().hex}"
    _, master_key, _ = accounts.create_account("inside", Plan.UNLIMITED)
    yield Inside(master_key)
    made = store()
    if isinstance(made, PostgisStore):
        made.close()
