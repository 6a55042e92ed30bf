"""What the palette offers, and which of it answers what was typed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from django.utils.functional import Promise

MOST_WORDS = 6
MOST_LETTERS = 100
A_GROUP = 6  # entries shown of each kind


@dataclass(frozen=True, slots=True)
class Entry:
    """One line: what it is called, what tells it from others, and where it leads.

    `theme` stands instead of an address: a way the pages look.
    """

    label: str
    url: str
    icon: str
    detail: str = ""
    theme: str = ""

    def rank(self, words: list[str]) -> int | None:
        """How well it answers, 0 best; None where a word is in neither label nor detail."""
        label, detail = self.label.casefold(), self.detail.casefold()
        if not all(word in label or word in detail for word in words):
            return None
        begun = sum(any(part.startswith(word) for part in label.split()) for word in words)
        return 2 * (len(words) - begun) + (not label.startswith(words[0]) if words else 0)


@dataclass(frozen=True, slots=True)
class Group:
    """Entries of one kind, as they are shown."""

    name: str
    entries: list[Entry]


def words_of(typed: str) -> list[str]:
    """What was typed, in small letters, word by word."""
    return typed[:MOST_LETTERS].casefold().split()[:MOST_WORDS]


def answering(
    words: list[str], offered: Iterable[tuple[str | Promise, Iterable[Entry]]]
) -> list[Group]:
    """The entries that answer, best first in each group, and groups by their best."""
    ranked: list[tuple[int, Group]] = []
    for name, entries in offered:
        found = [(rank, entry) for entry in entries if (rank := entry.rank(words)) is not None]
        found.sort(key=lambda pair: pair[0])
        if found:
            shown = [entry for _rank, entry in found[:A_GROUP]]
            ranked.append((found[0][0], Group(str(name), shown)))
    ranked.sort(key=lambda pair: pair[0])
    return [group for _rank, group in ranked]


def numbered(groups: list[Group]) -> list[tuple[Group, list[tuple[int, Entry]]]]:
    """Each entry with its number on the list, for IDs that the field can name."""
    flat = [(group.name, entry) for group in groups for entry in group.entries]
    counted = groupby(enumerate(flat), key=lambda pair: pair[1][0])
    parts = [[(number, entry) for number, (_name, entry) in part] for _name, part in counted]
    return list(zip(groups, parts, strict=True))
