"""Load Data Source: a file is taken in, kept, and loaded in the background.

Source: "Create a Load Data Source Job and Input Entity Data".
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction
from django.http import HttpResponseBase

from datasources.formats import InputFormat
from datasources.schema import PLAN_LIMITS, check_data_source_name
from sds_server import files, limits, outgoing
from sds_server.endpoints.describe import own_answer, self_url
from sds_server.endpoints.dispatch import jobs_answer
from sds_server.endpoints.request import ApiRequest
from sds_server.faults import bad_parameter, not_authorized, over_limit
from sds_server.models import (
    INCREMENTAL_LOADS,
    STAGING_LOADS,
    ApiKey,
    DataflowJob,
    DataSource,
    JobKind,
    JobStatus,
    SdsAccount,
    new_id,
)

OPERATIONS = {
    "complete": JobKind.COMPLETE,
    "completestaging": JobKind.COMPLETE_STAGING,
    "incremental": JobKind.INCREMENTAL,
    "incrementalstaging": JobKind.INCREMENTAL_STAGING,
    # As "Publish a Staged Data Source" has the first of them.
    "completestaged": JobKind.COMPLETE_STAGING,
    "incrementalstaged": JobKind.INCREMENTAL_STAGING,
}
MAX_DESCRIPTION = 500  # characters; ours, the reference names none


@dataclass(frozen=True, slots=True)
class LoadOrder:
    """What the caller wants loaded, checked."""

    key: ApiKey
    query_key: ApiKey | None
    name: str
    kind: JobKind
    input: InputFormat
    set_public: bool | None
    access_id: str
    description: str
    location: str  # sealed; "" where the data are in the body


def create(request: ApiRequest) -> HttpResponseBase:
    """201 with a DataflowJob; the file is kept, whole, before the answer goes out.

    What `dataLocation` names is fetched by the worker, before it loads it.
    """
    request.check_output()
    order = _read_order(request)
    _check_place(order)
    job_id = new_id()
    if order.location:
        return _answered(request, _accept(order, job_id))
    body = files.body_name(job_id)
    _check_encoding(request)
    _check_length(request, order.key.account)
    try:
        kept = files.keep_stream(request.http, body)
        if kept.size == 0:
            raise bad_parameter(
                "body", "the request holds no data to load, and no dataLocation names any"
            )
        job = _accept(order, job_id, sha256=kept.sha256)
    except BaseException:
        files.delete(body)
        raise
    return _answered(request, job)


def _answered(request: ApiRequest, job: DataflowJob) -> HttpResponseBase:
    return jobs_answer(
        request, own_answer(request, job), status=201, location=self_url(request, job)
    )


def _read_order(request: ApiRequest) -> LoadOrder:
    key = request.key()
    name = request.required("dataSourceName")
    problem = check_data_source_name(name)
    if problem is not None:
        raise bad_parameter("dataSourceName", f"{problem.message} {problem.advice}".strip())
    word = request.required("loadOperation").casefold()
    if word not in OPERATIONS:
        raise bad_parameter(
            "loadOperation",
            f'"{word}" is none of complete, completeStaging, incremental, incrementalStaging',
        )
    kind = OPERATIONS[word]
    set_public = request.flag("setPublic")
    if set_public and kind in STAGING_LOADS:
        raise bad_parameter("setPublic", "a staged data source can't be made public")
    return LoadOrder(
        key=key,
        query_key=request.query_key(key.account, key),
        name=name,
        kind=kind,
        input=_input_format(request.required("input")),
        set_public=None if kind in STAGING_LOADS else set_public,
        access_id=request.params.get("accessid", "").strip().lower(),
        description=request.params.get("description", "").strip()[:MAX_DESCRIPTION],
        location=_location(request),
    )


def _location(request: ApiRequest) -> str:
    """Where the data are to be fetched from, sealed: it may hold a signature."""
    url = request.params.pop("datalocation", "").strip()
    if not url:
        return ""
    try:
        outgoing.check_location(url)
    except outgoing.OutgoingFault as fault:
        raise bad_parameter("dataLocation", str(fault)) from None
    if request.http.read(1):
        raise bad_parameter(
            "dataLocation",
            "the request holds data in its body too; give the location or the data, not both",
        )
    return outgoing.seal(url)


def _input_format(word: str) -> InputFormat:
    try:
        return InputFormat(word.casefold())
    except ValueError:
        offered = ", ".join(item.value for item in InputFormat)
        raise bad_parameter("input", f'"{word}" is none of {offered}') from None


def _check_encoding(request: ApiRequest) -> None:
    """Gzip is seen from the data themselves, whatever the header says; no other is read."""
    encoding = request.http.META.get("HTTP_CONTENT_ENCODING", "").strip().casefold()
    if encoding not in ("", "identity", "gzip", "x-gzip"):
        raise bad_parameter(
            "Content-Encoding", "send the data as they are, or packed with gzip or in a zip file"
        )


def _check_length(request: ApiRequest, account: SdsAccount) -> None:
    limit = PLAN_LIMITS[account.plan].max_uncompressed
    length = int(request.http.META.get("CONTENT_LENGTH") or 0)
    if limit is not None and length > limit:
        raise over_limit(
            f"Limit of uncompressed data exceeded: a load may have {limit // 1024**2} MB of"
            f" uncompressed data, this request has {length / 1024**2:.0f} MB. Divide the data, or"
            " load a part and add the rest by incremental loads."
        )


def _check_place(order: LoadOrder) -> DataSource | None:
    """The data source that the load goes to, None for a new one; refusals of key, name, limits."""
    account = order.key.account
    limits.check_jobs(account)
    source = DataSource.objects.filter(account=account, folded_name=order.name.casefold()).first()
    if source is None:
        if order.kind in INCREMENTAL_LOADS:
            raise bad_parameter(
                "dataSourceName",
                f'there is no data source "{order.name}" to update; create it with'
                " loadOperation=complete",
            )
        limits.check_data_sources(account)
        return None
    if source.master_key_id != order.key.pk:
        raise not_authorized("key: this is not the master key of the data source.")
    if source.deleting:
        raise bad_parameter(
            "dataSourceName",
            f'"{source.name}" is being deleted; wait until that job is completed',
        )
    if order.access_id and order.access_id != source.access_id:
        raise bad_parameter("accessId", f'this is not the access ID of "{source.name}"')
    if order.kind in INCREMENTAL_LOADS and not _has_base(source, order.kind):
        raise bad_parameter("loadOperation", f'"{source.name}" has no published version to update')
    return source


def _has_base(source: DataSource, kind: JobKind) -> bool:
    """Whether there is, or will be once earlier jobs are done, a version to start from."""
    if source.published_id is not None:
        return True
    if kind == JobKind.INCREMENTAL_STAGING and source.staged_id is not None:
        return True
    return source.jobs.filter(status=JobStatus.PENDING).exclude(kind=JobKind.DOWNLOAD).exists()


def _accept(order: LoadOrder, job_id: str, *, sha256: str = "") -> DataflowJob:
    """The job's row, and the data source's if it is new; one load at a time is accepted."""
    with transaction.atomic():
        SdsAccount.objects.select_for_update().get(pk=order.key.account_id)
        source = _check_place(order)
        if source is None:
            source = DataSource.objects.create(
                account=order.key.account, name=order.name, master_key=order.key
            )
        return DataflowJob.objects.create(
            job_id=job_id,
            account=order.key.account,
            key=order.key,
            query_key=order.query_key,
            data_source=source,
            data_source_name=source.name,
            access_id=source.access_id,
            kind=order.kind,
            description=order.description,
            params={
                "input": order.input.value,
                "set_public": order.set_public,
                **({"location": order.location} if order.location else {"sha256": sha256}),
            },
        )
