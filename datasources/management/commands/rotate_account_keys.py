"""Re-encrypts the stored account keys with the newest secret."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from datasources.models import Key


class Command(BaseCommand):
    help = (
        "Encrypts every stored account key with the first of ACCOUNT_KEY_SECRETS. Put the new "
        "secret first and keep the old one after it, run this, then drop the old one. Running it "
        "again does no harm."
    )

    def handle(self, *_: Any, **options: Any) -> None:
        rotated = wiped = 0
        unreadable: list[int] = []
        for pk in Key.objects.order_by("pk").values_list("pk", flat=True):
            try:
                with transaction.atomic():
                    key = Key.objects.select_for_update().get(pk=pk)
                    if key.secret:
                        key.save(update_fields=["secret"])
                        rotated += 1
                    else:
                        wiped += 1
            except ImproperlyConfigured:
                unreadable.append(pk)
        self.stdout.write(f"{rotated} keys re-encrypted, {wiped} removed keys hold no secret.")
        if unreadable:
            numbers = ", ".join(map(str, unreadable))
            raise CommandError(
                f"{len(unreadable)} keys could not be read with any of ACCOUNT_KEY_SECRETS and "
                f"were left as they are (numbers {numbers}): give back the secret they were "
                "encrypted with, or remove them."
            )
