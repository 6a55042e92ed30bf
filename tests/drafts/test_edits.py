"""A draft holds exactly what differs, checks every row it touches, and forgets nothing."""

from __future__ import annotations

import pytest

from datasources.drafts.faults import DraftBusy, DraftClash, DraftClosed, DraftFault, DraftMoved
from datasources.drafts.step import Author, Change, make
from datasources.drafts.undo import undo
from datasources.models import Draft, DraftEdit, DraftRow, DraftState
from tests.drafts.fixtures import (
    HEAD,
    MakeDraft,
    add,
    author,
    back,
    column,
    counts,
    forth,
    put,
    row,
    said,
    shown,
    step,
    texts,
)

pytestmark = pytest.mark.django_db


def test_a_fresh_draft_shows_the_version_as_it_is(draft: Draft) -> None:
    assert draft.state == DraftState.OPEN
    rows = shown(draft)
    assert [one.texts[0] for one in rows] == ["a", "b", "c", "d"]
    assert rows[0].texts == [
        "a", "Harbour", "40", "4.5", "true", "2010-11-16T01:19:36Z", "57.05", "9.92",
    ]  # fmt: skip
    assert {one.kind for one in rows} == {""}
    assert counts(draft) == (0, 0, 0, 0)


def test_a_cell_is_kept_with_what_it_was_and_counted(draft: Draft) -> None:
    put(draft, 1, Name="Pier")
    found = row(draft, 1)
    assert (found.kind, found.texts[1], found.was) == ("changed", "Pier", {1: "Harbour"})
    assert counts(draft) == (0, 1, 0, 0)


def test_values_are_spelt_as_the_reference_does(draft: Draft) -> None:
    put(draft, 1, Seats=" 041 ", Rating="4", Open="1", Since="2024-05-01 10:30")
    values = texts(draft, 1)
    assert values["Seats"] == "41"
    assert values["Rating"] == "4.0"
    assert values["Open"] == "true"
    assert values["Since"] == "2024-05-01T10:30:00Z"


def test_a_value_put_back_is_no_change(draft: Draft) -> None:
    put(draft, 1, Name="Pier", Seats="41")
    put(draft, 1, Name="Harbour", Seats="40")
    assert counts(draft) == (0, 0, 0, 0)
    assert not DraftRow.objects.exists()


def test_an_edit_that_changes_nothing_is_no_step(draft: Draft) -> None:
    put(draft, 1, Name="Harbour", Rating="4.50")
    assert not DraftEdit.objects.exists()


def test_what_breaks_a_rule_is_taken_in_and_marked(draft: Draft) -> None:
    put(draft, 1, Seats="many", Latitude="91")
    found = row(draft, 1)
    assert (found.texts[2], found.texts[6]) == ("many", "91.0")
    assert sorted(said(found)) == ["int64", "latitude-range"]
    assert found.problems[0][0] == 2
    assert counts(draft) == (0, 1, 0, 1)
    put(draft, 1, Seats="41", Latitude="57")
    assert counts(draft) == (0, 1, 0, 0)


def test_an_added_row_needs_what_an_upload_needs(draft: Draft) -> None:
    number = add(draft, 2, Name="New")
    assert sorted(said(row(draft, number))) == ["id-missing", "location-missing"]
    put(draft, number, ID="e", Latitude="55", Longitude="10")
    assert said(row(draft, number)) == []
    assert counts(draft) == (1, 0, 0, 0)


def test_an_id_that_another_row_has_is_a_problem_until_one_of_them_is_gone(draft: Draft) -> None:
    first = add(draft, ID="b", Latitude="1", Longitude="2")
    assert said(row(draft, first)) == ["duplicate-id"]
    step(draft, [Change(2, gone=True)], "delete")
    assert said(row(draft, first)) == []
    second = add(draft, ID="b", Latitude="1", Longitude="2")
    assert said(row(draft, first)) == said(row(draft, second)) == ["duplicate-id"]
    assert counts(draft) == (2, 0, 1, 2)
    put(draft, second, ID="b2")
    assert said(row(draft, first)) == said(row(draft, second)) == []
    step(draft, [Change(2, gone=False)], "restore")
    assert said(row(draft, first)) == ["duplicate-id"]
    assert counts(draft) == (2, 0, 0, 1)


def test_an_entity_may_get_another_id(draft: Draft) -> None:
    put(draft, 1, ID="aa")
    assert counts(draft) == (0, 1, 0, 0)
    assert row(draft, 1).was == {0: "a"}
    other = add(draft, ID="a", Latitude="1", Longitude="2")
    assert said(row(draft, other)) == []


def test_added_rows_stand_behind_the_row_they_were_added_behind(draft: Draft) -> None:
    x = add(draft, 2)
    y = add(draft, 2)
    z = add(draft, x)
    last = add(draft)
    first = add(draft, 0)
    assert [one.number for one in shown(draft)] == [first, 1, 2, y, x, z, 3, 4, last]


def test_a_deleted_row_stays_in_sight_and_can_be_restored_with_its_edits(draft: Draft) -> None:
    put(draft, 1, Name="Pier")
    step(draft, [Change(1, gone=True)], "delete")
    assert row(draft, 1).kind == "deleted"
    assert counts(draft) == (0, 0, 1, 0)
    done = put(draft, 1, Name="Quay")
    assert done.skipped == 1
    step(draft, [Change(1, gone=False)], "restore")
    assert texts(draft, 1)["Name"] == "Pier"
    assert counts(draft) == (0, 1, 0, 0)


def test_an_added_row_that_is_deleted_is_gone_and_holds_the_places_behind_it(draft: Draft) -> None:
    x = add(draft, 2)
    y = add(draft, x)
    step(draft, [Change(x, gone=True)], "delete")
    assert [one.number for one in shown(draft)] == [1, 2, y, 3, 4]
    assert counts(draft) == (1, 0, 0, 1)
    back(draft)
    assert [one.number for one in shown(draft)] == [1, 2, x, y, 3, 4]


def test_undo_and_redo_go_along_the_steps(draft: Draft) -> None:
    put(draft, 1, Name="Pier")
    number = add(draft, 1, ID="e", Latitude="1", Longitude="2")
    step(draft, [Change(2, gone=True), Change(3, gone=True)], "delete")
    seen = [one.as_json() for one in shown(draft)]
    for _ in range(3):
        back(draft)
    assert counts(draft) == (0, 0, 0, 0)
    assert shown(draft)[0].texts[1] == "Harbour"
    with pytest.raises(DraftFault, match="nothing to undo"):
        back(draft)
    for _ in range(3):
        forth(draft)
    assert [one.as_json() for one in shown(draft)] == seen
    assert counts(draft) == (1, 0 + 1, 2, 0)
    assert number == -1
    with pytest.raises(DraftFault, match="nothing to do again"):
        forth(draft)


def test_a_new_step_ends_what_could_be_done_again(draft: Draft) -> None:
    put(draft, 1, Name="Pier")
    back(draft)
    put(draft, 2, Name="Pier")
    with pytest.raises(DraftFault, match="nothing to do again"):
        forth(draft)


def test_a_step_of_many_rows_goes_in_parts_and_is_undone_as_one(
    make_draft: MakeDraft, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("datasources.drafts.step.PART", 7)
    draft = make_draft(
        HEAD + "".join(f"k{n}|Name {n}|{n}|||||1|2\n".replace("|||||", "||||") for n in range(30))
    )
    name = column(draft, "Name")
    step(draft, [Change(n, {name: f"New {n}"}) for n in range(1, 31)], "paste")
    assert DraftEdit.objects.count() == 5
    assert set(DraftEdit.objects.values_list("group", flat=True)) == {1}
    assert counts(draft) == (0, 30, 0, 0)
    assert draft.busy_until is None
    back(draft)
    assert counts(draft) == (0, 0, 0, 0)
    forth(draft)
    assert counts(draft) == (0, 30, 0, 0)
    assert shown(draft)[29].texts[1] == "New 30"


def test_ten_thousand_rows_pasted_with_errors_are_taken_in_and_counted(draft: Draft) -> None:
    names = [column(draft, name) for name in ("ID", "Seats", "Latitude", "Longitude")]
    made = [
        Change(
            cells=dict(
                zip(names, [f"n{n}", "x" if n % 100 == 0 else str(n), "1", "2"], strict=True)
            ),
            anchor="previous" if n else None,
        )
        for n in range(10_000)
    ]
    done = step(draft, made, "paste")
    assert len(done.added) == 10_000
    assert counts(draft) == (10_000, 0, 0, 100)
    assert [one.texts[0] for one in shown(draft)][4:7] == ["n0", "n1", "n2"]
    back(draft)
    assert counts(draft) == (0, 0, 0, 0)
    assert len(shown(draft)) == 4


def test_an_edit_that_arrives_twice_is_made_once(draft: Draft) -> None:
    again = author(draft, token="once")

    def changes(*_: object) -> list[Change]:
        return [Change(cells={column(draft, "ID"): "e"})]

    first = make(draft.pk, again, "add", changes)
    second = make(draft.pk, again, "add", changes)
    assert (first.added, second.added) == ([-1], [-1])
    assert second.is_repeat
    assert len(shown(draft)) == 5


def test_another_tab_is_noticed_and_nothing_is_overwritten(draft: Draft) -> None:
    name, seats = column(draft, "Name"), column(draft, "Seats")
    put(draft, 1, Name="Pier")  # the other tab; this one has seen revision 0

    def write(
        cells: dict[str, str | None], expected: dict[tuple[int, str], str | None] | None
    ) -> None:
        make(
            draft.pk,
            Author(draft.owner, 0, ""),
            "set",
            lambda *_: [Change(1, cells)],
            expected=expected,
        )

    with pytest.raises(DraftMoved):
        write({name: "Quay"}, None)
    with pytest.raises(DraftClash) as caught:
        write({name: "Quay"}, {(1, name): "Harbour"})
    assert (caught.value.clashes[0].now, caught.value.clashes[0].column) == ("Pier", name)
    write({seats: "41"}, {(1, seats): "40"})
    assert texts(draft, 1)["Name"] == "Pier"
    assert texts(draft, 1)["Seats"] == "41"
    with pytest.raises(DraftMoved):
        undo(draft.pk, Author(draft.owner, 0, ""))


def test_only_its_owner_edits_an_open_draft(draft: Draft, people: dict[str, object]) -> None:
    with pytest.raises(DraftClosed, match="emil’s"):
        make(draft.pk, Author(people["publisher"]), "set", lambda *_: [Change(1)])  # type: ignore[arg-type]
    for state in (DraftState.SENT, DraftState.SENDING, DraftState.DISCARDED, DraftState.PREPARING):
        Draft.objects.update(state=state)
        with pytest.raises(DraftClosed):
            put(draft, 1, Name="x")


def test_while_a_long_step_is_under_way_others_wait(draft: Draft) -> None:
    from datetime import timedelta

    from django.utils import timezone

    Draft.objects.update(busy_until=timezone.now() + timedelta(seconds=9))
    with pytest.raises(DraftBusy):
        put(draft, 1, Name="x")
    Draft.objects.update(busy_until=timezone.now() - timedelta(seconds=1))
    put(draft, 1, Name="x")


@pytest.mark.parametrize("text", ["\0", "a\x01b", "\ud800", "<b>bold</b>", "x" * 3000, "\u202e"])
def test_hostile_text_is_kept_marked_or_replaced_but_never_an_error(
    draft: Draft, text: str
) -> None:
    put(draft, 1, Name=text, ID=text)
    put(draft, 2, Seats=text, Since=text, Open=text)
    assert row(draft, 1).texts[1]
    assert counts(draft)[3] >= 1


def test_a_version_whose_copy_is_gone_is_told_plainly(draft: Draft) -> None:
    Draft.objects.update(base_file=None)
    draft.refresh_from_db()
    with pytest.raises(DraftFault, match="no longer kept here"):
        shown(draft)
    with pytest.raises(DraftFault, match="no longer kept here"):
        put(draft, 1, Name="x")
