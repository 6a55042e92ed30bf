"""Every word of the pages in every language: none missing, none left over, none that breaks a page."""

from __future__ import annotations

import gettext
import json
import re
import string
from collections.abc import Iterator
from pathlib import Path

import polib
import pytest

from dashboard.translation.catalogues import catalogue_path, languages
from dashboard.translation.collect import SOURCES, collected
from dashboard.translation.compiled import compile_all
from tests.site import ROOT

CATALOGUES = [(language, name) for language in languages(ROOT) for name in SOURCES]
_PERCENT = re.compile(r"%(?:\(\w+\)[sd]|%)?")
_TAG = re.compile(r"</?\w+[^>]*>")
ADVICE = "`manage.py messages` collects the strings; then translate what locale/ lacks"


def catalogue(language: str, name: str) -> polib.POFile:
    return polib.pofile(str(catalogue_path(ROOT, language, name)))


def forms(entry: polib.POEntry) -> Iterator[tuple[str, str]]:
    """Each text with what it is translated by; of plurals, each form with the English it stands for."""
    if not entry.msgid_plural:
        yield entry.msgid, entry.msgstr
    for number, words in entry.msgstr_plural.items():
        yield (entry.msgid_plural if number else entry.msgid), words


def named(entry: polib.POEntry, text: str) -> set[str]:
    """What is put into a text: %(name)s, {name} or {name:,} and the like."""
    if "python-format" in entry.flags:
        return {part for part in _PERCENT.findall(text) if part != "%%"}
    if "python-brace-format" in entry.flags:
        parts = string.Formatter().parse(text)
        return {f"{name}:{spec}" for _text, name, spec, _conversion in parts if name is not None}
    return set()


def test_there_is_a_second_language() -> None:
    assert languages(ROOT) == ["de"]


@pytest.mark.parametrize(("language", "name"), CATALOGUES)
def test_a_catalogue_has_every_string_of_the_source_and_no_other(language: str, name: str) -> None:
    there = {
        (entry.msgctxt, entry.msgid, entry.msgid_plural) for entry in catalogue(language, name)
    }
    marked = {(found.context, found.text, found.many) for found in collected(ROOT, name)}
    assert marked - there == set(), ADVICE
    assert there - marked == set(), ADVICE


@pytest.mark.parametrize(("language", "name"), CATALOGUES)
def test_no_string_lacks_its_words(language: str, name: str) -> None:
    entries = list(catalogue(language, name))
    lacking = [entry.msgid for entry in entries if not entry.translated() or entry.fuzzy]
    assert lacking == [], ADVICE
    assert [
        entry.msgid for entry in entries for _, words in forms(entry) if not words.strip()
    ] == []


@pytest.mark.parametrize(("language", "name"), CATALOGUES)
def test_what_is_put_into_a_text_is_put_into_its_translation(language: str, name: str) -> None:
    wrong = {
        words: named(entry, english) ^ named(entry, words)
        for entry in catalogue(language, name)
        for english, words in forms(entry)
        if named(entry, words) != named(entry, english)
        and not (entry.msgid_plural and named(entry, words) == named(entry, entry.msgid_plural))
    }
    assert wrong == {}


@pytest.mark.parametrize(("language", "name"), CATALOGUES)
def test_a_translation_has_the_form_of_its_text(language: str, name: str) -> None:
    """Spaces at its ends, tags, and percent signs that Python may meet."""
    wrong = []
    for entry in catalogue(language, name):
        for english, words in forms(entry):
            edges = (english[:1].isspace(), english[-1:].isspace())
            same = edges == (words[:1].isspace(), words[-1:].isspace())
            same &= sorted(_TAG.findall(english)) == sorted(_TAG.findall(words))
            if "python-format" in entry.flags:
                same &= "%" not in _PERCENT.findall(words)
            if not same:
                wrong.append((english, words))
    assert wrong == []


def test_catalogues_are_compiled_without_gettexts_tools(tmp_path: Path) -> None:
    assert compile_all(ROOT, tmp_path) == languages(ROOT)
    assert compile_all(ROOT, tmp_path) == [], "what has not changed is left alone"
    german = gettext.translation("django", tmp_path, ["de"])
    assert german.gettext("Data sources") == "Datenquellen"
    assert german.ngettext("{count:,} entity", "{count:,} entities", 1) == "{count:,} Entität"
    words = json.loads((tmp_path / "de" / "LC_MESSAGES" / "words.json").read_text())
    assert words["words"]["added"] == "hinzugefügt"
    assert words["forms"][:3] == "101"
