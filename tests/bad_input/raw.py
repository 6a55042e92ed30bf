"""Requests as no client library would send them, byte by byte."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from urllib.parse import urlsplit

from lxml import etree

REST = "{http://schemas.microsoft.com/search/local/ws/rest/v1}"
DEADLINE = 60.0  # seconds, on a machine that runs other tests too


@dataclass(frozen=True)
class Answered:
    """What came back until the server closed the connection; the status is 0 where nothing did."""

    status: int
    head: str
    body: bytes

    @property
    def is_xml(self) -> bool:
        return "content-type: application/xml" in self.head.lower()

    @property
    def is_json(self) -> bool:
        return "content-type: application/json" in self.head.lower()

    def details(self) -> list[str]:
        """The error details of a refusal in XML."""
        root = etree.fromstring(self.body)
        return [str(one.text) for one in root.iterfind(f"{REST}ErrorDetails/{REST}string")]


@contextmanager
def connected(base_url: str) -> Iterator[socket.socket]:
    split = urlsplit(base_url)
    with socket.create_connection((split.hostname, split.port), timeout=DEADLINE) as opened:
        yield opened


def exchange(base_url: str, sent: bytes) -> Answered:
    """Send bytes as they are, and read until the server has done."""
    with connected(base_url) as connection:
        with suppress(BrokenPipeError, ConnectionResetError):  # refused before all was read
            connection.sendall(sent)
        return _received(connection)


def _received(connection: socket.socket) -> Answered:
    parts: list[bytes] = []
    with suppress(ConnectionResetError):
        while part := connection.recv(65536):
            parts.append(part)
    text = b"".join(parts)
    while text.startswith(b"HTTP/1.1 100 "):
        text = text.partition(b"\r\n\r\n")[2]
    head, _, body = text.partition(b"\r\n\r\n")
    status = int(head.split()[1]) if head else 0
    return Answered(status, head.decode("latin-1"), body)


def request(
    base_url: str,
    path: str | bytes,
    *,
    method: str = "GET",
    headers: dict[str, str] | None = None,
    body: bytes = b"",
) -> Answered:
    """A request whose path (after /REST/v1, with its query string) goes out as it is written."""
    written = path.encode() if isinstance(path, str) else path
    lines = {"Host": "127.0.0.1", "Connection": "close", **(headers or {})}
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    start = method.encode() + b" /REST/v1" + written + b" HTTP/1.1\r\n"
    return exchange(base_url, start + head.encode() + b"\r\n" + body)
