"""A draft against a plain model: a list of rows, copied whole at every step."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from datasources.archive.selection import Condition, Selection, Sort
from datasources.archive.sheet import folded
from datasources.checks.cells import check_rows, tidy
from datasources.drafts.bases import schema_of_draft
from datasources.drafts.faults import DraftFault
from datasources.drafts.order import make_order, with_added
from datasources.drafts.step import Change
from datasources.models import Draft
from datasources.schema import EdmType
from tests.drafts.fixtures import MakeDraft, back, counts, forth, shown, step

pytestmark = pytest.mark.django_db

TEXTS = ["", "x", "Harbour", "harbour", "40", "-3", "4.50", "true", "2024-02-29", "a", "b", "e"]
NAMES = ["ID", "Name", "Seats", "Rating", "Open", "Since", "Latitude", "Longitude"]


@dataclass
class Line:
    number: int
    base: list[str | None] | None
    texts: list[str | None]
    gone: bool = False

    @property
    def kind(self) -> str:
        if self.base is None:
            return "added"
        if self.gone:
            return "deleted"
        return "" if self.texts == self.base else "changed"


@dataclass
class Plain:
    """The rows in their order; an added row that was deleted holds its place, unseen."""

    lines: list[Line]
    made: int = 0
    history: list[list[Line]] = field(default_factory=list)
    place: int = 0

    def remember(self) -> None:
        self.history[self.place + 1 :] = [copy.deepcopy(self.lines)]
        self.place += 1

    def go(self, way: int) -> bool:
        if not 0 <= self.place + way < len(self.history):
            return False
        self.place += way
        self.lines = copy.deepcopy(self.history[self.place])
        return True

    @property
    def seen(self) -> list[Line]:
        return [line for line in self.lines if line.base is not None or not line.gone]


def plain_of(draft: Draft) -> Plain:
    rows = shown(draft)
    model = Plain([Line(row.number, list(row.texts), list(row.texts)) for row in rows])
    model.history = [copy.deepcopy(model.lines)]
    return model


acts = st.lists(
    st.tuples(
        st.sampled_from(["set", "add", "add", "delete", "restore", "undo", "redo", "paste"]),
        st.integers(0, 9),
        st.integers(0, len(NAMES) - 1),
        st.lists(st.sampled_from(TEXTS), min_size=1, max_size=3),
    ),
    max_size=14,
)


def do(draft: Draft, model: Plain, act: tuple[str, int, int, list[str]]) -> None:
    kind, at, column, texts = act
    seen = model.seen
    line = seen[at % len(seen)]
    ids = [one["id"] for one in draft.columns]
    types = [EdmType(one["type"]) for one in draft.columns]
    if kind in ("undo", "redo"):
        went = model.go(-1 if kind == "undo" else 1)
        try:
            (back if kind == "undo" else forth)(draft)
        except DraftFault:
            assert not went
        else:
            assert went
        return
    before = copy.deepcopy(model.lines)
    if kind in ("set", "paste"):
        below = seen[at % len(seen) :][: len(texts) if kind == "paste" else 1]
        for one, text in zip(below, texts, strict=False):
            if not one.gone:
                one.texts[column] = tidy(types[column], text)
        changes = [
            Change(one.number, {ids[column]: text}) for one, text in zip(below, texts, strict=False)
        ]
        step(draft, changes, "paste")
    elif kind == "add":
        model.made += 1
        new = Line(-model.made, None, [None] * len(ids))
        new.texts[column] = tidy(types[column], texts[0])
        at_end = at % 5 == 0
        place = len(model.lines) if at_end else model.lines.index(line) + 1
        model.lines.insert(place, new)
        anchor = None if at_end else line.number
        step(draft, [Change(cells={ids[column]: texts[0]}, anchor=anchor)], "add")
    else:
        line.gone = kind == "delete"
        step(draft, [Change(line.number, gone=line.gone)], kind)
    if model.lines != before:
        model.remember()


def faulty(draft: Draft, model: Plain) -> int:
    """How many rows that differ have a problem: by the check itself, and by looking for twins."""
    alive = [line for line in model.lines if not line.gone]
    keys = [line.texts[0] for line in alive if line.texts[0] and len(line.texts[0]) <= 50]
    differing = [line for line in alive if line.kind in ("added", "changed")]
    checked = check_rows(schema_of_draft(draft), [line.texts for line in differing])
    return sum(
        any(not problem.warning for problem in problems) or keys.count(line.texts[0]) > 1
        for line, problems in zip(differing, checked, strict=True)
    )


def same(draft: Draft, model: Plain) -> None:
    seen = model.seen
    assert [(row.number, row.kind, row.texts) for row in shown(draft)] == [
        (line.number, line.kind, line.texts) for line in seen
    ]
    kinds = [line.kind for line in seen]
    assert counts(draft) == (
        kinds.count("added"),
        kinds.count("changed"),
        kinds.count("deleted"),
        faulty(draft, model),
    )


@settings(max_examples=400)
@given(
    base=st.integers(0, 4),
    behind=st.lists(st.integers(0, 12), max_size=12),
    hidden=st.sets(st.integers(1, 4)),
)
def test_added_rows_are_put_behind_their_anchors(
    base: int, behind: list[int], hidden: set[int]
) -> None:
    """`behind` are places in the list as it grows; its first place is its start, its last its end."""
    line = list(range(1, base + 1))
    added: list[tuple[int, int | None]] = []
    for number, place in enumerate(behind, start=1):
        at = place % (len(line) + 2)
        anchor = None if at == len(line) + 1 else 0 if at == 0 else line[at - 1]
        added.append((-number, anchor))
        line.insert(len(line) if anchor is None else at, -number)
    found = with_added(np.arange(1, base + 1, dtype=np.int32), added)
    assert found.tolist() == line
    # Where rows are hidden, those that stand in the list keep their order, and none is lost.
    kept = np.array([n for n in range(1, base + 1) if n not in hidden], dtype=np.int32)
    narrowed = with_added(kept, added).tolist()
    assert sorted(narrowed) == sorted([*kept.tolist(), *(number for number, _ in added)])


@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=acts)
def test_edits_undo_and_redo_are_those_of_a_list(
    make_draft: MakeDraft, draft: Draft, acts: list[tuple[str, int, int, list[str]]]
) -> None:
    fresh = make_draft(version=draft.base)
    model = plain_of(fresh)
    for act in acts:
        do(fresh, model, act)
        same(fresh, model)


def sort_key(kind: EdmType, text: str | None) -> tuple[bool, object]:
    if text is None:
        return (True, "")
    if kind in (EdmType.INT64, EdmType.DOUBLE, EdmType.BOOLEAN):
        try:
            number = {"true": 1.0, "false": 0.0}.get(text)
            return (False, (0, float(text) if number is None else number))
        except ValueError:
            return (False, (1, text))
    if kind is EdmType.DATETIME:
        return (False, text)
    return (False, folded(text))


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    acts=acts,
    by=st.sampled_from(NAMES[:5]),
    down=st.booleans(),
    sought=st.sampled_from(["", "a", "HAR", "e"]),
    window=st.tuples(st.integers(0, 6), st.integers(1, 5)),
)
def test_sorting_narrowing_and_windows_are_those_of_a_list(
    make_draft: MakeDraft,
    draft: Draft,
    acts: list[tuple[str, int, int, list[str]]],
    by: str,
    down: bool,
    sought: str,
    window: tuple[int, int],
) -> None:
    fresh = make_draft(version=draft.base)
    model = plain_of(fresh)
    for act in acts:
        do(fresh, model, act)
    place = NAMES.index(by)
    kind = EdmType(fresh.columns[place]["type"])
    where = (Condition(fresh.columns[1]["id"], "contains", sought),) if sought else ()
    token = make_order(
        fresh, Selection(sort=(Sort(fresh.columns[place]["id"], down),), where=where)
    )
    lines = [line for line in model.seen if sought.casefold() in (line.texts[1] or "").casefold()]
    if sought:
        lines = [line for line in lines if line.texts[1] is not None]
    lines.sort(key=lambda line: (line.number < 0, abs(line.number)))
    filled = [line for line in lines if line.texts[place] is not None]
    filled.sort(key=lambda line: sort_key(kind, line.texts[place])[1], reverse=down)  # type: ignore[arg-type,return-value]
    if down:  # a stable sort the other way round would turn the ties around, too
        filled = []
        for line in lines:
            if line.texts[place] is not None:
                key = sort_key(kind, line.texts[place])[1]
                at = next(
                    (
                        n
                        for n, one in enumerate(filled)
                        if sort_key(kind, one.texts[place])[1] < key
                    ),  # type: ignore[operator]
                    len(filled),
                )
                filled.insert(at, line)
    expected = [line.number for line in filled + [one for one in lines if one not in filled]]
    found = [row.number for row in shown(fresh, token)]
    assert found == expected
    start, size = window
    assert found[start : start + size] == expected[start : start + size]
