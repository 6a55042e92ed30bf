"""Start everything on one machine: the site, its worker, and the API server's worker."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from dashboard.management.commands.prepare import FIRST_USER, first_password
from dashboard.supervisor import PartError, Supervisor, site_answers

PARTS = ("web", "worker", "sds_worker")
KEPT = f"as first printed ('.venv/bin/python manage.py changepassword {FIRST_USER}' sets a new one)"


class Command(BaseCommand):
    help = "Start the site, its worker and the API server's worker, and keep them running."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--no-demo", action="store_true", help="start without a demo team")

    def handle(self, *, no_demo: bool, **_: Any) -> None:
        if site_answers():
            raise CommandError(
                f"Port {settings.PORT} is in use. Choose another, as in: PORT=8080 make run"
            )
        call_command("prepare")
        password = first_password()
        try:
            with Supervisor(PARTS, self.stderr.write) as parts:
                parts.wait_for_site()
                self._load_demo(password is not None and not no_demo)
                self.stdout.write(f"URL: {settings.SITE_URL}/")
                self.stdout.write(f"User: {FIRST_USER}")
                self.stdout.write(f"Password: {password or KEPT}")
                self.stdout.flush()
                parts.watch()
        except PartError as error:
            raise CommandError(str(error)) from error

    def _load_demo(self, wanted: bool) -> None:
        """A demo that fails must not keep the site, or the password, from its owner."""
        if not wanted:
            return
        try:
            call_command("demo", FIRST_USER, stdout=self.stderr)
        except Exception as error:  # noqa: BLE001  whatever it was, the site is up
            self.stderr.write(f"The demo data could not be loaded: {error}")
