"""How much of the plan's limits an account has used ("Geocode and Data Source Limits")."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Count, Q
from django.utils import timezone

from datasources.models import Account, Job, JobKind, JobState, Plan


@dataclass(frozen=True, slots=True)
class Meter:
    """One limit: how much is used, of how much (None where the plan has no limit)."""

    label: str
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

    Downloads do not count, nor do jobs that never reached the service. Two queries.
    """
    since = timezone.now() - timedelta(hours=24)
    counted = account.jobs.exclude(kind=JobKind.DOWNLOAD)
    never_sent = Q(state=JobState.FAILED, made_here=True, sent_at=None)
    counts = counted.aggregate(
        in_process=Count("pk", filter=Q(state__in=Job.OPEN)),
        in_day=Count("pk", filter=Q(created_at__gte=since) & ~never_sent),
    )
    in_process, in_day, data_sources = PLAN_JOBS[account.plan]
    there = account.data_sources.filter(gone_at=None).count()
    return Quota(
        in_process=Meter("Jobs in process", counts["in_process"], in_process),
        in_day=Meter("Jobs in 24 hours", counts["in_day"], in_day),
        data_sources=Meter("Data sources", there, data_sources),
    )
