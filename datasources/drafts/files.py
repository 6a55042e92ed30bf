"""A draft as a file: just what it changes, as an incremental load, or all rows, as a complete one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from datasources.archive.sheet import Sheet, Texts
from datasources.drafts.bases import open_sheet, schema_of_draft
from datasources.drafts.order import numbers_of
from datasources.drafts.rows import rows_of
from datasources.drafts.state import Cells, state_of
from datasources.formats import InputFormat
from datasources.formats.text_writer import text_head, text_lines
from datasources.models import Draft, DraftRow, RowKind
from datasources.schema import (
    DELETE_PROPERTY,
    Batch,
    EdmType,
    Property,
    Schema,
    check_batch,
)

_CHUNK = 2000  # rows


@dataclass(slots=True)
class Sent:
    """What a file holds: entities, deletes, and rows left out for their problems.

    `numbers` are the draft's rows in the order of the file, the ones to delete after the others.
    """

    entities: int = 0
    deletes: int = 0
    left_out: int = 0
    numbers: list[int] = field(default_factory=list)


def changes_file(
    draft: Draft, sent: Sent, format: InputFormat = InputFormat.PIPE, *, leave_out: bool = True
) -> Iterator[bytes]:
    """Added and changed entities whole, deleted ones with `__deleteEntity`, as text.

    An entity that got another ID is deleted under its old one. Rows with problems are left out, or
    else written as they are. Raises DraftFault.
    """
    with open_sheet(draft) as sheet:
        schema = schema_of_draft(draft)
        gone = _deleted(draft, sheet)
        if gone:
            flag = Property(DELETE_PROPERTY, EdmType.BOOLEAN)
            head = Schema(schema.entity_type, (*schema.properties, flag))
        else:
            head = schema
        yield text_head(format, head)
        written: set[str] = set()
        for numbers in _chunks(_differing(draft, leave_out=leave_out, sent=sent)):
            rows = [row.texts for row in rows_of(draft, numbers, sheet)]
            batch = _typed(schema, rows)
            written |= {str(key) for key in batch.columns[schema.key_index]}
            sent.entities += len(batch)
            sent.numbers += numbers
            yield text_lines(format, head, batch)
        # An entity under an ID that is deleted too takes its place: it is not deleted.
        deletes = {key: number for key, number in gone.items() if key not in written}
        sent.deletes = len(deletes)
        sent.numbers += deletes.values()
        if deletes:
            yield text_lines(format, head, _deletes(schema, list(deletes)))


def whole_file(
    draft: Draft, sent: Sent, format: InputFormat = InputFormat.PIPE, *, leave_out: bool = True
) -> Iterator[bytes]:
    """All rows but deleted ones, in the order of the draft, as text. Raises DraftFault."""
    faulty = _faulty(draft) if leave_out else set()
    sent.left_out = len(faulty)
    with open_sheet(draft) as sheet:
        schema = schema_of_draft(draft)
        yield text_head(format, schema)
        for numbers in _chunks(numbers_of(draft).tolist()):
            rows = [
                row
                for row in rows_of(draft, numbers, sheet)
                if row.kind != RowKind.DELETED and row.number not in faulty
            ]
            batch = _typed(schema, [row.texts for row in rows])
            sent.entities += len(batch)
            sent.numbers += [row.number for row in rows]
            yield text_lines(format, schema, batch)


def _typed(schema: Schema, rows: Sequence[Texts]) -> Batch:
    """Texts that have no problem as values; of others the texts stand as they are."""
    if not rows:
        return Batch([[] for _ in schema.properties], [], [])
    columns = [list(column) for column in zip(*rows, strict=True)]
    raw = Batch(list(columns), range(len(rows)), [0] * len(rows))
    checked = check_batch(schema, raw).batch
    return checked if len(checked) == len(rows) else raw


def _deletes(schema: Schema, keys: list[str]) -> Batch:
    columns = [keys if prop.is_key else [None] * len(keys) for prop in schema.properties]
    rows = range(1, len(keys) + 1)
    return Batch(list(columns), rows, [0] * len(keys), frozenset(range(len(keys))))


def _differing(draft: Draft, *, leave_out: bool, sent: Sent) -> Iterator[int]:
    """Added and changed rows, the version's own first."""
    kinds = (RowKind.CHANGED, RowKind.ADDED)
    rows = DraftRow.objects.filter(draft=draft, kind__in=kinds)
    if leave_out:
        sent.left_out = rows.filter(faults__gt=0).count()
        rows = rows.filter(faults=0)
    listed = list(rows.values_list("number", flat=True))
    yield from sorted(listed, key=lambda number: (number < 0, abs(number)))


def _faulty(draft: Draft) -> set[int]:
    kinds = (RowKind.CHANGED, RowKind.ADDED)
    rows = DraftRow.objects.filter(draft=draft, kind__in=kinds, faults__gt=0)
    return set(rows.values_list("number", flat=True))


def _deleted(draft: Draft, sheet: Sheet) -> dict[str, int]:
    """Entity IDs that are no more, with the row of each: of deleted rows, and the former ones of
    rows that got another."""
    key = next(place for place, column in enumerate(sheet.columns) if column.is_key)
    rows = DraftRow.objects.filter(draft=draft, number__gt=0)
    deleted = list(rows.filter(kind=RowKind.DELETED).values_list("number", flat=True))
    found = {texts[key] or "": number for number, texts in sheet.texts(deleted).items()}
    changed = rows.filter(kind=RowKind.CHANGED, faults=0).values_list("number", "key")
    now = dict(changed)
    for number, texts in sheet.texts(now).items():
        if now[number] != texts[key]:
            found[texts[key] or ""] = number
    return found


def _chunks(numbers: Iterator[int] | list[int]) -> Iterator[list[int]]:
    chunk: list[int] = []
    for number in numbers:
        chunk.append(number)
        if len(chunk) >= _CHUNK:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def kept_rows(draft: Draft, format: InputFormat = InputFormat.CSV) -> Iterator[bytes]:
    """What the draft itself holds of its rows, where the version it is based on is gone."""
    schema = schema_of_draft(draft)
    ids = [one["id"] for one in draft.columns]
    key = next(one["id"] for one in draft.columns if one["is_key"])
    yield text_head(format, schema)
    kinds = (RowKind.CHANGED, RowKind.ADDED)
    rows = DraftRow.objects.filter(draft=draft, kind__in=kinds).order_by("number")
    for row in rows.iterator(chunk_size=_CHUNK):
        cells: Cells = {key: row.key, **state_of(row).cells}
        columns = [[cells.get(one)] for one in ids]
        yield text_lines(format, schema, Batch(list(columns), [1], [0]))
