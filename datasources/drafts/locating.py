"""Missing locations of a draft: rows with an address and no position, or the reverse, and what a
geocoder says of them. Nothing is written here: each result must be accepted, as an edit."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import shapely
from django.utils.translation import gettext as _

from datasources.api.geocoding import Geocoder, Located
from datasources.archive.selection import Condition, Selection
from datasources.archive.sheet import Sheet, Texts
from datasources.drafts.faults import DraftFault
from datasources.drafts.rows import rows_of
from datasources.drafts.state import laid_rows
from datasources.models import Draft, LookupKind, RowKind
from datasources.schema import EdmType, GeographyFault, read_wkt
from datasources.schema.columns import Column

PAGE = 25  # rows of one request
SECONDS = 4.0  # after which an answer is given with what there is


@dataclass(frozen=True, slots=True)
class Looked:
    """A row that was looked up: its number and ID, what was asked, what was found."""

    number: int
    key: str
    asked: str
    found: Located | None


@dataclass(slots=True)
class Batch:
    """Some rows looked up. `last` is the row to go on after, `left` how many there are beyond it."""

    rows: list[Looked] = field(default_factory=list)
    total: int = 0
    left: int = 0
    last: int | None = None


@dataclass(frozen=True, slots=True)
class Where:
    """The columns that hold a row's place."""

    latitude: Column | None
    longitude: Column | None
    geography: Column | None

    @property
    def columns(self) -> list[Column]:
        """Those that are empty in a row without a place."""
        return [one for one in (self.latitude, self.geography) if one is not None]


def where_of(columns: Sequence[Column]) -> Where:
    """The columns of the place, by the reference's names."""
    by_name = {one.name.lower(): one for one in columns if one.type is EdmType.DOUBLE}
    pair = by_name.get("latitude"), by_name.get("longitude")
    latitude, longitude = pair if all(pair) else (None, None)
    geography = next((one for one in columns if one.type is EdmType.GEOGRAPHY), None)
    return Where(latitude, longitude, geography)


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of each row: its address, from the columns at `chosen`, or the name of its
    place, for the column there. `sheet` has the columns, `where` those that hold places."""

    kind: LookupKind
    sheet: Sheet
    where: Where
    chosen: tuple[int, ...]

    @classmethod
    def of(cls, kind: LookupKind, sheet: Sheet, columns: Sequence[str]) -> Question:
        """With the IDs of columns. Raises DraftFault where none of them is there."""
        chosen = _chosen(sheet, columns if kind == LookupKind.FIND else columns[:1])
        return cls(kind, sheet, where_of(sheet.columns), tuple(chosen))

    @property
    def empty(self) -> list[Column]:
        """The columns that are empty in a row that is asked for."""
        if self.kind == LookupKind.NAME:
            return [self.sheet.columns[self.chosen[0]]]
        return self.where.columns

    @property
    def filled(self) -> list[Column]:
        """The columns that an accepted answer is put into."""
        if self.kind == LookupKind.NAME:
            return self.empty
        pair = self.where.latitude, self.where.longitude
        return [one for one in pair if one is not None] or self.where.columns

    def rows(self, draft: Draft) -> list[int]:
        """The rows to ask for, but deleted ones: the version's own first, in a lasting order."""
        where = tuple(Condition(one.id, "empty") for one in self.empty)
        laid = list(laid_rows(draft))
        gone = {row.number for row in laid if row.kind == RowKind.DELETED}
        found = self.sheet.order(Selection(where=where), laid).tolist()
        return sorted((one for one in found if one not in gone), key=rank)

    def is_open(self, texts: Texts) -> bool:
        """Whether a row still lacks what is asked for."""
        return all(not texts[self._place(one)] for one in self.empty)

    def now(self, texts: Texts) -> list[str | None]:
        """What stands in the cells that an answer is put into."""
        return [texts[self._place(one)] for one in self.filled]

    def asked(self, texts: Texts) -> str:
        """The address or the position of a row; "" where it has none."""
        if self.kind == LookupKind.FIND:
            return ", ".join(
                text for place in self.chosen if (text := (texts[place] or "").strip())
            )
        position = _position(self.sheet, self.where, texts)
        return f"{position[0]:.6g}, {position[1]:.6g}" if position else ""

    def ask(self, geocoder: Geocoder, texts: Texts) -> Located | None:
        """Asks the geocoder. Raises GeocoderFault."""
        if self.kind == LookupKind.FIND:
            return geocoder.find(self.asked(texts))
        position = _position(self.sheet, self.where, texts)
        return geocoder.name(*position) if position else None

    def _place(self, column: Column) -> int:
        return self.sheet.columns.index(column)


def look_up(
    draft: Draft,
    sheet: Sheet,
    geocoder: Geocoder,
    kind: LookupKind,
    columns: Sequence[str],
    after: int | None,
) -> Batch:
    """Looks up rows until there are enough of them, or enough time has gone."""
    question = Question.of(kind, sheet, columns)
    numbers = question.rows(draft)
    rest = [one for one in numbers if after is None or rank(one) > rank(after)]
    batch = Batch(total=len(numbers), left=len(rest))
    key = key_place(sheet)
    until = time.monotonic() + SECONDS
    for number, texts in texts_of(draft, sheet, rest):
        text = question.asked(texts)
        batch.last = number
        batch.left -= 1
        if not text:
            continue
        found = question.ask(geocoder, texts)
        batch.rows.append(Looked(number, texts[key] or "", text, found))
        if len(batch.rows) >= PAGE or time.monotonic() > until:
            break
    return batch


def key_place(sheet: Sheet) -> int:
    """The place of the entity ID among the columns."""
    return next(place for place, column in enumerate(sheet.columns) if column.is_key)


def _chosen(sheet: Sheet, ids: Sequence[str]) -> list[int]:
    places = {one.id: place for place, one in enumerate(sheet.columns)}
    chosen = [places[one] for one in ids if one in places]
    if not chosen:
        raise DraftFault(_("Choose at least one property."))
    return chosen


def rank(number: int) -> tuple[bool, int]:
    """What sorts rows: those of the version first, then added ones as they were added."""
    return number < 0, abs(number)


def texts_of(
    draft: Draft, sheet: Sheet, numbers: Sequence[int], chunk: int = 500
) -> Iterator[tuple[int, Texts]]:
    """Rows as they are when their chunk is read."""
    for start in range(0, len(numbers), chunk):
        for row in rows_of(draft, numbers[start : start + chunk], sheet):
            yield row.number, row.texts


def _position(sheet: Sheet, where: Where, texts: Texts) -> tuple[float, float] | None:
    """Latitude and longitude of a row, in degrees."""
    if where.latitude is not None and where.longitude is not None:
        pair = [texts[sheet.columns.index(one)] for one in (where.latitude, where.longitude)]
        try:
            latitude, longitude = float(pair[0] or ""), float(pair[1] or "")
        except ValueError:
            pass
        else:
            if -90 <= latitude <= 90 and -180 <= longitude <= 180:
                return latitude, longitude
    if where.geography is not None and (text := texts[sheet.columns.index(where.geography)]):
        try:
            point = shapely.centroid(read_wkt(text))
        except GeographyFault:
            return None
        return point.y, point.x
    return None
