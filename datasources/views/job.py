"""One job: its steps, how it ended in words, its files, and running it again."""

from __future__ import annotations

import io
from collections.abc import Iterator
from itertools import islice
from tempfile import TemporaryFile
from typing import IO, cast
from uuid import UUID

from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from dashboard.people.access import AuthedRequest, require
from dashboard.people.models import Role
from datasources import archive, jobs
from datasources.archive import WrongFile, good_entities, open_version
from datasources.formats import FileFault, InputFormat, write_entities
from datasources.formats.output import OutputFormat
from datasources.jobs.kinds import needs_key, role_for
from datasources.models import Account, Job, JobKind, JobState, Key, StoredFile
from datasources.phrases.told import told
from datasources.views.download import result_context, result_name
from datasources.views.downloads import is_kept, safe_name, stored_download
from datasources.views.render import render_page
from datasources.views.upload import go
from datasources.views.wording import duration, job_words, next_step, outcome, who

FAILED_SHOWN = 50  # lines of the log of failed entities
LINE_SHOWN = 2_000  # characters of one
LINE_READ = 100_000


def _find(account: Account, job_id: UUID) -> Job:
    together = (
        "user",
        "data_source",
        "version__content",
        "version__archive",
        "version__data_source",
        "upload__file",
        "failed_log",
        "result",
        "again_of",
    )
    found = Job.objects.select_related(*together).prefetch_related("steps")
    return get_object_or_404(found, account=account, pk=job_id)


@require_safe
def job_page(request: AuthedRequest, account: Account, job_id: UUID) -> HttpResponse:
    """The page, or the part of it that moves while the job is open."""
    return _page(request, account, _find(account, job_id))


def _page(
    request: AuthedRequest, account: Account, job: Job, status: int = 200, refused: str = ""
) -> HttpResponse:
    needed = role_to_run(job)
    file = job.upload.file if job.upload else None
    failed_head, failed = failed_rows(job.failed_log)
    context = {
        "account": account,
        "nav_section": "jobs",
        "job": job,
        "what": job_words(job),
        "who": who(job),
        "duration": duration(job),
        "is_open": job.state in Job.OPEN,
        "file": file,
        "file_kept": is_kept(file),
        "failed_head": failed_head,
        "failed_rows": failed,
        "outcome": outcome(job),
        "next": next_step(job),
        "result_kept": is_kept(job.result),
        **result_context(job),
        "draft": job.drafts.only("name", "account_id").first() if job.upload else None,
        "reruns": list(job.reruns.order_by("-created_at")[:5]),
        "can_run_again": _may_run_again(job),
        "may_run_again": account.role.covers(needed),
        "needed_role": needed.label,
        "keys": _keys(request, account, job),
        "needs_key": needs_key(job),
        "refused": refused,
    }
    return render_page(
        request,
        "datasources/job/page.html",
        context,
        fragment="datasources/job/body.html",
        status=status,
    )


def refuse(request: AuthedRequest, account: Account, job_id: UUID, words: str) -> HttpResponse:
    """The page, saying why what was asked for was not done."""
    return _page(request, account, _find(account, job_id), 422, words)


# --- running it again ---


def role_to_run(job: Job) -> Role:
    """The role that may make a job like this one."""
    return role_for(JobKind(job.kind), job.operation)


def _may_run_again(job: Job) -> bool:
    return job.state == JobState.FAILED and job.made_here


def _keys(request: AuthedRequest, account: Account, job: Job) -> list[Key]:
    """The keys a failed job can be run again with, the one it had first."""
    if not _may_run_again(job) or not needs_key(job):
        return []
    keys = Key.objects.filter(account=account).usable_by(request.user)
    return sorted(keys, key=lambda key: key.pk != job.key_id)


@require_POST
def job_again(request: AuthedRequest, account: Account, job_id: UUID) -> HttpResponse:
    """Run a failed job again, with the key chosen."""
    job = _find(account, job_id)
    require(request.user, account.team, role_to_run(job))
    if not _may_run_again(job):
        words = gettext("Only a job that was made here and failed can be run again.")
        return _page(request, account, job, 422, words)
    chosen = request.POST.get("key", "")
    key = next((key for key in _keys(request, account, job) if str(key.pk) == chosen), None)
    if key is None and needs_key(job):
        return _page(
            request, account, job, 422, gettext("Choose an account key to run the job with.")
        )
    try:
        again = jobs.run_again(request.user, job, key)
    except jobs.JobRefused as refused:
        return _page(request, account, job, 422, str(refused))
    return go(request, reverse("job", args=[account.pk, again.pk]))


# --- files ---


def failed_rows(log: StoredFile | None) -> tuple[list[str], list[list[str]]]:
    """The head and the first rows of the log of failed entities; no head where it names no columns.

    Our server writes a tab-separated table with remarks after `#`; other services write lines.
    """
    if log is None or not is_kept(log):
        return [], []
    with archive.open_file(log.path) as stored:
        text = io.TextIOWrapper(cast(IO[bytes], stored), encoding="utf-8-sig", errors="replace")
        said = (line for line in _lines(text) if line.strip() and not line.startswith("#"))
        rows = [line.split("\t") for line in islice(said, FAILED_SHOWN + 1)]
    if rows and rows[0][0] == "row":
        return [name.capitalize() for name in rows[0]], rows[1:]
    return [], rows[:FAILED_SHOWN]


def _lines(text: io.TextIOWrapper) -> Iterator[str]:
    """Lines of a file that may hold one endless line."""
    while line := text.readline(LINE_READ):
        yield line[:LINE_SHOWN].rstrip("\r\n")


@require_safe
def job_failed_log(request: AuthedRequest, account: Account, job_id: UUID) -> HttpResponseBase:
    """The log of failed entities as the service gave it."""
    job = _find(account, job_id)
    if job.failed_log is None or not is_kept(job.failed_log):
        raise Http404
    return stored_download(job.failed_log, safe_name(f"{_named(job)} failed entities", ".txt"))


@require_safe
def job_file(request: AuthedRequest, account: Account, job_id: UUID) -> HttpResponseBase:
    """The file that was sent, as it was."""
    job = _find(account, job_id)
    file = job.upload.file if job.upload else None
    if job.upload is None or file is None or not is_kept(file):
        raise Http404
    return stored_download(file, safe_name(job.upload.file_name))


@require_safe
def job_xml(request: AuthedRequest, account: Account, job_id: UUID) -> HttpResponseBase:
    """What a download fetched, as the service gave it."""
    job, result = _fetched(account, job_id)
    return stored_download(result, result_name(job), OutputFormat.XML.content_type)


@require_safe
def job_csv(request: AuthedRequest, account: Account, job_id: UUID) -> HttpResponseBase:
    """What a download fetched, made into the CSV form of the reference."""
    job, result = _fetched(account, job_id)
    try:
        return _as_csv(job, result)
    except WrongFile as fault:
        words = str(fault)
    except FileFault as fault:
        words = fault.problem.message
    words = gettext("The file could not be made into CSV. {why} Download the XML instead.").format(
        why=told(words)
    )
    return _page(request, account, job, 422, words)


def _fetched(account: Account, job_id: UUID) -> tuple[Job, StoredFile]:
    job = _find(account, job_id)
    if job.result is None or not is_kept(job.result) or job.output_format:
        raise Http404
    return job, job.result


def _named(job: Job) -> str:
    day = job.version.made_at if job.version else job.created_at
    return f"{job.data_source_name or 'job'} {day:%Y-%m-%d}"


def _as_csv(job: Job, result: StoredFile) -> FileResponse:
    """Converted batch by batch into a temporary file, which goes when it has been sent."""
    aside = TemporaryFile()  # noqa: SIM115  the response closes it
    with open_version(result.path) as reader:
        write_entities(
            aside,
            InputFormat.CSV,
            reader.schema.without_deletes(),
            good_entities(reader),
            data_source_name=job.data_source_name,
        )
    aside.seek(0)
    response = FileResponse(
        aside,
        as_attachment=True,
        filename=safe_name(_named(job), ".csv"),
        content_type="text/csv; charset=utf-8",
    )
    response["X-Content-Type-Options"] = "nosniff"
    return response
