"""No template holds a word that is not marked for translation."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.template.base import Lexer, TokenType

from tests.site import ROOT

TEMPLATES = sorted((ROOT / "templates").rglob("*.html")) + sorted(
    (ROOT / "templates").rglob("*.txt")
)
#: Words that every language has: our name, formats, types and units of measure.
SAME = {
    "Cairn", "CSV", "XML", "GeoJSON", "GeoPackage", "JSON", "KML", "Excel", "QGIS", "Python", "WKT",
    "JavaScript", "OpenAPI", "curl", "SHA-256", "URL", "EPSG:27700", "KB", "MB", "GB", "s", "ms", "h", "min",
    "km", "m", "px", "GET", "HTTP", "Atom",
}  # fmt: skip
#: Attributes that people read.
READ = "title|placeholder|alt|aria-label|aria-description|data-label|data-title|data-say"
_ATTRIBUTE = re.compile(rf"""(?:^|\s)(?:{READ})=(["'])(.*?)\1""", re.DOTALL)
_TAG = re.compile(r"<(?:\"[^\"]*\"|'[^']*'|[^<>\"'])*>", re.DOTALL)
_HIDDEN = re.compile(r"<(script|style)\b.*?</\1>|<!--.*?-->|<![^>]*>", re.DOTALL | re.IGNORECASE)
_OPENS = re.compile(r"(blocktrans(late)?|comment)\b")
_CLOSES = re.compile(r"end(blocktrans(late)?|comment)\b")
_WORD = re.compile(r"[^\W\d_][\w'’-]*(?::\d+)?")
#: A literal that a tag or a filter would show: default:"None", title="No team yet".
_LITERAL = re.compile(
    r"""(?:\b(?:title|words|action|noun|one|what|label|help)=|\|default(?:_if_none)?:|\|yesno:)"""
    r"""(["'])([^"']*)\1"""
)


def unmarked(source: str) -> list[str]:
    """The words of a template that are no data and not marked, with some text around them."""
    shown, in_block = "", False
    found: list[str] = []
    for token in Lexer(source).tokenize():
        if token.token_type is TokenType.BLOCK and _OPENS.match(token.contents):
            in_block = True
        elif token.token_type is TokenType.BLOCK and _CLOSES.match(token.contents):
            in_block = False
        elif token.token_type is TokenType.TEXT and not in_block:
            shown += token.contents
        elif token.token_type in (TokenType.BLOCK, TokenType.VAR) and not in_block:
            shown += "\x00"  # something stands here, of no interest
            found += [text for _, text in _LITERAL.findall(token.contents) if _is_said(text)]
    bare = _HIDDEN.sub(" ", shown)
    for tag in _TAG.findall(bare):
        found += [text for _, text in _ATTRIBUTE.findall(tag) if _words(text)]
    found += [text.strip() for text in re.split("[\x00\n]", _TAG.sub("\n", bare)) if _words(text)]
    return found


def _is_said(text: str) -> bool:
    """Whether a literal is for people: a name of ours is one word in small letters."""
    return bool(_words(text)) and (" " in text or text[:1].isupper())


def _words(text: str) -> list[str]:
    bare = re.sub(r"&\w+;|__\w+|\{[^}]*\}|https?://\S+", " ", text.replace("\x00", " "))
    return [word for word in _WORD.findall(bare) if word not in SAME]


@pytest.mark.parametrize(
    ("template", "words"),
    [
        ("<p>Hello</p>", ["Hello"]),
        ('<p title="Hello">{{ name }}</p>', ["Hello"]),
        ("{% if a %}{{ b }} files{% endif %}", ["files"]),
        ('{{ name|default:"Nobody" }}', ["Nobody"]),
        ('{% include "a.html" with title="Nothing" %}', ["Nothing"]),
        ('<p title="{% translate "Hello" %}">{% translate "Hello" %} {{ name|default:_("no") }}</p>', []),
        ("{% blocktranslate %}{{ n }} files{% endblocktranslate %} 12 KB – Cairn", []),
        ('<a href="/teams/" class="btn btn-small" data-kind="none">{{ name }}</a>', []),
    ],
)  # fmt: skip
def test_the_search_for_unmarked_words(template: str, words: list[str]) -> None:
    assert unmarked(template) == words


@pytest.mark.parametrize(
    "path", TEMPLATES, ids=lambda path: path.relative_to(ROOT / "templates").as_posix()
)
def test_a_template_holds_no_unmarked_word(path: Path) -> None:
    assert unmarked(path.read_text(encoding="utf-8")) == []
