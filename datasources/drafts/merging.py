"""The base moved: a draft taken from the version it was begun on to another one, entity by entity.

Only rows that the draft touches are looked at; everything else is as the other version has it. What
cannot be decided by itself is a list of conflicts. The merge is a step of the draft like any other,
and can be undone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from dashboard.people.reading import number
from datasources import archive
from datasources.archive.sheet import Sheet, Texts
from datasources.checks.merge import Conflict, Merged, Row, Side, merge
from datasources.drafts import log
from datasources.drafts.bases import open_sheet
from datasources.drafts.faults import DraftFault, DraftMoved
from datasources.drafts.merge_columns import MergedColumns, merge_columns
from datasources.drafts.state import Cells, RowState, columns_of_draft, state_of
from datasources.drafts.step import PART, Author, locked, touch
from datasources.drafts.suggestions import renumber
from datasources.drafts.writing import write
from datasources.formats.geopackage import GeoPackageFault
from datasources.models import Draft, DraftBase, DraftOrder, DraftRow, RowKind, Version

#: Decisions by entity ID and column ("" for the whole entity).
Choices = Mapping[tuple[str, str], Side]


@dataclass(frozen=True, slots=True)
class Meeting:
    """An entity that the draft touches, as it was, as the other version has it, and as it comes out.

    `number` is its row in the draft now, `new_number` the row of the other version (None: none).
    """

    key: str
    number: int
    new_number: int | None
    merged: Merged
    theirs: Row | None
    state: RowState

    @property
    def is_done(self) -> bool:
        """Whether the other version has it already as the draft would make it."""
        return self.merged.row == self.theirs


@dataclass(frozen=True, slots=True)
class Question:
    """What somebody has to decide: of which entity, and in what the two sides differ."""

    key: str
    conflict: Conflict


@dataclass(slots=True)
class Plan:
    """What a merge comes to: its columns, its questions, and counts of the draft's rows.

    `kept` rows go in as they are, `done` ones the other version has already; `taken` counts values
    of the other version that come into rows of the draft.
    """

    columns: MergedColumns
    questions: list[Question] = field(default_factory=list)
    kept: int = 0
    done: int = 0
    taken: int = 0

    def count(self, meeting: Meeting) -> None:
        self.questions += [Question(meeting.key, one) for one in meeting.merged.conflicts]
        self.taken += meeting.merged.from_theirs
        if not meeting.merged.conflicts:
            self.done += meeting.is_done
            self.kept += not meeting.is_done


def plan_merge(
    draft: Draft, version: Version, choices: Choices | None = None, rest: Side | None = None
) -> Plan:
    """What a merge with a version that is in the archive comes to; `rest` decides what `choices`
    does not. Raises DraftFault."""
    with _both(draft, version) as (old, new, columns):
        plan = Plan(columns)
        for meeting in _meetings(draft, old, new, choices or {}, rest):
            plan.count(meeting)
        return plan


def make_merge(
    draft: Draft, author: Author, version: Version, choices: Choices, rest: Side | None = None
) -> Plan:
    """Merges the draft with a version; every conflict has to be decided. Raises DraftFault."""
    with transaction.atomic():
        draft = locked(draft.pk, author.user)
        if author.revision is not None and author.revision != draft.revision:
            raise DraftMoved
        with _both(draft, version) as (old, new, columns):
            plan = Plan(columns)
            columns.made = draft.rows_made
            after = dict(_states(plan, old, new, _meetings(draft, old, new, choices, rest)))
            _refuse_undecided(plan)
            before = {row.number: state_of(row) for row in _rows(draft)}
            more = {
                "base": [[draft.base_id, draft.base_file_id], [version.pk, version.archive_id]],
                "columns": [draft.columns, [one.as_json() for one in columns.columns]],
            }
            _move(draft, version, columns)
            numbers = list(after)
            for start in range(0, len(numbers), PART):
                write(draft, new, {one: after[one] for one in numbers[start : start + PART]})
            renumber(draft, new)
            pairs = {one: (before.get(one), after.get(one)) for one in {**before, **after}}
            note = log.Note(log.MERGE, author.user, rows=len(pairs), token=author.token)
            log.record(draft, note, pairs, more)
            touch(draft)
    return plan


@contextmanager
def _both(draft: Draft, version: Version) -> Iterator[tuple[Sheet, Sheet, MergedColumns]]:
    """The draft's sheet, that of the other version through the merged columns, and these."""
    with ExitStack() as stack:
        old = stack.enter_context(open_sheet(draft))
        try:
            if version.archive is None:
                raise FileNotFoundError
            file = stack.enter_context(archive.open_geopackage(version.archive.path))
        except (FileNotFoundError, GeoPackageFault):
            raise DraftFault(
                _("The copy of the other version is not here: download it first.")
            ) from None
        columns = merge_columns(columns_of_draft(draft), old.schema, file.schema)
        yield old, Sheet(file, columns.columns), columns


def _rows(draft: Draft) -> list[DraftRow]:
    return list(DraftRow.objects.filter(draft=draft).order_by("number"))


def _parts(draft: Draft) -> Iterator[list[DraftRow]]:
    """The rows that the draft touches, some thousands at a time, those it added last."""
    rows = DraftRow.objects.filter(draft=draft).exclude(kind=RowKind.DROPPED).order_by("-number")
    part: list[DraftRow] = []
    for row in rows.iterator(chunk_size=2000):
        part.append(row)
        if len(part) >= PART:
            yield part
            part = []
    if part:
        yield part


def _meetings(
    draft: Draft, old: Sheet, new: Sheet, choices: Choices, rest: Side | None
) -> Iterator[Meeting]:
    """Every entity that the draft touches. One that was added under the ID of another row of the
    draft meets nothing: that other row does."""
    by_entity: dict[str, dict[str, Side]] = {}
    for (entity, column), side in choices.items():
        by_entity.setdefault(entity, {})[column] = side
    usual = dict.fromkeys(("", *(column.id for column in new.columns)), rest) if rest else {}
    met: set[str] = set()
    for rows in _parts(draft):
        for meeting in _part_meetings(old, new, rows, met, by_entity, usual):
            met.add(meeting.key)
            yield meeting


def _part_meetings(
    old: Sheet,
    new: Sheet,
    rows: list[DraftRow],
    met: set[str],
    by_entity: Mapping[str, Mapping[str, Side]],
    usual: Mapping[str, Side],
) -> Iterator[Meeting]:
    base = old.texts(row.number for row in rows)
    key = next(place for place, column in enumerate(old.columns) if column.is_key)
    keys = {
        row.number: (base[row.number][key] if row.number in base else row.key) or "" for row in rows
    }
    theirs = new.keyed(one for one in keys.values() if one)
    ids = [column.id for column in new.columns]
    for row in rows:
        state, entity = state_of(row), keys[row.number]
        under = base.get(row.number)
        there = None if entity in met else theirs.get(entity)
        was = _row(old, under) if under is not None else None
        mine = None if state.gone else _row(old, old.row(under, state.cells))
        found = _row(new, there[1]) if there else None
        # A property that only they have is nothing that I could have changed.
        for one in (was, mine):
            if one is not None and found is not None:
                one.update({name: found[name] for name in ids if name not in one})
        chosen = {**usual, **by_entity.get(entity, {})}
        merged = merge(was, found, mine, ids, chosen)
        yield Meeting(entity, row.number, there[0] if there else None, merged, found, state)


def _row(sheet: Sheet, texts: Texts) -> dict[str, str | None]:
    return {column.id: text for column, text in zip(sheet.columns, texts, strict=True)}


def _refuse_undecided(plan: Plan) -> None:
    count = len(plan.questions)
    if count:
        raise DraftFault(
            ngettext(
                "{count} conflict is not decided yet.",
                "{count} conflicts are not decided yet.",
                count,
            ).format(count=number(count))
        )


def _states(
    plan: Plan, old: Sheet, new: Sheet, meetings: Iterator[Meeting]
) -> Iterator[tuple[int, RowState]]:
    """The draft's rows over the other version; the plan is counted on the way."""
    fills = _row(new, new.fills)
    for one in meetings:
        plan.count(one)
        row = one.merged.row
        if row is None:
            if one.new_number is not None:
                yield one.new_number, RowState(gone=True)
        elif one.new_number is None or one.theirs is None:
            # Added here, or deleted there and kept.
            cells: Cells = {name: text for name, text in row.items() if text != fills.get(name)}
            place = one.number if one.number < 0 else _fresh(plan)
            yield place, RowState(cells, anchor=_anchor(old, new, one.state.anchor))
        else:
            own: Cells = {name: text for name, text in row.items() if text != one.theirs.get(name)}
            if own:
                yield one.new_number, RowState(own)


def _fresh(plan: Plan) -> int:
    """A number for a row that becomes an added one."""
    plan.columns.made += 1
    return -plan.columns.made


def _anchor(old: Sheet, new: Sheet, anchor: int | None) -> int | None:
    """The row behind which one was added, as the other version has it."""
    if anchor is None or anchor <= 0:
        return anchor
    key = next(place for place, column in enumerate(old.columns) if column.is_key)
    entity = old.texts([anchor]).get(anchor, [None] * len(old.columns))[key]
    return new.numbers_of([entity]).get(entity) if entity else None


def _move(draft: Draft, version: Version, columns: MergedColumns) -> None:
    """Puts the draft on the other version, without any row yet."""
    DraftRow.objects.filter(draft=draft).delete()
    DraftOrder.objects.filter(draft=draft).delete()
    draft.added = draft.changed = draft.deleted = draft.faulty = 0
    draft.rows_made = max(draft.rows_made, columns.made)
    draft.base, draft.base_file = version, version.archive
    draft.columns = [column.as_json() for column in columns.columns]
    draft.words = ""
    draft.save()
    DraftBase.objects.get_or_create(
        draft=draft, file=version.archive, defaults={"version": version}
    )
