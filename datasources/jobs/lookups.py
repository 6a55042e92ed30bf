"""Lookups in the background: every row of a draft without a location, asked of the geocoder.

state   | what is done                                                  | next
--------|---------------------------------------------------------------|---------------------------
RUNNING | `datasources.jobs.lookup_rows`, in slices of some seconds, so | DONE, STOPPED, FAILED
        | that several lookups take turns and a worker can be stopped   |
STOPPED | its owner stopped it, or the draft was closed                 | RUNNING (goes on)
FAILED  | the geocoder is away, or the rows cannot be read              | RUNNING (goes on)
"""

from __future__ import annotations

from collections.abc import Sequence

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from dashboard.audit.record import record
from dashboard.people.models import User
from datasources.drafts.suggestions import begin_anew
from datasources.jobs.geocoder import geocoder
from datasources.jobs.queue import enqueue
from datasources.jobs.refused import JobRefused
from datasources.jobs.start import SWEEP_AFTER
from datasources.jobs.steps import in_seconds
from datasources.models import (
    Draft,
    DraftState,
    Lookup,
    LookupKind,
    LookupState,
    SuggestionState,
)
from datasources.phrases import Phrase
from datasources.schema.columns import Column

OFF = Phrase("A site admin has turned the geocoder off.")


def start_lookup(user: User, draft: Draft, kind: LookupKind, columns: Sequence[str]) -> Lookup:
    """Looks up all rows, from the first; one that runs is left alone.

    Answers to the same question that nobody has judged yet are kept and not asked for again.
    Raises PermissionDenied or JobRefused.
    """
    with transaction.atomic():
        draft = _open_draft(user, draft)
        known = {Column.from_json(one).id for one in draft.columns}
        chosen = [one for one in dict.fromkeys(columns) if one in known]
        if not chosen:
            raise JobRefused(Phrase("Choose at least one property."))
        now = timezone.now()
        lookup, is_new = Lookup.objects.get_or_create(
            draft=draft, kind=kind, defaults={"columns": chosen, "started_at": now}
        )
        if not is_new and lookup.state == LookupState.RUNNING:
            return lookup
        other = ~Q(state=SuggestionState.WAITING) if lookup.columns == chosen else Q()
        lookup.suggestions.filter(other).delete()
        lookup.columns, lookup.state = chosen, LookupState.RUNNING
        begin_anew(lookup)
        _run_soon(lookup)
        _note(user, draft, kind)
    return lookup


def go_on(user: User, draft: Draft, kind: LookupKind) -> Lookup:
    """Takes a lookup up where it was stopped or broken off. Raises PermissionDenied or JobRefused."""
    with transaction.atomic():
        draft = _open_draft(user, draft)
        over = (LookupState.STOPPED, LookupState.FAILED)
        lookup = Lookup.objects.filter(draft=draft, kind=kind, state__in=over).first()
        if lookup is None:
            raise JobRefused(Phrase("There is nothing to go on with: look up all rows."))
        lookup.state = LookupState.RUNNING
        lookup.attempts = lookup.misses = lookup.tries = 0
        _run_soon(lookup)
        _note(user, draft, kind)
    return lookup


def stop(user: User, draft: Draft, kind: LookupKind) -> None:
    """Stops a lookup; what it found stays. Raises PermissionDenied."""
    _need_owner(user, draft)
    running = Lookup.objects.filter(draft=draft, kind=kind, state=LookupState.RUNNING)
    running.update(state=LookupState.STOPPED, words="", ended_at=timezone.now(), next_look_at=None)


def _open_draft(user: User, draft: Draft) -> Draft:
    """The draft, locked, if it is the person's and open. Raises PermissionDenied or JobRefused."""
    draft = (
        Draft.objects.select_for_update(of=("self",))
        .select_related("account__team", "data_source")
        .get(pk=draft.pk)
    )
    _need_owner(user, draft)
    if draft.state != DraftState.OPEN:
        raise JobRefused(Phrase("Only the owner of an open draft can look up places."))
    if geocoder() is None:
        raise JobRefused(OFF)
    return draft


def _need_owner(user: User, draft: Draft) -> None:
    if draft.owner_id != user.pk:
        raise PermissionDenied(
            Phrase("This draft belongs to {owner}.", owner=draft.owner.display_name)
        )


def _run_soon(lookup: Lookup) -> None:
    from datasources.jobs.tasks import look_up_rows

    lookup.words, lookup.ended_at, lookup.started_at = "", None, timezone.now()
    lookup.next_look_at = in_seconds(SWEEP_AFTER)
    lookup.save()
    transaction.on_commit(lambda: enqueue(look_up_rows, lookup.pk))


def _note(user: User, draft: Draft, kind: LookupKind) -> None:
    record(
        "draft.look_up",
        actor=user,
        team=draft.account.team,
        data_source=draft.data_source.name,
        target=draft.name,
        detail={"account": draft.account.name, "what": str(kind)},
    )
