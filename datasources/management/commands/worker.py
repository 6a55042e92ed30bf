"""Runs the dashboard's background work."""

from __future__ import annotations

import signal
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from datasources.jobs.lanes import LANES
from datasources.jobs.worker import Worker


class Command(BaseCommand):
    help = (
        "Runs the dashboard's background work: checks, jobs, the catalogue's refresh, retention. "
        "Any number may run at once, on any machine."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        does = {
            "prompt": "follow jobs and send small ones",
            "transfer": "send large files and refresh the catalogue",
            "work": "check, archive and compare files, and write downloads",
            "lookup": "ask the geocoder for the rows of drafts",
        }
        for lane, count in LANES.items():
            parser.add_argument(
                f"--{lane}",
                type=int,
                default=count,
                metavar="THREADS",
                help=f"threads that {does[lane]} (default: {count}; 0: leave it to other workers)",
            )

    def handle(self, *_: Any, **options: Any) -> None:
        worker = Worker({lane: options[lane] for lane in LANES})
        signal.signal(signal.SIGTERM, worker.stop)
        signal.signal(signal.SIGINT, worker.stop)
        worker.run()
