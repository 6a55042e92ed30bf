"""Phrases in the language of whoever reads, their numbers written as the person writes them."""

from __future__ import annotations

import re
import string
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext, ngettext

from dashboard.people.reading import day, exact, number
from datasources.phrases import MOMENTS, Phrase


def told(said: object) -> str:
    """What is said, in the reader's language; text that is no phrase as it is, None as "".

    A translation whose placeholders are wrong gives the English: it must not break a page.
    """
    if not isinstance(said, Phrase):
        return "" if said is None else str(said)
    if not said:
        return ""
    if said.many:
        template = ngettext(said.template, said.many, said.values["count"])
    else:
        template = gettext(said.template)
    if not said.values:
        return template
    try:
        return _TELLER.vformat(template, (), said.values)
    except (KeyError, ValueError, IndexError):
        return str(said)


#: Formats of figures, which are written as the reader has them; others are of values of the data.
_FIGURE = re.compile(r",?(?:\.(?P<decimals>\d)f)?")


class _Teller(string.Formatter):
    def get_field(self, field_name: str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
        """Names alone: a template reaches into no object."""
        return kwargs[field_name], field_name

    def format_field(self, value: Any, format_spec: str) -> str:
        if isinstance(value, Phrase):
            return told(value)
        if format_spec in MOMENTS:
            moment = datetime.fromisoformat(value)
            return exact(moment) if format_spec == "moment" else day(moment)
        figure = _FIGURE.fullmatch(format_spec)
        if format_spec and figure and isinstance(value, int | float):
            return number(value, int(figure["decimals"] or 0))
        return format(value, format_spec)


_TELLER = _Teller()
