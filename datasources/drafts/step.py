"""One step of a draft, of one row or of a hundred thousand: locked, checked, written, logged.

A step of many rows goes in parts, so that memory and the time that others wait stay small. While
it is under way the draft is busy: other edits are refused, in words, until it is over or has been
silent for half a minute.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import chain, islice
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from dashboard.people import reading
from dashboard.people.models import User
from datasources.archive.sheet import Sheet
from datasources.checks.cells import tidy
from datasources.drafts import log
from datasources.drafts.bases import open_sheet
from datasources.drafts.faults import (
    Clash,
    DraftBusy,
    DraftClash,
    DraftClosed,
    DraftFault,
    DraftMoved,
)
from datasources.drafts.state import Cells, RowState, state_of
from datasources.drafts.writing import write
from datasources.models import Draft, DraftEdit, DraftRow, DraftState

PART = 5000  # rows
BUSY = timedelta(seconds=30)
MOST_ADDED = 200_000  # rows at once


@dataclass(slots=True)
class Change:
    """What becomes of one row: cells by column ID, deleted or restored, or added after `anchor`.

    An added row has no number yet; those of one step that follow each other have the `anchor`
    "previous".
    """

    number: int | None = None
    cells: Cells = field(default_factory=dict)
    gone: bool | None = None
    anchor: int | str | None = None


@dataclass(slots=True)
class Done:
    """What a step did: the rows it touched, those it added, and how many it left alone because they
    are deleted."""

    draft: Draft
    touched: list[int] = field(default_factory=list)
    added: list[int] = field(default_factory=list)
    cells: int = 0
    skipped: int = 0
    is_repeat: bool = False  # it was made before: its answer had been lost
    is_whole: bool = False  # properties or the version beneath changed: every row may be another


@dataclass(frozen=True, slots=True)
class Author:
    """Who makes a step, from which revision, and the browser's token for it."""

    user: User
    revision: int | None = None
    token: str = ""


def make(
    draft_id: UUID,
    author: Author,
    kind: str,
    changes: Callable[[Sheet, Draft], Iterable[Change]],
    *,
    expected: Mapping[tuple[int, str], str | None] | None = None,
) -> Done:
    """Makes a step: `changes` is asked, in the first transaction, what becomes of which rows.

    With `expected` (what the browser saw in the cells that it writes) a draft that has moved on is
    no hindrance as long as these cells have not; without it, it is. Raises DraftFault.
    """
    with ExitStack() as stack:
        with transaction.atomic():
            draft = locked(draft_id, author.user)
            done = _repeat(draft, author)
            if done is not None:
                return done
            sheet = stack.enter_context(open_sheet(draft))
            _refuse_moved(draft, author, sheet, expected)
            done = Done(draft)
            rest = iter(changes(sheet, draft))
            part, following = list(islice(rest, PART)), list(islice(rest, PART))
            note = log.Note(kind, author.user, token=author.token)
            group = _write_part(done, sheet, part, note)
            if following:
                _set_busy(draft, timezone.now() + BUSY)
            else:
                touch(draft)
        if following:
            further = log.Note(kind, author.user, group=group)
            _go_on(done, sheet, further, chain(following, rest))
    return done


def _refuse_moved(
    draft: Draft,
    author: Author,
    sheet: Sheet,
    expected: Mapping[tuple[int, str], str | None] | None,
) -> None:
    if author.revision is None or author.revision == draft.revision:
        return
    if expected is None:
        raise DraftMoved
    _look_for_clashes(draft, sheet, expected)


def _go_on(done: Done, sheet: Sheet, note: log.Note, rest: Iterator[Change]) -> None:
    """The further parts of a step, each in a transaction of its own."""
    try:
        while part := list(islice(rest, PART)):
            with transaction.atomic():
                done.draft = Draft.objects.select_for_update().get(pk=done.draft.pk)
                _write_part(done, sheet, part, note)
                _set_busy(done.draft, timezone.now() + BUSY)
    finally:
        touch(done.draft)


def locked(draft_id: UUID, user: User) -> Draft:
    """The draft, its row locked until the transaction ends. Raises DraftClosed or DraftBusy."""
    draft = Draft.objects.select_for_update().filter(pk=draft_id).first()
    if draft is None:
        raise DraftClosed(_("This draft is gone."))
    if draft.owner_id != user.pk:
        raise DraftClosed(
            _("This draft is %(name)s’s now: you can look at it, not change it.")
            % {"name": draft.owner.display_name}
        )
    if draft.state != DraftState.OPEN:
        raise DraftClosed(_closed_words(draft))
    if draft.busy_until is not None and draft.busy_until > timezone.now():
        raise DraftBusy
    return draft


def _closed_words(draft: Draft) -> str:
    return {
        DraftState.PREPARING: _("This draft is still being prepared."),
        DraftState.SENDING: _("This draft is being sent: it takes no changes until that is over."),
        DraftState.SENT: _("This draft was sent: start a new one to change more."),
        DraftState.DISCARDED: _("This draft was discarded: take it back to go on with it."),
    }[DraftState(draft.state)]


def touch(draft: Draft) -> None:
    """Notes that the draft was worked on, and that no step is under way any more."""
    draft.touched_at = timezone.now()
    draft.busy_until = None
    draft.save(update_fields=["touched_at", "busy_until"])


def _set_busy(draft: Draft, until: object) -> None:
    Draft.objects.filter(pk=draft.pk).update(busy_until=until)


def _repeat(draft: Draft, author: Author) -> Done | None:
    """What the same step did when it arrived for the first time; None if it is new."""
    if not author.token:
        return None
    edit = DraftEdit.objects.filter(draft=draft, token=author.token).first()
    if edit is None:
        return None
    pairs, _more = log.unpacked(edit.changes)
    added = [number for number, (before, _after) in pairs.items() if number < 0 and not before]
    return Done(draft, list(pairs), added, edit.cells, is_repeat=True)


def _look_for_clashes(
    draft: Draft, sheet: Sheet, expected: Mapping[tuple[int, str], str | None]
) -> None:
    numbers = {number for number, _column in expected}
    states = _states(draft, numbers)
    base = sheet.texts(numbers)
    clashes = []
    for (number, column), seen in expected.items():
        state = states.get(number)
        now = _now(sheet, base.get(number), state, column)
        if now != (seen or None):
            clashes.append(Clash(number, column, now, None))
    if clashes:
        raise DraftClash(clashes)


def _now(
    sheet: Sheet, base: list[str | None] | None, state: RowState | None, column: str
) -> str | None:
    place = next((at for at, one in enumerate(sheet.columns) if one.id == column), None)
    if place is None:
        return None
    return sheet.row(base, state.cells if state else {})[place]


def _states(draft: Draft, numbers: Iterable[int]) -> dict[int, RowState]:
    rows = DraftRow.objects.filter(draft=draft, number__in=list(numbers))
    return {row.number: state_of(row) for row in rows}


def _write_part(done: Done, sheet: Sheet, part: list[Change], note: log.Note) -> int:
    """Writes and logs up to `PART` rows; gives the group of the step."""
    draft = done.draft
    after, cells = _after(done, sheet, part)
    if not after:
        return note.group
    before = write(draft, sheet, after)
    done.touched += after
    done.cells += cells
    pairs = {number: (before[number], after[number]) for number in after}
    edit = log.record(
        draft,
        log.Note(note.kind, note.user, len(after), cells, note.token, note.group),
        pairs,
    )
    return edit.group


def _after(done: Done, sheet: Sheet, part: list[Change]) -> tuple[dict[int, RowState | None], int]:
    """The states that the changes lead to, and how many cells they write."""
    draft = done.draft
    numbers = [change.number for change in part if change.number is not None]
    states: dict[int, RowState | None] = {**_states(draft, numbers)}
    base = sheet.texts(numbers)
    after: dict[int, RowState | None] = {}
    written = 0
    for change in part:
        number = change.number
        if number is None:
            number = _next_number(draft)
            anchor = number + 1 if change.anchor == "previous" else change.anchor
            states[number] = RowState(anchor=anchor if isinstance(anchor, int) else None)
            done.added.append(number)
        elif number not in states and number not in base:
            continue  # no such row
        state = after.get(number, states.get(number)) or RowState()
        if state.gone and change.gone is None:
            done.skipped += 1
            continue
        gone = state.gone if change.gone is None else change.gone
        kept = _overlaid(sheet, base.get(number), state.cells, change.cells)
        after[number] = _simplest(number, RowState(kept, gone, state.anchor))
        written += len(change.cells)
    fresh = set(done.added)
    same = {n for n, state in after.items() if n not in fresh and state == states.get(n)}
    return {n: state for n, state in after.items() if n not in same}, written


def _next_number(draft: Draft) -> int:
    draft.rows_made += 1
    return -draft.rows_made


def _overlaid(
    sheet: Sheet, base: list[str | None] | None, old: Mapping[str, str | None], new: Cells
) -> Cells:
    """A row's own values with new ones: what is as in the version is no value of its own."""
    kept = dict(old)
    under = base or sheet.fills
    for column, below in zip(sheet.columns, under, strict=True):
        if column.id not in new:
            continue
        text = tidy(column.type, new[column.id])
        if text == below:
            kept.pop(column.id, None)
        else:
            kept[column.id] = text
    return kept


def _simplest(number: int, state: RowState) -> RowState | None:
    """None for a row of the version that is as it was."""
    return None if number > 0 and not state.gone and not state.cells else state


def rows_after(count: int, anchor: int | None, cells: Iterable[Cells]) -> Iterator[Change]:
    """Rows to add one after the other, the first after the row `anchor`. Raises DraftFault."""
    if count > MOST_ADDED:
        raise DraftFault(
            _("At most %(most)s rows can be added at once.") % {"most": reading.number(MOST_ADDED)}
        )
    for place, one in enumerate(cells):
        yield Change(cells=one, anchor="previous" if place else anchor)
