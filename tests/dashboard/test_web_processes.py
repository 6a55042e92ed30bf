"""Several web processes behind one port: they share the work, and one that dies is replaced."""

from __future__ import annotations

import os
import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from dashboard.serving import Shared
from tests.live import LiveServer, eventually, running

COUNT = "cairn_request_duration_seconds_count"


@pytest.fixture(scope="module")
def server() -> Iterator[LiveServer]:
    with running(WEB_PROCESSES="2", METRICS_ALLOW="127.0.0.1") as live:
        yield live


def children(server: LiveServer) -> set[int]:
    assert server._web is not None
    pid = server._web.pid
    return set(map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split()))


def answers(server: LiveServer) -> bool:
    """On a connection of its own."""
    return requests.get(f"{server.base_url}/", timeout=60).status_code == 404


def test_each_of_them_answers(server: LiveServer) -> None:
    """While one is stopped in its tracks the other serves, and the other way about."""
    both = eventually(lambda: found if len(found := children(server)) == 2 else None)
    for pid in both:
        eventually(lambda: answers(server))
        os.kill(pid, signal.SIGSTOP)
        try:
            assert answers(server)
        finally:
            os.kill(pid, signal.SIGCONT)


def test_one_that_dies_is_started_again_while_the_other_serves(server: LiveServer) -> None:
    before = eventually(lambda: found if len(found := children(server)) == 2 else None)
    killed = min(before)
    os.kill(killed, signal.SIGKILL)
    assert answers(server)
    after = eventually(lambda: found if len(found := children(server) - {killed}) == 2 else None)
    assert len(after & before) == 1
    assert answers(server)


def test_they_end_with_their_parent() -> None:
    with running(WEB_PROCESSES="2") as server:
        pids = eventually(lambda: found if len(found := children(server)) == 2 else None)
        assert server._web is not None
        server._web.kill()
        server._web.wait()
        eventually(lambda: not any(Path(f"/proc/{pid}").exists() for pid in pids))


def test_they_count_together(server: LiveServer) -> None:
    site = server.base_url.removesuffix("/REST/v1")

    def counted() -> int:
        text = requests.get(f"{site}/metrics", timeout=60).text
        rows = [row for row in text.splitlines() if row.startswith(COUNT) and 'status="404"' in row]
        return int(sum(float(row.split()[-1]) for row in rows))

    before = counted()
    for _ in range(20):
        answers(server)
    assert counted() == before + 20


def test_one_that_has_much_to_do_leaves_new_connections_to_the_others() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as other,
        Shared(fileno=os.dup(other.fileno())) as one,
    ):
        one.setblocking(False)
        taken = []

        def while_the_other_takes_it() -> int:
            taken.append(other.accept()[0])
            return 1

        one.ahead = while_the_other_takes_it
        with socket.create_connection(other.getsockname()), pytest.raises(BlockingIOError):
            one.accept()
        one.ahead = lambda: 100
        with socket.create_connection(other.getsockname()):  # the others have more to do yet
            taken.append(one.accept()[0])
        for connection in taken:
            connection.close()
