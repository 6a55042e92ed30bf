"""Load the demo team's data sources, through the API server that is running."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from dashboard.demo.seed import DemoError, seed
from dashboard.people.models import User


class Command(BaseCommand):
    help = "Make the demo team, with data sources loaded through the running API server."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")

    def handle(self, *, username: str, **_: Any) -> None:
        try:
            seed(User.objects.get(username=username), self.stdout.write)
        except DemoError as error:
            raise CommandError(str(error)) from error
