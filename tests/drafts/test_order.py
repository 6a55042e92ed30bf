"""Sorting and narrowing: by every type, over what the draft changes, and steady while one edits."""

from __future__ import annotations

import pytest

from datasources.archive.selection import Condition, Selection, SelectionFault, Sort
from datasources.drafts.order import make_order, numbers_of, place_of
from datasources.drafts.step import Change
from datasources.models import Draft, DraftOrder
from tests.drafts.fixtures import add, back, column, put, shown, step

pytestmark = pytest.mark.django_db


def ids(draft: Draft, token: str) -> list[str]:
    return [str(one.texts[0]) for one in shown(draft, token)]


def sort(draft: Draft, name: str, *, down: bool = False) -> list[str]:
    return ids(draft, make_order(draft, Selection(sort=(Sort(column(draft, name), down),))))


def narrow(draft: Draft, name: str, operator: str, value: str = "") -> str:
    where = (Condition(column(draft, name), operator, value),)
    return "".join(ids(draft, make_order(draft, Selection(where=where))))


def test_every_type_sorts_as_people_expect_and_empty_values_come_last(draft: Draft) -> None:
    assert sort(draft, "Name") == ["a", "c", "b", "d"]
    assert sort(draft, "Name", down=True) == ["b", "d", "c", "a"]
    assert sort(draft, "Seats") == ["d", "b", "a", "c"]
    assert sort(draft, "Rating", down=True) == ["d", "a", "c", "b"]
    assert sort(draft, "Open") == ["b", "a", "d", "c"]
    assert sort(draft, "Since") == ["d", "a", "c", "b"]
    assert sort(draft, "Latitude") == ["c", "d", "b", "a"]


def test_what_the_draft_changes_is_sorted_as_it_is_now(draft: Draft) -> None:
    put(draft, 1, Name="Zoo", Seats="1", Since="2030-01-01")
    new = add(draft, ID="e", Name="århus", Seats="50", Latitude="1", Longitude="2")
    put(draft, 3, Seats="a lot")
    assert sort(draft, "Name") == ["e", "c", "b", "d", "a"]
    assert sort(draft, "Seats") == ["a", "d", "b", "e", "c"]
    assert sort(draft, "Since") == ["d", "c", "a", "b", "e"]
    assert new == -1


@pytest.mark.parametrize(
    ("name", "operator", "value", "found"),
    [
        ("Name", "contains", "STAT", "bd"),
        ("Name", "lacks", "a", ""),
        ("Name", "lacks", "stat", "ac"),
        ("Name", "is", "station", "bd"),
        ("Name", "is_not", "station", "ac"),
        ("Name", "starts", "mar", "c"),
        ("Name", "ends", "ION", "bd"),
        ("Name", "empty", "", ""),
        ("Seats", "is", "40", "a"),
        ("Seats", "is_not", "40", "bcd"),
        ("Seats", "less", "25", "d"),
        ("Seats", "at_most", "25", "bd"),
        ("Rating", "more", "3", "ad"),
        ("Rating", "at_least", "3", "acd"),
        ("Rating", "empty", "", "b"),
        ("Rating", "filled", "", "acd"),
        ("Open", "is", "true", "ad"),
        ("Open", "is", "false", "b"),
        ("Open", "empty", "", "c"),
        ("Since", "is", "1999-12-31", "d"),
        ("Since", "less", "2010-11-16", "d"),
        ("Since", "at_least", "2010-11-16", "ac"),
        ("Since", "more", "2010-11-16", "c"),
        ("Since", "at_most", "2010-11-16", "ad"),
    ],
)
def test_every_operator_of_every_type(
    draft: Draft, name: str, operator: str, value: str, found: str
) -> None:
    assert narrow(draft, name, operator, value) == found


def test_texts_are_searched_all_at_once(draft: Draft) -> None:
    put(draft, 1, Name="Old Market")
    assert ids(draft, make_order(draft, Selection(search="market"))) == ["a", "c"]
    assert ids(draft, make_order(draft, Selection(search="B"))) == ["b"]


def test_rows_are_narrowed_to_what_was_done_to_them(draft: Draft) -> None:
    put(draft, 1, Name="Pier")
    add(draft, ID="e", Latitude="1", Longitude="2")
    put(draft, 2, Seats="x")
    step(draft, [Change(4, gone=True)], "delete")

    def those(*kinds: str) -> list[str]:
        return ids(draft, make_order(draft, Selection(kinds=frozenset(kinds))))

    assert those("added") == ["e"]
    assert those("changed") == ["a", "b"]
    assert those("deleted") == ["d"]
    assert those("faulty") == ["b"]
    assert those("added", "deleted") == ["d", "e"]


def test_conditions_and_sorts_go_together(draft: Draft) -> None:
    asked = Selection(
        sort=(Sort(column(draft, "Open"), True), Sort(column(draft, "Seats"))),
        where=(
            Condition(column(draft, "Seats"), "more", "10"),
            Condition(column(draft, "Latitude"), "more", "55.45"),
        ),
    )
    assert ids(draft, make_order(draft, asked)) == ["a", "b"]
    assert Selection.from_json(asked.as_json()) == asked


def test_rows_neither_jump_nor_vanish_while_they_are_edited(draft: Draft) -> None:
    where = (Condition(column(draft, "Name"), "contains", "station"),)
    token = make_order(draft, Selection(where=where))
    put(draft, 2, Name="Bakery")
    new = add(draft, 2, ID="e")
    stray = add(draft, 1, ID="f")
    assert ids(draft, token) == ["b", "e", "d", "f"]
    step(draft, [Change(new, gone=True)], "delete")
    assert ids(draft, token) == ["b", "d", "f"]
    back(draft)
    assert ids(draft, token) == ["b", "e", "d", "f"]
    assert place_of(numbers_of(draft, token), stray) == 3
    assert place_of(numbers_of(draft, token), 1) is None


def test_only_the_newest_orders_are_kept(draft: Draft) -> None:
    tokens = [make_order(draft, Selection(search=str(n))) for n in range(9)]
    assert DraftOrder.objects.count() == 6
    with pytest.raises(KeyError):
        numbers_of(draft, tokens[0])
    assert make_order(draft, Selection()) == ""


@pytest.mark.parametrize(
    ("where", "words"),
    [
        (("nowhere", "is", "x"), "no longer there"),
        (("Seats", "contains", "x"), "cannot be asked"),
        (("Seats", "more", "x"), "no whole number"),
        (("Since", "less", "soon"), "no date"),
        (("Seats", "more", ""), "held against"),
    ],
)
def test_what_cannot_be_asked_is_told_in_words(
    draft: Draft, where: tuple[str, str, str], words: str
) -> None:
    name, operator, value = where
    place = column(draft, name) if name != "nowhere" else name
    with pytest.raises(SelectionFault, match=words):
        make_order(draft, Selection(where=(Condition(place, operator, value),)))


@pytest.mark.parametrize(
    "nonsense",
    [
        {"sort": [["p0"]]},
        {"sort": 7},
        {"where": [["p0", "is"]]},
        {"kinds": ["odd"]},
        {"sort": [["p0", 1]] * 9},
        {"where": "abc"},
    ],
)
def test_nonsense_is_no_selection(nonsense: dict[str, object]) -> None:
    with pytest.raises((KeyError, TypeError, ValueError)):
        Selection.from_json(nonsense)
