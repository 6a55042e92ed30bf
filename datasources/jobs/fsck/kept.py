"""Kept files that are gone or damaged: whose they are, and what can still be done."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from datasources import archive
from datasources.jobs.fsck.findings import DAMAGE, LEFTOVER, Finding
from datasources.models import Comparison, Job, StoredFile, Upload, Version, VersionState

PIECE = 200  # rows read at once
CHUNK = 1024 * 1024  # bytes


@dataclass(frozen=True, slots=True)
class Use:
    """What a file is for, in words, what can be done without it, and what --repair does."""

    words: str
    advice: str
    mend: Callable[[], object] | None = None


def look_at_kept(*, deep: bool, note: Callable[[str], None]) -> Iterator[Finding]:
    """Every row of a kept file whose bytes are gone, or are not those that were kept.

    deep: reads them all. note: told each file before it is read.
    """
    rows = StoredFile.objects.select_related("account__team").order_by("pk")
    for stored in rows.iterator(PIECE):
        if deep:
            note(f"{stored.path} ({stored.size:,} bytes)")
        words = _fault(stored, deep=deep)
        if not words or not StoredFile.objects.filter(pk=stored.pk, path=stored.path).exists():
            continue
        uses = list(_uses(stored))
        if not uses:
            unused = "The record of a file that is gone or damaged, and that nothing uses."
            yield Finding(LEFTOVER, stored.path, unused, mend=partial(_let_go, stored))
            continue
        yield Finding(
            DAMAGE,
            stored.path,
            words,
            uses=[use.words for use in uses],
            advice=" ".join(dict.fromkeys(use.advice for use in uses)),
            mend=partial(_mend, stored, uses) if all(use.mend for use in uses) else None,
        )


def _mend(stored: StoredFile, uses: list[Use]) -> None:
    for use in uses:
        if use.mend is not None:
            use.mend()
    _let_go(stored)


def _let_go(stored: StoredFile) -> None:
    """Forgets a file that is of no use, unless somebody needs it by now."""
    if not list(_uses(stored)):
        StoredFile.objects.filter(pk=stored.pk).delete()
        archive.drop(stored.path)


def _fault(stored: StoredFile, *, deep: bool) -> str:
    if not archive.is_held(stored.path, stored.size):
        return "Its bytes are gone, or not all there."
    if not deep:
        return ""
    try:
        with archive.open_file(stored.path) as file:
            while file.read(CHUNK):
                pass
    except FileNotFoundError:
        return f"Its bytes are not those that were kept (SHA-256 {stored.sha256})."
    return ""


def _uses(stored: StoredFile) -> Iterator[Use]:
    """Whose file it is."""
    contents = Version.objects.filter(content=stored)
    for version in contents.select_related("data_source__account", "archive"):
        yield _of_content(version)
    archives = Version.objects.filter(archive=stored)
    for version in archives.select_related("data_source__account", "content"):
        yield _of_archive(version)
    for version in Version.objects.filter(map_index=stored).select_related("data_source__account"):
        yield Use(
            f"the map of {_named(version)}",
            "With --repair it is drawn anew from the archive.",
            partial(_unset, version.pk, map_index=None),
        )
    for upload in (
        Upload.objects.filter(file=stored) | Upload.objects.filter(prepared=stored)
    ).distinct():
        yield Use(
            f"the upload {upload.file_name} for {upload.data_source_name}", "Bring the file anew."
        )
    for job in Job.objects.filter(result=stored):
        yield Use(
            f"the download of {job.data_source_name} by {job.user_name}", "Download it again."
        )
    for job in Job.objects.filter(failed_log=stored):
        yield Use(
            f"the log of failed entities of {job.data_source_name}",
            "The service may still have the log: it keeps it for 15 days.",
        )
    for comparison in Comparison.objects.filter(file=stored):
        yield Use(f"the comparison of {comparison}", "Compare again: it is made anew.")


def _named(version: Version) -> str:
    source = version.data_source
    return (
        f"{source.name} ({source.account}), {version.get_state_display().lower()} version of"
        f" {version.made_at:%Y-%m-%d %H:%M} UTC"
    )


def _on_service(version: Version) -> bool:
    return version.state != VersionState.RETIRED and version.data_source.gone_at is None


def _of_content(version: Version) -> Use:
    """With --repair the version has no file, so that the next one that comes is kept as its."""
    words = f"the file of {_named(version)}"
    forget = partial(_unset, version.pk, content=None)
    if _on_service(version):
        return Use(
            words,
            "The service still has this version: download it from there after --repair, and it is "
            "kept again.",
            forget,
        )
    if version.archive is not None and archive.is_held(version.archive.path, version.archive.size):
        return Use(
            words,
            "The service has dropped this version; its entities are in the archive: download them "
            "from the copy kept here, and load that file to have the version back.",
            forget,
        )
    return Use(
        words,
        "The service has dropped this version, and nothing else of it is kept: restore the file "
        "from a backup.",
    )


def _of_archive(version: Version) -> Use:
    words = f"the archive of {_named(version)}"
    content = version.content
    if content is not None and archive.is_held(content.path, content.size):
        return Use(
            words,
            "With --repair it is made anew from the version's file.",
            partial(_unset, version.pk, archive=None, map_index=None),
        )
    if _on_service(version):
        return Use(words, "Download the version from the service: the archive is made of that.")
    return Use(words, "Nothing else of it is kept: restore the file from a backup.")


def _unset(version_id: int, **values: None) -> None:
    """Lets go of what can be made again, and has it made."""
    Version.objects.filter(pk=version_id).update(tries=0, next_look_at=None, **values)
