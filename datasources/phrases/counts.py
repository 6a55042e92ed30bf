"""How many there are of a thing, in the reader's words: "41,208 entities"."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext, ngettext

from dashboard.people.reading import number


def entities(count: int) -> str:
    return ngettext("{count} entity", "{count} entities", count).format(count=number(count))


def rows(count: int) -> str:
    return ngettext("{count} row", "{count} rows", count).format(count=number(count))


def properties(count: int) -> str:
    return ngettext("{count} property", "{count} properties", count).format(count=number(count))


def problems(count: int) -> str:
    return ngettext("{count} problem", "{count} problems", count).format(count=number(count))


def warnings(count: int) -> str:
    return ngettext("{count} warning", "{count} warnings", count).format(count=number(count))


def listed(words: Sequence[str]) -> str:
    """Words as a sentence lists them: "a, b and c"."""
    *first, last = words
    if not first:
        return last
    return gettext("{several} and {last}").format(several=", ".join(first), last=last)
