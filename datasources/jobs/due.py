"""What is due: the sweep that puts it on the queue, and that lost tasks cannot outrun.

Enqueuing moves a row's time on first, in one atomic UPDATE, so that of several workers one does
it, and so that a busy worker does not find its queue full of the same task. Rows that somebody is
at work on (a live lease) are left alone.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone
from django_tasks.base import Task

from datasources.jobs import archiving, drafting, indexing, keep, leftovers, partial, tasks
from datasources.jobs.duties import mend_duties
from datasources.jobs.lanes import LANES
from datasources.jobs.leases import is_free
from datasources.jobs.queue import AGAIN, enqueue
from datasources.jobs.steps import in_seconds
from datasources.models import (
    Comparison,
    Draft,
    DraftState,
    Duty,
    DutyName,
    Job,
    Lookup,
    LookupState,
    Upload,
    UploadState,
    Version,
)

_DUTY_TASKS: dict[str, Task[Any, Any]] = {
    DutyName.FOLLOW: tasks.follow_account,
    DutyName.REFRESH: tasks.refresh_account,
}
#: What tells the size of a job's file, and so its lane.
_SENT = ("upload__file", "upload__prepared", "version__content")
KEEP_TASK_RESULTS = timedelta(hours=1)
KEEP_FAILED_RESULTS = timedelta(days=7)


def enqueue_due() -> int:
    """Puts everything that is due on the queue; gives how much that was."""
    jobs = Job.objects.filter(state__in=Job.OPEN, made_here=True)
    uploads = Upload.objects.filter(state__in=[UploadState.WAITING, UploadState.CHECKING])
    archiving.note_wanted()
    indexing.note_unindexed()
    versions = Version.objects.filter(archive=None)
    comparisons = Comparison.objects.filter(state__in=Comparison.OPEN)
    drafts = Draft.objects.filter(state=DraftState.PREPARING)
    sending = Draft.objects.filter(state=DraftState.SENDING)
    lookups = Lookup.objects.filter(state=LookupState.RUNNING)
    imports = Upload.objects.filter(state=UploadState.LOOKING)
    return (
        _enqueue(jobs.select_related(*_SENT), "next_look_at", tasks.step_of)
        + _enqueue(imports, "next_look_at", tasks.look_at_upload)
        + _enqueue(uploads, "next_look_at", tasks.check_upload)
        + _enqueue(versions, "next_look_at", tasks.archive_version)
        + _enqueue(indexing.unindexed(), "next_look_at", tasks.index_version)
        + _enqueue(comparisons, "next_look_at", tasks.compare_versions)
        + _enqueue(drafts, "next_look_at", tasks.prepare_draft)
        + _enqueue(sending, "next_look_at", tasks.send_draft)
        + _enqueue(lookups, "next_look_at", tasks.look_up_rows)
        + sum(
            _enqueue(Duty.objects.filter(name=name), "due_at", task, "account_id")
            for name, task in _DUTY_TASKS.items()
        )
    )


def _enqueue(
    rows: QuerySet[Any],
    time_field: str,
    task: Task[Any, Any] | Callable[[Any], Task[Any, Any]],
    argument: str = "pk",
) -> int:
    """Enqueues the task for every row whose time has come and that nobody works on."""
    now = timezone.now()
    due = rows.filter(is_free(), **{f"{time_field}__lte": now})
    count = 0
    # Should the task be lost, the row is due again after that time.
    again = in_seconds(settings.LEASE_SECONDS)
    for row in due.order_by(time_field)[:200]:
        if not due.filter(pk=row.pk).update(**{time_field: again}):
            continue
        value = getattr(row, argument)
        chosen = task if isinstance(task, Task) else task(row)
        if enqueue(chosen, value if isinstance(value, int) else str(value)):
            count += 1
        else:
            rows.filter(pk=row.pk).update(**{time_field: in_seconds(AGAIN)})
    return count


def tidy() -> None:
    """What is done now and then: duties mended, files past their time and old results deleted."""
    mend_duties()
    keep.sweep_files()
    partial.sweep_partial()
    drafting.sweep_drafts()
    prune_results()


def tidy_files() -> None:
    """What is done once an hour: what dead processes left half-written is deleted."""
    leftovers.sweep_leftovers()


def prune_results() -> None:
    """Deletes the queue's records of tasks that are over, or that were lost with their worker."""
    if not apps.is_installed("django_tasks_db"):
        return
    from django_tasks_db.models import DBTaskResult

    now = timezone.now()
    results = DBTaskResult.objects.all()
    results.successful().filter(finished_at__lt=now - KEEP_TASK_RESULTS).delete()
    results.failed().filter(finished_at__lt=now - KEEP_FAILED_RESULTS).delete()
    results.running().filter(started_at__lt=now - KEEP_FAILED_RESULTS).delete()
    results.ready().exclude(queue_name__in=LANES).delete()  # of a release with other lanes
