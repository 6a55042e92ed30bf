"""`manage.py sds_account`: accounts of the Spatial Data Services server, and their keys."""

from __future__ import annotations

import json
from argparse import ArgumentTypeError
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import IntegrityError
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime

from sds_server import accounts
from sds_server.models import ApiKey, Plan, SdsAccount


def _moment(text: str) -> datetime:
    """A date or a time in ISO form; without a zone it is UTC."""
    try:
        moment = parse_datetime(text)
        if moment is None:
            day = parse_date(text)
            moment = datetime(day.year, day.month, day.day) if day else None
    except ValueError:
        moment = None
    if moment is None:
        raise ArgumentTypeError(f'"{text}" is no date: write 2027-01-31 or 2027-01-31T18:00:00Z')
    return timezone.make_aware(moment) if timezone.is_naive(moment) else moment


class Command(BaseCommand):
    help = "Create accounts of the embedded server, and add, list and expire their keys."

    def add_arguments(self, parser: CommandParser) -> None:
        commands = parser.add_subparsers(dest="action", required=True)
        create = commands.add_parser("create", help="an account; prints its two keys as JSON")
        create.add_argument("name")
        create.add_argument("--plan", choices=Plan.values, default=Plan.ENTERPRISE)
        add = commands.add_parser("add-key", help="a further key; prints it as JSON")
        add.add_argument("name")
        add.add_argument("--expires", type=_moment, metavar="DATE")
        commands.add_parser("list", help="all accounts")
        keys = commands.add_parser("keys", help="an account's keys, by their last four characters")
        keys.add_argument("name")
        expire = commands.add_parser("expire-key", help="end a key's life, now or at a date")
        expire.add_argument("name")
        expire.add_argument("last_four", metavar="LAST4", help="the key's last four characters")
        expire.add_argument("--at", type=_moment, metavar="DATE")

    def handle(self, *args: Any, **options: Any) -> None:
        action = options["action"].replace("-", "_")
        getattr(self, f"_{action}")(options)

    def _create(self, options: dict[str, Any]) -> None:
        try:
            account, master, query = accounts.create_account(options["name"], Plan(options["plan"]))
        except IntegrityError:
            raise CommandError(f'There is an account "{options["name"]}" already.') from None
        self._print({"account": account.name, "master_key": master, "query_key": query})

    def _add_key(self, options: dict[str, Any]) -> None:
        account = self._account(options["name"])
        self._print({"account": account.name, "key": accounts.add_key(account, options["expires"])})

    def _list(self, options: dict[str, Any]) -> None:
        for account in SdsAccount.objects.order_by("name"):
            self.stdout.write(
                f"{account.name}\t{account.plan}\t{account.keys.count()} keys"
                f"\t{account.data_sources.count()} data sources"
            )

    def _keys(self, options: dict[str, Any]) -> None:
        for key in self._account(options["name"]).keys.all():
            ends = f"expires {key.expires_at:%Y-%m-%d %H:%M}Z" if key.expires_at else "no expiry"
            state = "expired" if key.expired else "valid"
            self.stdout.write(f"{key}\t{state}\tmade {key.created_at:%Y-%m-%d}\t{ends}")

    def _expire_key(self, options: dict[str, Any]) -> None:
        account = self._account(options["name"])
        found = list(ApiKey.objects.filter(account=account, last_four=options["last_four"]))
        if len(found) != 1:
            count = "no key" if not found else f"{len(found)} keys"
            raise CommandError(f'{account.name} has {count} ending in "{options["last_four"]}".')
        found[0].expires_at = options["at"] or timezone.now()
        found[0].save(update_fields=["expires_at"])
        self.stdout.write(
            f"{found[0]} of {account.name} expires {found[0].expires_at:%Y-%m-%d %H:%M}Z"
        )

    def _account(self, name: str) -> SdsAccount:
        account = SdsAccount.objects.filter(name=name).first()
        if account is None:
            raise CommandError(f'There is no account "{name}".')
        return account

    def _print(self, answer: dict[str, str]) -> None:
        self.stdout.write(json.dumps(answer))
