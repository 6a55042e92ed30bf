"""Runs the dashboard's background work."""

from __future__ import annotations

import signal
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from datasources.jobs.worker import Worker


class Command(BaseCommand):
    help = "Runs the dashboard's background work: checks, jobs, the catalogue's refresh, retention."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--threads", type=int, default=3, help="tasks run at the same time (default: 3)"
        )

    def handle(self, *_: Any, threads: int, **options: Any) -> None:
        worker = Worker(threads)
        signal.signal(signal.SIGTERM, worker.stop)
        signal.signal(signal.SIGINT, worker.stop)
        worker.run()
