"""Serve the site, and the API server under it, with waitress."""

from __future__ import annotations

import os
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from dashboard.serving import listen, serve, serve_by_several, serve_for_parent


class Command(BaseCommand):
    help = "Serve the site and the API server (waitress), by WEB_PROCESSES processes."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default=settings.HOST)
        parser.add_argument("--port", type=int, default=settings.PORT)
        # How this command starts itself again, once for each process.
        parser.add_argument("--socket", type=int, help="an open socket of the parent's")
        parser.add_argument("--parent", type=int, default=0)
        parser.add_argument("--number", type=int, default=0)

    def handle(self, *, host: str, port: int, socket: int | None, parent: int, **_: Any) -> None:
        if socket is not None:
            serve_for_parent(socket, parent)
            return
        listening = listen(host, port)
        count = settings.WEB_PROCESSES if os.name != "nt" else 1
        if count > 1:
            serve_by_several(listening, count, self.stderr.write)
        else:
            serve(listening)
