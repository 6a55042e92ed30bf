"""Where the suite is run, and the data sources that its cases ask.

The life of a data source, step by step, is in `history.py`.
"""

from __future__ import annotations

import gzip
import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from tests.conformance.forms import workspaces
from tests.conformance.sample import ENTITY_TYPE, xml_document
from tests.conformance.service import Answer, Service, service_url
from tests.live import BACKENDS, LiveServer

ONLY_OWN = "needs our own server: its clock, a plan's limits, or more than 40 jobs"
_OPTIONS = ("url", "master-key", "query-key")


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("conformance", "where the conformance suite is run")
    for name in _OPTIONS:
        variable = f"CONFORMANCE_{name.upper().replace('-', '_')}"
        group.addoption(
            f"--conformance-{name}",
            default=os.environ.get(variable, ""),
            help=f"instead of our own server's; or in {variable}, which no process list shows",
        )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if not config.getoption("--conformance-url"):
        return
    for item in items:
        if item.get_closest_marker("own_server"):
            item.add_marker(pytest.mark.skip(reason=ONLY_OWN))


@pytest.fixture(scope="session")
def sds(request: pytest.FixtureRequest, sds_backend: str) -> Iterator[Service]:
    """The service under test; on another than ours the data sources made are deleted at the end."""
    url = str(request.config.getoption("--conformance-url")).rstrip("/")
    if not url:
        live: LiveServer = request.getfixturevalue(BACKENDS[sds_backend])
        account = live.account()
        yield Service(account.base_url, account.master_key, account.query_key)
        return
    keys = [str(request.config.getoption(f"--conformance-{name}")) for name in _OPTIONS[1:]]
    if not all(keys):
        pytest.fail("A URL needs a MASTER_KEY and a QUERY_KEY, two keys of one account.")
    found = Service(
        url,
        *keys,
        is_own=False,
        job_deadline=float(os.environ.get("CONFORMANCE_DEADLINE", "3600")),
        poll_every=float(os.environ.get("CONFORMANCE_POLL", "5")),
    )
    yield found
    _delete_all(found)


def _delete_all(sds: Service) -> None:
    for found in workspaces(sds.get("/data")):
        if found["title"] in sds.names:
            sds.send("DELETE", found["href"].rsplit("/", 1)[0])


# --- the shops that queries ask ---


@dataclass(frozen=True)
class Loaded:
    """A data source: the answer that accepted its load, the job as it ended, where it is."""

    sds: Service
    name: str
    started: Answer
    job: dict[str, Any]

    @property
    def url(self) -> str:
        return service_url(self.job)

    @property
    def query_url(self) -> str:
        return f"{self.url}/{ENTITY_TYPE}"

    def query(self, query: str = "", *, method: str = "GET", key: str | None = None) -> Answer:
        """Ask for shops, with the query key."""
        sent = self.sds.query_key if key is None else key
        return self.sds.send(method, self.query_url, query, key=sent)

    def one(self, entity_id: str, query: str = "") -> Answer:
        return self.sds.get(f"{self.query_url}('{entity_id}')", query, key=self.sds.query_key)


@pytest.fixture(scope="session")
def coffee(sds: Service) -> Loaded:
    """The shops, loaded as gzip'd XML, with a query key and a description."""
    name = sds.new_name("Coffee")
    started = sds.load(
        name,
        gzip.compress(xml_document(name).encode()),
        input="xml",
        content_type="application/octet-stream",
        more=f"queryKey={sds.query_key}&description=Shops%20for%20the%20suite",
    )
    return Loaded(sds, name, started, sds.completed(started))
