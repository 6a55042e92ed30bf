"""A download of the shops, which the pages of the download dataflow look at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from tests.conformance.fixtures import Loaded
from tests.conformance.service import Answer


@dataclass(frozen=True)
class Download:
    """Where it was asked for, the answer, the job as it ended."""

    path: str
    started: Answer
    job: dict[str, Any]

    @property
    def status_url(self) -> str:
        return str(self.started.headers["Location"])

    @property
    def file_url(self) -> str:
        return next(
            str(link["url"]) for link in self.job["links"] if link.get("name") == "succeeded"
        )


@pytest.fixture(scope="session")
def download(coffee: Loaded) -> Download:
    path = f"/Dataflows/DataSourceDownload/{coffee.url.split('/data/')[1]}"
    started = coffee.sds.get(path, "output=json&clientApi=x")
    return Download(path, started, coffee.sds.completed(started))
