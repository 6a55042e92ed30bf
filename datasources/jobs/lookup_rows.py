"""The slices of a lookup, in the worker: rows asked of the geocoder one after the other.

What was found is kept with the place that it got to: a worker that takes over goes on from there.
A row at which the geocoder fails is asked for again, then left aside; where the next ones fail too
the geocoder is away, and they are not counted as asked.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from datasources.api.geocoding import Geocoder, GeocoderFault, Located
from datasources.archive.sheet import Sheet, Texts
from datasources.drafts.bases import open_sheet
from datasources.drafts.faults import DraftFault
from datasources.drafts.locating import Question, key_place, rank
from datasources.drafts.rows import rows_of
from datasources.drafts.suggestions import question_of
from datasources.jobs.geocoder import geocoder
from datasources.jobs.leases import Lease, LeaseLostError, take
from datasources.jobs.lookups import OFF
from datasources.jobs.steps import in_seconds
from datasources.jobs.telling import tell_of_lookup
from datasources.models import (
    Draft,
    DraftState,
    Lookup,
    LookupState,
    RowKind,
    Suggestion,
    SuggestionState,
)
from datasources.phrases import Phrase

log = logging.getLogger("cairn.jobs")
SLICE = 5.0  # seconds
EVERY = 0.5  # seconds between two notes of what was found
CHUNK = 25  # rows that are read at once: what is typed meanwhile is seen with the next ones
PAUSES = (5.0, 30.0)  # seconds before a row that failed is asked for again
MISSES = 3  # rows in a row that fail before the geocoder counts as away
TRIES = 5  # slices that may be interrupted before one of them notes anything
_DROPPED = Phrase("The properties that it looks up were dropped: look up again.")
_GONE = Phrase("The copy of the version that the draft is based on is no longer kept here.")
_ASKED_AGAIN = Phrase("It is asked again in a moment.")
_FIELDS = ["key", "asked", "was", "latitude", "longitude", "words", "confidence", "state"]


class _Over(Exception):  # noqa: N818  # not an error
    """The lookup was stopped, or begun anew, while a slice ran."""


class _Moved(Exception):  # noqa: N818  # not an error
    """The draft was closed, or its properties or its version changed, while a slice ran."""


def run_lookup(lookup_id: int) -> None:
    """Takes a lookup on by a slice, unless somebody else is at it or it is over."""
    lookup = Lookup.objects.filter(pk=lookup_id).first()
    if lookup is None:
        return
    with take(lookup) as lease:
        if lease is None or lookup.state != LookupState.RUNNING:
            return
        try:
            _go(lease, lookup)
        except LeaseLostError:
            log.warning("Lookup %s was taken over by another worker", lookup.pk)
        except _Moved:
            lease.update(next_look_at=timezone.now())
        except _Over:
            return


def _go(lease: Lease, lookup: Lookup) -> None:
    draft = Draft.objects.select_related("base_file").get(pk=lookup.draft_id)
    if draft.state != DraftState.OPEN:  # sent or discarded: whoever did that need not be told
        _end(lease, lookup, LookupState.STOPPED, is_quiet=True)
        return
    lease.update(tries=lookup.tries + 1, next_look_at=in_seconds(settings.LEASE_SECONDS))
    if lookup.tries > TRIES:
        words = Phrase("The lookup was interrupted several times.")
        _end(lease, lookup, LookupState.FAILED, words)
        return
    asked = geocoder()
    if asked is None:
        _end(lease, lookup, LookupState.FAILED, OFF)
        return
    try:
        with open_sheet(draft) as sheet:
            question = _question(lookup, sheet)
            if question is None:
                _end(lease, lookup, LookupState.FAILED, _DROPPED)
            else:
                _Slice(lease, lookup, draft, question, asked).run()
    except DraftFault:
        _end(lease, lookup, LookupState.FAILED, _GONE)


def _question(lookup: Lookup, sheet: Sheet) -> Question | None:
    try:
        return question_of(lookup, sheet)
    except DraftFault:
        return None


def _end(
    lease: Lease, lookup: Lookup, state: LookupState, words: str = "", *, is_quiet: bool = False
) -> None:
    with transaction.atomic():
        _refuse_another(lookup)
        lease.update(state=state, words=words, ended_at=timezone.now(), next_look_at=None, tries=0)
        if not is_quiet:
            tell_of_lookup(lookup)


def _refuse_another(lookup: Lookup) -> Draft:
    """The draft as it is now; raises _Over or _Moved if the lookup is not the run that it was."""
    now = Lookup.objects.select_for_update().filter(pk=lookup.pk).first()
    is_ours = now is not None and now.started_at == lookup.started_at
    if now is None or not is_ours or now.state != LookupState.RUNNING:
        raise _Over
    if now.last != lookup.last:
        raise _Moved
    return Draft.objects.get(pk=now.draft_id)


@dataclass(slots=True)
class _Found:
    """Rows that were gone through and are not noted yet."""

    suggestions: list[Suggestion] = field(default_factory=list)
    unknown: list[int] = field(default_factory=list)
    passed: int = 0  # rows that need not be asked for, or were already
    held: int = 0  # of these, how many have an answer that waits
    last: int | None = None

    @property
    def rows(self) -> int:
        return len(self.suggestions) + len(self.unknown) + self.passed

    @property
    def was_answered(self) -> bool:
        return bool(self.suggestions or self.unknown)


class _Slice:
    """Some seconds of a lookup."""

    def __init__(
        self, lease: Lease, lookup: Lookup, draft: Draft, question: Question, asked: Geocoder
    ) -> None:
        self.lease, self.lookup, self.draft = lease, lookup, draft
        self.question, self.geocoder = question, asked
        self.key = key_place(question.sheet)
        waiting = lookup.suggestions.filter(state=SuggestionState.WAITING)
        self.known = dict(waiting.values_list("number", "asked"))
        self.found = _Found()

    def run(self) -> None:
        lookup = self.lookup
        rows = self.question.rows(self.draft)
        after = lookup.last
        rest = rows if after is None else [one for one in rows if rank(one) > rank(after)]
        self.lease.update(total=lookup.done + len(rest))
        until = time.monotonic() + SLICE
        noted = time.monotonic()
        for number, texts in self._texts(rest):
            try:
                self._take(number, texts)
            except GeocoderFault as fault:
                self._keep()
                self._missed(number, texts or [], fault)
                return
            now = time.monotonic()
            if now > until:
                self._keep()
                self.lease.update(next_look_at=timezone.now())
                return
            if now - noted >= EVERY:
                noted = now
                self._keep()
        self._keep()
        _end(self.lease, lookup, LookupState.DONE)

    def _texts(self, rest: list[int]) -> Iterator[tuple[int, Texts | None]]:
        """The rows' texts; None for one that need not be asked for any more."""
        sheet = self.question.sheet
        for start in range(0, len(rest), CHUNK):
            numbers = rest[start : start + CHUNK]
            there = {row.number: row for row in rows_of(self.draft, numbers, sheet)}
            for number in numbers:
                row = there.get(number)
                is_open = row is not None and row.kind != RowKind.DELETED
                yield number, row.texts if row and is_open and self._is_open(row.texts) else None

    def _is_open(self, texts: Texts) -> bool:
        return self.question.is_open(texts) and bool(self.question.asked(texts))

    def _take(self, number: int, texts: Texts | None) -> None:
        """Asks for a row. Raises GeocoderFault."""
        found = self.found
        if texts is None:
            found.passed += 1
        elif self.known.get(number) == self.question.asked(texts):
            found.passed += 1
            found.held += 1
        else:
            answer = self.question.ask(self.geocoder, texts)
            if answer is None:
                found.unknown.append(number)
            else:
                found.suggestions.append(self._suggestion(number, texts, answer))
        found.last = number

    def _suggestion(self, number: int, texts: Texts, answer: Located | None = None) -> Suggestion:
        made = Suggestion(
            lookup=self.lookup,
            number=number,
            key=(texts[self.key] or "")[:50],
            asked=self.question.asked(texts),
            was=self.question.now(texts),
        )
        if answer is not None:
            made.latitude, made.longitude = answer.latitude, answer.longitude
            made.words, made.confidence = answer.words, answer.confidence.value
        return made

    def _keep(self) -> None:
        """Notes what was found, and how far that is."""
        found, lookup = self.found, self.lookup
        self.found = _Found()
        if not found.rows:
            return
        values: dict[str, Any] = {
            "last": found.last,
            "done": lookup.done + found.rows,
            "found": lookup.found + len(found.suggestions) + found.held,
            "unknown": lookup.unknown + len(found.unknown),
            "tries": 0,
            "attempts": 0,
        }
        if found.was_answered:
            values |= {"misses": 0, "words": ""}
        if found.was_answered or not lookup.misses:
            values["good"] = found.last
        self._write(found, values)

    def _write(self, found: _Found, values: dict[str, Any]) -> None:
        with transaction.atomic():
            now = _refuse_another(self.lookup)
            is_same = now.state == DraftState.OPEN and (
                (now.base_file_id, now.columns) == (self.draft.base_file_id, self.draft.columns)
            )
            if not is_same:  # the next slice looks at it as it is then
                raise _Moved
            Suggestion.objects.filter(lookup=self.lookup, number__in=found.unknown).delete()
            Suggestion.objects.bulk_create(
                found.suggestions,
                update_conflicts=True,
                unique_fields=["lookup", "number"],
                update_fields=_FIELDS,
            )
            self.lease.update(**values)

    def _missed(self, number: int, texts: Texts, fault: GeocoderFault) -> None:
        """Asks again in a while, leaves the row aside, or gives up: see above."""
        lookup = self.lookup
        words = fault.args[0]
        if lookup.attempts < len(PAUSES):
            pause = PAUSES[lookup.attempts]
            self.lease.update(
                attempts=lookup.attempts + 1,
                words=Phrase.sentences(words, _ASKED_AGAIN),
                tries=0,
                next_look_at=in_seconds(pause),
            )
            return
        if lookup.misses + 1 >= MISSES:
            self._give_up(words)
            return
        missed = self._suggestion(number, texts)
        missed.state, missed.words = SuggestionState.FAILED, words
        values = {
            "last": number,
            "done": lookup.done + 1,
            "failed": lookup.failed + 1,
            "misses": lookup.misses + 1,
            "attempts": 0,
            "tries": 0,
            "next_look_at": timezone.now(),
        }
        self._write(_Found([missed]), values)

    def _give_up(self, words: str) -> None:
        """Breaks the lookup off, at the last row that the geocoder answered."""
        lookup, good = self.lookup, self.lookup.good
        with transaction.atomic():
            _end(self.lease, lookup, LookupState.FAILED, words)
            failed = lookup.suggestions.filter(state=SuggestionState.FAILED)
            unasked = [
                number
                for number in failed.values_list("number", flat=True)
                if good is None or rank(number) > rank(good)
            ]
            failed.filter(number__in=unasked).delete()
            self.lease.update(
                last=good,
                done=max(0, lookup.done - lookup.misses),
                failed=max(0, lookup.failed - lookup.misses),
                misses=0,
                attempts=0,
            )
