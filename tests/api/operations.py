"""Every operation of the client, for tests that hold for all of them."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest

from datasources.api import Client, ServiceError

JOBS = b'{"resourceSets":[{"resources":[{"id":"9cdf8b21","status":"Pending"}]}]}'
Operation = Callable[[Client], object]

CHANGES: dict[str, Operation] = {
    "load": lambda client: client.load("Shops", "complete", io.BytesIO(b"ID|Name"), "pipe"),
    "publish": lambda client: client.publish("a1", "Shops"),
    "set_public": lambda client: client.set_public("a1", "Shops", True),
    "rollback": lambda client: client.rollback("v1", "Shops"),
    "start_download": lambda client: client.start_download("a1", "Shops"),
    "delete": lambda client: client.delete("a1", "Shops"),
}
QUESTIONS: dict[str, Operation] = {
    "jobs": lambda client: client.jobs(),
    "load_status": lambda client: client.load_status("j1"),
    "publish_status": lambda client: client.publish_status("j1"),
    "rollback_status": lambda client: client.rollback_status("j1"),
    "data_sources": lambda client: client.data_sources(),
    "versions": lambda client: client.versions("a1", "Shops"),
    "public_directory": lambda client: client.public_directory(),
    "metadata": lambda client: client.metadata(),
    "query": lambda client: client.query(f"{client.base_url}/data/a1/Shops/Shop"),
    "fetch": lambda client: client.fetch(f"{client.base_url}/output", io.BytesIO()),
}
each_change = pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
each_question = pytest.mark.parametrize("question", QUESTIONS.values(), ids=QUESTIONS)

# A fetched file is stored as it comes; its reader judges it.
READ = {name: question for name, question in QUESTIONS.items() if name != "fetch"}
each_read_question = pytest.mark.parametrize("question", READ.values(), ids=READ)


def error_of(operation: Operation, client: Client) -> ServiceError:
    with pytest.raises(ServiceError) as caught:
        operation(client)
    return caught.value
