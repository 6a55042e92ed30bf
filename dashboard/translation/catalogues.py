"""The .po files: what translators write, brought up to date with the source."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import polib

from dashboard.translation.collect import SOURCES, collected
from dashboard.translation.found import Found

Key = tuple[str | None, str, str]


def catalogue_path(root: Path, language: str, catalogue: str) -> Path:
    return root / "locale" / language / "LC_MESSAGES" / f"{catalogue}.po"


def languages(root: Path) -> list[str]:
    """The languages there is a catalogue for, beside English."""
    return sorted(path.parents[1].name for path in root.glob("locale/*/LC_MESSAGES/django.po"))


def update(root: Path, language: str) -> dict[str, int]:
    """Brings a language's catalogues up to date; gives how many strings lack words, by catalogue.

    Strings that the source no longer has are dropped; what is new waits with an empty translation.
    """
    lacking = {}
    for name in SOURCES:
        path = catalogue_path(root, language, name)
        file = polib.pofile(str(path), wrapwidth=100)
        merge(file, collected(root, name))
        file.save(str(path))
        lacking[name] = len([entry for entry in file if not entry.translated()])
    return lacking


def merge(file: polib.POFile, found: Iterable[Found]) -> None:
    """The entries of `found` in their order, with the words that the file has for them."""
    known = {(entry.msgctxt, entry.msgid, entry.msgid_plural): entry for entry in file}
    entries: dict[Key, polib.POEntry] = {}
    for one in found:
        key = (one.context, one.text, one.many)
        if key not in entries:
            entries[key] = _entry(one, known.get(key))
        place = (one.place.rpartition(":")[0], "")  # a line's number would change with every edit
        if place not in entries[key].occurrences:
            entries[key].occurrences.append(place)
    file.clear()
    file.extend(entries.values())


def _entry(one: Found, known: polib.POEntry | None) -> polib.POEntry:
    words = {"msgstr_plural": {0: "", 1: ""}} if one.many else {"msgstr": ""}
    if known is not None:
        words = {"msgstr": known.msgstr, "msgstr_plural": known.msgstr_plural}
    forms = {"percent": ["python-format"], "brace": ["python-brace-format"]}
    return polib.POEntry(
        msgctxt=one.context,
        msgid=one.text,
        msgid_plural=one.many,
        flags=forms.get(one.form, []),
        comment="" if known is None else known.comment,
        tcomment="" if known is None else known.tcomment,
        **words,
    )
