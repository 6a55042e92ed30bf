"""An archived version as the rows of a sheet, with the changes of a draft laid over them.

Rows have numbers: a feature ID of the version's GeoPackage, or, of rows that the draft adds,
-1, -2 and so on. Values are texts as the reference spells them, None where empty. Sorting and
narrowing are SQL over the file and a temporary table of what the draft changes, so that memory
holds row numbers and nothing else.
"""

# ruff: noqa: S608  (names come from the schema, through `quoted`, or are of our own making)

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from datasources.archive.selection import Selection, Statement, statement, stored, value_of
from datasources.formats.geopackage import GeoPackageFile
from datasources.formats.geopackage.layout import FID, quoted
from datasources.formats.geopackage.values import READERS, wkt_of
from datasources.schema import EdmType, Property, Value, ValueFault
from datasources.schema.columns import Column
from datasources.schema.conversion import convert, read_value
from datasources.schema.values import text_of

Numbers = npt.NDArray[np.int32]
Texts = list[str | None]

_CHUNK = 2000  # rows
_PAST = 10**12  # past every feature ID
_REMEMBERED = 8000  # rows that a step reads more than once


@dataclass(frozen=True, slots=True)
class Laid:
    """A row that a draft adds, changes or deletes; `cells` are its own values by column ID."""

    number: int
    kind: str
    cells: Mapping[str, str | None] = field(default_factory=dict)
    faulty: bool = False


class Sheet:
    """Reads the rows of a version through the columns of a draft."""

    def __init__(self, file: GeoPackageFile, columns: Sequence[Column]) -> None:
        self._file = file
        self._connection = file.connection
        self._table = quoted(file.layout.table)
        self.schema = file.schema  # of the version itself
        self.columns = list(columns)
        self.fills: Texts = [column.fill or None for column in columns]
        self._readers = [self._reader_of(column) for column in self.columns]
        self._rows: dict[int, Texts] = {}  # read last

    # --- rows ---

    def numbers(self) -> Numbers:
        """The rows of the version, in the order in which they came."""
        found = self._connection.execute(
            f"SELECT {quoted(FID)} FROM {self._table} ORDER BY {quoted(FID)}"
        )
        return np.fromiter((row[0] for row in found), dtype=np.int32)

    def texts(self, numbers: Iterable[int]) -> dict[int, Texts]:
        """Rows of the version by number, those that are not there left out. They are not changed."""
        wanted = [int(number) for number in numbers if number > 0]
        known, found = self._rows, dict[int, Texts]()
        unread = [number for number in wanted if number not in known]
        for start in range(0, len(unread), _CHUNK):
            chunk = json.dumps(unread[start : start + _CHUNK])
            rows = self._connection.execute(self._rows_sql(FID), (chunk,)).fetchall()
            found |= self._read(rows)
        found |= {number: known[number] for number in wanted if number in known}
        if len(known) + len(unread) > _REMEMBERED:
            known.clear()
        known |= found if len(found) <= _REMEMBERED else {}
        return found

    def keyed(self, keys: Iterable[str]) -> dict[str, tuple[int, Texts]]:
        """Rows of the version by entity ID: their numbers and texts."""
        place = next(at for at, column in enumerate(self.columns) if column.is_key)
        wanted = list(keys)
        found: dict[str, tuple[int, Texts]] = {}
        for start in range(0, len(wanted), _CHUNK):
            chunk = json.dumps(wanted[start : start + _CHUNK])
            sql = self._rows_sql(self._file.layout.key)
            rows = self._read(self._connection.execute(sql, (chunk,)).fetchall())
            found |= {texts[place] or "": (number, texts) for number, texts in rows.items()}
        return found

    def numbers_of(self, keys: Iterable[str]) -> dict[str, int]:
        """The numbers of the version's rows by entity ID."""
        wanted = json.dumps(list(keys))
        key = quoted(self._file.layout.key)
        return dict(
            self._connection.execute(
                f"SELECT t.{key}, t.{quoted(FID)} FROM json_each(?) AS j"
                f" JOIN {self._table} AS t ON t.{key} = j.value",
                (wanted,),
            )
        )

    def row(self, base: Texts | None, cells: Mapping[str, str | None]) -> Texts:
        """A row as it is now: its own values, else the version's, else what a new property holds."""
        under = base or self.fills
        return [
            cells.get(column.id, text) for column, text in zip(self.columns, under, strict=True)
        ]

    def _rows_sql(self, by: str) -> str:
        names = [quoted(FID)]
        names += [f"t.{quoted(one.origin.name)}" for one in self.columns if one.origin]
        names[0] = f"t.{names[0]}"
        return (
            f"SELECT {', '.join(names)} FROM json_each(?) AS j"
            f" JOIN {self._table} AS t ON t.{quoted(by)} = j.value"
        )

    def _read(self, rows: Sequence[Sequence[Any]]) -> dict[int, Texts]:
        """What `_rows_sql` gave as texts, by number; a column at a time."""
        if not rows:
            return {}
        numbers, *raw = zip(*rows, strict=True)
        rest = iter(raw)
        columns: list[Sequence[str | None]] = []
        for read, fill, column in zip(self._readers, self.fills, self.columns, strict=True):
            if read is None:
                columns.append([fill] * len(rows))
            elif read is _as_it_is and column.type is EdmType.STRING:
                columns.append(next(rest))
            else:
                columns.append([_text(read(value)) for value in next(rest)])
        return dict(zip(numbers, map(list, zip(*columns, strict=True)), strict=True))

    def _reader_of(self, column: Column) -> Callable[[Any], Value] | None:
        """What SQLite gives for a column's origin -> the column's value; None where it has none."""
        origin = column.origin
        if origin is None:
            return None
        read = self._origin_reader(origin)
        if not column.is_retyped:
            return read
        old, new = origin.type, column.type
        return lambda value: converted(read(value), old, new)

    # --- sorting and narrowing ---

    def order(self, selection: Selection, laid: Iterable[Laid]) -> Numbers:
        """The rows that a selection asks for, in its order. Raises SelectionFault."""
        asked = statement(selection, self.columns)
        self._prepare(asked.columns)
        has_laid = self._lay(asked.columns, laid)
        found = self._connection.execute(self._order_sql(asked, has_laid), asked.values)
        return np.fromiter((row[0] for row in found), dtype=np.int32)

    def _order_sql(self, asked: Statement, has_laid: bool) -> str:
        values = [f"{self._stored_sql(one)} AS {value_of(one)}" for one in asked.columns]
        fid = f"b.{quoted(FID)}"
        if has_laid:
            values = [
                f"CASE WHEN l.has_{one.id} THEN l.{value_of(one)} ELSE {self._stored_sql(one)} END"
                f" AS {value_of(one)}"
                for one in asked.columns
            ]
            head = ["coalesce(l.kind, '') AS kind", "coalesce(l.faulty, 0) AS faulty", *values]
            added = ["number", "kind", "faulty", *(value_of(one) for one in asked.columns)]
            rows = (
                f"SELECT {fid} AS number, {', '.join(head)} FROM {self._table} AS b"
                f" LEFT JOIN temp.laid AS l ON l.number = {fid}"
                f" UNION ALL SELECT {', '.join(added)} FROM temp.laid WHERE number < 0"
            )
        else:
            head = ["'' AS kind", "0 AS faulty", *values]
            rows = f"SELECT {fid} AS number, {', '.join(head)} FROM {self._table} AS b"
        where = f" WHERE {' AND '.join(asked.where)}" if asked.where else ""
        as_it_comes = f"iif(number < 0, {_PAST} - number, number)" if has_laid else "number"
        order = ", ".join([*asked.order, as_it_comes])
        return f"SELECT number FROM ({rows}){where} ORDER BY {order}"

    def _stored_sql(self, column: Column) -> str:
        """The value of a version's row as `selection` compares it."""
        if column.origin is None:
            return f"cairn_read_{column.id}()"
        name = f"b.{quoted(column.origin.name)}"
        is_plain = not column.is_retyped and column.origin.name != self._file.layout.geometry
        return name if is_plain else f"cairn_read_{column.id}({name})"

    def _prepare(self, columns: Iterable[Column]) -> None:
        """Functions that the SQL calls."""
        make = self._connection.create_function
        make("cairn_fold", 1, folded, deterministic=True)
        make("cairn_has", 2, _has, deterministic=True)
        make("cairn_starts", 2, _starts, deterministic=True)
        make("cairn_ends", 2, _ends, deterministic=True)
        for column in columns:
            make(
                f"cairn_read_{column.id}",
                0 if column.origin is None else 1,
                self._stored_reader(column),
                deterministic=True,
            )

    def _stored_reader(self, column: Column) -> Callable[..., Any]:
        read, kind = self._readers[self.columns.index(column)], column.type
        if read is None:
            fill = stored_text(kind, column.fill)
            return lambda: fill
        return lambda value: stored(kind, read(value))

    def _lay(self, columns: Sequence[Column], laid: Iterable[Laid]) -> bool:
        """The temporary table of the draft's rows, with the columns that matter."""
        execute = self._connection.execute
        execute("DROP TABLE IF EXISTS temp.laid")
        names = [name for one in columns for name in (f"has_{one.id}", value_of(one))]
        listed = "".join(f", {name}" for name in names)
        execute(f"CREATE TEMP TABLE laid (number INTEGER PRIMARY KEY, kind, faulty{listed})")
        marks = ", ".join("?" * (3 + len(names)))
        self._connection.executemany(
            f"INSERT INTO temp.laid VALUES ({marks})", (_laid_row(one, columns) for one in laid)
        )
        return bool(execute("SELECT EXISTS (SELECT 1 FROM temp.laid)").fetchone()[0])

    # --- finding ---

    def matching(
        self, columns: Sequence[Column], sought: str, matches: Callable[[str], bool]
    ) -> Iterator[tuple[int, str]]:
        """Cells of the version whose text matches: (number, column ID), a column at a time.

        A text that matches holds `sought`, whatever its case; most of them are passed over by that.
        """
        sought = sought.casefold()
        for column in columns:
            if column.origin is None:
                if column.fill and matches(column.fill):
                    yield from ((int(number), column.id) for number in self.numbers())
                continue
            for numbers, texts in self._column(column, column.origin.name):
                if sought in "\n".join(texts).casefold():
                    for number, text in zip(numbers, texts, strict=True):
                        if text and matches(text):
                            yield number, column.id

    def stored_values(self, origin: Property) -> Iterator[tuple[Sequence[int], list[Value]]]:
        """The version's own values of a property that are not empty, some thousands at a time: the
        rows' numbers, and the values as they are before any change of type."""
        read = self._origin_reader(origin)
        name = quoted(origin.name)
        found = self._connection.execute(
            f"SELECT {quoted(FID)}, {name} FROM {self._table}"
            f" WHERE {name} IS NOT NULL ORDER BY {quoted(FID)}"
        )
        while rows := found.fetchmany(_CHUNK):
            yield [row[0] for row in rows], [read(row[1]) for row in rows]

    def _origin_reader(self, origin: Property) -> Callable[[Any], Value]:
        layout = self._file.layout
        is_geometry = layout.geography is not None and origin.name == layout.geometry
        return wkt_of if is_geometry else READERS.get(origin.type, _as_it_is)

    def _column(self, column: Column, origin: str) -> Iterator[tuple[Sequence[int], list[str]]]:
        """The texts of one column that are not empty, some thousands at a time."""
        read = self._readers[self.columns.index(column)] or _as_it_is
        found = self._connection.execute(
            f"SELECT {quoted(FID)}, {quoted(origin)} FROM {self._table}"
            f" WHERE {quoted(origin)} IS NOT NULL ORDER BY {quoted(FID)}"
        )
        while rows := found.fetchmany(_CHUNK):
            numbers, raw = zip(*rows, strict=True)
            is_text = read is _as_it_is and column.type is EdmType.STRING
            yield numbers, list(raw) if is_text else [text_of(read(value)) for value in raw]


def converted(value: Value, old: EdmType, new: EdmType) -> Value:
    """A value as another type, None where that cannot hold it."""
    try:
        return convert(value, old, new)
    except ValueFault:
        return None


def stored_text(kind: EdmType, text: str | None) -> Any:
    """A text as its value would lie in a GeoPackage; one that is no such value as it is."""
    try:
        return stored(kind, read_value(kind, text))
    except ValueFault:
        return text


def folded(text: Any) -> Any:
    """A text as people sort it: whatever its case and accents."""
    if not isinstance(text, str):
        return text
    text = text.casefold()
    if text.isascii():
        return text
    return "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))


def _has(text: Any, sought: str) -> Any:
    return None if text is None else sought.casefold() in str(text).casefold()


def _starts(text: Any, sought: str) -> Any:
    return None if text is None else str(text).casefold().startswith(sought.casefold())


def _ends(text: Any, sought: str) -> Any:
    return None if text is None else str(text).casefold().endswith(sought.casefold())


def _as_it_is(value: Any) -> Value:
    return value  # type: ignore[no-any-return]


def _text(value: Value) -> str | None:
    return None if value is None else text_of(value)


def _laid_row(laid: Laid, columns: Sequence[Column]) -> list[Any]:
    row: list[Any] = [laid.number, laid.kind, laid.faulty]
    for column in columns:
        is_own = column.id in laid.cells
        text = laid.cells[column.id] if is_own else column.fill or None
        row += [is_own, stored_text(column.type, text)]
    return row
