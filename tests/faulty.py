"""A service that misbehaves on command: a plain HTTP server on a real port.

    def test_something(faulty: FaultyService) -> None:
        faulty.will(answer(503, headers={"Retry-After": "1"}), answer(200, body=b"{}"))
        Client(faulty.base_url, "key").jobs()
        assert [one.method for one in faulty.seen] == ["GET", "GET"]

`will` queues a behaviour for each coming request; the last one stays. `seen` tells what arrived.
Nothing sleeps: what hangs waits until the service is closed.
"""

from __future__ import annotations

import socket
import struct
import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, cast
from urllib.parse import parse_qsl, urlsplit

import pytest

HTML = b"<!DOCTYPE html><html><head><title>Gateway</title></head><body>Sign in</body></html>"
HALF_JSON = b'{"resourceSets":[{"resources":[{"id":"5bf10c37df01'


@dataclass(frozen=True)
class Seen:
    """A request as it arrived; of its body the size alone, and the first bytes."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body_size: int
    body_head: bytes


Behaviour = Callable[["Handler"], None]


class FaultyService(ThreadingHTTPServer):
    """Speaks real HTTP at `base_url`, and does as it was told."""

    daemon_threads = True
    block_on_close = False

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.seen: list[Seen] = []
        self.closing = threading.Event()
        self.base_url = f"http://127.0.0.1:{self.server_port}/REST/v1"
        self._behaviours: deque[Behaviour] = deque([answer(404)])
        self._lock = threading.Lock()
        self._thread = threading.Thread(
            target=self.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        )
        self._thread.start()

    def will(self, *behaviours: Behaviour) -> None:
        """What to do with the coming requests, one after the other; the last one stays."""
        with self._lock:
            self._behaviours = deque(behaviours)

    def next_behaviour(self) -> Behaviour:
        with self._lock:
            if len(self._behaviours) > 1:
                return self._behaviours.popleft()
            return self._behaviours[0]

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up on a misbehaving service is no news."""

    def stop(self) -> None:
        self.closing.set()
        self.shutdown()
        self.server_close()
        self._thread.join(timeout=5)


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"

    @property
    def service(self) -> FaultyService:
        return cast(FaultyService, self.server)

    def handle_any(self) -> None:
        behaviour = self.service.next_behaviour()
        size, head = self._take_body()
        parts = urlsplit(self.path)
        self.service.seen.append(
            Seen(
                self.command,
                parts.path,
                dict(parse_qsl(parts.query, keep_blank_values=True)),
                dict(self.headers.items()),
                size,
                head,
            )
        )
        behaviour(self)

    def __getattr__(self, name: str) -> Callable[[], None]:
        """Every method (`do_GET` and the rest) is handled alike."""
        if name.startswith("do_"):
            return self.handle_any
        raise AttributeError(name)

    def _take_body(self) -> tuple[int, bytes]:
        left, size, head = int(self.headers.get("Content-Length", 0)), 0, b""
        while left and (piece := self.rfile.read(min(left, 64 * 1024))):
            head = head or piece[:1000]
            size += len(piece)
            left -= len(piece)
        return size, head

    def reset(self) -> None:
        """Drop the connection so that the other side sees a reset."""
        linger = struct.pack("ii", 1, 0)
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self.close_connection = True
        self.rfile.close()
        self.connection.shutdown(socket.SHUT_RD)
        self.connection.close()

    def log_message(self, format: str, *args: object) -> None:
        """Requests carry keys, and tests look at logs."""


def answer(
    status: int = 200,
    body: bytes = b"",
    content_type: str = "application/json",
    headers: Mapping[str, str] | None = None,
) -> Behaviour:
    """A whole answer."""

    def behave(handler: Handler) -> None:
        _start(handler, status, len(body), content_type, headers or {})
        handler.wfile.write(body)

    return behave


def html(status: int = 200) -> Behaviour:
    """A web page, as proxies send."""
    return answer(status, HTML, "text/html")


def half_json(status: int = 200, headers: Mapping[str, str] | None = None) -> Behaviour:
    """A complete answer with half a JSON in it."""
    return answer(status, HALF_JSON, headers=headers)


def truncate(
    body: bytes = HALF_JSON, status: int = 200, headers: Mapping[str, str] | None = None
) -> Behaviour:
    """An answer that announces more than it sends, and ends."""

    def behave(handler: Handler) -> None:
        _start(handler, status, len(body) + 1000, "application/json", headers or {})
        handler.wfile.write(body)
        handler.close_connection = True

    return behave


def reset(handler: Handler) -> None:
    """The request is taken, and the connection dropped without an answer."""
    handler.reset()


def reset_in_answer(handler: Handler) -> None:
    """The connection is dropped in the middle of an answer."""
    _start(handler, 200, 100_000, "application/json", {})
    handler.wfile.write(HALF_JSON)
    handler.wfile.flush()
    handler.reset()


def hang(handler: Handler) -> None:
    """The request is taken, and no answer comes."""
    handler.service.closing.wait()
    handler.close_connection = True


def drip(handler: Handler) -> None:
    """An answer of one byte every 50 ms, without end."""
    _start(handler, 200, 10_000_000, "application/json", {})
    while not handler.service.closing.wait(0.05):
        handler.wfile.write(b" ")
        handler.wfile.flush()


def huge(size: int, *, announced: bool = True, content_type: str = "application/json") -> Behaviour:
    """An answer of `size` spaces, made as it is sent; without its length if not announced."""

    def behave(handler: Handler) -> None:
        _start(handler, 200, size if announced else None, content_type, {})
        piece, left = b" " * 65536, size
        while left > 0:
            handler.wfile.write(piece[:left])
            left -= len(piece)
        handler.close_connection = not announced

    return behave


def redirect(location: str, status: int = 302) -> Behaviour:
    """A redirect to another address."""
    return answer(status, headers={"Location": location})


def _start(
    handler: Handler,
    status: int,
    size: int | None,
    content_type: str,
    headers: Mapping[str, str],
) -> None:
    handler.send_response(status)
    handler.send_header("Content-Type", content_type)
    if size is None:
        handler.send_header("Connection", "close")
    else:
        handler.send_header("Content-Length", str(size))
    for name, value in headers.items():
        handler.send_header(name, value)
    handler.end_headers()


def refused_base_url() -> str:
    """An address of this machine where nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{taken.getsockname()[1]}/REST/v1"


@pytest.fixture
def faulty() -> Iterator[FaultyService]:
    """A misbehaving service of this test's own; without `will` it answers 404."""
    service = FaultyService()
    yield service
    service.stop()
