"""What the check of the server's data finds, in words for the people who run it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

#: Kinds of findings, as bits of the command's exit code.
LEFTOVER = 1  # takes room, and nobody needs it
DAMAGE = 2  # data that are lost or not as they were
STUCK = 4  # work that cannot end by itself


@dataclass
class Finding:
    """One thing that is not as it should be.

    `mend` removes it where that is safe; None where people must decide, or where it is too young.
    """

    kind: int
    what: str  # the file, table, version, job or data source
    words: str
    account: str = ""
    data_source: str = ""
    advice: str = ""
    mend: Callable[[], object] | None = field(default=None, repr=False)
    mended: bool = False

    def as_json(self) -> dict[str, Any]:
        return {
            "kind": {LEFTOVER: "leftover", DAMAGE: "damage", STUCK: "stuck"}[self.kind],
            "what": self.what,
            "words": self.words,
            "account": self.account,
            "data_source": self.data_source,
            "advice": self.advice,
            "can_repair": self.mend is not None,
            "repaired": self.mended,
        }
