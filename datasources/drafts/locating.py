"""Missing locations of a draft: rows with an address and no position, or the reverse, and what a
geocoder says of them. Nothing is written here: each result must be accepted, as an edit."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import shapely
from django.utils.translation import gettext as _

from datasources.api.geocoding import Geocoder, Located
from datasources.archive.selection import Condition, Selection
from datasources.archive.sheet import Sheet, Texts
from datasources.drafts.faults import DraftFault
from datasources.drafts.rows import rows_of
from datasources.drafts.state import laid_rows
from datasources.models import Draft, RowKind
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


def find_places(
    draft: Draft, sheet: Sheet, geocoder: Geocoder, address: Sequence[str], after: int | None
) -> Batch:
    """Looks up the addresses, made of the columns with these IDs, of rows without a place."""
    chosen = _chosen(sheet, address)
    empty = [Condition(one.id, "empty") for one in where_of(sheet.columns).columns]
    numbers = _numbers(draft, sheet, Selection(where=tuple(empty)))

    def asked(texts: Texts) -> str:
        return ", ".join(text for place in chosen if (text := (texts[place] or "").strip()))

    return _looked(draft, sheet, numbers, after, asked, lambda text, _texts: geocoder.find(text))


def find_names(
    draft: Draft, sheet: Sheet, geocoder: Geocoder, target: str, after: int | None
) -> Batch:
    """Looks up what is at the places of rows whose column `target` is empty."""
    (place,) = _chosen(sheet, [target])
    column = sheet.columns[place]
    numbers = _numbers(draft, sheet, Selection(where=(Condition(column.id, "empty"),)))
    where = where_of(sheet.columns)

    def asked(texts: Texts) -> str:
        position = _position(sheet, where, texts)
        return f"{position[0]:.6g}, {position[1]:.6g}" if position else ""

    def ask(_text: str, texts: Texts) -> Located | None:
        position = _position(sheet, where, texts)
        return geocoder.name(*position) if position else None

    return _looked(draft, sheet, numbers, after, asked, ask)


def _chosen(sheet: Sheet, ids: Sequence[str]) -> list[int]:
    places = {one.id: place for place, one in enumerate(sheet.columns)}
    chosen = [places[one] for one in ids if one in places]
    if not chosen:
        raise DraftFault(_("Choose at least one property."))
    return chosen


def _numbers(draft: Draft, sheet: Sheet, selection: Selection) -> list[int]:
    """Rows that are not deleted, the version's own first, in a lasting order."""
    laid = list(laid_rows(draft))
    gone = {row.number for row in laid if row.kind == RowKind.DELETED}
    found = [one for one in sheet.order(selection, laid).tolist() if one not in gone]
    return sorted(found, key=_rank)


def _rank(number: int) -> tuple[bool, int]:
    return number < 0, abs(number)


def _looked(
    draft: Draft,
    sheet: Sheet,
    numbers: list[int],
    after: int | None,
    asked: Callable[[Texts], str],
    ask: Callable[[str, Texts], Located | None],
) -> Batch:
    """Rows looked up until there are enough of them, or enough time has gone."""
    rest = [one for one in numbers if after is None or _rank(one) > _rank(after)]
    batch = Batch(total=len(numbers), left=len(rest))
    key = next(place for place, column in enumerate(sheet.columns) if column.is_key)
    until = time.monotonic() + SECONDS
    for number, texts in _texts(draft, sheet, rest):
        text = asked(texts)
        batch.last = number
        batch.left -= 1
        if not text:
            continue
        batch.rows.append(Looked(number, texts[key] or "", text, ask(text, texts)))
        if len(batch.rows) >= PAGE or time.monotonic() > until:
            break
    return batch


def _texts(draft: Draft, sheet: Sheet, numbers: list[int]) -> Iterator[tuple[int, Texts]]:
    for start in range(0, len(numbers), 500):
        for row in rows_of(draft, numbers[start : start + 500], sheet):
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
