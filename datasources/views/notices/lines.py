"""Notices and open work in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from dashboard.people.models import User
from dashboard.people.reading import day, exact, number
from datasources.models import (
    Account,
    Comparison,
    ComparisonState,
    Draft,
    DraftState,
    Job,
    JobState,
    Lookup,
    LookupState,
    Notice,
    Upload,
    UploadState,
)
from datasources.phrases.told import told
from datasources.views.wording import job_words, lookup_words

OPEN_UPLOADS = (UploadState.LOOKING, UploadState.WAITING, UploadState.CHECKING)
SHOWN = 50


@dataclass(frozen=True, slots=True)
class NoticeLine:
    """A notice as it is shown. `about` is the ID of what ended; `url` its page."""

    notice: Notice
    about: str
    title: str
    words: str
    has_failed: bool
    url: str
    link: str

    @classmethod
    def of(cls, notice: Notice) -> NoticeLine:
        if notice.job is not None:
            return cls._job(notice, notice.job)
        if notice.upload is not None:
            return cls._upload(notice, notice.upload)
        if notice.comparison is not None:
            return cls._comparison(notice, notice.comparison)
        if notice.lookup is not None:
            return cls._lookup(notice, notice.lookup)
        assert notice.draft is not None  # noqa: S101  a notice is of one thing
        return cls._draft(notice, notice.draft)

    @classmethod
    def _job(cls, notice: Notice, job: Job) -> NoticeLine:
        has_failed = job.state == JobState.FAILED
        return cls(
            notice,
            str(job.pk),
            _("{source}: {what} ({state})").format(
                source=job.data_source_name, what=job_words(job), state=job.get_state_display()
            ),
            told(job.error_words) if has_failed else "",
            has_failed,
            reverse("job", args=[job.account_id, job.pk]),
            _("See the job"),
        )

    @classmethod
    def _upload(cls, notice: Notice, upload: Upload) -> NoticeLine:
        return cls(
            notice,
            str(upload.pk),
            _("{file}: {state}").format(file=upload.file_name, state=upload.get_state_display()),
            "",
            upload.state == UploadState.BAD,
            reverse("upload_review", args=[upload.account_id, upload.pk]),
            _("See the file"),
        )

    @classmethod
    def _comparison(cls, notice: Notice, found: Comparison) -> NoticeLine:
        has_failed = found.state == ComparisonState.FAILED
        title = f"{_compared(found)} ({found.get_state_display()})"
        return cls(
            notice,
            str(found.pk),
            title,
            told(found.words) if has_failed else "",
            has_failed,
            _comparison_url(found),
            _("See the comparison"),
        )

    @classmethod
    def _draft(cls, notice: Notice, draft: Draft) -> NoticeLine:
        has_failed = bool(notice.words)
        if not has_failed:
            state = _("ready to be edited")
        elif draft.base_file_id is None:
            state = _("could not be prepared")
        else:
            state = _("was not sent")
        return cls(
            notice,
            str(draft.pk),
            f"{_named(draft)}: {state}",
            told(notice.words),
            has_failed,
            reverse("draft", args=[draft.account_id, draft.pk]),
            _("See the draft"),
        )

    @classmethod
    def _lookup(cls, notice: Notice, found: Lookup) -> NoticeLine:
        return cls(
            notice,
            str(found.pk),
            f"{_looked_up(found)} ({found.get_state_display()})",
            lookup_words(found),
            found.state == LookupState.FAILED,
            _lookup_url(found),
            _("See what was found"),
        )


def _compared(found: Comparison) -> str:
    """What is compared, as a title: "StoresEU: the versions of 3 May 2026 and of 4 May 2026"."""
    if found.upload is not None:
        return _("{file}: comparison").format(file=found.upload.file_name)
    times = [found.base.made_at, (found.version or found.base).made_at]
    older, newer = map(day, times)
    if older == newer:
        older, newer = map(exact, times)
    return _("{source}: versions of {older} and {newer}").format(
        source=found.base.data_source.name, older=older, newer=newer
    )


def _comparison_url(found: Comparison) -> str:
    if found.upload_id is not None:
        return reverse("upload_review", args=[found.account_id, found.upload_id])
    page = reverse("compare", args=[found.account_id, found.base.data_source_id])
    return f"{page}?base={found.base_id}&other={found.version_id}"


def _named(draft: Draft) -> str:
    return draft.name or _("Draft of {source}").format(source=draft.data_source.name)


def _looked_up(found: Lookup) -> str:
    return f"{_named(found.draft)}: {found.get_kind_display()}"


def _lookup_url(found: Lookup) -> str:
    page = reverse("draft", args=[found.draft.account_id, found.draft_id])
    return f"{page}?panel=locate&kind={found.kind}"


@dataclass(frozen=True, slots=True)
class WorkLine:
    """A piece of work under way; `share` is how much of it is done, None where nobody knows."""

    title: str
    state: str
    state_words: str
    progress: str
    share: float | None
    since: datetime
    url: str


def open_jobs(user: User) -> QuerySet[Job]:
    visible = Account.objects.visible_to(user)
    return Job.objects.filter(user=user, account__in=visible, state__in=Job.OPEN)


def open_uploads(user: User) -> QuerySet[Upload]:
    visible = Account.objects.visible_to(user)
    uploads = Upload.objects.filter(user=user, account__in=visible, state__in=OPEN_UPLOADS)
    return uploads.filter(drafts=None)  # those are a step of their draft's sending


def open_comparisons(user: User) -> QuerySet[Comparison]:
    """Those that the person asked for."""
    visible = Account.objects.visible_to(user)
    return Comparison.objects.filter(askers=user, account__in=visible, state__in=Comparison.OPEN)


def open_drafts(user: User) -> QuerySet[Draft]:
    """Those that are made ready, or sent; once a job loads them, that one is shown."""
    visible = Account.objects.visible_to(user)
    busy = Q(state=DraftState.PREPARING) | Q(state=DraftState.SENDING, job=None)
    return Draft.objects.filter(busy, owner=user, account__in=visible)


def open_lookups(user: User) -> QuerySet[Lookup]:
    """Those in the person's open drafts."""
    visible = Account.objects.visible_to(user)
    running = Lookup.objects.filter(state=LookupState.RUNNING, draft__state=DraftState.OPEN)
    return running.filter(draft__owner=user, draft__account__in=visible)


def open_work(user: User) -> list[tuple[QuerySet[Any], str]]:
    """All that is under way for the person, kind by kind, with the field that holds them."""
    return [
        (open_jobs(user), "user"),
        (open_uploads(user), "user"),
        (open_comparisons(user), "askers"),
        (open_drafts(user), "owner"),
        (open_lookups(user), "draft__owner"),
    ]


def under_way(user: User) -> list[WorkLine]:
    """The person's open jobs, checks, comparisons, drafts and lookups, newest first."""
    lines = [_open_job(job) for job in open_jobs(user).order_by("-created_at")[:SHOWN]]
    uploads = open_uploads(user).select_related("file").defer("report", "survey", "mapping")
    lines += [_open_upload(upload) for upload in uploads.order_by("-created_at")[:SHOWN]]
    compared = open_comparisons(user).select_related("base__data_source", "version", "upload")
    compared = compared.defer("summary", "upload__report", "upload__survey", "upload__mapping")
    lines += [_open_comparison(one) for one in compared.order_by("-created_at")[:SHOWN]]
    drafts = open_drafts(user).select_related("data_source", "upload").defer("columns")
    lines += [_open_draft(draft) for draft in drafts.order_by("-created_at")[:SHOWN]]
    lookups = open_lookups(user).select_related("draft__data_source").defer("draft__columns")
    lines += [_open_lookup(one) for one in lookups.order_by("-started_at")[:SHOWN]]
    return sorted(lines, key=lambda line: line.since, reverse=True)


def _open_job(job: Job) -> WorkLine:
    done, total = job.processed_entities, job.total_entities
    counted = _("{done} of {total} entities")
    return WorkLine(
        f"{job.data_source_name}: {job_words(job)}",
        job.state,
        job.get_state_display(),
        counted.format(done=number(done or 0), total=number(total)) if total else "",
        (done or 0) / total if total else None,
        job.created_at,
        reverse("job", args=[job.account_id, job.pk]),
    )


def _open_upload(upload: Upload) -> WorkLine:
    size = upload.file.size if upload.file else 0
    rows = upload.rows_checked
    return WorkLine(
        upload.file_name,
        upload.state,
        upload.get_state_display(),
        _("{count} rows looked at").format(count=number(rows)) if rows else "",
        min(1.0, upload.bytes_checked / size) if size and rows else None,
        upload.created_at,
        reverse("upload_review", args=[upload.account_id, upload.pk]),
    )


def _open_comparison(found: Comparison) -> WorkLine:
    return WorkLine(
        _compared(found),
        found.state,
        found.get_state_display(),
        told(found.words),
        None,
        found.created_at,
        _comparison_url(found),
    )


def _open_draft(draft: Draft) -> WorkLine:
    rows = draft.upload.rows_checked if draft.upload else 0
    looked = _("{count} rows looked at").format(count=number(rows)) if rows else ""
    return WorkLine(
        _named(draft),
        draft.state,
        draft.get_state_display(),
        told(draft.words) or looked,
        None,
        draft.touched_at,
        reverse("draft", args=[draft.account_id, draft.pk]),
    )


def _open_lookup(found: Lookup) -> WorkLine:
    return WorkLine(
        _looked_up(found),
        found.state,
        found.get_state_display(),
        lookup_words(found) if found.total else "",
        found.done / found.total if found.total else None,
        found.started_at,
        _lookup_url(found),
    )
