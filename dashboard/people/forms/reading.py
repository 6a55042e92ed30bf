"""The form about how a person reads: language, time zone, numbers and dates."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from dashboard.people import reading
from dashboard.people.models import User

Choices = list[tuple[str, str | list[tuple[str, str]]]]


class ReadingForm(forms.ModelForm[User]):
    """Changes only how pages are written for the person; nothing of the data."""

    language = forms.ChoiceField(label=_("Language"), required=False)
    time_zone = forms.ChoiceField(
        label=_("Time zone"),
        help_text=_("All dates and times are shown in it. Exports stay in UTC."),
    )
    style = forms.ChoiceField(
        label=_("Numbers and dates"),
        required=False,
        help_text=_(
            "How they are written on pages. Data, exports and queries keep their own form."
        ),
    )

    class Meta:
        model = User
        fields = ["language", "time_zone", "style"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not reading.is_zone(self.initial["time_zone"]):
            self.initial["time_zone"] = settings.TIME_ZONE
        choices = {"language": _languages(), "time_zone": _zones(), "style": _styles()}
        for name, offered in choices.items():
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)  # noqa: S101  as declared above
            field.choices = offered


def _languages() -> Choices:
    return [("", gettext("As the browser asks")), *settings.LANGUAGES]


def _zones() -> Choices:
    """UTC, then the zones of each part of the world: Europe, and in it Berlin."""
    by_part = groupby(reading.zones()[1:], key=lambda name: name.partition("/")[0])
    return [
        ("UTC", "UTC"),
        *((part, [(name, _city(name)) for name in names]) for part, names in by_part),
    ]


def _city(zone: str) -> str:
    return zone.partition("/")[2].replace("_", " ").replace("/", ", ")


def _styles() -> Choices:
    offered = [(of.code, f"{of.place}: {reading.sample(of)}") for of in reading.STYLES.values()]
    return [("", gettext("As is usual in the language")), *offered]
