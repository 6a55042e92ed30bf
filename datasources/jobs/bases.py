"""What an incremental load built on: noted at its end, where it is certain.

A published incremental load builds on the version that the service says was before it. A staged one
builds on the staged version, if there was one, else on the published one; the staged one is gone
from the service's answer by then, so it is the one that the mirror had, if nothing else can have
come in between.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Q

from datasources.models import DataSource, Job, JobKind, Version, VersionState

#: Jobs that change what a data source has, ours or others'.
_CHANGING = (
    JobKind.LOAD, JobKind.PUBLISH, JobKind.DISCARD, JobKind.ROLLBACK, JobKind.DELETE,
)  # fmt: skip
_LOADS = {VersionState.PUBLISHED: "incremental", VersionState.STAGED: "incrementalStaging"}


def staged_of(source: DataSource) -> Version | None:
    """The staged version as the mirror has it, before it is brought up to date."""
    return source.versions.filter(state=VersionState.STAGED).order_by("-made_at").first()


def note_bases(source: DataSource, rows: Sequence[Version], staged: Version | None) -> None:
    """Note what the versions of incremental loads that are just ending built on.

    `rows` are the versions as the service lists them now, `staged` is the one that was staged
    before. Known only at the end of the load itself: later, others may have come in between.
    """
    for row in rows:
        operation = _LOADS.get(VersionState(row.state))
        if operation is None or row.base_id or row.content_id or row.archive_id:
            continue
        load = Job.objects.filter(
            account=source.account_id,
            remote_id=row.remote_job_id,
            kind=JobKind.LOAD,
            operation=operation,
            made_here=True,
            ended_at=None,
        ).first()
        if load is None:
            continue
        below = (
            _earlier(rows)
            if row.state == VersionState.PUBLISHED
            else _under_staged(source, load, row, rows, staged)
        )
        if below is not None:
            row.base = below
            row.save(update_fields=["base"])


def _earlier(rows: Sequence[Version]) -> Version | None:
    earlier = [one for one in rows if one.state == VersionState.EARLIER]
    return max(earlier, key=lambda one: one.made_at, default=None)


def _under_staged(
    source: DataSource, load: Job, row: Version, rows: Sequence[Version], staged: Version | None
) -> Version | None:
    published = next((one for one in rows if one.state == VersionState.PUBLISHED), None)
    if staged is None:
        below = published
    else:
        # One that ran out is not there to build on, and when that was is the service's to say.
        is_over = staged.expires_at is None or staged.expires_at <= row.made_at
        below = None if is_over or staged.pk == row.pk else staged
    if below is None or below.made_at > row.made_at or _was_changed(source, load, below):
        return None
    return below


def _was_changed(source: DataSource, load: Job, below: Version) -> bool:
    """Whether another job may have changed the data source since `below` was made.

    Times of other people's jobs and of versions are the service's, those of ours are our own.
    """
    others = Job.objects.filter(
        account=source.account_id, data_source_name=source.name, kind__in=_CHANGING
    ).exclude(Q(pk=load.pk) | Q(remote_id=below.remote_job_id, remote_id__gt=""))
    ours = others.filter(made_here=True, sent_at__isnull=False).filter(
        Q(ended_at=None) | Q(ended_at__gt=load.sent_at)
    )
    theirs = others.filter(made_here=False).filter(Q(ended_at=None) | Q(ended_at__gt=below.made_at))
    return ours.exists() or theirs.exists()
