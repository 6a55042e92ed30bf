"""What a lookup suggests, held against the rows as they are now: nothing that was changed, or got a
location, after the geocoder was asked is written over."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from datasources.api.geocoding import Confidence
from datasources.archive.sheet import Sheet
from datasources.drafts.faults import DraftFault
from datasources.drafts.locating import Question
from datasources.drafts.rows import Row, rows_of
from datasources.drafts.state import Cells
from datasources.drafts.step import PART, Change
from datasources.models import (
    Draft,
    DraftRow,
    Lookup,
    LookupKind,
    LookupState,
    RowKind,
    Suggestion,
    SuggestionState,
)
from datasources.phrases.told import told

DECIMALS = 6  # of a degree: a tenth of a metre
#: The confidences, the surest first.
LEVELS = (Confidence.HIGH, Confidence.MEDIUM, Confidence.LOW)


class Standing(StrEnum):
    """What became of a row since it was looked up; only OPEN ones can be accepted."""

    OPEN = ""
    GONE = "gone"
    FILLED = "filled"
    CHANGED = "changed"


def question_of(lookup: Lookup, sheet: Sheet) -> Question:
    """What a lookup asks of the rows. Raises DraftFault where its properties were dropped."""
    try:
        question = Question.of(LookupKind(lookup.kind), sheet, lookup.columns)
    except DraftFault:
        question = None
    if question is None or not question.filled:
        raise DraftFault(
            _("The properties that were looked up are no longer in the draft: look up again.")
        )
    return question


def standing(question: Question, one: Suggestion, row: Row | None) -> Standing:
    if row is None or row.kind == RowKind.DELETED:
        return Standing.GONE
    if not question.is_open(row.texts):
        return Standing.FILLED
    is_same = question.asked(row.texts) == one.asked and question.now(row.texts) == one.was
    return Standing.OPEN if is_same else Standing.CHANGED


def standings(draft: Draft, sheet: Sheet, lookup: Lookup, some: list[Suggestion]) -> list[Standing]:
    """How each of some suggestions stands."""
    question = question_of(lookup, sheet)
    rows = {row.number: row for row in rows_of(draft, [one.number for one in some], sheet)}
    return [standing(question, one, rows.get(one.number)) for one in some]


@dataclass(slots=True)
class Choice:
    """Suggestions that are judged together: of `rows`, or as sure as `sure` at least."""

    kind: LookupKind
    rows: frozenset[int] | None = None
    sure: Confidence = Confidence.LOW

    def among(self, lookup: Lookup) -> QuerySet[Suggestion]:
        """Those that wait to be judged."""
        waiting = lookup.suggestions.filter(state=SuggestionState.WAITING)
        if self.rows is not None:
            return waiting.filter(number__in=self.rows)
        return waiting.filter(confidence__in=LEVELS[: LEVELS.index(self.sure) + 1])


@dataclass(slots=True)
class Acceptance:
    """Accepts suggestions, at most `PART` at once. `overtaken` of them were not, as their rows are
    no longer what was looked up."""

    choice: Choice
    overtaken: int = 0

    def changes(self, sheet: Sheet, draft: Draft) -> list[Change]:
        """The step that puts them in. They are judged with it, in its transaction."""
        lookups = Lookup.objects.select_for_update().filter(draft=draft, kind=self.choice.kind)
        lookup = lookups.first()
        if lookup is None:
            return []
        some = list(self.choice.among(lookup)[:PART])
        judged = standings(draft, sheet, lookup, some)
        good = [one for one, is_now in zip(some, judged, strict=True) if is_now is Standing.OPEN]
        _judge(good, SuggestionState.ACCEPTED)
        held = {one.pk for one in good}
        overtaken = [one for one in some if one.pk not in held]
        _judge(overtaken, SuggestionState.OVERTAKEN)
        self.overtaken = len(overtaken)
        question = question_of(lookup, sheet)
        return [Change(one.number, _cells(question, one)) for one in good]


def leave_out(draft: Draft, choice: Choice) -> int:
    """Turns suggestions down; gives how many."""
    lookup = Lookup.objects.filter(draft=draft, kind=choice.kind).first()
    if lookup is None:
        return 0
    return choice.among(lookup).update(state=SuggestionState.LEFT_OUT)


def _judge(some: Iterable[Suggestion], state: SuggestionState) -> None:
    Suggestion.objects.filter(pk__in=[one.pk for one in some]).update(state=state)


def _cells(question: Question, one: Suggestion) -> Cells:
    ids = [column.id for column in question.filled]
    if question.kind == LookupKind.NAME:
        return {ids[0]: told(one.words)}
    latitude, longitude = (_degrees(number) for number in (one.latitude, one.longitude))
    if len(ids) == 1:
        return {ids[0]: f"POINT ({longitude} {latitude})"}
    return dict(zip(ids, (latitude, longitude), strict=True))


def _degrees(number: float | None) -> str:
    text = f"{round(number or 0.0, DECIMALS) + 0.0:.{DECIMALS}f}"
    return text.rstrip("0").rstrip(".")


def renumber(draft: Draft, sheet: Sheet) -> None:
    """Puts suggestions on the rows' new numbers, by entity ID, after the version beneath changed.

    Those whose rows are not there any more go; a lookup that is not over begins at the top, and
    passes by the rows that it has an answer for.
    """
    for lookup in Lookup.objects.select_for_update().filter(draft=draft):
        states = (SuggestionState.WAITING, SuggestionState.FAILED)
        kept = list(lookup.suggestions.filter(state__in=states).exclude(key=""))
        lookup.suggestions.all().delete()
        number_of = _numbers_by_key(draft, sheet, [one.key for one in kept])
        placed = {}
        for one in kept:
            number = number_of(one.key)
            if number is not None:
                one.pk, one.number = None, number
                placed[number] = one
        Suggestion.objects.bulk_create(placed.values(), batch_size=1000)
        begin_anew(lookup)
        lookup.save()


def begin_anew(lookup: Lookup) -> None:
    """Has a lookup start with the first row; it is not saved."""
    lookup.last = lookup.good = None
    lookup.attempts = lookup.misses = lookup.tries = 0
    if lookup.state != LookupState.DONE:
        lookup.total = lookup.done = lookup.found = lookup.unknown = lookup.failed = 0


def _numbers_by_key(draft: Draft, sheet: Sheet, keys: list[str]) -> Callable[[str], int | None]:
    there = sheet.numbers_of(keys)
    rows = DraftRow.objects.filter(draft=draft).exclude(kind=RowKind.DROPPED).exclude(key="")
    own = dict(rows.values_list("key", "number"))
    return lambda key: own.get(key, there.get(key))
