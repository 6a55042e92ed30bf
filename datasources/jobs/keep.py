"""Keeping files, and letting them go when their time is over and nothing needs them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import BinaryIO

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from datasources import archive
from datasources.archive.keep import fingerprint
from datasources.models import (
    Account,
    Comparison,
    Draft,
    DraftBase,
    DraftState,
    Job,
    StoredFile,
    Upload,
    UploadState,
    Version,
    VersionState,
)


def kept_until() -> datetime | None:
    """When a file kept now may go; None is for ever."""
    days = settings.KEEP_FILES_DAYS
    return timezone.now() + timedelta(days=days) if days else None


def keep_file(account: Account, fileobj: BinaryIO) -> StoredFile:
    """Keeps the bytes of a seekable file, once an account, and starts their retention anew."""
    sha256, size = fingerprint(fileobj)
    known = StoredFile.objects.filter(account=account, sha256=sha256)
    # The update comes first: from then on the sweep leaves the row alone.
    if known.update(kept_until=kept_until()):
        stored = known.first()
        if stored is not None and archive.is_held(stored.path, size):
            return stored
    kept = archive.keep(f"accounts/{account.pk}", fileobj, sha256, size)
    return _row_for(account, kept)


def _row_for(account: Account, kept: archive.Kept) -> StoredFile:
    """The row of freshly kept bytes; a row that somebody else made meanwhile wins."""
    row = StoredFile(
        account=account,
        sha256=kept.sha256,
        size=kept.size,
        path=kept.path,
        kept_until=kept_until(),
    )
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:
        there = StoredFile.objects.get(account=account, sha256=kept.sha256)
        if archive.is_held(there.path, there.size):
            archive.drop(kept.path)
        else:  # its bytes were lost: these take their place
            there.path = kept.path
            there.save(update_fields=["path"])
        return there
    return row


def extend(stored: StoredFile) -> None:
    """Starts a kept file's retention anew, as when the version it holds retires."""
    StoredFile.objects.filter(pk=stored.pk).update(kept_until=kept_until())


def _unneeded() -> QuerySet[StoredFile]:
    """Files whose time is over and that no version in use, open job, check, comparison or draft
    needs."""
    now = timezone.now()
    held_by_version = Version.objects.filter(
        Q(content=OuterRef("pk")) | Q(archive=OuterRef("pk")) | Q(map_index=OuterRef("pk")),
        data_source__gone_at=None,
    ).exclude(state=VersionState.RETIRED)
    compared = Comparison.objects.filter(state__in=Comparison.OPEN).filter(
        Q(base__content=OuterRef("pk"))
        | Q(base__archive=OuterRef("pk"))
        | Q(version__content=OuterRef("pk"))
        | Q(version__archive=OuterRef("pk"))
        | Q(upload__file=OuterRef("pk"))
        | Q(upload__prepared=OuterRef("pk"))
    )
    open_jobs = Job.objects.filter(state__in=Job.OPEN).filter(
        Q(upload__file=OuterRef("pk"))
        | Q(upload__prepared=OuterRef("pk"))
        | Q(version__content=OuterRef("pk"))
        | Q(version__archive=OuterRef("pk"))
        | Q(result=OuterRef("pk"))
    )
    # A discarded draft may be taken back, until it is deleted.
    drafted = DraftBase.objects.filter(file=OuterRef("pk")).exclude(draft__state=DraftState.SENT)
    sent = Draft.objects.filter(state=DraftState.SENDING).filter(
        Q(upload__file=OuterRef("pk")) | Q(upload__prepared=OuterRef("pk"))
    )
    unchecked = Upload.objects.filter(
        Q(file=OuterRef("pk")) | Q(prepared=OuterRef("pk")),
        state__in=[
            UploadState.LOOKING,
            UploadState.MAPPING,
            UploadState.WAITING,
            UploadState.CHECKING,
        ],
    )
    return StoredFile.objects.filter(kept_until__lt=now).exclude(
        Exists(held_by_version)
        | Exists(open_jobs)
        | Exists(unchecked)
        | Exists(compared)
        | Exists(drafted)
        | Exists(sent)
    )


def sweep_files(limit: int = 200) -> int:
    """Deletes files whose retention is over; gives how many went."""
    gone = 0
    for stored in _unneeded()[:limit]:
        with transaction.atomic():
            # Asked again in the deleting transaction: the row may be wanted since.
            rows = _unneeded().filter(pk=stored.pk).select_for_update()
            if not rows.exists():
                continue
            stored.delete()
        archive.drop(stored.path)
        gone += 1
    return gone
