"""A draft is taken to another version entity by entity; what both changed is asked, nothing is lost."""

from __future__ import annotations

import pytest

from datasources.checks.merge import Clash, Side
from datasources.drafts.faults import DraftFault, DraftMoved
from datasources.drafts.merging import Choices, Plan, make_merge, plan_merge
from datasources.models import Draft, DraftRow, Version, VersionState
from tests.drafts.fixtures import (
    SHOPS,
    Change,
    MakeArchived,
    MakeDraft,
    add,
    author,
    back,
    column,
    counts,
    forth,
    put,
    said,
    shown,
    step,
    texts,
)

pytestmark = pytest.mark.django_db


def merged(
    draft: Draft, version: Version, choices: Choices | None = None, rest: Side | None = None
) -> Plan:
    plan = make_merge(draft, author(draft), version, choices or {}, rest)
    draft.refresh_from_db()
    return plan


def by_id(draft: Draft) -> dict[str, tuple[str, str | None]]:
    """Kind and name of every row, by entity ID."""
    return {one.texts[0] or "": (one.kind, one.texts[1]) for one in shown(draft)}


def test_changes_of_both_sides_come_together(draft: Draft, make_archived: MakeArchived) -> None:
    put(draft, 1, Name="Pier")
    step(draft, [Change(3, gone=True)], "delete")
    add(draft, 2, ID="e", Name="New", Latitude="1", Longitude="2")
    theirs = make_archived(SHOPS.replace("|40|", "|44|").replace("Station", "Central station"))
    plan = plan_merge(draft, theirs)
    assert (plan.kept, plan.done, plan.taken, plan.questions) == (3, 0, 1, [])
    merged(draft, theirs)
    assert draft.base == theirs
    assert by_id(draft) == {
        "a": ("changed", "Pier"),
        "b": ("", "Central station"),
        "e": ("added", "New"),
        "c": ("deleted", "Market"),
        "d": ("", "station"),
    }
    assert texts(draft, 1)["Seats"] == "44"
    assert counts(draft) == (1, 1, 1, 0)


def test_what_both_changed_is_asked_cell_by_cell(draft: Draft, make_archived: MakeArchived) -> None:
    put(draft, 1, Name="Pier", Seats="41")
    theirs = make_archived(SHOPS.replace("Harbour|40", "Quay|44"))
    (name, seats) = plan_merge(draft, theirs).questions
    assert (name.key, name.conflict.clash) == ("a", Clash.CELL)
    assert (name.conflict.base, name.conflict.theirs, name.conflict.mine) == (
        "Harbour", "Quay", "Pier",
    )  # fmt: skip
    with pytest.raises(DraftFault, match="2 conflicts are not decided"):
        merged(draft, theirs)
    draft.refresh_from_db()
    assert draft.base != theirs
    assert texts(draft, 1)["Name"] == "Pier"
    choices = {
        ("a", name.conflict.column): Side.MINE,
        ("a", seats.conflict.column): Side.THEIRS,
    }
    merged(draft, theirs, choices)
    found = shown(draft)[0]
    assert found.texts[1:3] == ["Pier", "44"]
    assert found.was == {1: "Quay"}


@pytest.mark.parametrize(
    ("side", "expected"),
    [(Side.MINE, {"a": ("added", "Pier")}), (Side.THEIRS, {})],
)
def test_an_entity_deleted_there_is_kept_or_let_go(
    draft: Draft,
    make_archived: MakeArchived,
    side: Side,
    expected: dict[str, tuple[str, str]],
) -> None:
    put(draft, 1, Name="Pier")
    lines = SHOPS.splitlines(keepends=True)
    theirs = make_archived("".join(lines[:2] + lines[3:]))
    (question,) = plan_merge(draft, theirs).questions
    assert question.conflict.clash is Clash.DELETED_THERE
    merged(draft, theirs, rest=side)
    found = by_id(draft)
    assert {key: found[key] for key in ("a",) if key in found} == expected
    if expected:
        kept = next(one for one in shown(draft) if one.texts[0] == "a")
        assert kept.texts[2:] == [
            "40", "4.5", "true", "2010-11-16T01:19:36Z", "57.05", "9.92",
        ]  # fmt: skip


def test_an_entity_deleted_here_and_changed_there_is_asked(
    draft: Draft, make_archived: MakeArchived
) -> None:
    step(draft, [Change(1, gone=True)], "delete")
    theirs = make_archived(SHOPS.replace("Harbour", "Quay"))
    (question,) = plan_merge(draft, theirs).questions
    assert question.conflict.clash is Clash.DELETED_HERE
    merged(draft, theirs, {("a", ""): Side.THEIRS})
    assert by_id(draft)["a"] == ("", "Quay")


def test_what_was_sent_already_is_no_change_any_more(
    draft: Draft, make_archived: MakeArchived
) -> None:
    put(draft, 1, Name="Pier")
    put(draft, 2, Seats="many")
    add(draft, ID="e", Name="New", Latitude="1", Longitude="2")
    step(draft, [Change(3, gone=True)], "delete")
    lines = SHOPS.replace("Harbour", "Pier").splitlines(keepends=True)
    theirs = make_archived("".join([*lines[:4], lines[5], "e|New|||||1|2\n"]))
    plan = merged(draft, theirs)
    assert (plan.done, plan.kept) == (3, 1)
    assert counts(draft) == (0, 1, 0, 1)
    (left,) = [one for one in shown(draft) if one.kind]
    assert said(left) == ["wrong-type"] or left.problems


def test_a_merge_is_undone_and_done_again(draft: Draft, make_archived: MakeArchived) -> None:
    base = draft.base
    put(draft, 1, Name="Pier")
    added = add(draft, 1, ID="e", Latitude="1", Longitude="2")
    before = [(one.number, one.kind, one.texts) for one in shown(draft)]
    lines = SHOPS.splitlines(keepends=True)
    theirs = make_archived("".join([*lines[:2], *reversed(lines[2:])]).replace("Market", "Bazaar"))
    merged(draft, theirs)
    after = [(one.kind, one.texts) for one in shown(draft)]
    assert [one[1][0] for one in after] == ["d", "c", "b", "a", "e"]
    back(draft)
    assert draft.base == base
    assert [(one.number, one.kind, one.texts) for one in shown(draft)] == before
    assert added < 0
    forth(draft)
    assert draft.base == theirs
    assert [(one.kind, one.texts) for one in shown(draft)] == after
    assert counts(draft) == (1, 1, 0, 0)


def test_properties_that_came_went_or_changed_type_are_told(
    draft: Draft, make_archived: MakeArchived
) -> None:
    put(draft, 1, Name="Pier", Rating="2", Seats="41")
    text = SHOPS.replace("Rating(Edm.Double)", "Grade(Edm.Double)").replace(
        "Seats(Edm.Int64)", "Seats(Edm.String)"
    )
    theirs = make_archived(text)
    plan = plan_merge(draft, theirs)
    assert plan.columns.lost == ["Rating"]
    assert plan.columns.gained == ["Grade"]
    assert plan.columns.retyped == ["Seats"]
    merged(draft, theirs)
    found = texts(draft, 1)
    assert (found["Name"], found["Seats"], found["Grade"]) == ("Pier", "41", "4.5")
    assert column(draft, "Grade")
    back(draft)
    assert texts(draft, 1)["Rating"] == "2.0"


def test_numbers_of_added_rows_are_never_given_twice(
    draft: Draft, make_archived: MakeArchived
) -> None:
    first = add(draft, ID="e", Latitude="1", Longitude="2")
    put(draft, 1, Name="Pier")
    lines = SHOPS.splitlines(keepends=True)
    merged(draft, make_archived("".join(lines[:2] + lines[3:])), rest=Side.MINE)
    second = add(draft, ID="f", Latitude="1", Longitude="2")
    numbers = [row.number for row in DraftRow.objects.filter(draft=draft, number__lt=0)]
    assert len(numbers) == 3
    assert first in numbers
    assert second in numbers


def test_an_id_given_anew_meets_the_entity_that_has_it(
    draft: Draft, make_archived: MakeArchived
) -> None:
    step(draft, [Change(1, gone=True)], "delete")
    add(draft, ID="a", Name="Another", Latitude="1", Longitude="2")
    theirs = make_archived(SHOPS.replace("Station", "Central"))
    assert not plan_merge(draft, theirs).questions
    merged(draft, theirs)
    assert counts(draft) == (1, 0, 1, 0)


def test_a_draft_that_moved_meanwhile_or_a_copy_that_is_gone_is_told(
    draft: Draft, make_archived: MakeArchived
) -> None:
    put(draft, 1, Name="Pier")
    theirs = make_archived(SHOPS.replace("40", "44"))
    with pytest.raises(DraftMoved):
        make_merge(draft, author(draft, revision=0), theirs, {})
    theirs.archive = None
    with pytest.raises(DraftFault, match="copy of the other version is not here"):
        plan_merge(draft, theirs)


def test_rolled_back_the_draft_meets_the_version_before(
    make_archived: MakeArchived, make_draft: MakeDraft
) -> None:
    """The base was rolled back: what it had changed is not brought back by the draft."""
    earlier = make_archived(SHOPS, VersionState.EARLIER, days=9)
    later = make_archived(SHOPS.replace("Station", "Central").replace("Harbour", "Quay"))
    draft = make_draft(version=later)
    put(draft, 1, Seats="41")
    Version.objects.filter(pk=later.pk).update(state=VersionState.RETIRED)
    Version.objects.filter(pk=earlier.pk).update(state=VersionState.PUBLISHED)
    merged(draft, earlier)
    assert by_id(draft)["a"] == ("changed", "Harbour")
    assert by_id(draft)["b"] == ("", "Station")
    assert texts(draft, 1)["Seats"] == "41"
