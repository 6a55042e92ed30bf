"""The filter of the explorer, in the builder and as text: both say the same, or why they cannot."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from datasources.phrases.told import told
from datasources.query import QueryFault
from datasources.query.filter import MAX_LIST
from datasources.query.tree import NotShown, Tree, TreeFault, tree_of, write_tree
from datasources.schema import Schema

MAX_TREE = 200_000  # characters of its JSON

#: What is wrong with a condition of the builder, by the code of `datasources.query.tree`.
WORDS: dict[str, Callable[[TreeFault], str]] = {
    "no-property": lambda fault: _("Choose a property."),
    "unknown-property": lambda fault: _("This version has no property %(name)s.")
    % {"name": fault.property},
    "location": lambda fault: _(
        "%(name)s cannot be filtered by. Choose a place under Where instead."
    )
    % {"name": fault.property},
    "no-operator": lambda fault: _("Choose what %(name)s has to be.") % {"name": fault.property},
    "no-value": lambda fault: _("A value is missing. To find entities without one, choose “is empty”."),
    "not-number": lambda fault: _("%(value)s is not a number. Write it as 1250.5.")
    % {"value": fault.value},
    "not-boolean": lambda fault: _("Choose true or false."),
    "not-date": lambda fault: _("%(value)s is not a day and time that exists. Write it as %(example)s.")
    % {"value": fault.value, "example": "2026-11-23T08:30"},
    "long-list": lambda fault: _("%(count)s values; a query takes at most %(most)s. Ask in several.")
    % {"count": fault.value, "most": MAX_LIST},
    "control": lambda fault: _("A text cannot hold a NUL character."),
    "wildcard-alone": lambda fault: _(
        "“Starts with” and “ends with” stand alone: the service joins them with no other condition."
    ),
    "too-many": lambda fault: _("A filter takes at most 1,000 conditions."),
    "unreadable": lambda fault: _("This cannot be written as a filter. Try the text."),
}  # fmt: skip
NOT_SHOWN = {
    "too-many": lambda: _("The filter has more conditions than the builder shows."),
    "too-deep": lambda: _("The filter has more groups inside each other than the builder shows."),
    "other": lambda: _("The filter asks for something that the builder has no field for."),
    "no-schema": lambda: _("The builder needs the properties of the data source, and nobody told them."),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class FilterState:
    """What is asked of the properties. `text` is what is sent.

    `tree` is None where the builder cannot show the text, and `not_shown` says why; `faults` are of
    the builder's conditions, with their places; `fault` is of the text, in the service's words.
    """

    text: str
    tree: Tree | None
    not_shown: str = ""
    faults: tuple[tuple[tuple[int, ...], str], ...] = ()
    fault: str = ""

    def as_json(self) -> dict[str, Any]:
        """For the page."""
        return {
            "text": self.text,
            "tree": self.tree,
            "notShown": self.not_shown,
            "fault": self.fault,
            "faults": [{"path": path, "words": words} for path, words in self.faults],
        }


def filter_state(text: str, tree: str, schema: Schema | None) -> FilterState:
    """Of the text, or of the builder's tree (JSON) where that is what somebody edits."""
    if tree and schema is not None:
        return _of_tree(tree, schema)
    return _of_text(text.strip(), schema)


def _of_tree(tree: str, schema: Schema) -> FilterState:
    try:
        given = json.loads(tree) if len(tree) <= MAX_TREE else None
    except (ValueError, RecursionError):
        given = None
    written = write_tree(given, schema)
    faults = tuple((fault.path, WORDS[fault.code](fault)) for fault in written.faults)
    return FilterState(written.text, given if isinstance(given, dict) else None, faults=faults)


def _of_text(text: str, schema: Schema | None) -> FilterState:
    if schema is None:
        return FilterState(text, None, not_shown=NOT_SHOWN["no-schema"]())
    try:
        return FilterState(text, tree_of(text, schema))
    except NotShown as why:
        return FilterState(text, None, not_shown=NOT_SHOWN[why.code]())
    except QueryFault as fault:
        return FilterState(text, None, not_shown=_("It cannot be read."), fault=told(fault.message))
