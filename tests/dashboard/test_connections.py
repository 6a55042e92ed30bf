"""Connections that browsers keep open keep nobody out, and give way where there are very many."""

from __future__ import annotations

import resource
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
import requests

from dashboard.connections import AT_REST, CROWDED, LOOK_EVERY, MOST, allow_many
from tests.live import LiveServer, eventually

ASK = b"GET /REST/v1/ HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
POST = b"POST /REST/v1/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 4\r\n\r\n"


@pytest.fixture
def connect(live_sds: LiveServer) -> Iterator[Callable[[int], list[socket.socket]]]:
    """Opens so many connections to a server."""
    allow_many()
    with ExitStack() as stack:

        def connect(count: int) -> list[socket.socket]:
            made = [socket.create_connection(("127.0.0.1", live_sds.port)) for _ in range(count)]
            return [stack.enter_context(one) for one in made]

        yield connect


def ask(connection: socket.socket, request: bytes = ASK) -> bytes:
    connection.settimeout(60)
    connection.sendall(request)
    return connection.recv(65536)


def is_closed(connection: socket.socket) -> bool:
    connection.setblocking(False)
    try:
        while connection.recv(65536):
            pass
    except BlockingIOError:
        return False
    return True


def answers(server: LiveServer) -> bool:
    """On a connection of its own."""
    return requests.get(f"{server.base_url}/", timeout=20).status_code == 404


def test_forty_browsers_with_a_page_open_keep_nobody_out(
    live_sds: LiveServer, connect: Callable[[int], list[socket.socket]]
) -> None:
    kept = connect(40 * 6)
    assert all(ask(one).startswith(b"HTTP/1.1 404") for one in kept)
    assert answers(live_sds)
    assert not any(map(is_closed, kept))


def test_in_a_crowd_those_at_rest_give_way_and_no_request_is_cut(
    live_sds: LiveServer, connect: Callable[[int], list[socket.socket]]
) -> None:
    (sending,) = connect(1)
    sending.sendall(POST + b"ab")
    resting = connect(CROWDED)
    assert all(ask(one).startswith(b"HTTP/1.1 404") for one in resting)
    eventually(lambda: all(map(is_closed, resting)), within=10 * (AT_REST + LOOK_EVERY))
    assert not is_closed(sending)
    assert ask(sending, b"cd").startswith(b"HTTP/1.1 404")
    assert answers(live_sds)


@pytest.mark.parametrize(
    ("soft", "hard", "room", "raised"),
    [
        (1024, 4096, MOST, 1500),
        (1024, 1024, 524, 1024),
        (256, 256, 128, 256),
        (65536, 65536, MOST, 65536),
        (1024, resource.RLIM_INFINITY, MOST, 1500),
        (resource.RLIM_INFINITY, resource.RLIM_INFINITY, MOST, resource.RLIM_INFINITY),
    ],
)
def test_open_files_are_allowed_for_as_far_as_the_machine_lets(
    monkeypatch: pytest.MonkeyPatch, soft: int, hard: int, room: int, raised: int
) -> None:
    limits = {resource.RLIMIT_NOFILE: (soft, hard)}
    monkeypatch.setattr(resource, "getrlimit", limits.__getitem__)
    monkeypatch.setattr(resource, "setrlimit", limits.__setitem__)
    assert allow_many() == room
    assert limits[resource.RLIMIT_NOFILE][0] == raised
