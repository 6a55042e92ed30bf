"""What is looked for in the source: a string to translate, and where it stands."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Found:
    """One string; `many` is its plural, `context` tells it from the same words elsewhere.

    `form` says what its placeholders look like: "percent" (%(name)s), "brace" ({name}), or "" where
    it has none.
    """

    text: str
    place: str  # file:line, from the project's root
    many: str = ""
    context: str | None = None
    form: str = ""


class Unreadable(ValueError):  # noqa: N818  named as developers read it
    """A string that is marked for translation and cannot be found by reading the source."""

    def __init__(self, place: str, why: str) -> None:
        super().__init__(f"{place}: {why}")
