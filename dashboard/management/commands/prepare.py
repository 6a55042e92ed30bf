"""Everything that must stand before the site starts: database, static files, a first person."""

from __future__ import annotations

import secrets
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand

from dashboard.demo.seed import embedded_service
from dashboard.people.models import User

FIRST_USER = "admin"


class Command(BaseCommand):
    help = "Bring the database and the static files up to date. Safe to run at any time."

    def handle(self, **_: Any) -> None:
        settings.DATA_DIR.mkdir(parents=True, exist_ok=True)
        call_command("migrate", verbosity=0, interactive=False)
        call_command("collectstatic", verbosity=0, interactive=False)
        embedded_service()


def first_password() -> str | None:
    """Makes the first person, a site admin, and gives the password; None if anybody is there."""
    if User.objects.exists():
        return None
    password = secrets.token_urlsafe(12)
    User.objects.create_superuser(FIRST_USER, password=password)
    return password
