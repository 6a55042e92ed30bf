"""What processes that were killed left half-written: on this machine, and in the storage."""

from __future__ import annotations

import contextlib
import shutil
import time
from pathlib import Path
from typing import Protocol, cast

from django.conf import settings
from django.core.files.storage import default_storage

DAY = 24 * 3600.0  # seconds


class Swept(Protocol):
    """What the site's storages offer beyond Django's: see `dashboard.storage`."""

    def sweep(self, seconds: float) -> int: ...


def sweep_leftovers(seconds: float = DAY) -> int:
    """Deletes what was not touched for so long; gives how many files and folders went."""
    before = time.time() - seconds
    gone = sum(_delete(path, before) for path in Path(settings.FILE_UPLOAD_TEMP_DIR).iterdir())
    return gone + cast(Swept, default_storage).sweep(seconds)


def _delete(path: Path, before: float) -> bool:
    """Deletes a file or folder, unless something in it is younger, or it goes by itself."""
    with contextlib.suppress(FileNotFoundError):
        if max(one.stat().st_mtime for one in (path, *path.rglob("*"))) >= before:
            return False
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()
        return True
    return False
