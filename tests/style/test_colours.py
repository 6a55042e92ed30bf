"""Colours that mean something are told apart by everybody, and stand out from what is under them.

CIEDE2000: 1 is just noticeable, some 5 are plain where two areas touch, from 20 on most people give
colours other names.
"""

from __future__ import annotations

import re
from itertools import combinations
from pathlib import Path

import pytest

from tests.style.colours import (
    SIGHTS,
    Colour,
    contrast,
    difference,
    from_hex,
    lab_difference,
    mixed,
    seen,
)

STATIC = Path(__file__).parents[2] / "static"
SHEETS = ("tokens", "map", "compare")
THEMES = {
    "light": re.compile(r"^:root \{(.*?)\}", re.S | re.M),
    "dark": re.compile(r'^:root\[data-theme="dark"\] \{(.*?)\}', re.S | re.M),
    "dark by the system": re.compile(r"^  :root:not\(\[data-theme\]\) \{(.*?)\}", re.S | re.M),
}
GROUNDS = ("--map-land", "--map-water", "--map-green")
DIFFERENCES = ("--diff-added", "--diff-changed", "--diff-removed")
FAR, PLAIN, TINT = 25, 9, 4
FIRST, FIRST_FAR = 5, 13  # of the categories
SHAPE, TEXT = 3, 4.5  # contrast

themes = pytest.mark.parametrize("theme", THEMES)
sights = pytest.mark.parametrize("sight", SIGHTS)


def colours(theme: str) -> dict[str, Colour]:
    """The custom properties that are colours, of all sheets."""
    found: dict[str, Colour] = {}
    for sheet in SHEETS:
        block = THEMES[theme].search((STATIC / f"css/{sheet}.css").read_text())
        assert block is not None, sheet
        for name, value in re.findall(r"(--[\w-]+): (#[0-9a-f]{6});", block[1]):
            found[name] = from_hex(value)
    return found


def closest(shown: dict[str, Colour], sight: str) -> tuple[float, tuple[str, str]]:
    """The two that are hardest to tell apart, and by how much they differ."""
    as_seen = {name: seen(colour, sight) for name, colour in shown.items()}
    return min((difference(as_seen[a], as_seen[b]), (a, b)) for a, b in combinations(as_seen, 2))


def painted(script: str) -> set[str]:
    """The custom properties that a script paints kinds of features with."""
    return set(re.findall(r'colour: "(--[\w-]+)"', (STATIC / "js" / script).read_text()))


def categories(theme: str) -> dict[str, Colour]:
    return {name: one for name, one in colours(theme).items() if re.fullmatch(r"--cat-\d", name)}


@themes
@sights
def test_added_changed_and_removed_are_told_apart(theme: str, sight: str) -> None:
    known = colours(theme)
    shown = {name: known[name] for name in painted("compare.js")}
    assert set(shown) == set(DIFFERENCES)
    least, pair = closest(shown, sight)
    assert least >= FAR, pair


@themes
@sights
def test_the_ring_of_what_is_chosen_has_a_colour_of_its_own(theme: str, sight: str) -> None:
    known = colours(theme)
    ring = seen(known["--map-chosen"], sight)
    for name in painted("compare.js") | painted("problems.js"):
        assert difference(ring, seen(known[name], sight)) >= PLAIN, name


@themes
@sights
def test_problems_and_warnings_are_told_apart(theme: str, sight: str) -> None:
    known = colours(theme)
    least, pair = closest({name: known[name] for name in painted("problems.js")}, sight)
    assert least >= FAR, pair


@themes
@sights
def test_categories_are_told_apart_and_the_first_ones_best(theme: str, sight: str) -> None:
    known = categories(theme)
    assert len(known) == 9
    least, pair = closest(known, sight)
    assert least >= PLAIN, pair
    first = dict(list(known.items())[:FIRST])
    least, pair = closest(first, sight)
    assert least >= FIRST_FAR, pair


@themes
def test_what_is_drawn_on_a_map_stands_out_from_land_and_water(theme: str) -> None:
    known = colours(theme)
    drawn = {name: known[name] for script in ("compare.js", "problems.js", "explore/map.js") for name in painted(script)}  # fmt: skip
    drawn |= categories(theme) | {"--cat-other": known["--cat-other"]}
    assert "--map-data" in drawn
    pale = {
        (name, ground): round(found, 2)
        for name, colour in drawn.items()
        for ground in GROUNDS
        if (found := contrast(colour, known[ground])) < SHAPE
    }
    assert pale == {}


def tints(theme: str) -> dict[str, Colour]:
    """The backgrounds of cells in the editor's grid."""
    known = colours(theme)
    sheet = (STATIC / "css/grid.css").read_text()
    mixes = re.findall(r"color-mix\(in srgb, var\((--diff-\w+)\) (\d+)%, var\(--surface\)\)", sheet)
    assert {name for name, _share in mixes} == set(DIFFERENCES)
    made = {name: mixed(known[name], known["--surface"], int(share) / 100) for name, share in mixes}
    return {"--surface": known["--surface"], **made}


@themes
@sights
def test_rows_of_the_editor_are_told_apart(theme: str, sight: str) -> None:
    least, pair = closest(tints(theme), sight)
    assert least >= TINT, pair


@themes
def test_marks_and_words_of_the_editor_stand_out_from_their_row(theme: str) -> None:
    known = colours(theme)
    for name, ground in tints(theme).items():
        assert contrast(known["--text"], ground) >= TEXT, name
        assert contrast(known["--muted"], ground) >= TEXT, name
        if name in DIFFERENCES:
            assert contrast(known[name], ground) >= SHAPE, name
            assert contrast(known[name], known["--surface"]) >= SHAPE, name


def test_dark_is_the_same_by_choice_and_by_the_system() -> None:
    assert colours("dark") == colours("dark by the system")


# --- the measures themselves ---


@pytest.mark.parametrize(
    ("one", "other", "known"),
    [  # of the test data of Sharma, Wu and Dalal
        ((50, 2.6772, -79.7751), (50, 0, -82.7485), 2.0425),
        ((50, -1.3802, -84.2814), (50, 0, -82.7485), 1.0),
        ((50, 2.49, -0.001), (50, -2.49, 0.0009), 7.1792),
        ((50, 2.49, -0.001), (50, -2.49, 0.0011), 7.2195),
        ((60.2574, -34.0099, 36.2677), (60.4626, -34.1751, 39.4387), 1.2644),
        ((2.0776, 0.0795, -1.1350), (0.9033, -0.0636, -0.5514), 0.9082),
    ],
)
def test_differences_are_those_of_the_paper(one: Colour, other: Colour, known: float) -> None:
    assert round(lab_difference(one, other), 4) == known


@pytest.mark.parametrize(
    ("one", "other", "sight"),
    [("#c95a4a", "#8a8a3a", "deuteranopia"), ("#bb551a", "#256f1b", "protanopia")],
)
def test_red_and_green_would_not_pass(one: str, other: str, sight: str) -> None:
    pair = {"one": from_hex(one), "other": from_hex(other)}
    assert closest(pair, "usual")[0] > FAR
    assert closest(pair, sight)[0] < FAR / 2


def test_greys_look_the_same_to_everybody() -> None:
    grey = from_hex("#808080")
    assert all(difference(grey, seen(grey, sight)) < 0.5 for sight in SIGHTS)
    assert contrast(from_hex("#000000"), from_hex("#ffffff")) == pytest.approx(21)
