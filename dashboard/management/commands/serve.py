"""Start the API server alone, without the dashboard."""

from __future__ import annotations

import os
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from dashboard.supervisor import PartError, Supervisor, site_answers


class Command(BaseCommand):
    help = "Start the API server and its worker, without the dashboard."

    def handle(self, **_: Any) -> None:
        if site_answers():
            raise CommandError(
                f"Port {settings.PORT} is in use. Choose another, as in: PORT=8080 make serve"
            )
        call_command("migrate", verbosity=0, interactive=False)
        os.environ["API_ONLY"] = "1"  # for the parts, which read settings anew
        try:
            with Supervisor(("web", "sds_worker"), self.stderr.write) as parts:
                parts.wait_for_site()
                self.stdout.write(f"API: {settings.SITE_URL}/REST/v1")
                self.stdout.write("Accounts: .venv/bin/python manage.py sds_account create NAME")
                self.stdout.write(
                    f"Docs: docs/server.md, and {settings.SITE_URL}/ for status, plans and OpenAPI"
                )
                self.stdout.flush()
                parts.watch()
        except PartError as error:
            raise CommandError(str(error)) from error
