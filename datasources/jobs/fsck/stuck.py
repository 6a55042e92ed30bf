"""Rows of work that is open, and that nothing would ever take up."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from datasources.jobs.fsck.findings import STUCK, Finding
from datasources.jobs.leases import is_free
from datasources.models import Comparison, Job, JobKind, JobState, Upload, UploadState

PIECE = 200  # rows read at once


def look_at_work() -> Iterator[Finding]:
    """Open work without a time at which it is looked at again. --repair makes it due now."""
    for rows in _open():
        for row in rows.filter(is_free(), next_look_at=None).iterator(PIECE):
            yield Finding(
                STUCK,
                f"{row._meta.verbose_name} {row.pk}",
                f"“{row}” is open, and nobody would look at it again.",
                advice="With --repair it goes on.",
                mend=partial(_wake, rows.filter(pk=row.pk)),
            )


def _wake(rows: QuerySet[Any]) -> None:
    rows.filter(is_free(), next_look_at=None).update(next_look_at=timezone.now())


def _open() -> list[QuerySet[Any]]:
    """Rows by kind that the sweep takes up by their time (`datasources.jobs.due`)."""
    jobs = Job.objects.filter(made_here=True)
    return [
        jobs.filter(state__in=[JobState.WAITING, JobState.SENDING, JobState.FETCHING]),
        jobs.filter(kind=JobKind.DOWNLOAD, state=JobState.RUNNING),
        Upload.objects.filter(
            state__in=[UploadState.LOOKING, UploadState.WAITING, UploadState.CHECKING]
        ),
        Comparison.objects.filter(state__in=Comparison.OPEN),
    ]
