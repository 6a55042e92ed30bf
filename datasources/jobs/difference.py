"""One click from a complete upload to the incremental one that holds just its differences."""

from __future__ import annotations

import tempfile
from pathlib import Path, PurePath
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied

from dashboard.audit.record import record
from dashboard.people.models import Role, User
from datasources import archive
from datasources.checks.compare import Summary
from datasources.checks.difference_file import write_difference
from datasources.formats import InputFormat
from datasources.jobs.keep import keep_file
from datasources.jobs.refused import JobRefused
from datasources.jobs.stale import staged_in_the_way, stale_words
from datasources.jobs.start import start_check
from datasources.models import Comparison, ComparisonState, StoredFile, Upload
from datasources.phrases import Phrase

_INCREMENTAL = {"complete": "incremental", "completeStaging": "incrementalStaging"}
_WORTH = 0.75  # of the entities: a difference of more than that saves little


def offer(upload: Upload, summary: Summary, newer: Path, differences: Path) -> dict[str, Any]:
    """Writes and keeps the differences as an incremental load, where that says the same.

    Gives what the summary holds beside its numbers: `difference` with the kept file's ID, its
    bytes, entities and deletes, and those of the whole.
    """
    may = upload.operation in _INCREMENTAL and not summary.schema and summary.differences
    whole = upload.sent_file
    if not may or whole is None or summary.differences > summary.after * _WORTH:
        return {}
    with tempfile.TemporaryFile(dir=settings.FILE_UPLOAD_TEMP_DIR) as stream:
        written = write_difference(differences, newer, stream)
        kept = keep_file(upload.account, stream)
    return {
        "difference": {
            "file": kept.pk,
            "bytes": kept.size,
            "entities": written.entities,
            "deletes": written.deletes,
            "whole_bytes": whole.size,
            "whole_entities": summary.after,
        }
    }


def start_difference(user: User, comparison: Comparison) -> Upload:
    """Makes the incremental upload and has it checked; the one there is, if it was made before.

    Raises PermissionDenied, or JobRefused with words for people.
    """
    account = comparison.account
    role = account.role_of(user)
    if role is None or not role.covers(Role.EDITOR):
        raise PermissionDenied(
            Phrase(
                "This needs the role {role} in {team}.", role=Role.EDITOR.label, team=account.team
            )
        )
    stored, upload = _checked(comparison)
    made = upload.derived.filter(file=stored).first()
    if made is not None:
        return made
    made = Upload.objects.create(
        account=account,
        user=user,
        file=stored,
        file_name=f"{PurePath(upload.file_name).stem[:170]} (differences).pipe",
        format=InputFormat.PIPE.value,
        derived_from=upload,
        data_source_name=upload.data_source_name,
        operation=_INCREMENTAL[upload.operation],
        set_public=upload.set_public,
        description=upload.description,
    )
    record(
        "upload.create",
        actor=user,
        team=account.team,
        data_source=made.data_source_name,
        target=made.file_name,
        detail={
            "account": account.name,
            "operation": made.operation,
            "sha256": stored.sha256,
            "derived_from": upload.file_name,
        },
    )
    start_check(made)
    return made


def _checked(comparison: Comparison) -> tuple[StoredFile, Upload]:
    """The kept differences and the upload they are of; JobRefused where they cannot be sent."""
    upload = comparison.upload
    offered = comparison.summary.get("difference")
    if upload is None or comparison.state != ComparisonState.DONE or not offered:
        raise JobRefused(
            Phrase("There are no differences of this upload to send: compare it again.")
        )
    stored = StoredFile.objects.filter(account=comparison.account, pk=offered["file"]).first()
    if stored is None or not archive.is_held(stored.path, stored.size):
        raise JobRefused(
            Phrase("The differences are no longer kept here: compare the upload again.")
        )
    words = stale_words(comparison) or staged_in_the_way(comparison.base, upload.operation)
    if words:
        raise JobRefused(words)
    return stored, upload
