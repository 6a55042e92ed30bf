"""What the frame of every page says of notices: how many wait, and whether to ask for more."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from dashboard.people.models import User
from datasources.models import Account, Notice
from datasources.models.accounts import AccountQuerySet
from datasources.views.notices.lines import open_work


@dataclass(frozen=True, slots=True)
class Told:
    """Unread notices, the number of the newest one, and how much of the person's work is open."""

    unread: int = 0
    last: int = 0
    working: int = 0

    @classmethod
    def of(cls, accounts: list[Account]) -> Told:
        """As `with_told` asked for it with the accounts."""
        if not accounts:
            return cls()
        said = accounts[0]
        return cls(*(getattr(said, name) for name in ("unread", "last_notice", "working")))


def with_told(accounts: AccountQuerySet, user: User) -> AccountQuerySet:
    """The accounts, and with each what waits for the person: no query more on every page."""
    own = Notice.objects.of(user)
    newest = own.order_by("-pk").values("pk")[:1]
    return accounts.annotate(
        unread=_number_of(own.filter(read_at=None), "user"),
        last_notice=Coalesce(Subquery(newest), 0),
        working=sum((_number_of(rows, by) for rows, by in open_work(user)), Value(0)),
    )


def _number_of(rows: QuerySet[Any], by: str) -> Coalesce:
    counted = rows.order_by().values(by).annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(counted), 0)
