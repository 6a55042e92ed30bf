"""The API server under load: from the POST of a file to the job's word Completed."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import requests

from bench.run import memory_mb
from tests.site import Site, running_site


@dataclass
class Loader:
    """An account with the plan `unlimited` on a running site."""

    site: Site
    key: str

    def post_to_completed(self, path: Path, name: str) -> float:
        """Seconds from the first byte sent until a status answer says Completed."""
        start = time.perf_counter()
        with path.open("rb") as body:
            answer = requests.post(
                f"{self.site.url}/REST/v1/Dataflows/LoadDataSource",
                params={
                    "dataSourceName": name,
                    "loadOperation": "complete",
                    "input": "pipe",
                    "key": self.key,
                },
                data=body,
                timeout=120,
            )
        answer.raise_for_status()
        while (job := self._job(answer.headers["Location"]))["status"] == "Pending":
            time.sleep(0.1)  # as a client polls
        if job["status"] != "Completed":
            raise SystemExit(f"The load was aborted: {job}")
        return time.perf_counter() - start

    def _job(self, url: str) -> dict[str, str]:
        answer = requests.get(url, params={"output": "json", "key": self.key}, timeout=60).json()
        job: dict[str, str] = answer["resourceSets"][0]["resources"][0]
        return job

    def peaks(self) -> dict[str, float]:
        """Peak memory of each part so far, in MB."""
        return {
            part: max(memory_mb(pid)[1] for pid in self.site.pids(part))
            for part in ("web", "worker", "sds_worker")
        }


@contextmanager
def load_costs(data_dir: Path) -> Iterator[Loader]:
    """A site of its own, stopped at the end."""
    with running_site(data_dir, demo=False) as site:
        account = json.loads(site.manage("sds_account", "create", "bench", "--plan", "unlimited"))
        yield Loader(site, account["master_key"])
