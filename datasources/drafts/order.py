"""In which order the rows of a draft stand: as the version has them, or as somebody sorted them.

Added rows stand right after the row that they were added behind, later ones first, as in a list
into which things are put; those whose place is not shown stand at the end.
"""

from __future__ import annotations

import secrets
from collections import OrderedDict, defaultdict
from collections.abc import Callable, Hashable, Iterable
from threading import Lock

import numpy as np

from datasources.archive.selection import Selection
from datasources.archive.sheet import Numbers
from datasources.drafts.bases import open_sheet
from datasources.drafts.state import laid_rows
from datasources.models import Draft, DraftOrder, DraftRow, RowKind

KEPT = 6  # orders of a draft
_REMEMBERED = 8  # of this process, at 4 bytes a row


class _Remembered:
    """The orders that this process used last. For any thread."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._kept: OrderedDict[Hashable, Numbers] = OrderedDict()

    def get(self, key: Hashable, make: Callable[[], Numbers]) -> Numbers:
        with self._lock:
            found = self._kept.get(key)
            if found is not None:
                self._kept.move_to_end(key)
                return found
        found = make()
        with self._lock:
            self._kept[key] = found
            while len(self._kept) > _REMEMBERED:
                self._kept.popitem(last=False)
        return found


_bases = _Remembered()
_orders = _Remembered()


def numbers_of(draft: Draft, token: str = "") -> Numbers:
    """The rows in the order `token`, or as the version has them; KeyError if it is kept no more."""
    key = (draft.pk, draft.base_file_id, draft.revision, token)
    return _orders.get(key, lambda: _numbers_of(draft, token))


def _numbers_of(draft: Draft, token: str) -> Numbers:
    if not token:
        found = with_added(_base_numbers(draft), _added(draft, 0))
    else:
        order = DraftOrder.objects.filter(draft=draft, token=token).first()
        if order is None:
            raise KeyError(token)
        listed = np.frombuffer(bytes(order.numbers), dtype=np.int32)
        found = with_added(listed, _added(draft, order.rows_made), stray_at_end=True)
    # Rows that were taken away again hold the places of those behind them until here.
    dropped = DraftRow.objects.filter(draft=draft, kind=RowKind.DROPPED)
    gone = list(dropped.values_list("number", flat=True))
    return found[~np.isin(found, np.array(gone, dtype=np.int32))] if gone else found


def make_order(draft: Draft, selection: Selection) -> str:
    """Sorts and narrows the rows as they are now; gives the order's token. Raises SelectionFault."""
    if selection.is_all:
        return ""
    with open_sheet(draft) as sheet:
        numbers = sheet.order(selection, laid_rows(draft))
    token = secrets.token_urlsafe(9)
    DraftOrder.objects.create(
        draft=draft,
        token=token,
        query=selection.as_json(),
        revision=draft.revision,
        rows_made=draft.rows_made,
        numbers=numbers.tobytes(),
    )
    orders = DraftOrder.objects.filter(draft=draft)
    kept = list(orders.order_by("-pk").values_list("pk", flat=True)[:KEPT])
    orders.exclude(pk__in=kept).delete()
    return token


def place_of(numbers: Numbers, number: int) -> int | None:
    """Where a row stands in an order, from 0; None if it is not in it."""
    found = np.flatnonzero(numbers == number)
    return int(found[0]) if len(found) else None


def with_added(
    numbers: Numbers, added: Iterable[tuple[int, int | None]], *, stray_at_end: bool = False
) -> Numbers:
    """Puts added rows, given as (number, anchor), behind their anchors.

    Later ones (of a lower number) stand nearer to it. Those at no row that is shown come last, in
    the order in which they were made; with `stray_at_end` so do those at the very start.
    """
    children: dict[int | None, list[int]] = defaultdict(list)
    for number, anchor in sorted(added):
        children[anchor].append(number)
    if not children:
        return numbers
    shown = np.array([one for one in children if one], dtype=np.int32)
    anchors = shown[np.isin(shown, numbers)]
    places = {number: place for place, number in _places(numbers, anchors)}
    inserts: list[tuple[int, list[int]]] = []
    used: set[int] = set()
    if 0 in children and not stray_at_end:
        inserts.append((0, _walk(children, 0, used)))
    for anchor, place in sorted(places.items(), key=lambda one: one[1]):
        inserts.append((place + 1, _walk(children, anchor, used)))
    rest = sorted((number for line in children.values() for number in line), reverse=True)
    stray: list[int] = []
    for number in rest:
        if number not in used:
            used.add(number)
            stray += [number, *_walk(children, number, used)]
    inserts.append((len(numbers), stray))
    where = np.repeat([place for place, _ in inserts], [len(line) for _, line in inserts])
    what = [number for _, line in inserts for number in line]
    return np.insert(numbers, where, what).astype(np.int32)


def _places(numbers: Numbers, wanted: Numbers) -> Iterable[tuple[int, int]]:
    """(place, number) of the wanted numbers, all of which are there."""
    if not len(wanted):
        return []
    mask = np.flatnonzero(np.isin(numbers, wanted))
    return [(int(place), int(numbers[place])) for place in mask]


def _walk(children: dict[int | None, list[int]], anchor: int, used: set[int]) -> list[int]:
    """The rows behind an anchor, each followed by those behind itself."""
    found: list[int] = []
    waiting = [iter(children.get(anchor, ()))]
    while waiting:
        number = next(waiting[-1], None)
        if number is None:
            waiting.pop()
        elif number not in used:
            used.add(number)
            found.append(number)
            waiting.append(iter(children.get(number, ())))
    return found


def _added(draft: Draft, since: int) -> list[tuple[int, int | None]]:
    """Numbers and anchors of the rows that were added after so many had been."""
    rows = DraftRow.objects.filter(draft=draft, number__lt=-since)
    return list(rows.values_list("number", "anchor"))


def _base_numbers(draft: Draft) -> Numbers:
    """The version's own rows, which never change."""

    def read() -> Numbers:
        with open_sheet(draft) as sheet:
            return sheet.numbers()

    # A path is never used twice, unlike the number of a row that is gone.
    return _bases.get(draft.base_file.path if draft.base_file else "", read)
