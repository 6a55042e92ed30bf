"""Every word that a module of the grid asks for by name is there."""

from __future__ import annotations

import re

from datasources.views.drafts.grid_words import grid_words
from tests.site import ROOT

#: Names that stand in the source as they are; others are put together of a kind and a name.
_MADE = re.compile(r"""words\(\s*["'](\w+)["']""")


def test_every_word_that_the_grid_says_is_there() -> None:
    known = grid_words()
    asked = {
        name
        for path in (ROOT / "static" / "js" / "draft").glob("*.js")
        for name in _MADE.findall(path.read_text(encoding="utf-8"))
    }
    assert asked - set(known) == set()
    for level in ("high", "medium", "low"):
        assert f"sure_{level}" in known
