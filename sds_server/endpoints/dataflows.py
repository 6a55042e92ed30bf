"""Dataflows beside the load itself: status, job list, rollback, download and their outputs.

Source: "Get Load Data Source Status", "Get Job List", "Rollback a Data Source Dataflow", "Create a
Download Job", "Get Download Data Source Job Status", "Get Downloaded Data".
"""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.db.models import Case, IntegerField, Q, Value, When
from django.http import FileResponse, HttpResponseBase
from django.utils import timezone

from sds_server import files, limits
from sds_server.endpoints.describe import (
    LIST_ROLES,
    SUCCEEDED,
    has_log,
    listed,
    own_answer,
    self_url,
)
from sds_server.endpoints.dispatch import jobs_answer
from sds_server.endpoints.request import ApiRequest, find_source
from sds_server.faults import Fault, bad_parameter, not_authorized, not_found
from sds_server.models import (
    LOADS,
    DataflowJob,
    DataSource,
    JobKind,
    JobStatus,
    SdsAccount,
    Version,
)
from sds_server.wire.text import XML_TYPE

LISTED_DAYS = 15
BLOCK = 64 * 1024  # bytes of a file handed over at once


def load_status(request: ApiRequest, job_id: str) -> HttpResponseBase:
    return _status(request, _find_job(request, job_id, LOADS))


def rollback_status(request: ApiRequest, job_id: str) -> HttpResponseBase:
    job = _find_job(request, job_id, (JobKind.ROLLBACK,), key_optional=True)
    return _status(request, job, with_name=True, roles=LIST_ROLES if request.wants_xml else ())


def download_status(request: ApiRequest, job_id: str) -> HttpResponseBase:
    """By the job's ID, as our links have it, or as the reference's have it by name: the latest."""
    return _status(request, _find_download(request, job_id))


def service_job_status(request: ApiRequest, job_id: str) -> HttpResponseBase:
    """`$getstatus`: a DataServiceJob in XML; in JSON a DataflowJob, as a real client casts to it."""
    kinds = (JobKind.PUBLISH, JobKind.ACCESS, JobKind.DELETE)
    job = _find_job(request, job_id, kinds, key_optional=True)
    return _status(request, job, with_name=True, counted=not request.wants_xml)


def _status(
    request: ApiRequest,
    job: DataflowJob,
    *,
    with_name: bool = False,
    counted: bool | None = None,
    roles: tuple[str, ...] = (),
) -> HttpResponseBase:
    request.check_output()
    answer = own_answer(request, job, with_name=with_name, counted=counted, roles=roles)
    errors: tuple[str, ...] = ()
    if job.status == JobStatus.ABORTED:
        errors = tuple(job.error_details) or (job.error_message,)
    return jobs_answer(request, answer, errors=errors)


def _find_job(
    request: ApiRequest, job_id: str, kinds: tuple[JobKind, ...], *, key_optional: bool = False
) -> DataflowJob:
    """The job, if the key may see it: the key that started it, or its data source's master key.

    The status links of publishing and rolling back are polled without a key by a real client;
    there none is needed, and a wrong one is refused all the same.
    """
    key = None if key_optional and not request.has_key else request.key()
    job = (
        DataflowJob.objects.select_related("data_source")
        .filter(job_id=job_id.lower(), kind__in=kinds)
        .first()
    )
    if job is None:
        raise not_found("There is no such job. Jobs are kept for 15 days.")
    if key is not None:
        allowed = {job.key_id}
        if job.data_source is not None:
            allowed.add(job.data_source.master_key_id)
        if key.pk not in allowed:
            raise not_authorized("key: this is not the master key of the job's data source.")
    return job


def _find_download(request: ApiRequest, job_or_name: str) -> DataflowJob:
    key = request.key()
    named = DataflowJob.objects.filter(kind=JobKind.DOWNLOAD, job_id=job_or_name.lower())
    if named.exists():
        return _find_job(request, job_or_name, (JobKind.DOWNLOAD,))
    job = (
        DataflowJob.objects.filter(
            kind=JobKind.DOWNLOAD, key=key, data_source__folded_name=job_or_name.casefold()
        )
        .order_by("-pk")
        .first()
    )
    if job is None:
        raise not_found("There is no such download. Downloads are kept for 15 days.")
    return job


def list_jobs(request: ApiRequest) -> HttpResponseBase:
    """The account's jobs of the last 15 days, pending first, then the latest; no downloads.

    A job that has waited for longer is in process still, and stays.
    """
    request.check_output()
    account = request.key().account
    since = timezone.now() - timedelta(days=LISTED_DAYS)
    pending_first = Case(
        When(status=JobStatus.PENDING, then=Value(0)), default=Value(1), output_field=IntegerField()
    )
    jobs = (
        DataflowJob.objects.filter(account=account)
        .filter(Q(created_at__gte=since) | Q(status=JobStatus.PENDING))
        .exclude(kind=JobKind.DOWNLOAD)
        .order_by(pending_first, "-pk")
    )
    return jobs_answer(request, *(listed(request, job) for job in jobs))


def roll_back(request: ApiRequest, version_job_id: str, name: str) -> HttpResponseBase:
    """201 with a DataflowJob that will make an earlier version the published one again."""
    request.check_output()
    key = request.key()
    source = DataSource.objects.filter(
        account=key.account, folded_name=name.casefold(), versions__job_id=version_job_id.lower()
    ).first()
    if source is None:
        raise not_found(f'There is no version of "{name}" with this job ID.')
    request.master_key(source)
    version = source.versions.get(job_id=version_job_id.lower())
    if version.pk == source.published_id:
        raise bad_parameter("previousVersionJobId", "this version is the published one already")
    if version.pk == source.staged_id:
        raise bad_parameter("previousVersionJobId", "this version is staged: publish it instead")
    job = accept(request, source, JobKind.ROLLBACK, {"version": version.job_id})
    word = "Created" if request.wants_xml else "Pending"
    answer = own_answer(request, job, status_word=word, with_name=not request.wants_xml)
    return jobs_answer(request, answer, status=201, location=self_url(request, job))


def accept(
    request: ApiRequest,
    source: DataSource,
    kind: JobKind,
    params: dict[str, object],
    description: str = "",
) -> DataflowJob:
    """A job on a data source, within the plan's limits and not while it is being deleted."""
    key = request.master_key(source)
    with transaction.atomic():
        SdsAccount.objects.select_for_update().get(pk=source.account_id)
        if kind != JobKind.DOWNLOAD:
            limits.check_jobs(source.account)
        locked = DataSource.objects.filter(pk=source.pk).first()
        if locked is None:
            raise not_found(f'There is no data source "{source.name}" any more.')
        if locked.deleting:
            raise Fault(400, f'dataSourceName: "{source.name}" is being deleted.')
        if kind == JobKind.DELETE and not params.get("staged"):
            DataSource.objects.filter(pk=source.pk).update(deleting=True)
        return DataflowJob.objects.create(
            account=source.account,
            key=key,
            data_source=source,
            data_source_name=source.name,
            access_id=source.access_id,
            kind=kind,
            params=params,
            description=description,
        )


def download(request: ApiRequest, access_id: str, name: str) -> HttpResponseBase:
    """201 with a DataflowJob that will write the published, or the named, version as XML."""
    request.check_output()
    request.key()
    source = find_source(access_id, name)
    request.master_key(source)
    version = _version_to_download(request, source)
    job = accept(request, source, JobKind.DOWNLOAD, {"version": version.job_id})
    return jobs_answer(
        request, own_answer(request, job), status=201, location=self_url(request, job)
    )


def _version_to_download(request: ApiRequest, source: DataSource) -> Version:
    job_id = request.params.get("jobid", "").strip().lower()
    if job_id:
        version = source.versions.filter(job_id=job_id).first()
        if version is None:
            raise not_found(f'There is no version of "{source.name}" with this job ID.')
        return version
    if source.published is None:
        raise not_found(f'"{source.name}" has no published version; name a version by its jobId.')
    return source.published


def download_output(request: ApiRequest, job_id: str, output: str) -> HttpResponseBase:
    """The file of a completed download, or the log of an aborted one."""
    job = _find_download(request, job_id)
    if output.casefold() != SUCCEEDED:
        return _log(job)
    if job.status != JobStatus.COMPLETED:
        raise not_found("The job has no such output.")
    name = files.download_name(job.job_id)
    return _file(name, job.params.get("sha256", ""), XML_TYPE, f"{job.data_source_name}.xml")


def load_output(request: ApiRequest, job_id: str, output: str) -> HttpResponseBase:
    """The log of a load's failed entities."""
    job = _find_job(request, job_id, LOADS)
    if output.casefold() == SUCCEEDED:
        raise not_found("A load has no such output.")
    return _log(job)


def _log(job: DataflowJob) -> HttpResponseBase:
    if not has_log(job):
        raise not_found("The job has no such output.")
    name = files.log_name(job.job_id)
    return _file(name, "", "text/plain; charset=utf-8", f"{job.data_source_name}-failed.txt")


def _file(name: str, sha256: str, content_type: str, saved_as: str) -> HttpResponseBase:
    """A file of a job. A damaged one never comes whole."""
    try:
        stream = files.opened(name, sha256)
    except FileNotFoundError:
        raise not_found("The job has no such output.") from None
    response = FileResponse(stream, content_type=content_type, filename=saved_as)
    # Read by the thread of this request: a bucket may take its time, and waitress reads files in
    # the one thread that serves all connections.
    response.file_to_stream = None
    response.block_size = BLOCK
    return response
