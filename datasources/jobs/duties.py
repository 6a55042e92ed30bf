"""Recurring work of an account: following its open jobs, refreshing its mirror."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from datasources.jobs.queue import enqueue
from datasources.models import Account, Duty, DutyName, Job, JobState

#: seconds between two looks at a job, by its age in seconds: (younger than, look every)
POLLS = ((15, 1), (45, 2), (180, 5), (600, 10), (3600, 30))
SLOWEST_POLL = 60
#: An account counts as in use for so long after somebody looked at it.
IN_USE = timedelta(hours=1)
#: Unused accounts are refreshed now and then, lest a job leave the service's 15 days unseen.
IDLE_REFRESH = timedelta(hours=6)
FRESH = timedelta(seconds=3)


def poll_seconds(since: datetime | None) -> float:
    """How long to wait before looking again at a job that began then: briefly while it is young."""
    age = (timezone.now() - since).total_seconds() if since else 0.0
    return next((every for younger, every in POLLS if age < younger), SLOWEST_POLL)


def duty_of(account: Account, name: DutyName) -> Duty:
    duty, _ = Duty.objects.get_or_create(account=account, name=name)
    return duty


def follow_soon(account: Account, seconds: float = 0) -> None:
    """Sees to it that the account's open jobs are followed at that time at the latest."""
    due = timezone.now() + timedelta(seconds=seconds)
    duty = duty_of(account, DutyName.FOLLOW)
    Duty.objects.filter(Q(due_at=None) | Q(due_at__gt=due), pk=duty.pk).update(due_at=due)


def ask_refresh(account: Account) -> None:
    """Asks for a refresh of the mirror, unless one is under way. Never blocks.

    However often it is asked, the service hears of it at most once in `FRESH`.
    """
    from datasources.jobs.tasks import refresh_account

    now = timezone.now()
    Account.objects.filter(pk=account.pk).update(refresh_asked_at=now)
    duty = duty_of(account, DutyName.REFRESH)
    if duty.leased_until is not None and duty.leased_until > now:
        return
    last = Account.objects.values_list("refreshed_at", flat=True).get(pk=account.pk)
    at = max(now, last + FRESH) if last is not None else now
    # The time stands in the row even if the queue loses the task: the sweep finds it.
    later = Duty.objects.filter(Q(due_at=None) | Q(due_at__gt=at + FRESH), pk=duty.pk)
    if later.update(due_at=at if at > now else now + FRESH) and at <= now:
        transaction.on_commit(lambda: enqueue(refresh_account, account.pk))


def note_view(account: Account) -> None:
    """Notes that somebody looks at the account: its mirror is kept fresh for a while.

    Costs nothing when it was noted less than a minute ago, and one or two updates otherwise.
    """
    now = timezone.now()
    if account.viewed_at is not None and now - account.viewed_at < timedelta(minutes=1):
        return
    account.viewed_at = now
    Account.objects.filter(pk=account.pk).update(viewed_at=now)
    if account.refreshed_at is not None:
        due = max(now, account.refreshed_at + timedelta(minutes=settings.REFRESH_MINUTES))
        later = Duty.objects.filter(account=account, name=DutyName.REFRESH, due_at__gt=due)
        later.update(due_at=due)


def next_refresh(account: Account) -> datetime:
    """When the mirror is due again: soon while people look at it, else now and then."""
    now = timezone.now()
    looked_at = [at for at in (account.refresh_asked_at, account.viewed_at) if at is not None]
    if looked_at and now - max(looked_at) < IN_USE:
        return now + timedelta(minutes=settings.REFRESH_MINUTES)
    return now + IDLE_REFRESH


def mend_duties() -> None:
    """Gives every account its duties, and wakes the following of open jobs that none is set for."""
    for name in DutyName:
        missing = Account.objects.exclude(duties__name=name)
        due = timezone.now() if name == DutyName.REFRESH else None
        Duty.objects.bulk_create(
            [Duty(account=account, name=name, due_at=due) for account in missing],
            ignore_conflicts=True,
        )
    followed = Job.objects.filter(
        state__in=[JobState.UNSURE, JobState.RUNNING], account=F("account__pk")
    ).values("account")
    Duty.objects.filter(name=DutyName.FOLLOW, due_at=None, account__in=followed).update(
        due_at=timezone.now()
    )
    Duty.objects.filter(name=DutyName.REFRESH, due_at=None).update(due_at=timezone.now())
