"""`manage.py sds_worker`: works off the jobs of the Spatial Data Services server."""

from __future__ import annotations

import signal
import threading
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from sds_server.observing.signs import giving_signs
from sds_server.worker import Worker


class Command(BaseCommand):
    help = "Work off the server's jobs until stopped. Several may run at once, on any machine."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--lease",
            type=float,
            default=20.0,
            metavar="SECONDS",
            help="how long a job stays with a worker that gives no sign of life (20)",
        )
        parser.add_argument(
            "--poll",
            type=float,
            default=0.25,
            metavar="SECONDS",
            help="how often to look for a job when idle (0.25)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        stopping = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stopping.set())
        with giving_signs():
            Worker(stopping, lease=options["lease"], poll=options["poll"]).run()
