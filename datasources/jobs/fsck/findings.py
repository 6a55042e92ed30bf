"""What the check of the kept files finds, in words for the people who run the site."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

#: Kinds of findings, as bits of the command's exit code.
LEFTOVER = 1  # takes room, and nobody needs it
DAMAGE = 2  # files that are lost or not as they were
STUCK = 4  # work that nothing would ever take up again


@dataclass
class Finding:
    """One thing that is not as it should be.

    `mend` is what --repair does, where something safe can be done.
    """

    kind: int
    what: str  # the file, or the row
    words: str
    uses: list[str] = field(default_factory=list)  # whose file it is: "Cities, version of 2026-…"
    advice: str = ""
    mend: Callable[[], object] | None = field(default=None, repr=False)
    mended: bool = False

    def as_json(self) -> dict[str, Any]:
        return {
            "kind": {LEFTOVER: "leftover", DAMAGE: "damage", STUCK: "stuck"}[self.kind],
            "what": self.what,
            "words": self.words,
            "uses": self.uses,
            "advice": self.advice,
            "can_repair": self.mend is not None,
            "repaired": self.mended,
        }
