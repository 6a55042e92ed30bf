"""`manage.py messages`: the catalogues in locale/ brought up to date with the source."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from dashboard.translation.catalogues import languages, update
from dashboard.translation.found import Unreadable


class Command(BaseCommand):
    help = "Collect the strings to translate into locale/*/LC_MESSAGES/*.po, for developers."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "languages", nargs="*", help="as in: de; all there are if none is named"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        root = Path(settings.BASE_DIR)
        for language in options["languages"] or languages(root):
            try:
                lacking = update(root, language)
            except (Unreadable, OSError) as fault:
                raise CommandError(str(fault)) from fault
            for name, count in lacking.items():
                self.stdout.write(f"{language} {name}: {count} strings lack a translation")
