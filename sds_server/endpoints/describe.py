"""Jobs of the database as jobs of the wire: their links, words and counts."""

from __future__ import annotations

from sds_server.endpoints.request import ApiRequest
from sds_server.models import LOADS, DataflowJob, JobKind, JobStatus
from sds_server.wire.envelope import WireJob, WireLink

#: Kinds that the reference answers as a DataServiceJob, without counts.
SERVICE_JOBS = (JobKind.PUBLISH, JobKind.DELETE, JobKind.ACCESS)
#: How the pages spell the role of a data source's link. The status of a load has both, for its
#: page shows the first and the reference's sample code looks for the second, letter for letter.
ROLES = ("datasource",)
LOAD_ROLES = ("datasource", "dataSource")
LIST_ROLES = ("dataSource",)
FAILED = "failed"
SUCCEEDED = "succeeded"


def self_url(request: ApiRequest, job: DataflowJob) -> str:
    """Where the job's status is; also the `Location` of the answer that accepted it."""
    if job.kind in LOADS:
        return request.url("dataflows", "LoadDataSource", job.job_id)
    if job.kind in (JobKind.ROLLBACK, JobKind.DOWNLOAD):
        return request.url("dataflows", job.kind, job.job_id)
    return request.url("data", "jobs", job.job_id, "$getstatus")


def links(
    request: ApiRequest, job: DataflowJob, roles: tuple[str, ...] = ROLES
) -> tuple[WireLink, ...]:
    """`self`; once completed the data source or the download; the log, if entities failed.

    `roles` are the spellings of the data source's link; with two it is there twice.
    """
    self_link = self_url(request, job)
    found = [WireLink("self", self_link)]
    completed = job.status == JobStatus.COMPLETED
    if completed and job.kind == JobKind.DOWNLOAD:
        found.append(WireLink("output", f"{self_link}/output/{SUCCEEDED}", SUCCEEDED))
    elif completed and job.kind != JobKind.DELETE:
        url = request.url("data", job.access_id, job.data_source_name)
        found += [WireLink(role, url, "service") for role in roles]
    if has_log(job):
        found.append(WireLink("output", f"{self_link}/output/{FAILED}", FAILED))
    return tuple(found)


def has_log(job: DataflowJob) -> bool:
    """Loads that aborted or left entities out, and aborted downloads, have an error log."""
    if job.kind not in (*LOADS, JobKind.DOWNLOAD):
        return False
    return job.status == JobStatus.ABORTED or bool(
        job.status == JobStatus.COMPLETED and job.failed and job.kind in LOADS
    )


def own_answer(
    request: ApiRequest,
    job: DataflowJob,
    *,
    status_word: str = "",
    description: str | None = None,
    with_name: bool = False,
    counted: bool | None = None,
    element: str = "",
    roles: tuple[str, ...] = (),
) -> WireJob:
    """The job as its own operations answer it: a load or a download with the caller's description,
    every other with its job word."""
    if description is None:
        described = job.kind in LOADS or job.kind == JobKind.DOWNLOAD
        description = job.description if described else job.kind
    has_counts = job.kind not in SERVICE_JOBS if counted is None else counted
    return WireJob(
        id=job.job_id,
        status=status_word or job.status,
        created_at=job.created_at,
        links=links(request, job, roles or (LOAD_ROLES if job.kind in LOADS else ROLES)),
        name=job.data_source_name if with_name else "",
        description=description,
        completed_at=job.completed_at,
        error_message=job.error_message,
        counts=(job.total, job.processed, job.failed) if has_counts else None,
        element=element,
    )


def listed(request: ApiRequest, job: DataflowJob) -> WireJob:
    """The job as the job list has it: named, described by its job word."""
    return own_answer(request, job, description=job.kind, with_name=True, roles=LIST_ROLES)
