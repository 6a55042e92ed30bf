"""Undo and redo: the steps of a draft, back and forth along its log."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from datasources.archive.sheet import Sheet
from datasources.drafts import log
from datasources.drafts.bases import open_sheet
from datasources.drafts.faults import DraftFault, DraftMoved
from datasources.drafts.state import state_of
from datasources.drafts.step import BUSY, PART, Author, Done, locked, touch
from datasources.drafts.suggestions import renumber
from datasources.drafts.writing import write
from datasources.models import Draft, DraftEdit, DraftOrder, DraftRow


def undo(draft_id: UUID, author: Author) -> Done:
    """Takes the last step back. Raises DraftFault."""
    return _along(draft_id, author, forward=False)


def redo(draft_id: UUID, author: Author) -> Done:
    """Does the last step that was undone again. Raises DraftFault."""
    return _along(draft_id, author, forward=True)


def _along(draft_id: UUID, author: Author, *, forward: bool) -> Done:
    with transaction.atomic():
        draft = locked(draft_id, author.user)
        if author.revision is not None and author.revision != draft.revision:
            raise DraftMoved
        parts = log.first_undone(draft) if forward else log.last_applied(draft)
        if not parts:
            raise DraftFault(
                _("There is nothing to do again.") if forward else _("There is nothing to undo.")
            )
        done = Done(draft)
        _turn(done, parts[0].pk, forward=forward)
        if len(parts) > 1:
            Draft.objects.filter(pk=draft.pk).update(busy_until=timezone.now() + BUSY)
        else:
            touch(draft)
    try:
        for part in parts[1:]:
            with transaction.atomic():
                done.draft = Draft.objects.select_for_update().get(pk=draft.pk)
                _turn(done, part.pk, forward=forward)
                Draft.objects.filter(pk=draft.pk).update(busy_until=timezone.now() + BUSY)
    finally:
        if len(parts) > 1:
            touch(done.draft)
    return done


def _turn(done: Done, edit_id: int, *, forward: bool) -> None:
    """Brings the rows of one part to their states before or after it."""
    edit = DraftEdit.objects.get(pk=edit_id)
    pairs, more = log.unpacked(edit.changes)
    draft = done.draft
    _turn_frame(draft, more, forward=forward)
    done.is_whole = done.is_whole or bool(more)
    with open_sheet(draft) as sheet:
        numbers = list(pairs)
        for start in range(0, max(1, len(numbers)), PART):  # once at least: it is a step
            part = numbers[start : start + PART]
            write(draft, sheet, {number: pairs[number][forward] for number in part})
        if "columns" in more:
            recheck(draft, sheet)
        if "base" in more:
            renumber(draft, sheet)
    done.touched += pairs
    done.cells += edit.cells
    edit.is_applied = forward
    edit.save(update_fields=["is_applied"])


def _turn_frame(draft: Draft, more: dict[str, Any], *, forward: bool) -> None:
    """Columns, and the version that the draft is based on, as they were before or after a step."""
    fields = []
    if "columns" in more:
        draft.columns = more["columns"][forward]
        fields.append("columns")
    if "base" in more:
        draft.base_id, draft.base_file_id = more["base"][forward]
        fields += ["base", "base_file"]
        DraftOrder.objects.filter(draft=draft).delete()
    if fields:
        draft.save(update_fields=fields)
        draft.refresh_from_db(fields=fields)


def recheck(draft: Draft, sheet: Sheet) -> None:
    """Holds every row of the draft against the rules anew, as after a change of its properties."""
    numbers = list(
        DraftRow.objects.filter(draft=draft).order_by("number").values_list("number", flat=True)
    )
    for start in range(0, len(numbers), PART):
        rows = DraftRow.objects.filter(draft=draft, number__in=numbers[start : start + PART])
        write(draft, sheet, {row.number: state_of(row) for row in rows})
