"""How a person reads: the language, the time zone, and how numbers and dates are written.

The middleware sets all three for a request, `as_read_by` for what is written to somebody else, such
as a mail. What a program reads (exports, values of the data, attributes of elements) never passes
through here.
"""

from __future__ import annotations

import zoneinfo
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils import dateformat, timezone, translation
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from dashboard.people.models import User

NARROW = "\u202f"  # a space that no line ends at


@dataclass(frozen=True, slots=True)
class Style:
    """How numbers and dates are written. `code` is a BCP 47 tag, which the browser knows too."""

    code: str
    place: str | Promise  # where it is written so
    thousands: str
    decimal: str
    day: str  # as django.utils.dateformat has it
    short: str  # a date in figures
    clock: str = "H:i"


STYLES = {
    style.code: style
    for style in (
        Style("en-GB", _("United Kingdom"), ",", ".", "j F Y", "d/m/Y"),
        Style("en-US", _("United States"), ",", ".", "F j, Y", "m/d/Y", "g:i A"),
        Style("de-DE", _("Germany"), ".", ",", "j. F Y", "d.m.Y"),
        Style("de-AT", _("Austria"), "\u00a0", ",", "j. F Y", "d.m.Y"),
        Style("de-CH", _("Switzerland"), "’", ".", "j. F Y", "d.m.Y"),
        Style("fr-FR", _("France"), NARROW, ",", "j F Y", "d/m/Y"),
        Style("sv-SE", _("Sweden"), "\u00a0", ",", "Y-m-d", "Y-m-d"),
        Style("en-001", _("International (ISO)"), NARROW, ".", "Y-m-d", "Y-m-d"),
    )
}
#: How numbers and dates are written where a person has chosen nothing.
USUAL = {"en": "en-GB", "de": "de-DE"}
_chosen: ContextVar[Style | None] = ContextVar("style", default=None)


def style() -> Style:
    """The style in force: the person's, or what is usual in the language."""
    language = (translation.get_language() or settings.LANGUAGE_CODE).split("-")[0]
    return _chosen.get() or STYLES[USUAL.get(language, "en-GB")]


def sample(of: Style) -> str:
    """A number and a time written so, for whoever chooses: 41.208,5 · 31. Dezember 2026, 14:05."""
    before = _chosen.set(of)
    try:
        shown = dateformat.format(datetime(2026, 12, 31, 14, 5), f"{of.day}, {of.clock}")
        return f"{number(41208.5, 1)} · {shown}"
    finally:
        _chosen.reset(before)


def style_for(tag: str) -> str:
    """The code of the style that suits a browser's language tag; "" where there is none of its own."""
    wanted = tag.replace("_", "-").lower()
    return next((code for code in STYLES if code.lower() == wanted), "")


def number(value: float, decimals: int = 0) -> str:
    """A number with the reader's separators: 41,208 or 41.208; a minus that is one."""
    used = style()
    whole, _dot, fraction = f"{abs(value):,.{decimals}f}".partition(".")
    grouped = whole.replace(",", used.thousands)
    negative = value < 0 and any(digit not in "0," for digit in whole + fraction)
    return ("−" if negative else "") + grouped + (used.decimal + fraction if fraction else "")


def size(count: int) -> str:
    """Bytes in words: 4.1 MB."""
    value, unit = float(count), "KB"
    if count < 1024:
        return gettext("{count} bytes").format(count=count)
    for unit in ("KB", "MB", "GB"):  # noqa: B007  the last one stands
        value /= 1024
        if value < 1024:
            break
    return f"{number(value, 1)} {unit}"


def day(moment: datetime | date) -> str:
    """A date in words, in the reader's zone: 31 December 2026."""
    there = timezone.localtime(moment) if isinstance(moment, datetime) else moment
    return dateformat.format(there, style().day)


def in_figures(moment: datetime) -> tuple[str, str]:
    """Date and clock in figures, as the reader has them: 31/12/2026 and 14:05."""
    there, used = timezone.localtime(moment), style()
    return dateformat.format(there, used.short), dateformat.format(there, used.clock)


def exact(moment: datetime, *, seconds: bool = False) -> str:
    """Date, time and zone as the reader has them: 31 December 2026, 14:05 CET."""
    there = timezone.localtime(moment)
    used = style()
    clock = used.clock.replace("i", "i:s") if seconds else used.clock
    return f"{dateformat.format(there, f'{used.day}, {clock}')} {zone_name(there)}"


def zone_name(moment: datetime) -> str:
    """The zone's short name at that time; where it has none, its offset."""
    name = moment.tzname() or ""
    return f"UTC{name}" if name[:1] in "+-" else name


@cache
def zones() -> list[str]:
    """The names of the time zones that people live in, as in Europe/Berlin, and UTC."""
    names = zoneinfo.available_timezones()
    return ["UTC", *sorted(name for name in names if "/" in name and not name.startswith("Etc/"))]


def is_zone(name: str) -> bool:
    return name in zones()


def begin(language: str, zone: str, chosen: str) -> None:
    """Read like this from now on, in this thread; an empty word means the site's own way."""
    translation.activate(language or settings.LANGUAGE_CODE)
    timezone.activate(zone) if is_zone(zone) else timezone.deactivate()
    _chosen.set(STYLES.get(chosen))


def end() -> None:
    translation.deactivate()
    timezone.deactivate()
    _chosen.set(None)


@contextmanager
def as_read_by(user: User) -> Iterator[None]:
    """What is written inside is written as this person reads it."""
    before = _chosen.get()
    zone = user.time_zone if is_zone(user.time_zone) else settings.TIME_ZONE
    _chosen.set(STYLES.get(user.style))
    try:
        with translation.override(user.language or settings.LANGUAGE_CODE), timezone.override(zone):
            yield
    finally:
        _chosen.set(before)
