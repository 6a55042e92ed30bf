"""Marked strings in templates: `translate`, `blocktranslate` and `_("…")` in tags and variables."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from django.template.base import Lexer, Token, TokenType
from django.utils.translation import trim_whitespace
from django.utils.translation.template import (
    block_re,
    constant_re,
    endblock_re,
    inline_re,
    plural_re,
)

from dashboard.translation.found import Found, Unreadable
from dashboard.translation.in_python import form_of


def in_template(path: Path, shown: str) -> Iterator[Found]:
    """The marked strings of a template, as Django looks them up.

    Raises:
        Unreadable: a block holds tags, or never ends.
    """
    tokens = iter(Lexer(path.read_text(encoding="utf-8")).tokenize())
    for token in tokens:
        place = f"{shown}:{token.lineno}"
        if token.token_type is TokenType.BLOCK and block_re.match(token.contents):
            yield from _constants(token, place)
            yield _block(token, tokens, place)
        elif token.token_type in (TokenType.BLOCK, TokenType.VAR):
            if token.token_type is TokenType.BLOCK and (match := inline_re.match(token.contents)):
                yield _inline(match.group(1), match.group(3), place)
            yield from _constants(token, place)


def _constants(token: Token, place: str) -> Iterator[Found]:
    for constant in constant_re.findall(token.contents):
        if "%" in constant:
            raise Unreadable(place, "a percent sign in _() would be shown twice: use translate")
        yield Found(constant[1:-1], place)


def _inline(quoted: str, context: str | None, place: str) -> Found:
    # Django doubles the percent sign before it looks the text up, and halves it afterwards.
    text = quoted[1:-1].replace("%", "%%")
    return Found(text, place, context=context[1:-1] if context else None)


def _block(opening: Token, tokens: Iterator[Token], place: str) -> Found:
    match = block_re.match(opening.contents)
    context = match.group(2)[1:-1] if match and match.group(2) else None
    is_trimmed = " trimmed" in opening.contents
    texts = [""]
    for token in tokens:
        if token.token_type is TokenType.TEXT:
            texts[-1] += token.contents.replace("%", "%%")
        elif token.token_type is TokenType.VAR:
            texts[-1] += f"%({token.contents})s"
        elif endblock_re.match(token.contents):
            if is_trimmed:
                texts = [trim_whitespace(text) for text in texts]
            return Found(texts[0], place, "".join(texts[1:]), context, form_of("".join(texts)))
        elif plural_re.match(token.contents) and len(texts) == 1:
            texts.append("")
        elif token.token_type is TokenType.BLOCK:
            raise Unreadable(place, f"a tag in a translated block: {token.contents[:40]}")
    raise Unreadable(place, "a translated block never ends")
