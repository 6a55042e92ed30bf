"""Comparisons in the background: a version, or an upload, against a version.

state     | what is done                                              | next
----------|-----------------------------------------------------------|---------------------
FETCHING  | a version is downloaded, by an ordinary download job      | WAITING, FAILED
WAITING   | versions whose file is kept are archived                  | RUNNING
RUNNING   | the upload's file is read, both are compared, and the     | DONE, FAILED
          | differences kept                                          |
"""

from __future__ import annotations

import logging
import tempfile
import time
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from dashboard.people.models import Role, User
from datasources import archive
from datasources.checks.compare import Summary, compare
from datasources.formats import FileFault
from datasources.formats.geopackage import GeoPackageFault
from datasources.jobs.difference import offer
from datasources.jobs.keep import keep_file
from datasources.jobs.leases import Lease, LeaseLostError, take
from datasources.jobs.queue import enqueue
from datasources.jobs.reach import Reach, begin, bring
from datasources.jobs.refused import JobRefused
from datasources.jobs.stack import fill_stack
from datasources.jobs.start import SWEEP_AFTER
from datasources.jobs.steps import in_seconds
from datasources.jobs.telling import tell_of_comparison
from datasources.models import (
    Comparison,
    ComparisonState,
    DataSource,
    Upload,
    UploadState,
    Version,
    VersionState,
)
from datasources.phrases import Phrase

log = logging.getLogger("cairn.jobs")
TRIES = 3
EVERY = 0.25  # seconds between two notes of progress
LOOK_AGAIN = 1.0  # seconds, while a download or an archiving is under way
_AGAIN = Phrase("compare again")


def start_comparison(
    user: User,
    base: Version,
    *,
    version: Version | None = None,
    upload: Upload | None = None,
    anew: bool = False,
    unasked: bool = False,
) -> Comparison:
    """Has a version, or an upload's file, compared with `base`; the one there is, if it holds.

    With `anew` it is made again in any case, as when the upload's file was mended. What is not kept
    here is downloaded first, with a key that the person may use. The person is told of its end,
    unless it is made `unasked`. Raises PermissionDenied for who may not see the account, JobRefused
    where the two are no pair.
    """
    source = base.data_source
    account = source.account
    role = account.role_of(user)
    if role is None or not role.covers(Role.VIEWER):
        raise PermissionDenied(
            Phrase(
                "This needs the role {role} in {team}.", role=Role.VIEWER.label, team=account.team
            )
        )
    if version is not None and (version.pk == base.pk or version.data_source_id != source.pk):
        raise JobRefused(Phrase("Choose two different versions of one data source."))
    if upload is not None and upload.account_id != account.pk:
        raise JobRefused(Phrase("The upload is one of another account."))
    found, is_new = Comparison.objects.get_or_create(
        base=base, version=version, upload=upload, defaults={"account": account}
    )
    with transaction.atomic():
        # Read anew: it may be ending just now, and tell those who asked.
        found = Comparison.objects.select_for_update().get(pk=found.pk)
        if is_new or anew or _is_over(found):
            found.state, found.words, found.tries = ComparisonState.WAITING, "", 0
            found.next_look_at = in_seconds(SWEEP_AFTER)
            _fetch_what_is_missing(user, found)
            found.save()
        if found.state in Comparison.OPEN:
            from datasources.jobs.tasks import compare_versions

            if not unasked:
                found.askers.add(user)
            transaction.on_commit(lambda: enqueue(compare_versions, found.pk))
    return found


def replaced_by(upload: Upload) -> Version | None:
    """The version that people compare an upload with: the published one, also before it is staged.

    Only where nothing was ever published is it the staged one.
    """
    source = _source_of(upload)
    if source is None:
        return None
    standing = {version.state: version for version in source.versions.order_by("made_at")}
    return standing.get(VersionState.PUBLISHED) or standing.get(VersionState.STAGED)


def after_check(upload: Upload) -> None:
    """Compares a checked file with what it would replace, if it updates a data source."""
    if upload.state != UploadState.GOOD or upload.sent_file is None:
        return
    base = replaced_by(upload)
    if base is None:
        return
    try:
        start_comparison(upload.user, base, upload=upload, anew=True, unasked=True)
    except PermissionDenied:  # who brought it has left the team since
        return


def run_comparison(comparison_id: int) -> None:
    """Takes a comparison on, unless somebody else is at it or it is over."""
    found = Comparison.objects.filter(pk=comparison_id).first()
    if found is None:
        return
    with take(found) as lease:
        if lease is None or found.state not in Comparison.OPEN:
            return
        try:
            _go(lease, found)
        except LeaseLostError:
            log.warning("Comparison %s was taken over by another worker", found.pk)
    if found.version_id is not None:
        fill_stack(found.base.data_source_id)


def _source_of(upload: Upload) -> DataSource | None:
    return upload.account.data_sources.filter(name=upload.data_source_name, gone_at=None).first()


def _is_over(found: Comparison) -> bool:
    """Whether it has to be made again: it failed, or its differences are no longer kept."""
    if found.state == ComparisonState.FAILED:
        return True
    if found.state != ComparisonState.DONE:
        return False
    return found.file is None or not archive.is_held(found.file.path, found.file.size)


def _sides(found: Comparison) -> list[Version]:
    return [side for side in (found.base, found.version) if side is not None]


def _fetch_what_is_missing(user: User, found: Comparison) -> None:
    """Starts the downloads it takes; says in words why it cannot be done, if so."""
    for side in _sides(found):
        reached, words = begin(user, side, _AGAIN)
        if reached is Reach.OUT:
            found.state, found.words = ComparisonState.FAILED, words
            found.next_look_at, found.ended_at = None, timezone.now()
            return
        if reached is Reach.FETCHING:
            found.state, found.words = ComparisonState.FETCHING, words


def _go(lease: Lease, found: Comparison) -> None:
    for side in _sides(found):
        if not _is_ready(lease, found, side):
            return
    lease.update(
        state=ComparisonState.RUNNING,
        words="",
        tries=found.tries + 1,
        next_look_at=in_seconds(settings.LEASE_SECONDS),
    )
    if found.tries > TRIES:  # whoever compared them was killed, more than once
        _fail(lease, found, Phrase("The comparison was interrupted several times. Compare again."))
        return
    try:
        with tempfile.TemporaryDirectory(dir=settings.FILE_UPLOAD_TEMP_DIR) as folder:
            _run(lease, found, Path(folder))
    except FileNotFoundError:
        _fail(
            lease,
            found,
            Phrase("A file that it takes is no longer kept here. Compare again, or bring it anew."),
        )
    except FileFault as fault:
        _fail(lease, found, Phrase.sentences(fault.problem.message, fault.problem.advice))
    except (GeoPackageFault, archive.WrongFile) as error:
        _fail(lease, found, str(error))


def _is_ready(lease: Lease, found: Comparison, side: Version) -> bool:
    """Whether a version is archived; archives it, waits for its download, or gives up."""
    reached, words = bring(side, _AGAIN)
    if reached is Reach.ELSEWHERE:
        lease.update(next_look_at=in_seconds(LOOK_AGAIN))
    elif reached is Reach.FETCHING:
        lease.update(state=ComparisonState.FETCHING, next_look_at=in_seconds(LOOK_AGAIN))
    elif reached is Reach.OUT:
        _fail(lease, found, words)
    return reached is Reach.HERE


def _fail(lease: Lease, found: Comparison, words: str) -> None:
    _end(lease, found, ComparisonState.FAILED, words=words)


def _end(lease: Lease, found: Comparison, state: ComparisonState, **values: Any) -> None:
    with transaction.atomic():
        lease.update(state=state, ended_at=timezone.now(), next_look_at=None, **values)
        tell_of_comparison(found)


def _run(lease: Lease, found: Comparison, folder: Path) -> None:
    noting = _Noting(lease)
    out = folder / "differences.gpkg"
    base = _archive_of(found.base)
    with archive.local_file(base) as older:
        if found.version is not None:
            with archive.local_file(_archive_of(found.version)) as newer:
                summary = compare(Path(older), Path(newer), out, progress=noting.compared)
            extra: dict[str, Any] = {}
        else:
            summary, extra = _run_upload(found, Path(older), folder, out, noting)
    if _was_mended(found.upload):
        lease.update(state=ComparisonState.WAITING, next_look_at=timezone.now())
        return
    with out.open("rb") as opened:
        kept = keep_file(found.account, opened)
    _end(
        lease,
        found,
        ComparisonState.DONE,
        words="",
        summary=summary.as_json() | extra,
        file=kept,
    )


def _run_upload(
    found: Comparison, older: Path, folder: Path, out: Path, noting: _Noting
) -> tuple[Summary, dict[str, Any]]:
    upload = found.upload
    if upload is None or upload.sent_file is None:
        raise FileNotFoundError
    newer = folder / "upload.gpkg"
    incremental = upload.operation.startswith("incremental")
    archive.write_geopackage(
        upload.sent_file.path,
        newer,
        type_name=found.base.data_source.entity_type,
        incremental=incremental,
        progress=noting.read,
    )
    summary = compare(older, newer, out, incremental=incremental, progress=noting.compared)
    return summary, offer(upload, summary, newer, out)


def _was_mended(upload: Upload | None) -> bool:
    """Whether what the upload sends has become another file since it was read."""
    if upload is None:
        return False
    now = Upload.objects.select_related("file", "prepared").get(pk=upload.pk)
    return now.sent_file != upload.sent_file


def _archive_of(version: Version) -> str:
    if version.archive is None:
        raise FileNotFoundError
    return version.archive.path


class _Noting:
    """Writes the progress into the row, some times a second."""

    def __init__(self, lease: Lease) -> None:
        self.lease = lease
        self.noted = time.monotonic()

    def read(self, entities: int) -> None:
        self._note(
            Phrase.counted(
                "{count:,} entity of the file is read.",
                "{count:,} entities of the file are read.",
                count=entities,
            )
        )

    def compared(self, done: int, total: int) -> None:
        self._note(Phrase("{done:,} of {total:,} differences are written.", done=done, total=total))

    def _note(self, words: str) -> None:
        now = time.monotonic()
        if now - self.noted >= EVERY:
            self.noted = now
            self.lease.update(words=words)
