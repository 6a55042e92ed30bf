"""Tells people that their work has ended: a notice that waits for them on whatever page they are."""

from __future__ import annotations

from typing import Any

from datasources.models import Comparison, Draft, Job, Lookup, Notice, Upload

KEPT = 200  # of a person; what came before goes


def tell_of_job(job: Job) -> None:
    """Tells whoever made the job; of jobs that were only seen on the service nobody is told."""
    if job.made_here and job.user_id is not None:
        Notice.objects.create(user_id=job.user_id, account_id=job.account_id, job=job)
        _drop_old(job.user_id)


def tell_of_upload(upload: Upload) -> None:
    """Tells whoever brought the file that it was looked at or checked; of what came before, no more.

    The file of a draft is a step of its sending.
    """
    if upload.drafts.exists():
        return
    untell(upload=upload)
    Notice.objects.create(user_id=upload.user_id, account_id=upload.account_id, upload=upload)
    _drop_old(upload.user_id)


def tell_of_comparison(comparison: Comparison) -> None:
    """Tells whoever asked for the comparison; of those made unasked nobody is told."""
    for user_id in comparison.askers.values_list("pk", flat=True):
        Notice.objects.filter(comparison=comparison, user=user_id).delete()
        Notice.objects.create(
            user_id=user_id, account_id=comparison.account_id, comparison=comparison
        )
        _drop_old(user_id)
    comparison.askers.clear()


def tell_of_draft(draft: Draft, words: str = "") -> None:
    """Tells whose draft it is that it can be edited (again); with `words`, what was in the way."""
    untell(draft=draft)
    Notice.objects.create(
        user_id=draft.owner_id, account_id=draft.account_id, draft=draft, words=words
    )
    _drop_old(draft.owner_id)


def tell_of_lookup(lookup: Lookup) -> None:
    """Tells whose draft it is by now that its rows were looked up, or what was in the way."""
    untell(lookup=lookup)
    draft = Draft.objects.get(pk=lookup.draft_id)
    Notice.objects.create(user_id=draft.owner_id, account_id=draft.account_id, lookup=lookup)
    _drop_old(draft.owner_id)


def untell(**of: Any) -> None:
    """Takes back what was told of one thing (`upload=`, `draft=` or `lookup=`): it goes on, or is another's."""
    Notice.objects.filter(**of).delete()


def _drop_old(user_id: int) -> None:
    newest = Notice.objects.filter(user=user_id).order_by("-pk").values("pk")
    first = newest[KEPT : KEPT + 1].first()
    if first is not None:
        Notice.objects.filter(user=user_id, pk__lte=first["pk"]).delete()
