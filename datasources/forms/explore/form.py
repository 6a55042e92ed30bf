"""The explorer's form: what can be asked, what is wrong with it, and its address."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from datasources.api.query import QueryOptions
from datasources.forms.explore import fields
from datasources.forms.explore.filters import FilterState, filter_state
from datasources.forms.explore.ids import split_ids
from datasources.forms.explore.names import (
    ANSWERED_BY,
    DEFAULTS,
    FIND,
    FOUND_BY,
    NEEDED,
    NEEDS_SERVICE,
    ORDERS,
    PLACED_BY,
    SINGLE,
    WHERE,
)
from datasources.forms.explore.options import options_of
from datasources.query.filter import MAX_LIST
from datasources.schema import MAX_ENTITY_ID, Schema


class ExploreForm(forms.Form):
    """One query, of a data source whose schema may not be known.

    Only what the chosen kinds need counts; the rest is kept as it was typed.
    """

    find = forms.ChoiceField(choices=FIND, required=False)
    filter = fields.text(lazy("Filter"), rows=3, most=20_000)
    entity = fields.line(lazy("Entity ID"), strip=False, max_length=MAX_ENTITY_ID)
    ids = fields.text(
        lazy("Entity IDs"),
        rows=5,
        most=200_000,
        help=lazy("One a line: paste a column of a spreadsheet."),
    )
    part = forms.IntegerField(required=False, min_value=1, max_value=10_000)

    where = forms.ChoiceField(choices=WHERE, required=False)
    lat = fields.degrees(lazy("Latitude"), 90, "55.68")
    lon = fields.degrees(lazy("Longitude"), 180, "12.57")
    km = fields.number(lazy("Within, km"), 0.16, 1000, lazy("Kilometres, from 0.16 to 1000."))
    place = fields.line(lazy("Address"), max_length=500, example=lazy("Town, region, country"))
    south = fields.degrees(lazy("South"), 90, "36")
    west = fields.degrees(lazy("West"), 180, "-10")
    north = fields.degrees(lazy("North"), 90, "71")
    east = fields.degrees(lazy("East"), 180, "40")
    wkt = fields.text(
        lazy("Shape"),
        rows=4,
        most=50_000,
        help=lazy("A point, a line or a polygon as well-known text, longitude before latitude."),
    )
    start = fields.line(lazy("From"), max_length=500, example=lazy("Address, or 55.68,12.57"))
    end = fields.line(lazy("To"), max_length=500, example=lazy("Address, or 55.40,10.39"))
    travel = fields.choice(
        lazy("Travel"), (("driving", lazy("Driving")), ("walking", lazy("Walking")))
    )
    optimize = fields.choice(
        lazy("Optimize"),
        (
            ("time", lazy("Time")),
            ("distance", lazy("Distance")),
            ("timewithtraffic", lazy("Time with traffic")),
        ),
    )
    avoid = forms.MultipleChoiceField(
        label=lazy("Avoid"),
        choices=(
            ("highways", lazy("Highways")),
            ("minimizehighways", lazy("Highways where possible")),
            ("tolls", lazy("Tolls")),
            ("minimizetolls", lazy("Tolls where possible")),
        ),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    heading = fields.whole(
        lazy("Heading"), 0, 359, lazy("Whole degrees from north, clockwise, from 0 to 359.")
    )
    turn = fields.whole(
        lazy("Metres before the first turn"), 0, 1_000_000, lazy("Whole metres, from 0.")
    )

    select = fields.line(
        lazy("Properties"), max_length=20_000, example=lazy("All"), classes="input-mono"
    )
    distance = forms.BooleanField(label=lazy("Distance in km"), required=False)
    common = fields.text(
        lazy("Part in common with a shape"),
        rows=2,
        most=50_000,
        help=lazy("Well-known text: the answer has what each entity has in common with it."),
    )
    o1 = fields.line(lazy("Order by"), max_length=50)
    o2 = fields.line(lazy("Then by"), max_length=50)
    o3 = fields.line(lazy("Then by"), max_length=50)
    d1 = fields.direction()
    d2 = fields.direction()
    d3 = fields.direction()
    top = fields.whole(lazy("Most a page"), 1, 500, lazy("From 1 to 250; along a route to 500."))
    skip = fields.whole(lazy("Skip"), 0, 2**31 - 1, lazy("A whole number from 0."))
    count = fields.choice(lazy("Count all"), (("allpages", lazy("Yes")), ("none", lazy("No"))))
    format = fields.choice(lazy("Format"), (("json", "JSON"), ("atom", "Atom")))

    def __init__(
        self, data: QueryDict, *, schema: Schema | None, tree: str = "", from_archive: bool = False
    ) -> None:
        super().__init__(_with_defaults(data), auto_id="explore-%s")
        self.schema = schema
        self.from_archive = from_archive
        self.filter_state: FilterState = filter_state(self.raw("filter"), tree, schema)

    # --- what is chosen ---

    @property
    def found_by(self) -> str:
        """filter, id or ids."""
        given = self.raw("find")
        return given if given in FOUND_BY else "filter"

    @property
    def placed_by(self) -> str:
        """The kind of place; "" for anywhere, and for one entity by its ID."""
        return "" if self.found_by == "id" else self.chosen_where

    @property
    def chosen_where(self) -> str:
        """The kind of place that is chosen, whether it counts or not."""
        given = self.raw("where")
        return given if given in PLACED_BY else ""

    @property
    def kinds_of_find(self) -> list[tuple[str, str]]:
        return [(value, str(label)) for value, label in FIND]

    @property
    def kinds_of_where(self) -> list[tuple[str, str, bool]]:
        """Value, label, and whether it can be asked: the archive knows no addresses or routes."""
        return [
            (value, str(label), not (self.from_archive and value in NEEDS_SERVICE))
            for value, label in WHERE
        ]

    @property
    def orders(self) -> list[tuple[Any, Any]]:
        """The three pairs of a property and a direction."""
        return [(self[name], self[direction]) for name, direction in ORDERS]

    @property
    def relevant(self) -> tuple[str, ...]:
        """The names that count."""
        if self.found_by == "id":
            return ("find", "entity", *SINGLE)
        kinds = ("find", *FOUND_BY[self.found_by], "where", *PLACED_BY[self.placed_by])
        return (*kinds, *ANSWERED_BY)

    # --- what is wrong ---

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        counts = set(self.relevant)
        for name in set(self.errors) - counts:
            del self.errors[name]
        for name in (*NEEDED.get(self.found_by, ()), *NEEDED.get(self.placed_by, ())):
            if name not in self.errors and data.get(name) in (None, ""):
                words = _("%(field)s is needed.") % {"field": self.fields[name].label}
                self.add_error(name, words)
        self._check_box(data)
        self._check_ids(data)
        if self.found_by == "filter" and self.filter_state.faults:
            self.add_error("filter", _("A condition is not complete: see the builder."))
        if self.from_archive and self.placed_by in NEEDS_SERVICE:
            self.add_error(
                "where",
                _(
                    "Addresses and routes need the service: the archive has neither. Choose a point, "
                    "a box or a shape."
                ),
            )
        return data

    def _check_box(self, data: dict[str, Any]) -> None:
        south, north = data.get("south"), data.get("north")
        if self.placed_by != "box" or south is None or north is None:
            return
        if south > north:
            self.add_error("north", _("North must not lie south of South."))

    def _check_ids(self, data: dict[str, Any]) -> None:
        if self.found_by != "ids" or "ids" in self.errors:
            return
        if not self.all_ids:
            self.add_error("ids", _("No ID stands here: paste them one a line."))
            return
        long = next((one for one in self.all_ids if len(one) > MAX_ENTITY_ID), "")
        if long:
            self.add_error(
                "ids",
                _("“%(id)s…” is longer than the %(most)s characters of an entity ID.")
                % {"id": long[:MAX_ENTITY_ID], "most": MAX_ENTITY_ID},
            )

    # --- what is asked ---

    @property
    def all_ids(self) -> list[str]:
        """The IDs that were pasted."""
        return split_ids(self.raw("ids"))

    @property
    def parts(self) -> int:
        """How many queries it takes to ask for all IDs."""
        return max(1, -(-len(self.all_ids) // MAX_LIST))

    @property
    def asked_part(self) -> int:
        """Which of these is asked, from 1."""
        given = self.raw("part")
        asked = int(given) if given.isdecimal() and len(given) < 6 else 1
        return min(max(1, asked), self.parts)

    @property
    def options(self) -> QueryOptions:
        """The query, of a form in order."""
        return options_of(self)

    # --- the address ---

    def address(self, also: Iterable[tuple[str, str]] = ()) -> str:
        """The query as the explorer's address holds it: what counts and is not as it is anyway.

        What cannot be read stays in it as it was typed.
        """
        pairs = list(also)
        for name in self.relevant:
            if name == "filter":
                values = [self.filter_state.text]
            elif name == "avoid":
                values = self._listed("avoid")
            else:
                values = [self.raw(name)]
            pairs += [(name, value) for value in values if value != DEFAULTS.get(name, "")]
        return urlencode(pairs)

    def _listed(self, name: str) -> list[str]:
        values: list[str] = self.data.getlist(name) if isinstance(self.data, QueryDict) else []
        return values

    def raw(self, name: str) -> str:
        """What was typed."""
        value = self.data.get(name)
        return value if isinstance(value, str) else ""


def _with_defaults(data: QueryDict) -> QueryDict:
    """A copy in which what is not there has its default."""
    given = data.copy()
    for name, value in DEFAULTS.items():
        if not given.get(name):
            given[name] = value
    return given
