"""What stands in front of several web processes: each connection goes to the next of them.

Nothing sticks to one. A process that does not take the connection is passed over, as a proxy of the
field does.
"""

from __future__ import annotations

import itertools
import socket
import socketserver
import threading
from collections import Counter
from contextlib import suppress
from typing import Self, cast

CHUNK = 64 * 1024  # bytes


class Balancer(socketserver.ThreadingTCPServer):
    """Listens on a free port; `taken` counts the connections that each target was given."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, targets: list[int]) -> None:
        super().__init__(("127.0.0.1", 0), _Connection)
        self.targets = targets
        self.taken: Counter[int] = Counter()
        self._turn = itertools.count()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def __enter__(self) -> Self:
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self.server_close()

    def next_target(self) -> socket.socket | None:
        """A connection to the one whose turn it is, or to the first after it that takes it."""
        turn = next(self._turn)
        for number in range(len(self.targets)):
            port = self.targets[(turn + number) % len(self.targets)]
            with suppress(OSError):
                target = socket.create_connection(("127.0.0.1", port), timeout=120)
                self.taken[port] += 1
                return target
        return None


class _Connection(socketserver.BaseRequestHandler):
    """One connection, passed on in both directions until both ends are done."""

    def handle(self) -> None:
        caller = cast(socket.socket, self.request)
        target = cast(Balancer, self.server).next_target()
        if target is None:
            return
        with target:
            there = threading.Thread(target=_pass_on, args=(caller, target), daemon=True)
            there.start()
            _pass_on(target, caller)
            with suppress(OSError):  # the answer is over, or the process is dead
                caller.shutdown(socket.SHUT_RDWR)
            there.join()


def _pass_on(source: socket.socket, to: socket.socket) -> None:
    with suppress(OSError):
        while chunk := source.recv(CHUNK):
            to.sendall(chunk)
        to.shutdown(socket.SHUT_WR)
