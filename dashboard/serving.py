"""Serving the site with waitress: by one process, or by several behind one port.

Python runs one thread at a time, so that a process serves what one core can. Several share the
listening socket: a parent opens it, hands it to each, and starts again whichever dies.
"""

from __future__ import annotations

import os
import signal
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

import waitress
from django.conf import settings
from django.db import connection

from dashboard.connections import LOOK_EVERY, allow_many, make_room
from dashboard.supervisor import Supervisor
from dashboard.turns import Turns
from sds_server.store.selected import GEOPACKAGE

BACKLOG = 1024  # connections that wait to be accepted
_TURN, _MOST_TURNS = 0.001, 8  # seconds, for each request that comes before
_LOOK_EVERY = 1.0  # seconds between two looks at whether the parent lives


class Shared(socket.socket):
    """A socket that several processes take connections from: those with less to do come first.

    Else whoever wakes first would take all that come at once, and keep them, while the rest idle.
    """

    ahead: Callable[[], int]  # the requests that come before one of a new connection

    def accept(self) -> tuple[socket.socket, Any]:
        """A connection; raises BlockingIOError if another process has taken it."""
        if ahead := self.ahead():
            time.sleep(min(ahead, _MOST_TURNS) * _TURN)  # less than those take
        return super().accept()


def serve(listening: socket.socket) -> None:
    """Answer what comes to a socket, until this process is asked to stop."""
    from dashboard.wsgi import application

    dispatcher = Turns(at_once=1 if _has_data_in_files() else settings.WEB_THREADS)
    dispatcher.set_thread_count(settings.WEB_THREADS)
    if isinstance(listening, Shared):
        listening.ahead = dispatcher.ahead
    signal.signal(signal.SIGINT, _leave)
    signal.signal(signal.SIGTERM, _leave)  # requests under way are answered first
    server = waitress.create_server(
        application,
        sockets=[listening],
        _dispatcher=dispatcher,
        ident="cairn",
        # The views cap what they take; waitress spools bigger bodies to a file of its own.
        max_request_body_size=settings.UPLOAD_LIMIT_BYTES + 1024 * 1024,
        channel_timeout=300,
        connection_limit=allow_many(),
        asyncore_use_poll=True,  # select knows no more than 1,024
        cleanup_interval=LOOK_EVERY,
        clear_untrusted_proxy_headers=not settings.BEHIND_PROXY,
        trusted_proxy="*" if settings.BEHIND_PROXY else None,
        trusted_proxy_headers={"x-forwarded-for", "x-forwarded-proto", "x-forwarded-host"}
        if settings.BEHIND_PROXY
        else set(),
    )
    make_room(server)
    server.run()


def _has_data_in_files() -> bool:
    """Whether a request waits for no database server."""
    return connection.vendor == "sqlite" and settings.SDS_STORE == GEOPACKAGE


def listen(host: str, port: int) -> socket.socket:
    """A socket that takes connections."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, port), family=family, backlog=BACKLOG)


def serve_by_several(listening: socket.socket, count: int, say: Callable[[str], object]) -> None:
    """Processes that each serve the socket, until this one is asked to stop."""
    with _shared_metrics():
        _serve_by_several(listening, count, say)


def _serve_by_several(listening: socket.socket, count: int, say: Callable[[str], object]) -> None:
    words = f"--socket {listening.fileno()} --parent {os.getpid()}"
    parts = tuple(f"web {words} --number {number}" for number in range(1, count + 1))
    with Supervisor(parts, say, pass_fds=(listening.fileno(),)) as processes:
        processes.watch()


def serve_for_parent(descriptor: int, parent: int) -> None:
    """Serve the socket that a parent opened, and end with it."""
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
    serve(Shared(fileno=descriptor))


def _end_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(_LOOK_EVERY)
    os.kill(os.getpid(), signal.SIGTERM)


def _leave(_signal: int, _frame: FrameType | None) -> None:
    """Once: whoever asks again, as a parent does that was asked itself, cuts no answer short."""
    for asked in (signal.SIGTERM, signal.SIGINT):
        signal.signal(asked, signal.SIG_IGN)
    sys.exit(0)


@contextmanager
def _shared_metrics() -> Iterator[None]:
    """A folder, empty at the start, in which the processes add up what they count."""
    with ExitStack() as stack:
        folder = settings.METRICS_DIR or stack.enter_context(
            tempfile.TemporaryDirectory(prefix="cairn-metrics-")
        )
        for left in Path(folder).glob("*.db"):
            left.unlink()
        os.environ["METRICS_DIR"] = str(folder)
        yield
