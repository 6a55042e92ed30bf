"""What the grid asks for, as steps: cells typed, blocks pasted, ranges cleared, rows added, copied,
deleted and restored.

Rows are meant by their numbers, or by their places (`from` to `to`, from 0, the last one not
included) in an order that the browser shows. What a browser would never ask is an OperationFault.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from dashboard.people import reading
from datasources.api.geocoding import Confidence
from datasources.archive.sheet import Numbers, Sheet
from datasources.drafts import finding, log
from datasources.drafts.faults import DraftFault
from datasources.drafts.order import numbers_of
from datasources.drafts.rows import rows_of
from datasources.drafts.state import Cells
from datasources.drafts.step import Change, rows_after
from datasources.drafts.suggestions import Acceptance, Choice
from datasources.models import Draft, DraftRow, LookupKind
from datasources.schema import MAX_ENTITY_ID

MOST_CELLS = 5000  # typed one by one, of one request
MOST_COPIES = 5000
_CHUNK = 2000  # rows

Given = Mapping[str, Any]
Changes = Callable[[Sheet, Draft], Iterable[Change]]


class OperationFault(Exception):  # noqa: N818  # "fault" is the word of this product
    """Not what a browser of ours asks."""


@dataclass(frozen=True, slots=True)
class Operation:
    """A step to make: its kind in the log, what becomes of which rows, and what the browser saw in
    the cells that it writes (None where that does not matter)."""

    kind: str
    changes: Changes
    expected: dict[tuple[int, str], str | None] | None = None
    accepted: Acceptance | None = None  # of what a lookup suggested


def read_operation(given: Given) -> Operation:
    """The operation that a browser's JSON asks for. Raises OperationFault or DraftFault."""
    read = _READ.get(str(given.get("do", "")))
    if read is None:
        raise OperationFault("no such operation")
    try:
        return read(given)
    except (KeyError, TypeError, ValueError, IndexError) as error:
        raise OperationFault(str(error)) from None


# --- cells ---


def _set(given: Given, kind: str = log.SET) -> Operation:
    cells = [
        (int(row), str(column), _text(text), _text(was))
        for row, column, text, was in given["cells"]
    ]
    if not 0 < len(cells) <= MOST_CELLS:
        raise ValueError("cells")
    by_row: dict[int, Cells] = {}
    for row, column, text, _was in cells:
        by_row.setdefault(row, {})[column] = text
    expected = {(row, column): was for row, column, _text, was in cells}
    return Operation(kind, lambda *_args: [Change(*one) for one in by_row.items()], expected)


def _place(given: Given) -> Operation:
    """Cells that a geocoder filled, and a person accepted."""
    return _set(given, log.PLACE)


def _accept(given: Given) -> Operation:
    """What a lookup found, accepted: it looks by itself at what the cells hold."""
    accepted = Acceptance(read_choice(given))
    return Operation(log.PLACE, accepted.changes, {}, accepted)


def read_choice(given: Given) -> Choice:
    """Which suggestions are judged: {"kind", "rows" or "sure"}."""
    rows = given.get("rows")
    chosen = None if rows is None else frozenset(int(one) for one in rows)
    if chosen is not None and len(chosen) > MOST_CELLS:
        raise ValueError("rows")
    sure = Confidence(given.get("sure", Confidence.LOW))
    return Choice(LookupKind(given["kind"]), chosen, sure)


def _text(value: Any) -> str | None:
    if value is not None and not isinstance(value, str):
        raise TypeError("text")
    return value or None


def _block(given: Given) -> Operation:
    """A block of texts, put in from a place on; where it goes beyond the last row, rows are added.

    A block smaller than `height` by the columns is repeated, as a spreadsheet does.
    """
    texts = [[_text(cell) for cell in line] for line in given["texts"]]
    columns = [str(one) for one in given["columns"]]
    start, order = int(given["row"]), str(given.get("order", ""))
    height = max(int(given.get("height", 0)), len(texts))
    if not texts or not columns or start < 0 or not all(texts):
        raise ValueError("block")

    def changes(_sheet: Sheet, draft: Draft) -> Iterator[Change]:
        numbers = _order(draft, order)
        place = min(start, len(numbers))
        there = numbers[place : place + height]
        for at, number in enumerate(there.tolist()):
            yield Change(number, _line(columns, texts, at))
        beyond = range(len(there), height)
        anchor = int(numbers[-1]) if order and len(numbers) else None
        yield from rows_after(len(beyond), anchor, (_line(columns, texts, at) for at in beyond))

    return Operation(log.PASTE, changes)


def _line(columns: Sequence[str], texts: Sequence[Sequence[str | None]], at: int) -> Cells:
    line = texts[at % len(texts)]
    return {column: line[place % len(line)] for place, column in enumerate(columns)}


def _clear(given: Given) -> Operation:
    columns = [str(one) for one in given["columns"]]
    rows = _rows(given)

    def changes(_sheet: Sheet, draft: Draft) -> Iterator[Change]:
        return (Change(number, dict.fromkeys(columns)) for number in rows(draft))

    return Operation(log.CLEAR, changes)


def _replace(given: Given) -> Operation:
    sought = read_sought(given)
    sought.check()
    if sought.by is None:
        raise ValueError("by")
    return Operation(log.REPLACE, lambda sheet, draft: finding.changes(draft, sheet, sought))


def read_sought(given: Given) -> finding.Sought:
    """What is to be found, and replaced, in a browser's JSON."""
    by = given.get("by")
    return finding.Sought(
        str(given["text"]),
        None if by is None else str(by),
        bool(given.get("matchCase")),
        bool(given.get("whole")),
        frozenset(map(str, given.get("columns") or [])),
    )


# --- rows ---


def _rows(given: Given) -> Callable[[Draft], list[int]]:
    """Which rows are meant: `numbers`, or the places `from` to `to` of an order."""
    if "numbers" in given:
        numbers = [int(one) for one in given["numbers"]]
        return lambda _draft: numbers
    start, stop, order = int(given["from"]), int(given["to"]), str(given.get("order", ""))
    if not 0 <= start < stop:
        raise ValueError("rows")
    return lambda draft: _order(draft, order)[start:stop].tolist()


def _order(draft: Draft, token: str) -> Numbers:
    try:
        return numbers_of(draft, token)
    except KeyError:
        raise DraftFault(
            _("The rows are sorted or filtered anew meanwhile: do it again.")
        ) from None


def _add(given: Given) -> Operation:
    anchor = None if given.get("anchor") is None else int(given["anchor"])
    rows = [{str(name): _text(text) for name, text in one.items()} for one in given["rows"]]
    if not rows:
        raise ValueError("rows")
    return Operation(log.ADD, lambda *_args: rows_after(len(rows), anchor, rows))


def _delete(given: Given) -> Operation:
    rows = _rows(given)
    return Operation(
        log.DELETE, lambda _sheet, draft: (Change(one, gone=True) for one in rows(draft))
    )


def _restore(given: Given) -> Operation:
    rows = _rows(given)
    return Operation(
        log.RESTORE, lambda _sheet, draft: (Change(one, gone=False) for one in rows(draft))
    )


def _duplicate(given: Given) -> Operation:
    rows = _rows(given)

    def changes(sheet: Sheet, draft: Draft) -> Iterator[Change]:
        numbers = rows(draft)
        if len(numbers) > MOST_COPIES:
            raise DraftFault(
                _("At most %(most)s rows can be duplicated at once.")
                % {"most": reading.number(MOST_COPIES)}
            )
        return _copies(sheet, draft, numbers)

    return Operation(log.DUPLICATE, changes)


def _copies(sheet: Sheet, draft: Draft, numbers: list[int]) -> Iterator[Change]:
    """Copies of rows, each with an ID of its own, behind the last of them."""
    key = next(place for place, column in enumerate(sheet.columns) if column.is_key)
    taken: set[str] = set()
    made: list[Cells] = []
    for row in rows_of(draft, numbers, sheet):
        cells: Cells = {
            column.id: text for column, text in zip(sheet.columns, row.texts, strict=True)
        }
        old = row.texts[key]
        if old:
            cells[sheet.columns[key].id] = _free_id(sheet, draft, old, taken)
        made.append(cells)
    yield from rows_after(len(made), numbers[-1] if numbers else None, made)


def _free_id(sheet: Sheet, draft: Draft, old: str, taken: set[str]) -> str:
    """An entity ID that no row has: the old one with "-copy", and a number if it takes one."""
    for number in range(1, 100):
        ending = "-copy" if number == 1 else f"-copy{number}"
        wanted = old[: MAX_ENTITY_ID - len(ending)] + ending
        is_free = (
            wanted not in taken
            and not sheet.numbers_of([wanted])
            and not DraftRow.objects.filter(draft=draft, key=wanted).exists()
        )
        if is_free:
            taken.add(wanted)
            return wanted
    return ""


_READ: dict[str, Callable[[Given], Operation]] = {
    "set": _set,
    "place": _place,
    "accept": _accept,
    "block": _block,
    "clear": _clear,
    "replace": _replace,
    "add": _add,
    "delete": _delete,
    "restore": _restore,
    "duplicate": _duplicate,
}
