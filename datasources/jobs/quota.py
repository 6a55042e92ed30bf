"""How much of the plan's limits an account has used ("Geocode and Data Source Limits")."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext

from datasources.models import Account, DataSource, Job, JobKind, JobState, Plan


@dataclass(frozen=True, slots=True)
class Meter:
    """One limit: how much is used, of how much (None where the plan has no limit)."""

    label: str
    short: str  # in the few letters that the top line has
    used: int
    limit: int | None

    @property
    def is_full(self) -> bool:
        return self.limit is not None and self.used >= self.limit

    @property
    def percent(self) -> int:
        return min(100, round(100 * self.used / self.limit)) if self.limit else 0


@dataclass(frozen=True, slots=True)
class Quota:
    """The three meters of an account."""

    in_process: Meter
    in_day: Meter
    data_sources: Meter

    @property
    def meters(self) -> tuple[Meter, Meter, Meter]:
        return self.in_process, self.in_day, self.data_sources


#: jobs in process, jobs in 24 hours, data sources
PLAN_JOBS: dict[str, tuple[int | None, int | None, int | None]] = {
    Plan.BASIC: (2, 50, 5),
    Plan.ENTERPRISE: (10, 50, 25),
    Plan.UNLIMITED: (None, None, None),
}


def quota(account: Account) -> Quota:
    """The account's use of its plan, counted from our rows, others' jobs as seen among them.

    Downloads do not count, nor do jobs that never reached the service. One query.
    """
    since = timezone.now() - timedelta(hours=24)
    of_account = {"account": OuterRef("pk")}
    counted = Job.objects.filter(**of_account).exclude(kind=JobKind.DOWNLOAD)
    never_sent = Q(state=JobState.FAILED, made_here=True, sent_at=None)
    in_day_only = counted.filter(Q(created_at__gte=since)).exclude(never_sent)
    counts = (
        Account.objects.filter(pk=account.pk)
        .annotate(
            in_process=_number_of(counted.filter(state__in=Job.OPEN)),
            in_day=_number_of(in_day_only),
            there=_number_of(DataSource.objects.filter(**of_account, gone_at=None)),
        )
        .values("in_process", "in_day", "there")
        .get()
    )
    in_process, in_day, data_sources = PLAN_JOBS[account.plan]
    return Quota(
        in_process=Meter(
            gettext("Jobs in process"), gettext("Jobs now"), counts["in_process"], in_process
        ),
        in_day=Meter(gettext("Jobs in 24 hours"), gettext("Jobs, 24 h"), counts["in_day"], in_day),
        data_sources=Meter(
            gettext("Data sources"), gettext("Data sources"), counts["there"], data_sources
        ),
    )


def _number_of(rows: QuerySet[Any]) -> Coalesce:
    """How many rows of an account there are, as a part of a query of accounts."""
    numbers = rows.order_by().values("account").annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(numbers), 0)
