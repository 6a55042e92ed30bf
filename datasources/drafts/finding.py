"""Find and replace over all rows of a draft: what matches, what it would become, and the step."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from datasources.archive.sheet import Laid, Sheet
from datasources.drafts.faults import DraftFault
from datasources.drafts.state import laid_rows
from datasources.drafts.step import Change
from datasources.models import Draft, RowKind
from datasources.schema import EdmType
from datasources.schema.columns import Column

LONGEST = 2560  # characters sought or put in
_CHUNK = 2000  # rows

#: What the text of a value of these types is made of: nothing else can be found in it.
_LETTERS = {
    EdmType.INT64: re.compile(r"[-0-9]*"),
    EdmType.DOUBLE: re.compile(r"[-+.0-9e]*"),
    EdmType.DATETIME: re.compile(r"[-:.0-9tz]*"),
    EdmType.BOOLEAN: re.compile(r"[truefals]*"),
}


@dataclass(frozen=True, slots=True)
class Sought:
    """What is sought, and what takes its place (None: it is only looked for).

    `columns` are column IDs; empty for all but the entity ID and geographies.
    """

    text: str
    by: str | None = None
    match_case: bool = False
    whole: bool = False
    columns: frozenset[str] = frozenset()

    def check(self) -> None:
        """Raises DraftFault where it cannot be sought."""
        if not self.text and not self.whole:
            raise DraftFault(_("Type what to look for."))
        if len(self.text) > LONGEST or len(self.by or "") > LONGEST:
            raise DraftFault(_("The text is too long: no value has as many characters."))

    def matcher(self) -> Callable[[str], bool]:
        sought = self.text if self.match_case else self.text.casefold()
        fold = _same if self.match_case else str.casefold
        if self.whole:
            return lambda text: fold(text) == sought
        return lambda text: sought in fold(text)

    def replaced(self, text: str) -> str:
        """The text with every occurrence replaced."""
        by = self.by or ""
        if self.whole:
            return by
        if self.match_case:
            return text.replace(self.text, by)
        # A function, so that nothing in what is put in has a meaning of its own.
        return _ignoring_case(self.text).sub(lambda _found: by, text)


def _same(text: str) -> str:
    return text


def _ignoring_case(text: str) -> re.Pattern[str]:
    return re.compile(re.escape(text), re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Hit:
    """A cell that matches."""

    number: int
    column: str


def hits(draft: Draft, sheet: Sheet, sought: Sought) -> list[Hit]:
    """All cells that match, of rows that are not deleted: by row as the version has them, added
    rows last."""
    asked = [column for column in sheet.columns if _is_asked(column, sought)]
    matches = sought.matcher()
    own: dict[int, set[str]] = {}
    deleted: set[int] = set()
    found: list[Hit] = []
    for row in laid_rows(draft):
        if row.kind == RowKind.DELETED:
            deleted.add(row.number)
            continue
        own[row.number] = set(row.cells)
        found += [Hit(row.number, column.id) for column in asked if _hit(row, column, matches)]
    # Of the version's own values it is known of which letters they are; typed ones may be anything.
    likely = [column for column in asked if _may_match(column, sought)]
    for number, column_id in sheet.matching(likely, sought.text, matches):
        if number not in deleted and column_id not in own.get(number, ()):
            found.append(Hit(number, column_id))
    places = {column.id: place for place, column in enumerate(sheet.columns)}
    found.sort(key=lambda hit: (hit.number < 0, abs(hit.number), places[hit.column]))
    return found


def _is_asked(column: Column, sought: Sought) -> bool:
    if sought.columns:
        return column.id in sought.columns
    return not column.is_key and column.type is not EdmType.GEOGRAPHY


def _may_match(column: Column, sought: Sought) -> bool:
    letters = _LETTERS.get(column.type)
    return letters is None or letters.fullmatch(sought.text.casefold()) is not None


def _hit(row: Laid, column: Column, matches: Callable[[str], bool]) -> bool:
    if column.id in row.cells:
        text = row.cells[column.id]
    elif row.number < 0:
        text = column.fill or None
    else:
        return False
    return text is not None and matches(text)


def replacements(
    draft: Draft, sheet: Sheet, sought: Sought, found: Iterable[Hit]
) -> Iterator[tuple[int, str, str, str]]:
    """(number, column ID, text now, text then) of cells that match."""
    places = {column.id: place for place, column in enumerate(sheet.columns)}
    own = {row.number: row.cells for row in laid_rows(draft)}
    for chunk in _chunked(found):
        base = sheet.texts(hit.number for hit in chunk)
        for hit in chunk:
            row = sheet.row(base.get(hit.number), own.get(hit.number, {}))
            text = row[places[hit.column]] or ""
            yield hit.number, hit.column, text, sought.replaced(text)


def _chunked(found: Iterable[Hit]) -> Iterator[list[Hit]]:
    chunk: list[Hit] = []
    for hit in found:
        chunk.append(hit)
        if len(chunk) >= _CHUNK:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def changes(draft: Draft, sheet: Sheet, sought: Sought) -> Iterator[Change]:
    """The replacement as a step: one change a row."""
    change: Change | None = None
    for number, column, now, then in replacements(draft, sheet, sought, hits(draft, sheet, sought)):
        if now == then:
            continue
        if change is None or change.number != number:
            if change is not None:
                yield change
            change = Change(number)
        change.cells[column] = then
    if change is not None:
        yield change
