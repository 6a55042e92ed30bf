"""The first query box: by entity ID, near a point, in a box, with a filter."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from dashboard.people.models import User
from datasources.api.query import SpatialFilter, bbox, nearby
from datasources.forms.actions import offer_keys, preferred_key
from datasources.models import Account, DataSource, Key
from datasources.schema import MAX_ENTITY_ID

MODES = (
    ("filter", _("With a filter")),
    ("id", _("By entity ID")),
    ("near", _("Near a point")),
    ("box", _("In a box")),
)
MIN_KM, MAX_KM = 0.16, 1000.0
NEEDED = {
    "id": ("entity_id",),
    "near": ("latitude", "longitude", "distance"),
    "box": ("south", "west", "north", "east"),
    "filter": (),
}


def _degrees(label: Any, most: int, example: str) -> forms.FloatField:
    message = format_lazy(
        _("Between −{most} and {most} degrees, as in {example}."), most=most, example=example
    )
    return forms.FloatField(
        label=label,
        required=False,
        min_value=-most,
        max_value=most,
        widget=forms.TextInput(
            {"inputmode": "decimal", "placeholder": example, "class": "input-mono"}
        ),
        error_messages={"invalid": message, "min_value": message, "max_value": message},
    )


class QueryForm(forms.Form):
    """One query. Only the fields of the chosen mode count."""

    mode = forms.ChoiceField(choices=MODES, initial="filter", required=False)
    entity_id = forms.CharField(
        label=_("Entity ID"),
        required=False,
        max_length=MAX_ENTITY_ID,
        strip=False,
        widget=forms.TextInput(
            {"class": "input-mono", "autocomplete": "off", "spellcheck": "false"}
        ),
    )
    latitude = _degrees(_("Latitude"), 90, "47.6")
    longitude = _degrees(_("Longitude"), 180, "-122.3")
    distance = forms.FloatField(
        label="Within, km",
        required=False,
        min_value=MIN_KM,
        max_value=MAX_KM,
        initial=25,
        widget=forms.TextInput({"inputmode": "decimal", "class": "input-mono"}),
        error_messages={
            "invalid": "Kilometres, from 0.16 to 1000.",
            "min_value": "Kilometres, from 0.16 to 1000.",
            "max_value": "Kilometres, from 0.16 to 1000.",
        },
    )
    south = _degrees(_("South"), 90, "36")
    west = _degrees(_("West"), 180, "-10")
    north = _degrees(_("North"), 90, "71")
    east = _degrees(_("East"), 180, "40")
    filter = forms.CharField(
        label=_("Filter"),
        required=False,
        max_length=2000,
        help_text=_("As in: City Eq 'Paris' And Seats Gt 20. Empty shows the first entities."),
        widget=forms.TextInput(
            {"class": "input-mono", "autocomplete": "off", "spellcheck": "false"}
        ),
    )
    staged = forms.BooleanField(label=_("The staged version"), required=False)
    key = forms.ModelChoiceField(
        Key.objects.none(),
        label=_("Account key"),
        empty_label=None,
        error_messages={
            "required": _("Choose the account key to query with."),
            "invalid_choice": _("That key is not one you may use here any more. Choose another."),
        },
    )

    def __init__(
        self, *args: Any, account: Account, user: User, source: DataSource, **kwargs: Any
    ) -> None:
        super().__init__(*args, **{"auto_id": "query-%s", **kwargs})
        self.has_keys = offer_keys(self, account, user, source)
        self.initial.setdefault("key", preferred_key(source, user))

    @property
    def chosen(self) -> str:
        """The mode in use."""
        asked = self.data.get("mode", "") if self.is_bound else ""
        return asked if asked in NEEDED else "filter"

    @property
    def modes(self) -> tuple[tuple[str, Promise], ...]:
        return MODES

    def clean_mode(self) -> str:
        mode: str = self.cleaned_data["mode"]
        return mode or "filter"

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        mode = data.get("mode", "filter")
        own = {name for names in NEEDED.values() for name in names}
        for name in own - set(NEEDED[mode]):  # what is typed under another tab does not matter
            self.errors.pop(name, None)
        for name in NEEDED[mode]:
            if name not in self.errors and data.get(name) in (None, ""):
                self.add_error(
                    name, gettext("{field} is needed.").format(field=self.fields[name].label)
                )
        south, north = data.get("south"), data.get("north")
        if mode == "box" and south is not None and north is not None and south > north:
            self.add_error("north", gettext("North must not lie south of South."))
        return data

    @property
    def spatial_filter(self) -> SpatialFilter | None:
        """Of a form in order."""
        data = self.cleaned_data
        if data["mode"] == "near":
            return nearby(data["latitude"], data["longitude"], data["distance"])
        if data["mode"] == "box":
            return bbox(data["south"], data["west"], data["north"], data["east"])
        return None
