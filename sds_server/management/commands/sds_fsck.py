"""`manage.py sds_fsck`: holds what the server keeps against its rows."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from sds_server import fsck


class Command(BaseCommand):
    help = (
        "Finds what the server keeps and nobody needs, what is lost or damaged, and what cannot end."
        " Safe while the server runs. The exit code is 0 where nothing is left to do, else a sum of"
        " 1 (leftovers), 2 (lost or damaged data) and 4 (stuck work)."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--repair",
            action="store_true",
            help="remove leftovers older than a day, and let go of stuck marks; nothing else",
        )
        parser.add_argument(
            "--quick", action="store_true", help="do not read the entities of every version"
        )
        parser.add_argument("--json", action="store_true", help="print the findings as JSON")

    def handle(self, **options: Any) -> None:
        code, told = 0, []
        loud = options["verbosity"] > 1
        for found in fsck.run(
            repair=options["repair"],
            deep=not options["quick"],
            note=lambda words: self.stderr.write(words) if loud else None,
        ):
            if not found.mended:
                code |= found.kind
            if options["json"]:
                told.append(found.as_json())
            else:
                self._print(found)
        if options["json"]:
            self.stdout.write(json.dumps({"exit_code": code, "findings": told}, indent=2))
        elif not code:
            self.stdout.write("Nothing is left to do.")
        if code:
            raise SystemExit(code)

    def _print(self, found: fsck.Finding) -> None:
        whose = f"{found.data_source} of {found.account}, " if found.data_source else ""
        end = found.advice
        if found.mended:
            end = "Repaired."
        elif found.mend is not None and not end:
            end = "--repair removes it."
        self.stdout.write(f"{whose}{found.what}: {found.words} {end}".rstrip())
