"""A proxy in front of the real server that loses requests and answers on command.

    lossy.lose_answer("POST", "LoadDataSource")      # the server does the work, nobody hears of it
    lossy.lose_request("POST", "LoadDataSource")     # it never gets there
    lossy.answer_with(503, "GET", "ListJobs", times=2)
    lossy.hold("POST", "LoadDataSource")             # kept until `release`

`carried` tells what reached the server.
"""

from __future__ import annotations

import http.client
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, cast
from urllib.parse import urlsplit

from tests.faulty import HTML

Fault = Callable[["Handler", bytes], None]


@dataclass
class Rule:
    method: str
    part: str
    fault: Fault
    left: int


class LossyProxy(ThreadingHTTPServer):
    """Speaks HTTP at `base_url` and passes on what it is not told to lose."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, target_base_url: str) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        parts = urlsplit(target_base_url)
        self.target = (parts.hostname or "", parts.port or 80)
        self.base_url = f"http://127.0.0.1:{self.server_port}{parts.path}"
        self.carried: list[tuple[str, str]] = []
        self.released = threading.Event()
        self.holding = threading.Event()
        self._rules: list[Rule] = []
        self._lock = threading.Lock()
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()

    def count(self, method: str, part: str) -> int:
        """How many such requests reached the server."""
        return sum(one == method and part in path for one, path in self.carried)

    def lose_answer(self, method: str, part: str, times: int = 1) -> None:
        def fault(handler: Handler, body: bytes) -> None:
            handler.carry(body)
            handler.hang_up()

        self._add(method, part, fault, times)

    def lose_request(self, method: str, part: str, times: int = 1) -> None:
        self._add(method, part, lambda handler, body: handler.hang_up(), times)

    def answer_with(self, status: int, method: str, part: str, times: int = 1) -> None:
        def fault(handler: Handler, body: bytes) -> None:
            handler.say(status, b"{}", "application/json")

        self._add(method, part, fault, times)

    def answer_html(self, method: str, part: str, times: int = 1) -> None:
        self._add(method, part, lambda handler, body: handler.say(200, HTML, "text/html"), times)

    def halve_answer(self, method: str, part: str, times: int = 1) -> None:
        def fault(handler: Handler, body: bytes) -> None:
            status, _, content = handler.carry(body)
            handler.say(status, content[: len(content) // 2], "application/json")

        self._add(method, part, fault, times)

    def hold(self, method: str, part: str, *, carry_first: bool) -> None:
        """Keeps the next such request's answer until `released`; `holding` tells that it is there."""

        def fault(handler: Handler, body: bytes) -> None:
            if carry_first:
                handler.carry(body)
            self.holding.set()
            self.released.wait()
            handler.hang_up()

        self._add(method, part, fault, 1)

    def _add(self, method: str, part: str, fault: Fault, times: int) -> None:
        with self._lock:
            self._rules.append(Rule(method, part.lower(), fault, times))

    def fault_for(self, method: str, path: str) -> Fault | None:
        with self._lock:
            for rule in self._rules:
                if rule.left and rule.method == method and rule.part in path.lower():
                    rule.left -= 1
                    return rule.fault
        return None

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up on a misbehaving service is no news."""

    def stop(self) -> None:
        self.released.set()
        self.shutdown()
        self.server_close()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    @property
    def proxy(self) -> LossyProxy:
        return cast(LossyProxy, self.server)

    def handle_any(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        fault = self.proxy.fault_for(self.command, urlsplit(self.path).path)
        if fault is not None:
            fault(self, body)
            return
        status, headers, content = self.carry(body)
        self.say(status, content, headers.get("content-type", ""), headers.get("location"))

    do_GET = do_POST = do_DELETE = handle_any  # noqa: N815  the names that are called

    def carry(self, body: bytes) -> tuple[int, dict[str, str], bytes]:
        """Passes the request on, with the host the caller used, and gives the answer."""
        connection = http.client.HTTPConnection(*self.proxy.target, timeout=60)
        headers = {
            name: value
            for name, value in self.headers.items()
            if name.lower() not in ("connection", "expect", "accept-encoding")
        }
        connection.request(self.command, self.path, body=body or None, headers=headers)
        answer = connection.getresponse()
        content = answer.read()
        self.proxy.carried.append((self.command, urlsplit(self.path).path))
        connection.close()
        return answer.status, {n.lower(): v for n, v in answer.getheaders()}, content

    def say(
        self, status: int, content: bytes, content_type: str, location: str | None = None
    ) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        if content_type:
            self.send_header("Content-Type", content_type)
        if location:
            self.send_header("Location", location)
        self.end_headers()
        self.wfile.write(content)

    def hang_up(self) -> None:
        self.close_connection = True
        self.connection.close()

    def log_message(self, format: str, *args: object) -> None:
        """Requests carry keys, and tests look at logs."""


def lossy_proxy(target_base_url: str) -> Iterator[LossyProxy]:
    proxy = LossyProxy(target_base_url)
    yield proxy
    proxy.stop()
