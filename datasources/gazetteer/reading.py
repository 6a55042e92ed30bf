"""An address as words: which may name the place, and which its region and country."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from datasources.gazetteer.names import Area, areas, fold

_LONGEST = 5  # words of the name of a country


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read an address: a folded name, and for each word about where it lies the areas
    that it may mean. `whole` if no word of the address was left aside."""

    name: str
    within: tuple[tuple[Area, ...], ...]
    whole: bool


def readings(address: str) -> Iterator[Reading]:
    """The ways to read an address, the likeliest first.

    Words with a digit (house numbers, postal codes) and what stands before the town are left
    aside, but only where a comma or a region tells the town from the street.
    """
    parts = [part for part in map(_words, address.split(",")) if part]
    if not parts:
        return
    if len(parts) == 1 and not _numbers(parts[0]):
        yield Reading(" ".join(parts[0]), (), whole=True)
    within: list[tuple[Area, ...]] = []
    while len(parts) > 1 and (meant := _all_areas(parts[-1])) is not None:
        within = [*meant, *within]
        parts.pop()
    before, words = parts[:-1], parts[-1]
    plain = _without_numbers(words)
    for name, inner in _endings(plain):
        whole = not before and len(plain) == len(words)
        yield Reading(" ".join(name), (*inner, *within), whole)
    street = _numbers(words) or bool(before)
    for name, inner in _endings(plain):
        qualified = (*inner, *within)
        if qualified and street:
            for first in range(1, len(name)):
                yield Reading(" ".join(name[first:]), qualified, whole=False)


def _words(part: str) -> list[str]:
    return fold(part).split()


def _numbers(words: list[str]) -> bool:
    return any(any(char.isdigit() for char in word) for word in words)


def _without_numbers(words: list[str]) -> list[str]:
    return [word for word in words if not _numbers([word])]


def _all_areas(words: list[str]) -> list[tuple[Area, ...]] | None:
    """The areas of words that are nothing else (`wa 98052 usa`); None if one is not."""
    found: list[tuple[Area, ...]] = []
    rest = _without_numbers(words)
    while rest:
        count = _area_at_end(rest)
        if not count:
            return None
        found.insert(0, areas()[" ".join(rest[-count:])])
        rest = rest[:-count]
    return found


def _area_at_end(words: list[str]) -> int:
    """How many words at the end name a region or a country: the most that do, or 0."""
    for count in range(min(_LONGEST, len(words)), 0, -1):
        if " ".join(words[-count:]) in areas():
            return count
    return 0


def _endings(words: list[str]) -> Iterator[tuple[list[str], tuple[tuple[Area, ...], ...]]]:
    """The words as a name alone, then with one and two areas taken from their end."""
    within: tuple[tuple[Area, ...], ...] = ()
    for _ in range(3):
        if not words:
            return
        yield words, within
        count = _area_at_end(words)
        if not count:
            return
        within = (areas()[" ".join(words[-count:])], *within)
        words = words[:-count]
