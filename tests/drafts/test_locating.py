"""Missing locations are looked up row by row; nothing is written before somebody accepts it."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from datasources.api.geocoding import Confidence, Located
from datasources.drafts.bases import open_sheet
from datasources.drafts.faults import DraftFault
from datasources.drafts.locating import PAGE, Batch, look_up
from datasources.models import Draft, LookupKind
from tests.drafts.fixtures import HEAD, Change, MakeDraft, add, column, put, step, texts

pytestmark = pytest.mark.django_db
TOWNS = {"Harbour, Aalborg": (57.05, 9.92), "Aalborg": (57.0, 9.9)}
TEXT = """Bing Spatial Data Services, 1.0, Shop
ID(Edm.String,primaryKey)|Name(Edm.String)|City(Edm.String)|Latitude(Edm.Double)|Longitude(Edm.Double)
a|Harbour|Aalborg|57.05|9.92
b|Station||56.15|10.2
"""


@dataclass
class Known:
    """A geocoder of a few addresses that notes what it was asked."""

    asked: list[object] = field(default_factory=list)

    def find(self, address: str) -> Located | None:
        self.asked.append(address)
        place = TOWNS.get(address)
        return Located(*place, address, Confidence.HIGH) if place else None

    def name(self, latitude: float, longitude: float) -> Located | None:
        self.asked.append((latitude, longitude))
        return Located(latitude, longitude, "Aarhus", Confidence.MEDIUM)


def places(draft: Draft, *names: str, after: int | None = None) -> tuple[Batch, Known]:
    known = Known()
    with open_sheet(draft) as sheet:
        ids = [column(draft, name) for name in names]
        return look_up(draft, sheet, known, LookupKind.FIND, ids, after), known


def test_rows_without_a_place_are_looked_up_by_their_address(make_draft: MakeDraft) -> None:
    draft = make_draft(TEXT)
    found = add(draft, ID="c", Name="Harbour", City="Aalborg")
    unknown = add(draft, ID="d", Name="Nowhere")
    add(draft, ID="e")
    put(draft, 1, Latitude=None, Longitude=None)
    put(draft, 2, Latitude=None)
    step(draft, [Change(2, gone=True)], "delete")
    batch, known = places(draft, "Name", "City")
    assert known.asked == ["Harbour, Aalborg", "Harbour, Aalborg", "Nowhere"]
    assert [(one.number, one.key, one.found is not None) for one in batch.rows] == [
        (1, "a", True), (found, "c", True), (unknown, "d", False),
    ]  # fmt: skip
    assert (batch.total, batch.left) == (4, 0)
    assert texts(draft, found)["Latitude"] is None, "nothing is written"


def test_it_goes_on_after_the_last_row_whatever_was_accepted_meanwhile(
    make_draft: MakeDraft,
) -> None:
    draft = make_draft(TEXT)
    for number in range(PAGE + 5):
        add(draft, ID=f"n{number}", City="Aalborg")
    first, _known = places(draft, "City")
    assert (len(first.rows), first.total, first.left) == (PAGE, PAGE + 5, 5)
    put(draft, first.rows[0].number, Latitude="57", Longitude="9")
    second, _known = places(draft, "City", after=first.last)
    assert (len(second.rows), second.left) == (5, 0)
    assert not {one.number for one in first.rows} & {one.number for one in second.rows}


def test_names_of_positions_are_looked_up(make_draft: MakeDraft) -> None:
    draft = make_draft(TEXT)
    add(draft, ID="c", Latitude="100", Longitude="1")
    known = Known()
    with open_sheet(draft) as sheet:
        batch = look_up(draft, sheet, known, LookupKind.NAME, [column(draft, "City")], None)
    assert known.asked == [(56.15, 10.2)]
    (row,) = batch.rows
    assert (row.key, row.asked) == ("b", "56.15, 10.2")
    assert row.found is not None
    assert row.found.words == "Aarhus"


def test_a_geography_is_a_place_too(make_draft: MakeDraft) -> None:
    head = "Bing Spatial Data Services, 1.0, Zone\nID(Edm.String,primaryKey)|City(Edm.String)|Area(Edm.Geography)\n"
    draft = make_draft(f"{head}a|Aalborg|POINT (1 2)\nb||POLYGON ((0 0, 2 0, 2 2, 0 2, 0 0))\n")
    add(draft, ID="c", City="Aalborg")
    batch, _known = places(draft, "City")
    assert [one.key for one in batch.rows] == ["c"]
    known = Known()
    with open_sheet(draft) as sheet:
        look_up(draft, sheet, known, LookupKind.NAME, [column(draft, "City")], None)
    assert known.asked == [(1.0, 1.0)]


def test_no_property_no_lookup(make_draft: MakeDraft) -> None:
    draft = make_draft(HEAD)
    with open_sheet(draft) as sheet, pytest.raises(DraftFault, match="at least one property"):
        look_up(draft, sheet, Known(), LookupKind.FIND, ["nonsense"], None)
