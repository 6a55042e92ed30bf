"""What each version adds, changes and removes against the one below it in the stack."""

from __future__ import annotations

from itertools import pairwise

from django.db import transaction

from datasources.jobs.queue import enqueue
from datasources.jobs.steps import in_seconds
from datasources.models import Comparison, ComparisonState, Version, VersionState

_LOOKED_AT = 20  # versions, from the top
_SWEEP_AFTER = 2  # seconds
Counts = tuple[int | None, int | None, int | None]
_UNKNOWN: Counts = (None, None, None)


def fill_stack(source_id: int) -> None:
    """Brings the numbers of a data source's versions up to date; has missing ones compared.

    A version that is published or rolled back to anew stands on another one than before.
    """
    newest = list(Version.objects.filter(data_source=source_id)[:_LOOKED_AT])
    # Times of the service may be whole seconds: of two in one, the published version came last.
    newest.sort(key=lambda one: (one.made_at, one.state == VersionState.PUBLISHED), reverse=True)
    known = {
        (one.base_id, one.version_id): one
        for one in Comparison.objects.filter(version__data_source=source_id).defer("words")
    }
    if 0 < len(newest) < _LOOKED_AT:
        _note(newest[-1], _UNKNOWN)
    for version, below in pairwise(newest):
        found = known.get((below.pk, version.pk))
        if found is not None and found.state == ComparisonState.DONE:
            _note(version, _counts(found))
            continue
        _note(version, _UNKNOWN)
        if found is None and version.archive_id is not None and below.archive_id is not None:
            _compare(below, version)


def _counts(found: Comparison) -> Counts:
    return found.summary["added"], found.summary["removed"], found.summary["changed"]


def _note(version: Version, counts: Counts) -> None:
    if counts != (version.added, version.removed, version.changed):
        added, removed, changed = counts
        Version.objects.filter(pk=version.pk).update(added=added, removed=removed, changed=changed)


def _compare(below: Version, version: Version) -> None:
    from datasources.jobs.tasks import compare_versions

    made, is_new = Comparison.objects.get_or_create(
        base=below,
        version=version,
        defaults={
            "account_id": version.data_source.account_id,
            "next_look_at": in_seconds(_SWEEP_AFTER),
        },
    )
    if is_new:
        transaction.on_commit(lambda: enqueue(compare_versions, made.pk))
