"""Properties are added, renamed, retyped and dropped: what it does is told before, and undone after."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from datasources.drafts.columns import (
    Effect,
    Example,
    broken_rules,
    change_columns,
    effects,
    fresh_id,
    text_as,
)
from datasources.drafts.faults import DraftFault, DraftMoved
from datasources.drafts.files import Sent, whole_file
from datasources.drafts.state import columns_of_draft
from datasources.formats import InputFormat
from datasources.models import Draft
from datasources.schema import EdmType
from datasources.schema.columns import Column
from tests.drafts.fixtures import (
    Change,
    add,
    author,
    back,
    counts,
    forth,
    put,
    row,
    said,
    step,
    texts,
)

pytestmark = pytest.mark.django_db
Edit = Callable[[Column], Column | None]


def with_(draft: Draft, of: str, /, **values: object) -> list[Column]:
    """The draft's columns with one changed."""
    return [
        replace(column, **values) if column.name == of else column  # type: ignore[arg-type]
        for column in columns_of_draft(draft)
    ]


def without(draft: Draft, name: str) -> list[Column]:
    return [column for column in columns_of_draft(draft) if column.name != name]


def change(draft: Draft, columns: list[Column]) -> None:
    change_columns(draft, author(draft), columns)
    draft.refresh_from_db()


def only(draft: Draft, columns: list[Column]) -> Effect:
    (effect,) = effects(draft, columns)
    return effect


def test_a_drop_says_how_many_values_go_with_examples(draft: Draft) -> None:
    put(draft, 1, Rating="2")
    step(draft, [Change(3, gone=True)], "delete")
    effect = only(draft, without(draft, "Rating"))
    assert (effect.kind, effect.lost) == ("drop", 2)
    assert effect.lost_examples == [Example("a", "2.0", None), Example("d", "5.0", None)]
    change(draft, without(draft, "Rating"))
    assert "Rating" not in texts(draft, 1)
    assert counts(draft) == (0, 0, 1, 0)
    back(draft)
    assert texts(draft, 1)["Rating"] == "2.0"
    assert counts(draft) == (0, 1, 1, 0)
    forth(draft)
    assert "Rating" not in texts(draft, 1)


def test_a_new_type_says_which_values_do_not_fit(draft: Draft) -> None:
    effect = only(draft, with_(draft, "Rating", type=EdmType.INT64))
    assert (effect.kept, effect.respelt, effect.lost, effect.marked) == (0, 2, 1, 0)
    assert effect.lost_examples == [Example("a", "4.5", None)]
    assert effect.respelt_examples[0] == Example("c", "3.0", "3")
    change(draft, with_(draft, "Rating", type=EdmType.INT64))
    assert [texts(draft, n)["Rating"] for n in (1, 2, 3, 4)] == [None, None, "3", "5"]
    back(draft)
    assert texts(draft, 1)["Rating"] == "4.5"


def test_what_was_typed_here_is_converted_or_stays_as_a_problem(draft: Draft) -> None:
    put(draft, 1, Rating="2")
    put(draft, 3, Rating="2.5")
    added = add(draft, ID="e", Rating="7", Latitude="1", Longitude="2")
    columns = with_(draft, "Rating", type=EdmType.INT64)
    effect = only(draft, columns)
    assert (effect.respelt, effect.marked, effect.lost) == (3, 1, 0)
    change(draft, columns)
    assert texts(draft, 1)["Rating"] == "2"
    assert texts(draft, added)["Rating"] == "7"
    assert texts(draft, 3)["Rating"] == "2.5"
    assert said(row(draft, 3))
    assert counts(draft) == (1, 2, 0, 1)
    back(draft)
    assert texts(draft, 1)["Rating"] == "2.0"
    assert counts(draft) == (1, 2, 0, 0)


def test_a_name_changes_and_the_values_stay(draft: Draft) -> None:
    put(draft, 1, Name="Pier")
    columns = with_(draft, "Name", name="Title")
    assert only(draft, columns).kind == "rename"
    change(draft, columns)
    assert texts(draft, 1)["Title"] == "Pier"
    assert texts(draft, 2)["Title"] == "Station"


def test_a_new_property_has_its_value_everywhere(draft: Draft) -> None:
    columns = columns_of_draft(draft)
    fresh = Column(fresh_id(columns, set()), "Country", EdmType.STRING, fill="DK")
    effect = only(draft, [*columns, fresh])
    assert (effect.kind, effect.kept) == ("add", 4)
    change(draft, [*columns, fresh])
    put(draft, 2, Country="SE")
    assert [texts(draft, n)["Country"] for n in (1, 2)] == ["DK", "SE"]
    text = b"".join(whole_file(draft, Sent(), InputFormat.PIPE)).decode()
    assert "Country(Edm.String)" in text.splitlines()[1]
    assert text.splitlines()[2].endswith("|DK")
    retyped = [
        replace(one, type=EdmType.INT64, fill="") if one.name == "Country" else one
        for one in columns_of_draft(draft)
    ]
    assert effects(draft, retyped)[0].marked == 4


def test_rules_of_a_schema_are_held(draft: Draft) -> None:
    for columns, words in (
        (with_(draft, "Name", name="seats"), "same name"),
        (with_(draft, "Name", name="2nd"), "breaks the rules"),
        (without(draft, "Latitude"), "Latitude"),
        (without(draft, "ID"), "primary key"),
        (with_(draft, "Latitude", type=EdmType.STRING), "Latitude"),
        ([*columns_of_draft(draft), Column("n0", "N", EdmType.INT64, fill="x")], "whole number"),
    ):
        assert any(words in str(one.message) for one in broken_rules(draft, columns)), words
        with pytest.raises(DraftFault):
            change(draft, columns)


def test_nothing_or_a_draft_that_moved_is_refused(draft: Draft) -> None:
    with pytest.raises(DraftFault, match="Nothing changed"):
        change(draft, columns_of_draft(draft))
    put(draft, 1, Name="Pier")
    with pytest.raises(DraftMoved):
        change_columns(draft, author(draft, revision=0), without(draft, "Rating"))


@pytest.mark.parametrize(
    ("text", "old", "new", "expected"),
    [
        ("4.0", EdmType.DOUBLE, EdmType.INT64, "4"),
        ("yes", EdmType.STRING, EdmType.BOOLEAN, "true"),
        ("x", EdmType.INT64, EdmType.STRING, "x"),
        ("7", EdmType.INT64, EdmType.STRING, "7"),
        ("x", EdmType.STRING, EdmType.INT64, None),
        ("17", EdmType.DATETIME, EdmType.INT64, "17"),
    ],
)
def test_a_text_as_another_type(
    text: str, old: EdmType, new: EdmType, expected: str | None
) -> None:
    assert text_as(text, old, new) == expected
