"""Fields as the explorer has them: none is required by itself, each says how to mend it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as lazy

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

    Words = str | _StrPromise

_MONO = {"class": "input-mono", "autocomplete": "off", "spellcheck": "false"}


def number(label: Words, least: float, most: float, words: Words) -> forms.FloatField:
    """A number with decimals; `words` say what is expected."""
    return forms.FloatField(
        label=label,
        required=False,
        min_value=least,
        max_value=most,
        widget=forms.TextInput({**_MONO, "inputmode": "decimal"}),
        error_messages=_all_say(words),
    )


def degrees(label: Words, most: int, example: str) -> forms.FloatField:
    """Degrees from -most to most."""
    words = {
        90: lazy("Between −90 and 90 degrees, as in 55.68."),
        180: lazy("Between −180 and 180 degrees, as in 12.57."),
    }
    field = number(label, -most, most, words[most])
    field.widget.attrs["placeholder"] = example
    return field


def whole(label: Words, least: int, most: int, words: Words) -> forms.IntegerField:
    return forms.IntegerField(
        label=label,
        required=False,
        min_value=least,
        max_value=most,
        widget=forms.TextInput({**_MONO, "inputmode": "numeric"}),
        error_messages=_all_say(words),
    )


def line(
    label: Words, *, max_length: int, strip: bool = True, example: Words = "", classes: str = ""
) -> forms.CharField:
    attributes: dict[str, Any] = {"autocomplete": "off", "spellcheck": "false"}
    if example:
        attributes["placeholder"] = example
    if classes:
        attributes["class"] = classes
    return forms.CharField(
        label=label,
        required=False,
        strip=strip,
        max_length=max_length,
        widget=forms.TextInput(attributes),
    )


def text(label: Words, *, rows: int, most: int, help: Words = "") -> forms.CharField:
    """A text of several lines, as it is typed."""
    return forms.CharField(
        label=label,
        required=False,
        strip=False,
        max_length=most,
        help_text=help,
        widget=forms.Textarea({**_MONO, "rows": rows}),
    )


def choice(label: Words, choices: tuple[tuple[str, Words], ...]) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=choices, required=False)


def direction() -> forms.ChoiceField:
    """Ascending or descending."""
    return choice(lazy("Direction"), (("asc", lazy("Ascending")), ("desc", lazy("Descending"))))


def _all_say(words: Words) -> dict[str, Any]:
    return {"invalid": words, "min_value": words, "max_value": words}
