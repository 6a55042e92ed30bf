"""Find and replace: what matches, what it becomes, and that the step is one."""

from __future__ import annotations

from itertools import pairwise

import pytest

from datasources.drafts.bases import open_sheet
from datasources.drafts.faults import DraftFault
from datasources.drafts.finding import Sought, changes, hits, replacements
from datasources.drafts.step import Change, make
from datasources.models import Draft
from tests.drafts.fixtures import add, author, back, column, counts, put, row, said, step, texts

pytestmark = pytest.mark.django_db


def find(draft: Draft, sought: Sought) -> list[tuple[int, str]]:
    names = {one["id"]: one["name"] for one in draft.columns}
    with open_sheet(draft) as sheet:
        return [(hit.number, names[hit.column]) for hit in hits(draft, sheet, sought)]


def replace(draft: Draft, sought: Sought) -> int:
    done = make(draft.pk, author(draft), "replace", lambda sheet, one: changes(one, sheet, sought))
    draft.refresh_from_db()
    return done.cells


def test_texts_are_found_whatever_their_case_unless_it_matters(draft: Draft) -> None:
    assert find(draft, Sought("STATION")) == [(2, "Name"), (4, "Name")]
    assert find(draft, Sought("station", match_case=True)) == [(4, "Name")]
    assert find(draft, Sought("tation", whole=True)) == []
    assert find(draft, Sought("Station", whole=True)) == [(2, "Name"), (4, "Name")]


def test_every_type_is_searched_by_how_it_reads(draft: Draft) -> None:
    assert find(draft, Sought("4.5")) == [(1, "Rating")]
    assert find(draft, Sought("tru")) == [(1, "Open"), (4, "Open")]
    assert find(draft, Sought("2010-11")) == [(1, "Since")]
    assert find(draft, Sought("55.")) == [(3, "Latitude"), (4, "Latitude")]
    assert find(draft, Sought("40")) == [(1, "Seats")]
    assert find(draft, Sought("4", columns=frozenset([column(draft, "Seats")]))) == [(1, "Seats")]


def test_ids_are_searched_only_where_they_are_named(draft: Draft) -> None:
    put(draft, 1, Name="axe")
    assert find(draft, Sought("a", whole=True)) == []
    key = frozenset([column(draft, "ID")])
    assert find(draft, Sought("a", columns=key)) == [(1, "ID")]


def test_what_the_draft_holds_is_searched_and_what_it_covers_is_not(draft: Draft) -> None:
    put(draft, 2, Name="Depot", Seats="many stations")
    number = add(draft, ID="e", Name="Old station", Latitude="1", Longitude="2")
    step(draft, [Change(4, gone=True)], "delete")
    assert find(draft, Sought("station")) == [(2, "Seats"), (number, "Name")]


def test_a_replacement_is_previewed_and_made_as_one_step(draft: Draft) -> None:
    sought = Sought("sta", "STO")
    with open_sheet(draft) as sheet:
        found = list(replacements(draft, sheet, sought, hits(draft, sheet, sought)))
    assert [(number, now, then) for number, _, now, then in found] == [
        (2, "Station", "STOtion"),
        (4, "station", "STOtion"),
    ]
    assert replace(draft, sought) == 2
    assert (texts(draft, 2)["Name"], texts(draft, 4)["Name"]) == ("STOtion", "STOtion")
    back(draft)
    assert counts(draft) == (0, 0, 0, 0)


def test_nothing_in_what_is_sought_or_put_in_has_a_meaning_of_its_own(draft: Draft) -> None:
    put(draft, 1, Name=r"a.c (x) [y]* \1 $0")
    replace(draft, Sought(".C (X) [Y]*", r"\g<0>\1$&"))
    assert texts(draft, 1)["Name"] == r"a\g<0>\1$& \1 $0"


def test_the_whole_value_can_be_emptied(draft: Draft) -> None:
    replace(draft, Sought("Market", "", whole=True))
    assert texts(draft, 3)["Name"] is None


def test_a_replacement_that_breaks_a_rule_is_marked(draft: Draft) -> None:
    replace(draft, Sought("4", "four", columns=frozenset([column(draft, "Seats")])))
    assert texts(draft, 1)["Seats"] == "four0"
    assert said(row(draft, 1)) == ["int64"]


@pytest.mark.parametrize("sought", [Sought(""), Sought("x" * 3000), Sought("x", "y" * 3000)])
def test_what_cannot_be_sought_is_told(sought: Sought) -> None:
    with pytest.raises(DraftFault):
        sought.check()


def test_hits_come_in_the_order_of_the_rows(draft: Draft) -> None:
    for _ in range(3):
        add(draft, 0, Name="x1")
    put(draft, 3, Name="x2")
    found = find(draft, Sought("x"))
    assert [number for number, _ in found] == [3, -1, -2, -3]
    assert all(one != other for one, other in pairwise(found))
