"""Notices and open work in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from dashboard.people.models import User
from dashboard.people.reading import number
from datasources.models import Account, Job, JobState, Notice, Upload, UploadState
from datasources.phrases.told import told
from datasources.views.wording import job_words

OPEN_UPLOADS = (UploadState.LOOKING, UploadState.WAITING, UploadState.CHECKING)
SHOWN = 50


@dataclass(frozen=True, slots=True)
class NoticeLine:
    """A notice as it is shown. `about` is the ID of the job or upload; `url` its page."""

    notice: Notice
    about: str
    title: str
    words: str
    has_failed: bool
    url: str
    link: str

    @classmethod
    def of(cls, notice: Notice) -> NoticeLine:
        return cls._job(notice, notice.job) if notice.job else cls._upload(notice)

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
    def _upload(cls, notice: Notice) -> NoticeLine:
        upload = notice.upload
        assert upload is not None  # noqa: S101  a notice is of one thing
        return cls(
            notice,
            str(upload.pk),
            _("{file}: {state}").format(file=upload.file_name, state=upload.get_state_display()),
            "",
            upload.state == UploadState.BAD,
            reverse("upload_review", args=[upload.account_id, upload.pk]),
            _("See the file"),
        )


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
    return Upload.objects.filter(user=user, account__in=visible, state__in=OPEN_UPLOADS)


def under_way(user: User) -> list[WorkLine]:
    """The person's open jobs and checks, newest first."""
    lines = [_open_job(job) for job in open_jobs(user).order_by("-created_at")[:SHOWN]]
    uploads = open_uploads(user).select_related("file").defer("report", "survey", "mapping")
    lines += [_open_upload(upload) for upload in uploads.order_by("-created_at")[:SHOWN]]
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
