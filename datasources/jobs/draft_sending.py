"""Sending a draft: a file is written of it, checked, and loaded, by the same steps as an upload.

While it is SENDING a draft takes no edits. What is left when it runs:

what there is                   | what is done                                      | next
--------------------------------|---------------------------------------------------|------------------
no upload                       | its rows are written to a file, which becomes one | the same, checked
an upload that is not checked   | it is checked                                     | a job, or OPEN
a job under way                 | it is waited for                                  |
a job that is done              | rows that were left out or refused stay           | SENT, or OPEN
a job that failed               | the rows that the service named are marked        | OPEN
"""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Iterator

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from dashboard.audit.record import record
from dashboard.people.models import Role, User
from datasources import archive
from datasources.drafts.faults import DraftFault
from datasources.drafts.files import Sent, changes_file, whole_file
from datasources.drafts.state import columns_of_draft
from datasources.formats import InputFormat
from datasources.jobs.check import check
from datasources.jobs.drafting import counts_of
from datasources.jobs.keep import keep_file
from datasources.jobs.kinds import is_staging, role_for
from datasources.jobs.leases import Lease, LeaseLostError, take
from datasources.jobs.queue import enqueue
from datasources.jobs.refused import JobRefused
from datasources.jobs.start import SWEEP_AFTER, start_load
from datasources.jobs.steps import in_seconds
from datasources.jobs.telling import tell_of_draft, untell
from datasources.models import (
    Draft,
    DraftRow,
    DraftState,
    Job,
    JobKind,
    JobState,
    Key,
    Upload,
    UploadState,
    Version,
    VersionState,
)
from datasources.phrases import Phrase
from datasources.schema.columns import same_schema

log = logging.getLogger("cairn.jobs")
LOOK_AGAIN = 1.0  # seconds
TRIES = 3
OPERATIONS = ("incremental", "incrementalStaging", "complete", "completeStaging")


def has_new_schema(draft: Draft) -> bool:
    """Whether the draft changes properties: then only a complete load can carry it."""
    columns = columns_of_draft(draft)
    before = [column.origin for column in columns if column.origin is not None]
    is_whole = len(before) == draft_origins(draft)
    return not (is_whole and same_schema(columns, before))


def draft_origins(draft: Draft) -> int:
    """How many properties the version has that the draft is based on."""
    if draft.base_file is None:
        return 0
    with archive.open_geopackage(draft.base_file.path) as opened:
        return len(opened.schema.properties)


def target_of(draft: Draft, operation: str) -> Version | None:
    """The version that an incremental load of this operation would change on the service."""
    standing = {one.state: one for one in draft.data_source.versions.order_by("made_at")}
    staged = standing.get(VersionState.STAGED) if is_staging(operation) else None
    return staged or standing.get(VersionState.PUBLISHED)


def has_moved(draft: Draft, operation: str = "incremental") -> bool:
    """Whether what an incremental load would change is not what the draft is based on."""
    target = target_of(draft, operation)
    return target is None or not is_base(draft, target)


def is_base(draft: Draft, version: Version) -> bool:
    """Whether a version is the one that the draft is based on, or has the very same entities."""
    if version.pk == draft.base_id:
        return True
    return version.archive_id is not None and version.archive_id == draft.base_file_id


def why_not(draft: Draft, operation: str) -> str:
    """Why the draft cannot be sent by that operation, in words; "" if it can."""
    source = draft.data_source
    is_partial = operation.startswith("incremental")
    if source.gone_at is not None and is_partial:
        return Phrase("{name} is no longer on the service.", name=source.name)
    if draft.is_empty and not has_new_schema(draft) and is_partial:
        return Phrase("The draft changes nothing yet.")
    if not is_partial:
        return ""
    if has_new_schema(draft):
        return Phrase("The draft changes properties: that takes a load that replaces everything.")
    target = target_of(draft, operation)
    if target is None:
        return Phrase("{name} has no version that could be changed.", name=source.name)
    if is_base(draft, target):
        return ""
    if target.state == VersionState.STAGED:
        return Phrase(
            "A version is staged that this draft is not based on, and a staging load would change "
            "that one: publish or discard it, or merge the draft with it."
        )
    return Phrase(
        "The published version is another one than the draft is based on: merge it first."
    )


def start_sending(
    user: User, draft: Draft, operation: str, key: Key, *, leave_out: bool = False
) -> None:
    """Has a draft sent. Raises PermissionDenied, or JobRefused with words for the person."""
    account = draft.account
    needed = role_for(JobKind.LOAD, operation)
    role = account.role_of(user)
    if role is None or not role.covers(needed) or draft.owner_id != user.pk:
        raise PermissionDenied(
            Phrase("This needs the role {role} in {team}.", role=needed.label, team=account.team)
        )
    if operation not in OPERATIONS:
        raise JobRefused(Phrase("Choose how to send the draft."))
    if not account.keys.usable_by(user).filter(pk=key.pk).exists():
        raise PermissionDenied(Phrase("That key is not one you may use on this account."))
    with transaction.atomic():
        locked = Draft.objects.select_for_update().get(pk=draft.pk)
        locked.account, locked.data_source = account, draft.data_source
        if locked.state != DraftState.OPEN or locked.base_file is None:
            raise JobRefused(Phrase("Only an open draft can be sent."))
        if words := why_not(locked, operation):
            raise JobRefused(words)
        if locked.faulty and not leave_out:
            raise JobRefused(
                Phrase(
                    "Rows have problems: mend them, or leave them out, so that they stay in the draft."
                )
            )
        Draft.objects.filter(pk=draft.pk).update(
            state=DraftState.SENDING,
            words="",
            operation=operation,
            sender=user,
            key=key,
            leaves_out=leave_out,
            upload=None,
            job=None,
            tries=0,
            next_look_at=in_seconds(SWEEP_AFTER),
        )
        untell(draft=draft)
        record(
            "draft.send",
            actor=user,
            team=account.team,
            data_source=draft.data_source.name,
            target=draft.name,
            detail={"account": account.name, "operation": operation, **counts_of(locked)},
        )
    _enqueue(draft)


def _enqueue(draft: Draft) -> None:
    from datasources.jobs.tasks import send_draft

    transaction.on_commit(lambda: enqueue(send_draft, str(draft.pk)))


def send(draft_id: str) -> None:
    """Takes a draft that is being sent as far as it goes, unless somebody else is at it."""
    draft = Draft.objects.filter(pk=draft_id).first()
    if draft is None:
        return
    with take(draft) as lease:
        if lease is None or draft.state != DraftState.SENDING:
            return
        try:
            _send(lease, draft)
        except LeaseLostError:
            log.warning("Draft %s was taken over by another worker", draft.pk)


def _send(lease: Lease, draft: Draft) -> None:
    if draft.job is not None:
        _await_job(lease, draft, draft.job)
        return
    lease.update(tries=draft.tries + 1, next_look_at=in_seconds(settings.LEASE_SECONDS))
    if draft.tries > TRIES:
        _come_back(
            lease, draft, Phrase("Its sending was interrupted several times. Send it again.")
        )
        return
    try:
        upload = draft.upload or _make_upload(lease, draft)
    except DraftFault as fault:
        _come_back(lease, draft, fault.args[0])
        return
    if upload.state in (UploadState.WAITING, UploadState.CHECKING):
        check(str(upload.pk))
        upload.refresh_from_db()
    if upload.state in (UploadState.WAITING, UploadState.CHECKING):  # somebody else is at it
        lease.update(tries=draft.tries - 1, next_look_at=in_seconds(LOOK_AGAIN))
    elif upload.state == UploadState.GOOD and not upload.report.get("bad"):
        _start_job(lease, draft, upload)
    else:
        _come_back(lease, draft, _refused_words(upload))


def _make_upload(lease: Lease, draft: Draft) -> Upload:
    """The file of the draft, as an upload like any other; its check is ours to do."""
    sent = Sent()
    is_partial = draft.operation.startswith("incremental")
    write = changes_file if is_partial else whole_file
    lines: Iterator[bytes] = write(draft, sent, leave_out=draft.leaves_out)
    with tempfile.TemporaryFile(dir=settings.FILE_UPLOAD_TEMP_DIR) as stream:
        for line in lines:
            stream.write(line)
        if not sent.entities + sent.deletes:
            raise DraftFault(Phrase("No row without problems is left to send."))
        stored = keep_file(draft.account, stream)
    name = draft.name or draft.data_source.name
    with transaction.atomic():
        upload = Upload.objects.create(
            account=draft.account,
            user=draft.sender or draft.owner,
            file=stored,
            file_name=f"{name[:150]} (draft).pipe",
            format=InputFormat.PIPE.value,
            data_source_name=draft.data_source.name,
            operation=draft.operation,
            state=UploadState.WAITING,
            next_look_at=in_seconds(settings.LEASE_SECONDS),
        )
        lease.update(upload=upload)
    return upload


def _refused_words(upload: Upload) -> str:
    errors = (one for one in upload.report.get("problems", []) if one["severity"] == "error")
    first = next(errors, None)
    if first is None:
        return Phrase("The check of the whole found a problem.")
    said = Phrase.sentences(first["message"], first["advice"])
    return Phrase("The check of the whole found a problem: {words}", words=said)


def _start_job(lease: Lease, draft: Draft, upload: Upload) -> None:
    """The load, unless what it would change has become another version meanwhile."""
    words = why_not(draft, draft.operation)
    if words or draft.key is None or draft.sender is None:
        _come_back(
            lease, draft, words or Phrase("The key was removed meanwhile. Send the draft again.")
        )
        return
    try:
        with transaction.atomic():
            job = start_load(draft.sender, upload, draft.key)
            lease.update(job=job, next_look_at=in_seconds(LOOK_AGAIN))
    except (JobRefused, PermissionDenied) as refused:
        _come_back(lease, draft, refused.args[0])


def _await_job(lease: Lease, draft: Draft, job: Job) -> None:
    if job.is_open:
        lease.update(next_look_at=in_seconds(LOOK_AGAIN))
    elif job.state == JobState.DONE:
        _loaded(lease, draft, job)
    else:
        _mark_refused(draft, job)
        words = Phrase.sentences(job.error_words or job.error_remote, "")
        if job.error_words and job.error_remote:
            words = Phrase.sentences(job.error_words, job.error_remote)
        _open_again(lease, Phrase.sentences(Phrase("The load failed."), words))


def _loaded(lease: Lease, draft: Draft, job: Job) -> None:
    """Done; rows that were left out, or that the service refused, stay in the draft."""
    refused = _mark_refused(draft, job) if job.failed_entities else 0
    left = draft.faulty if draft.leaves_out else 0
    if not (job.failed_entities or left):
        lease.update(state=DraftState.SENT, words="", closed_at=timezone.now(), next_look_at=None)
        return
    words = Phrase("The rest was loaded.")
    if left:
        words = Phrase.sentences(
            words,
            Phrase.counted(
                "{count:,} row with problems is still here.",
                "{count:,} rows with problems are still here.",
                count=left,
            ),
        )
    if job.failed_entities:
        words = Phrase.sentences(
            words,
            Phrase.counted(
                "The service refused {count:,} row.",
                "The service refused {count:,} rows.",
                count=job.failed_entities,
            ),
        )
    if refused:
        words = Phrase.sentences(words, Phrase("They are marked, with its reasons."))
    merge = Phrase("Merge the draft with the new version, and only those are left.")
    _open_again(lease, Phrase.sentences(words, merge))


def _open_again(lease: Lease, words: str) -> None:
    lease.update(
        state=DraftState.OPEN, words=words, next_look_at=None, touched_at=timezone.now(), tries=0
    )


def _come_back(lease: Lease, draft: Draft, words: str) -> None:
    """Opens a draft of which no job was made, whose end would be told."""
    with transaction.atomic():
        _open_again(lease, words)
        tell_of_draft(draft, words)


# --- what the service refused ---


def _mark_refused(draft: Draft, job: Job) -> int:
    """Marks the rows that the log of a load names, with its words; gives how many."""
    if job.failed_log is None:
        return 0
    numbers = _sent_numbers(draft)
    said: dict[int, list[str]] = {}
    try:
        with archive.open_file(job.failed_log.path) as stream:
            for row, words in _log_lines(stream.read(LOG_READ)):
                if 0 < row <= len(numbers):
                    said.setdefault(numbers[row - 1], []).append(words)
    except FileNotFoundError:
        return 0
    DraftRow.objects.filter(draft=draft).exclude(refused="").update(refused="")
    for number, reasons in said.items():
        words = " ".join(reasons)[:2000]
        DraftRow.objects.filter(draft=draft, number=number).update(refused=words)
    return len(said)


LOG_READ = 4 * 1024 * 1024  # bytes


def _log_lines(content: bytes) -> Iterator[tuple[int, str]]:
    """(row of the file, words) of a log in the form of our own server: tabs, a head."""
    head: list[str] = []
    for line in content.decode("utf-8", "replace").splitlines():
        cells = line.split("\t")
        if cells[0] == "row":
            head = cells
        elif head and len(cells) == len(head) and cells[0].isdigit():
            entry = dict(zip(head, cells, strict=True))
            words = (entry.get("property"), entry.get("problem"), entry.get("advice"))
            yield int(cells[0]), " ".join(filter(None, words))


def _sent_numbers(draft: Draft) -> list[int]:
    """The draft's rows in the order of the file that was sent; nothing has changed since."""
    sent = Sent()
    write = changes_file if draft.operation.startswith("incremental") else whole_file
    for _line in write(draft, sent, leave_out=draft.leaves_out):
        pass
    return sent.numbers


def may_send(role: Role, operation: str) -> bool:
    """Whether the role covers that way of sending."""
    return role.covers(role_for(JobKind.LOAD, operation))
