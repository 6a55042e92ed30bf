"""What every process has that reads or writes files with GDAL or Arrow: its limits and its words.

Such a process answers in frames: two lengths (`<II`), so many bytes of JSON and so many of WKB. A
file that makes a library crash, loop or take memory without end takes this process with it and no
other: `limit_resources` says how far it may go.
"""

from __future__ import annotations

import json
import struct
import sys
from typing import Any

from datasources.phrases.stored import as_json

FRAME = struct.Struct("<II")
SEPARATOR = "\x1e"  # of a column's texts
_MEMORY = 2 * 1024 * 1024 * 1024  # bytes of address space
_SECONDS = 1800  # of processor time


def limit_resources() -> None:
    """Cap memory and processor time, where the system can."""
    try:
        import resource
    except ImportError:  # Windows; the parent's deadline holds there too
        return
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (_SECONDS, _SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def send(frame: dict[str, Any], blob: bytes = b"") -> None:
    """Write one frame to standard output."""
    text = json.dumps(as_json(frame), ensure_ascii=False, separators=(",", ":")).encode("utf-8")
    out = sys.stdout.buffer
    out.write(FRAME.pack(len(text), len(blob)))
    out.write(text)
    out.write(blob)
    out.flush()
