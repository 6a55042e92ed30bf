"""Three-way merge of an entity: taken from the side that changed it, asked where both did."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from datasources.checks.merge import Clash, Row, Side, merge

COLUMNS = ("Name", "Hours", "Seats")
values = st.sampled_from([None, "a", "b", "c"])
rows = st.fixed_dictionaries(dict.fromkeys(COLUMNS, values))
maybe_rows = st.none() | rows

BASE: Row = {"Name": "Shop", "Hours": "8-18", "Seats": "40"}


def test_what_one_side_changed_is_taken_from_it() -> None:
    merged = merge(BASE, {**BASE, "Hours": "9-17"}, {**BASE, "Seats": "41"}, COLUMNS)
    assert merged.row == {"Name": "Shop", "Hours": "9-17", "Seats": "41"}
    assert (merged.conflicts, merged.from_mine, merged.from_theirs) == ([], 1, 1)


def test_what_both_changed_alike_is_no_conflict() -> None:
    merged = merge(BASE, {**BASE, "Hours": "9-17"}, {**BASE, "Hours": "9-17"}, COLUMNS)
    assert merged.row == {**BASE, "Hours": "9-17"}
    assert not merged.conflicts


def test_what_both_changed_otherwise_is_asked_with_all_three_values() -> None:
    theirs, mine = {**BASE, "Hours": "9-17"}, {**BASE, "Hours": None}
    merged = merge(BASE, theirs, mine, COLUMNS)
    (conflict,) = merged.conflicts
    assert (conflict.clash, conflict.column) == (Clash.CELL, "Hours")
    assert (conflict.base, conflict.theirs, conflict.mine) == ("8-18", "9-17", None)
    assert merge(BASE, theirs, mine, COLUMNS, {"Hours": Side.MINE}).row == mine
    assert merge(BASE, theirs, mine, COLUMNS, {"Hours": Side.THEIRS}).row == theirs


def test_an_entity_deleted_on_one_side_and_changed_on_the_other_is_asked_whole() -> None:
    changed = {**BASE, "Seats": "1"}
    here = merge(BASE, changed, None, COLUMNS)
    assert [one.clash for one in here.conflicts] == [Clash.DELETED_HERE]
    assert merge(BASE, changed, None, COLUMNS, {"": Side.MINE}).row is None
    assert merge(BASE, changed, None, COLUMNS, {"": Side.THEIRS}).row == changed
    there = merge(BASE, None, changed, COLUMNS)
    assert [one.clash for one in there.conflicts] == [Clash.DELETED_THERE]
    assert merge(BASE, None, changed, COLUMNS, {"": Side.MINE}).row == changed
    assert merge(BASE, None, changed, COLUMNS, {"": Side.THEIRS}).row is None


def test_deletions_that_meet_no_change_are_plain() -> None:
    assert merge(BASE, None, None, COLUMNS).row is None
    assert merge(BASE, BASE, None, COLUMNS) == merge(BASE, None, BASE, COLUMNS)
    assert not merge(BASE, BASE, None, COLUMNS).conflicts


def test_an_entity_added_on_both_sides_is_compared_cell_by_cell() -> None:
    merged = merge(None, BASE, {**BASE, "Seats": "7", "Hours": None}, COLUMNS)
    assert [one.column for one in merged.conflicts] == ["Seats"]
    assert merged.row == BASE
    assert merge(None, None, BASE, COLUMNS).row == BASE


def plain(base: Row | None, theirs: Row | None, mine: Row | None) -> tuple[object, set[str]]:
    """The outcome and the columns in conflict, by a table of who changed what."""
    if theirs == mine:
        return theirs, set()
    if mine == base:
        return theirs, set()
    if theirs == base:
        return mine, set()
    if mine is None or theirs is None:
        return "asked", {""}
    before = base or {}
    asked = set()
    row: dict[str, str | None] = {}
    for column in COLUMNS:
        sides = {theirs[column], mine[column]}
        changed = sides - {before.get(column)}
        if len(changed) == 2:
            asked.add(column)
        row[column] = theirs[column] if column in asked else next(iter(changed), before.get(column))
    return row, asked


@given(base=maybe_rows, theirs=maybe_rows, mine=maybe_rows)
def test_every_case_is_that_of_a_plain_table(
    base: Row | None, theirs: Row | None, mine: Row | None
) -> None:
    if base is None and mine is None:
        return  # I did nothing to what was never there
    expected, asked = plain(base, theirs, mine)
    merged = merge(base, theirs, mine, COLUMNS)
    assert {one.column for one in merged.conflicts} == asked
    if expected != "asked":
        assert merged.row == expected


@given(base=maybe_rows, theirs=maybe_rows, mine=maybe_rows, side=st.sampled_from(Side))
def test_decided_throughout_nothing_is_left_to_ask_and_no_value_is_made_up(
    base: Row | None, theirs: Row | None, mine: Row | None, side: Side
) -> None:
    choices = dict.fromkeys(("", *COLUMNS), side)
    merged = merge(base, theirs, mine, COLUMNS, choices)
    assert not merged.conflicts
    if merged.row is not None:
        for column in COLUMNS:
            sides = [row[column] for row in (theirs, mine) if row is not None]
            assert merged.row[column] in sides


@given(base=rows, theirs=rows, mine=rows)
def test_the_two_sides_are_treated_alike(base: Row, theirs: Row, mine: Row) -> None:
    one, other = merge(base, theirs, mine, COLUMNS), merge(base, mine, theirs, COLUMNS)
    columns = {conflict.column for conflict in one.conflicts}
    assert columns == {conflict.column for conflict in other.conflicts}
    assert one.row is not None
    assert other.row is not None
    assert all(one.row[c] == other.row[c] for c in COLUMNS if c not in columns)
