"""Files of the storage that no row knows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from functools import partial
from itertools import islice
from typing import Protocol, TypeVar, cast
from uuid import UUID

from django.core.files.storage import default_storage
from django.utils import timezone

from datasources import archive
from datasources.jobs.fsck.findings import LEFTOVER, Finding
from datasources.models import PartialUpload, StoredFile

DAY = timedelta(days=1)
PIECE = 500  # names looked at together
T = TypeVar("T")


class Entry(Protocol):
    """A file as the storage lists it."""

    name: str
    size: int  # bytes
    at: datetime


class Listed(Protocol):
    """What the site's storages offer beyond Django's: see `dashboard.storage`."""

    def walk(self, prefix: str = "") -> Iterator[Entry]: ...
    def unfinished(self, seconds: float) -> list[str]: ...
    def sweep(self, seconds: float) -> int: ...


def look_at_storage() -> Iterator[Finding]:
    """Every file without a row; those older than a day may be removed: a younger one may be on
    its way into a row."""
    listed = cast(Listed, default_storage)
    for piece in _pieces(listed.walk()):
        known = _known([found.name for found in piece])
        for found in piece:
            if found.name not in known:
                old = timezone.now() - found.at > DAY
                yield Finding(
                    LEFTOVER,
                    found.name,
                    f"A file of {found.size:,} bytes that no row knows.",
                    mend=partial(archive.drop, found.name) if old else None,
                )
    seconds = DAY.total_seconds()
    for name in listed.unfinished(seconds):
        yield Finding(
            LEFTOVER,
            name,
            "A file that was never finished: its writer died.",
            mend=partial(listed.sweep, seconds),
        )


def _known(names: list[str]) -> set[str]:
    """Those that a kept file, or an upload on its way, needs."""
    known = set(StoredFile.objects.filter(path__in=names).values_list("path", flat=True))
    uploads = {upload for name in names if (upload := _upload_of(name)) is not None}
    for parts in PartialUpload.objects.filter(pk__in=uploads).values_list("parts", flat=True):
        known.update(path for path, _ in parts)
    return known


def _upload_of(name: str) -> UUID | None:
    """The upload whose piece a file is, by its folder."""
    folder, _, rest = name.partition("/")
    if folder != "partial":
        return None
    try:
        return UUID(rest.partition("/")[0])
    except ValueError:
        return None


def _pieces(items: Iterable[T]) -> Iterator[list[T]]:
    rest = iter(items)
    while piece := list(islice(rest, PIECE)):
        yield piece
