"""Sentences of the rooms without Django: English as text, any language on a page."""

from __future__ import annotations

import copy
import json
import pickle
from collections.abc import Iterator

import pytest
from django.utils import timezone, translation
from django.utils.translation import trans_real

from dashboard.people import reading
from datasources.models import Account, Comparison
from datasources.phrases import Phrase
from datasources.phrases.stored import Decoder, Encoder, as_json, from_text, to_text
from datasources.phrases.told import told

NAME = Phrase("The name has {count} characters; {most} is the most.", count=51, most=50)


@pytest.fixture
def german(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, str]]:
    """A German catalogue that holds what a test puts into it."""
    words: dict[str, str] = {}
    catalogue = trans_real.translation("de")
    monkeypatch.setattr(catalogue, "gettext", lambda text: words.get(text, text))
    monkeypatch.setattr(
        catalogue,
        "ngettext",
        lambda one, many, count: words.get(one if count == 1 else many, many),
    )
    reading.begin("de", "Europe/Berlin", "")
    yield words
    reading.end()


def test_a_phrase_is_english_text() -> None:
    assert NAME == "The name has 51 characters; 50 is the most."
    assert Phrase("Use ~ { } alone.") == "Use ~ { } alone."
    assert Phrase.counted("{count:,} row", "{count:,} rows", count=41208) == "41,208 rows"
    assert Phrase.counted("{count:,} row", "{count:,} rows", count=1) == "1 row"


@pytest.mark.parametrize(
    "phrase",
    [NAME, Phrase("Plain."), Phrase.counted("{count} a", "{count} b", count=2),
     Phrase.sentences(NAME, Phrase("Shorten it."))],
)  # fmt: skip
def test_a_phrase_stays_one_wherever_it_goes(phrase: Phrase) -> None:
    for other in (
        copy.deepcopy(phrase),
        pickle.loads(pickle.dumps(phrase)),
        json.loads(json.dumps(phrase, cls=Encoder), cls=Decoder),
        from_text(to_text(phrase)),
        str(ValueError(phrase)),
    ):
        assert isinstance(other, Phrase)
        assert other == phrase
        assert (other.template, other.many) == (phrase.template, phrase.many)


def test_text_that_looks_like_a_kept_phrase_comes_back_as_it_was() -> None:
    for text in ('{"phrase": "x"}', '{"phrase": 1}', "{", "plain"):
        assert from_text(to_text(text)) == text
        assert from_text(text) in (text, "x")  # as rows before there were phrases have it


@pytest.mark.parametrize(
    "template", ["{a.__class__}", "{a[0]}", "{a!r}", "{a:>1000000}", "{}", "{a:{b}}"]
)
def test_nothing_but_names_and_figures_is_put_together(template: str) -> None:
    kept = {"phrase": template, "values": {"a": "x", "b": "y"}}
    assert json.loads(json.dumps(kept), cls=Decoder) == kept


def test_a_phrase_is_told_in_the_readers_language(german: dict[str, str]) -> None:
    german[NAME.template] = "Der Name hat {count} Zeichen; höchstens {most} sind erlaubt."
    assert told(NAME) == "Der Name hat 51 Zeichen; höchstens 50 sind erlaubt."
    german["{count:,} rows"] = "{count:,} Zeilen"
    assert told(Phrase.counted("{count:,} row", "{count:,} rows", count=41208)) == "41.208 Zeilen"


def test_phrases_in_phrases_are_told_too(german: dict[str, str]) -> None:
    german["The file is not {format}."] = "Das ist keine {format}."
    german["a GeoPackage"] = "GeoPackage-Datei"
    inner = Phrase("a GeoPackage")
    assert (
        told(Phrase("The file is not {format}.", format=inner)) == "Das ist keine GeoPackage-Datei."
    )


def test_figures_and_times_are_the_readers_and_values_of_data_are_not(
    german: dict[str, str],
) -> None:
    moment = Phrase("The version of {made:moment}.", made="2026-11-24T23:30:00+00:00")
    assert moment == "The version of 24 November 2026, 23:30."
    assert "25. " in told(moment)
    assert told(Phrase("{share:.1f} %", share=0.25)) == "0,2 %"
    assert told(Phrase("Latitude {value:g}.", value=1234.5)) == "Latitude 1234.5."


def test_a_damaged_translation_gives_the_english(german: dict[str, str]) -> None:
    for damaged in ("Der Name hat {anzahl}.", "Der Name hat {count", "{count.__class__}"):
        german[NAME.template] = damaged
        assert told(NAME) == str(NAME)


def test_what_is_no_phrase_is_told_as_it_is() -> None:
    assert told("said by the service") == "said by the service"
    assert told(None) == told("") == told(Phrase("")) == ""


def test_phrases_are_kept_in_rows(account: Account) -> None:
    from tests.views.sources import make_source, make_version

    version = make_version(make_source(account))
    kept = Comparison.objects.create(
        account=account, base=version, words=NAME, summary={"warnings": [{"words": NAME}]}
    )
    kept.refresh_from_db()
    assert isinstance(kept.words, Phrase)
    assert kept.words == NAME
    assert isinstance(kept.summary["warnings"][0]["words"], Phrase)
    assert Comparison.objects.values_list("words", flat=True).get() == NAME
    assert as_json([NAME])[0]["values"] == {"count": 51, "most": 50}
    assert timezone.get_current_timezone_name() == "UTC"
    assert translation.get_language() == "en"
