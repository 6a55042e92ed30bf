"""`manage.py fsck`: holds the files that the dashboard keeps against their rows."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from datasources.jobs import fsck


class Command(BaseCommand):
    help = (
        "Finds kept files that are lost or damaged, with the data source and version they belong to "
        "and what can still be done, files that nobody needs, and work that nobody would take up. "
        "Safe while the site runs. The exit code is 0 where nothing is left to do, else a sum of 1 "
        "(leftovers), 2 (lost or damaged files) and 4 (stuck work). The API server's own data: "
        "sds_fsck."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--repair",
            action="store_true",
            help="remove leftovers older than a day, have archives made anew where their version's "
            "file is kept, and wake stuck work; nothing else",
        )
        parser.add_argument("--quick", action="store_true", help="do not read the files")
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
        end = found.advice
        if found.mended:
            end = "Repaired."
        elif found.mend is not None and not end:
            end = "--repair removes it."
        self.stdout.write(f"{found.what}: {found.words} {end}".rstrip())
        for use in found.uses:
            self.stdout.write(f"  {use}")
