"""The service under test: its address, its keys, how many jobs it has been given."""

from __future__ import annotations

import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import requests
from lxml import etree

REST = "{http://schemas.microsoft.com/search/local/ws/rest/v1}"
MAX_JOBS = 40  # of the 50 that an account may run in 24 hours
ENDED = ("Completed", "Aborted")
Answer = requests.Response


@dataclass
class Service:
    """A service that speaks the API. Keys are in no repr, and `key` is added to every URL last."""

    base_url: str
    master_key: str = field(repr=False)
    query_key: str = field(repr=False)
    is_own: bool = True
    job_deadline: float = 60.0  # seconds
    poll_every: float = 0.05  # seconds
    jobs: int = 0
    names: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._session = requests.Session()

    def send(
        self,
        method: str,
        path: str,
        query: str = "",
        *,
        key: str | None = None,
        headers: Mapping[str, str] | None = None,
        data: bytes | None = None,
    ) -> Answer:
        """`path` is what follows /REST/v1, or a whole URL; `query` goes out as it is written.

        The key is the master key; another may be given, and "" sends none at all.
        """
        url = path if path.startswith("http") else f"{self.base_url}{path}"
        sent = self.master_key if key is None else key
        parts = [part for part in (query, f"key={quote(sent)}" if sent else "") if part]
        return self._session.request(
            method,
            f"{url}?{'&'.join(parts)}" if parts else url,
            headers={"Accept-Encoding": "identity", **(headers or {})},
            data=data,
            timeout=120,
            allow_redirects=False,
        )

    def get(self, path: str, query: str = "", *, key: str | None = None) -> Answer:
        return self.send("GET", path, query, key=key)

    def new_name(self, word: str) -> str:
        """A data source name that nobody has used."""
        name = f"Cairn{word}{uuid.uuid4().hex[:8]}"
        self.names.append(name)
        return name

    # --- requests that make jobs ---

    def job(self, method: str, path: str, query: str = "", **options: Any) -> Answer:
        """A request that starts a job; fails instead of running more jobs than are allowed."""
        self.jobs += 1
        assert self.jobs <= MAX_JOBS, f"the suite may run {MAX_JOBS} jobs in all"
        answer = self.send(method, path, query, **options)
        assert answer.status_code in (200, 201, 202), answer.text
        return answer

    def load(
        self,
        name: str,
        body: bytes | str,
        *,
        operation: str = "complete",
        input: str = "pipe",  # the API's own word
        content_type: str = "text/plain",
        more: str = "",
    ) -> Answer:
        """`more` is the rest of the query string, as in `o=xml&setPublic=0`."""
        query = f"dataSourceName={quote(name)}&loadOperation={operation}&input={input}"
        return self.job(
            "POST",
            "/Dataflows/LoadDataSource",
            f"{query}&{more}" if more else query,
            headers={"Content-Type": content_type},
            data=body.encode() if isinstance(body, str) else body,
        )

    def finish(self, started: Answer) -> dict[str, Any]:
        """Poll the job that an answer (JSON or XML) started; gives it as it ended, from JSON."""
        status_url = self_link(started)
        deadline = time.monotonic() + self.job_deadline
        while True:
            answer = self.get(status_url, "output=json")
            assert answer.status_code == 200, answer.text
            (job,) = answer.json()["resourceSets"][0]["resources"]
            if job["status"] in ENDED:
                return dict(job)
            assert time.monotonic() < deadline, f"not done within {self.job_deadline} s"
            time.sleep(self.poll_every)

    def completed(self, started: Answer) -> dict[str, Any]:
        job = self.finish(started)
        assert job["status"] == "Completed", job
        return job

    def idle(self) -> None:
        """Wait until no job of the account is in process."""
        deadline = time.monotonic() + self.job_deadline
        while any(job["status"] not in ENDED for job in self.listed()):
            assert time.monotonic() < deadline, f"not idle within {self.job_deadline} s"
            time.sleep(self.poll_every)

    def listed(self) -> list[dict[str, Any]]:
        """The jobs of the job list, from JSON."""
        return list(self.get("/dataflows/ListJobs").json()["resourceSets"][0]["resources"])


def self_link(answer: Answer) -> str:
    """The `self` link of the one job of an answer."""
    if "json" in answer.headers["Content-Type"]:
        (job,) = answer.json()["resourceSets"][0]["resources"]
        return next(str(link["url"]) for link in job["links"] if link["role"] == "self")
    for link in etree.fromstring(answer.content).iter(f"{REST}Link"):
        if link.get("role") == "self":
            return str(link.text)
    raise AssertionError("the answer has no self link")


def service_url(job: Mapping[str, Any]) -> str:
    """The data source's URL, of a completed job in JSON."""
    return next(
        str(link["url"]) for link in job["links"] if link["role"].casefold() == "datasource"
    )
