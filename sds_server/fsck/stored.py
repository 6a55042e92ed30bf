"""Files and versions: those without a row, and rows without, or with other, data."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from functools import partial
from itertools import islice
from typing import TypeVar

from django.utils import timezone

from sds_server import files
from sds_server.fsck.findings import DAMAGE, LEFTOVER, Finding
from sds_server.models import DataflowJob, JobStatus, Version
from sds_server.store import StoreFault, UnknownVersion, store

DAY = timedelta(days=1)
PIECE = 500  # names, or rows, looked at together
T = TypeVar("T")


def look_at_files() -> Iterator[Finding]:
    """Files of jobs that are gone, or that ended and need them no more; and what was left half."""
    needs: dict[str, Callable[[list[str]], set[str]]] = {
        files.BODIES: _pending,
        files.LOGS: _known,
        files.DOWNLOADS: _known,
    }
    for folder, needed in needs.items():
        for piece in _pieces(files.storage().walk(folder)):
            kept = needed([files.job_of(found.name) for found in piece])
            for found in piece:
                if files.job_of(found.name) not in kept:
                    yield Finding(
                        LEFTOVER,
                        found.name,
                        f"A file of {found.size:,} bytes that no job needs.",
                        mend=_if_old(found.at, partial(files.delete, found.name)),
                    )
    yield from _halves()


def _halves() -> Iterator[Finding]:
    seconds = DAY.total_seconds()
    for name in files.storage().unfinished(seconds):
        yield Finding(
            LEFTOVER,
            name,
            "A file that was never finished: its writer died.",
            mend=partial(files.storage().sweep, seconds),
        )


def look_at_versions(*, deep: bool, note: Callable[[str], None]) -> Iterator[Finding]:
    """Versions without entities, entities without a version, and damage.

    The store is listed first: a version that appears later belongs to a job that is pending then.
    note: told each version before its entities are read, which may take a while.
    """
    listed = store().sizes()
    yield from _without_rows(listed)
    rows = Version.objects.select_related("data_source__account").order_by("pk")
    for version in rows.iterator(PIECE):
        if deep:
            note(f"{version.data_source.name}, version {version.job_id}")
        for words in _faults(version, deep=deep):
            if Version.objects.filter(pk=version.pk).exists():  # it may be dropped by now
                yield Finding(
                    DAMAGE,
                    f"version {version.job_id} ({_part(version)})",
                    words,
                    account=version.data_source.account.name,
                    data_source=version.data_source.name,
                    advice=_advice(version),
                )
    for name in store().leftovers(DAY.total_seconds()):
        yield Finding(
            LEFTOVER,
            name,
            "It belongs to no version.",
            mend=partial(store().sweep, DAY.total_seconds()),
        )


def _without_rows(listed: Iterable[str]) -> Iterator[Finding]:
    for piece in _pieces(listed):
        kept = _pending(piece) | set(
            Version.objects.filter(job_id__in=piece).values_list("job_id", flat=True)
        )
        for version_id in piece:
            if version_id not in kept:
                made = store().made_at(version_id)
                if made is not None:
                    yield Finding(
                        LEFTOVER,
                        f"entities of {version_id}",
                        "Entities that belong to no version.",
                        mend=_if_old(made, partial(store().delete, version_id)),
                    )


def _faults(version: Version, *, deep: bool) -> list[str]:
    try:
        with store().open(version.job_id) as reader:
            count = reader.count
        found = []
        if count != version.entity_count:
            found = [f"It has {count:,} entities, and had {version.entity_count:,}."]
        return found + (_read_through(version) if deep else [])
    except UnknownVersion:
        return ["Its entities are gone."]
    except StoreFault as fault:
        return [str(fault)]


def _read_through(version: Version) -> list[str]:
    size = version.size_bytes if version.sha256 else None
    return store().examine(version.job_id, version.sha256, size)


def _part(version: Version) -> str:
    source = version.data_source
    if version.pk == source.published_id:
        return "published"
    return "staged" if version.pk == source.staged_id else "earlier"


def _advice(version: Version) -> str:
    match _part(version):
        case "published":
            earlier = version.data_source.earlier_versions().exists()
            back = "Roll back to an earlier version, or load" if earlier else "Load"
            return f"{back} its data anew; or restore it from a backup."
        case "staged":
            return "Stage its data anew; the published version is not touched by this."
        case _:
            return "It cannot be rolled back to. The published version is not touched by this."


def _if_old(at: datetime, remove: Callable[[], object]) -> Callable[[], object] | None:
    """What may be removed: what is young may be on its way into a row."""
    return remove if timezone.now() - at > DAY else None


def _pending(job_ids: list[str]) -> set[str]:
    found = DataflowJob.objects.filter(job_id__in=job_ids, status=JobStatus.PENDING)
    return set(found.values_list("job_id", flat=True))


def _known(job_ids: list[str]) -> set[str]:
    found = DataflowJob.objects.filter(job_id__in=job_ids)
    return set(found.values_list("job_id", flat=True))


def _pieces(items: Iterable[T]) -> Iterator[list[T]]:
    rest = iter(items)
    while piece := list(islice(rest, PIECE)):
        yield piece
