"""Data sources: what there is, metadata, the public directory; publish, access, delete.

Source: "Get Data Source Information", "Get All Public Data Sources", "Publish a Staged Data
Source", "Make a Data Source Public", "Delete a Data Source".
"""

from __future__ import annotations

from django.http import HttpResponse, HttpResponseBase

from sds_server.endpoints.dataflows import accept
from sds_server.endpoints.describe import own_answer, self_url
from sds_server.endpoints.dispatch import jobs_answer, json_response
from sds_server.endpoints.request import FALSE, ApiRequest, find_source
from sds_server.faults import bad_parameter, not_authorized, not_found
from sds_server.models import DataSource, JobKind, Version
from sds_server.wire.edmx import Described, metadata_document
from sds_server.wire.service import (
    DISCLAIMER,
    SERVICE_TYPE,
    Workspace,
    directory_json,
    service_document,
    source_json,
    sources_json,
)
from sds_server.wire.text import XML_TYPE, brand


def list_sources(request: ApiRequest) -> HttpResponseBase:
    """The account's data sources; one that is only staged is listed and marked as such."""
    request.check_format()
    account = request.key().account
    sources = DataSource.objects.filter(account=account).select_related("published", "staged")
    found = [_current(request, source) for source in sources]
    workspaces = [workspace for workspace in found if workspace is not None]
    if request.wants_odata_json:
        return json_response(request, sources_json(workspaces, brand()))
    return _service(workspaces)


def one_source(request: ApiRequest, access_id: str, name: str) -> HttpResponseBase:
    """One data source; with `showAllVersions` a workspace for each of its versions."""
    request.check_format()
    source, own = _readable(request, access_id, name)
    current = _current(request, source)
    if current is None:
        raise not_found(f'The data source "{source.name}" has no version yet.')
    if request.wants_odata_json:
        return json_response(request, source_json(current, brand()))
    if not (own and _all_versions(request)):
        return _service([current])
    return _service([_version_workspace(request, source, item) for item in _stack(source)])


def all_metadata(request: ApiRequest) -> HttpResponseBase:
    account = request.key().account
    sources = DataSource.objects.filter(account=account).select_related("published", "staged")
    return _metadata([item for source in sources for item in _described(source, everything=False)])


def one_metadata(request: ApiRequest, access_id: str, name: str) -> HttpResponseBase:
    source, own = _readable(request, access_id, name)
    return _metadata(_described(source, everything=own and _all_versions(request)))


def public_directory(request: ApiRequest) -> HttpResponseBase:
    """Every public data source of this service, to any valid key."""
    request.check_format()
    request.key()
    sources = DataSource.objects.filter(is_public=True, published__isnull=False)
    workspaces = [
        Workspace(
            name=source.name,
            entity_type=source.published.entity_type,
            query_url=_query_url(request, source, source.published),
            is_public=True,
            uploaded=source.published.uploaded_at,
            updated=source.published.updated_at,
            disclaimer=DISCLAIMER,
        )
        for source in sources.select_related("published")
        if source.published is not None
    ]
    if request.wants_odata_json:
        return json_response(request, directory_json(workspaces, brand()))
    return _service(workspaces)


def publish(request: ApiRequest, access_id: str, name: str) -> HttpResponseBase:
    """202 with a DataServiceJob that will make the staged version the published one."""
    request.check_output()
    source = _own(request, access_id, name)
    if source.staged is None:
        raise not_found(f'"{source.name}" has no staged version to publish.')
    job = accept(request, source, JobKind.PUBLISH, {"version": source.staged.job_id})
    answer = own_answer(request, job, status_word="Accepted")
    return jobs_answer(request, answer, status=202, location=self_url(request, job))


def update(request: ApiRequest, access_id: str, name: str) -> HttpResponseBase:
    """201 with a DataServiceJob that will make the data source public or private."""
    request.check_output()
    source = _own(request, access_id, name)
    public = request.flag("setPublic")
    if public is None:
        raise bad_parameter("setPublic", "this parameter is missing; the values are 1 and 0")
    job = accept(request, source, JobKind.ACCESS, {"set_public": public})
    words = f'Data source "{source.name}" set {"public" if public else "private"}'
    answer = own_answer(request, job, status_word="Created", description=words, element="Resource")
    return jobs_answer(request, answer, status=201, location=self_url(request, job))


def delete(request: ApiRequest, access_id: str, name: str) -> HttpResponseBase:
    """202 without a body; a job deletes the data source, or its staged version alone."""
    source = _own(request, access_id, name)
    staged = bool(request.flag("isStaging", "isStaged"))
    if staged and source.staged is None:
        raise not_found(f'"{source.name}" has no staged version to delete.')
    accept(request, source, JobKind.DELETE, {"staged": staged})
    response = HttpResponse(status=202)
    del response.headers["Content-Type"]  # of a body that there is not
    return response


def _own(request: ApiRequest, access_id: str, name: str) -> DataSource:
    """The data source, to its master key alone."""
    request.key()
    source = find_source(access_id, name)
    request.master_key(source)
    return source


def _readable(request: ApiRequest, access_id: str, name: str) -> tuple[DataSource, bool]:
    """The data source, and whether the key is of its account.

    A public data source is shown to any valid key, but no version beside the published one.
    """
    key = request.key()
    source = find_source(access_id, name)
    own = key.account_id == source.account_id
    if not own and not (source.is_public and source.published_id is not None):
        raise not_authorized("key: this key belongs to another account than the data source.")
    return source, own


def _all_versions(request: ApiRequest) -> bool:
    """The page names true and false, its example says 3: anything but no means yes."""
    word = request.params.get("showallversions", "").strip().casefold()
    return bool(word) and word not in FALSE


def _stack(source: DataSource) -> list[Version]:
    """The published version, the staged one, and the earlier ones, the newest first."""
    first = [version for version in (source.published, source.staged) if version is not None]
    return [*first, *source.earlier_versions()]


def _query_url(request: ApiRequest, source: DataSource, version: Version) -> str:
    return request.url("data", source.access_id, source.name, version.entity_type)


def _current(request: ApiRequest, source: DataSource) -> Workspace | None:
    """The published version with the few facts of the plain list; else the staged one, marked."""
    if source.published is None:
        staged = source.staged
        return None if staged is None else _version_workspace(request, source, staged)
    return Workspace(
        name=source.name,
        entity_type=source.published.entity_type,
        query_url=_query_url(request, source, source.published),
        is_public=source.is_public,
        updated=source.published.updated_at,
    )


def _version_workspace(request: ApiRequest, source: DataSource, version: Version) -> Workspace:
    staged = version.pk == source.staged_id
    return Workspace(
        name=source.name,
        entity_type=version.entity_type,
        query_url=_query_url(request, source, version),
        is_public=source.is_public and not staged,
        is_staging=staged,
        is_active=version.pk == source.published_id,
        uploaded=version.uploaded_at if staged else None,
        updated=None if staged else version.updated_at,
        job_id=version.job_id,
    )


def _described(source: DataSource, *, everything: bool) -> list[Described]:
    versions = _stack(source) if everything else _stack(source)[:1]
    return [
        Described(
            name=source.name,
            schema=version.schema,
            is_public=source.is_public and version.pk != source.staged_id,
            job_id=version.job_id,
        )
        for version in versions
    ]


def _service(workspaces: list[Workspace]) -> HttpResponse:
    return HttpResponse(service_document(workspaces, brand()), content_type=SERVICE_TYPE)


def _metadata(versions: list[Described]) -> HttpResponse:
    return HttpResponse(metadata_document(versions), content_type=XML_TYPE)
