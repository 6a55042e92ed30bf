"""What a storage lists."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Entry:
    """A file of a storage: its name, its bytes, and when it was written."""

    name: str
    size: int
    at: datetime
