"""The client of the Spatial Data Services API: a method an operation, typed answers.

Operations and spellings: the reference's pages on the Data Source Management API, "Get Job List"
and the Query API. Jobs are asked for in JSON, data sources in Atom (their JSON lacks the access
ID), metadata is EDMX; an answer in the other form is read as well.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self
from urllib.parse import parse_qsl, urlsplit

from datasources.api import links, parse_xml, reading
from datasources.api.errors import BadAnswer, ServiceError
from datasources.api.exchange import Answer, Request
from datasources.api.query import QueryOptions, SpatialFilter, url_and_params
from datasources.api.scrub import Secret
from datasources.api.transport import MAX_FETCH, Transport
from datasources.api.types import (
    QueryAnswer,
    RemoteJob,
    RemoteSchema,
    RemoteVersion,
    Told,
)
from datasources.phrases import Phrase

#: Seconds for connecting (also between two pieces of the body) and for the answer to a load: the
#: service may look at the whole file before it answers.
LOAD_TIMEOUT = (30.0, 300.0)
_CONTENT_TYPES = {
    "xml": "application/xml",
    "kml": "application/xml",
    "shp": "application/octet-stream",
}


class Client:
    """One account of one service, asked with one key; to be used by one thread at a time.

    base_url: the service's address, up to and with `/REST/v1`. key: what every operation is asked
    with; query_key: for queries, if they need another. timeout: seconds for connecting and for
    each wait for data. attempts: how often what changes nothing is tried. sleep: for tests.

    Every method raises `ServiceError` or one of its kinds. Keys appear in none of them, in no repr
    and in no log line.
    """

    def __init__(
        self,
        base_url: str,
        key: str,
        *,
        query_key: str | None = None,
        timeout: tuple[float, float] = (5, 60),
        attempts: int = 3,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._key = Secret(key)
        self._query_key = Secret(query_key) if query_key else self._key
        self._transport = Transport(
            base_url,
            timeout=timeout,
            secrets=(self._key, self._query_key),
            attempts=attempts,
            sleep=sleep,
        )
        self.base_url = self._transport.base_url

    def __repr__(self) -> str:
        return f"Client({self.base_url!r})"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Give up the kept connections."""
        self._transport.close()

    # Changes: each is sent once, and creates a job on the service (a deletion without an ID).

    def load(
        self,
        name: str,
        operation: str,
        file: str | os.PathLike[str] | BinaryIO | None,
        input_format: str,
        *,
        query_key: str | None = None,
        set_public: bool | None = None,
        access_id: str = "",
        description: str = "",
        data_location: str = "",
    ) -> RemoteJob:
        """Start a load ("Create a Load Data Source Job and Input Entity Data").

        operation: `complete`, `completeStaging`, `incremental` or `incrementalStaging`. file: a
        path or a seekable binary file, sent as it is from where it stands, never held in memory;
        None with data_location, a URL that the service fetches the data from: it may hold a
        signature and is kept as secret as a key.
        set_public is for loads that are not staged; None leaves it to the service.
        """
        if (file is None) is not bool(data_location):
            raise ValueError("A load takes either a file or a data_location.")
        params: dict[str, str | Secret] = {
            "dataSourceName": name,
            "loadOperation": operation,
            "input": str(input_format),
            "output": "json",
        }
        optional = {
            "accessId": access_id,
            "description": description,
            "setPublic": "" if set_public is None else str(int(set_public)),
        }
        params.update({word: value for word, value in optional.items() if value})
        if query_key:
            params["queryKey"] = Secret(query_key)
        if data_location:
            params["dataLocation"] = Secret(data_location)
        params["key"] = self._key
        with ExitStack() as opened:
            body = (
                opened.enter_context(Path(file).open("rb"))
                if isinstance(file, (str, os.PathLike))
                else file
            )
            request = Request(
                "POST",
                f"{self.base_url}/Dataflows/LoadDataSource",
                params,
                changes=True,
                body=body,
                headers={"Content-Type": _content_type(body, str(input_format))} if body else {},
                timeout=LOAD_TIMEOUT,
                hidden=_query_of(data_location),
            )
            return self._started(request)

    def publish(self, access_id: str, name: str) -> RemoteJob:
        """Start publishing the staged version ("Publish a Staged Data Source")."""
        return self._started(self._change(f"data/{_source(access_id, name)}/$commit"))

    def set_public(self, access_id: str, name: str, public: bool) -> RemoteJob:
        """Start making a data source public or private ("Make a Data Source Public").

        The job has no status address: the job list and the data source's information tell how it
        ended.
        """
        path = f"data/{_source(access_id, name)}/$updateDataSource"
        return self._started(self._change(path, setPublic="1" if public else "0"))

    def rollback(self, version_job_id: str, name: str) -> RemoteJob:
        """Start restoring the version that the job with this ID made ("Roll Back a Data Source")."""
        path = f"Dataflows/DataSourceRollback/{links.part(version_job_id)}/{links.part(name)}"
        return self._started(self._change(path))

    def start_download(self, access_id: str, name: str, *, job_id: str = "") -> RemoteJob:
        """Start a download of the published version, or of the one that job `job_id` made.

        Poll with `job`, which follows the answer's link; then give `output_url` to `fetch`.
        """
        path = f"Dataflows/DataSourceDownload/{_source(access_id, name)}"
        options = {"jobId": job_id} if job_id else {}
        return self._started(self._change(path, **options), needs_link=True)

    def delete(self, access_id: str, name: str, *, staged: bool = False) -> None:
        """Delete a data source with all its versions, or the staged version alone."""
        options = {"isStaging": "1"} if staged else {}
        request = self._change(f"data/{_source(access_id, name)}", method="DELETE", **options)
        reading.accepted(self._transport_send(request))

    # Jobs.

    def jobs(self) -> list[RemoteJob]:
        """The account's jobs of the last 15 days, pending first, without downloads."""
        answer = self._transport_send(self._ask("dataflows/ListJobs", output="json"))
        return list(reading.envelope(answer).jobs)

    def job(self, job: str | RemoteJob) -> RemoteJob:
        """A job as it stands now, asked at its `self` link.

        Jobs of the job list often come without links: loads, publications and rollbacks are then
        asked for by their ID.
        """
        if isinstance(job, str):
            return self._job_at(job)
        if job.self_url:
            return self._job_at(job.self_url)
        if job.word == "DataSourcePublishFromStaged":
            return self.publish_status(job.id)
        if job.word == "DataSourceRollback":
            return self.rollback_status(job.id)
        if job.word.startswith(("DataSourceComplete", "DataSourceIncremental")):
            return self.load_status(job.id)
        raise ServiceError(
            Phrase(
                "The service gives no address to ask for this job's status; the job list tells how it ended."
            ),
            code="no-status",
            sent=False,
        )

    def load_status(self, job_id: str) -> RemoteJob:
        """A load as it stands now; completed, it links to the data source."""
        return self._status(f"Dataflows/LoadDataSource/{links.part(job_id)}")

    def publish_status(self, job_id: str) -> RemoteJob:
        """A publication as it stands now."""
        return self._status(f"data/jobs/{links.part(job_id)}/$getstatus")

    def rollback_status(self, job_id: str) -> RemoteJob:
        """A rollback as it stands now; completed, it links to the data source."""
        return self._status(f"Dataflows/DataSourceRollback/{links.part(job_id)}")

    # Data sources.

    def data_sources(self) -> list[RemoteVersion]:
        """The account's published data sources, with query URLs and access IDs."""
        return self._versions("data")

    def versions(self, access_id: str, name: str) -> list[RemoteVersion]:
        """All versions of a data source: published, staged and the earlier ones kept."""
        return self._versions(f"data/{_source(access_id, name)}", showAllVersions="true")

    def public_directory(self) -> list[RemoteVersion]:
        """All data sources of the service that anyone with a key may query."""
        return self._versions("data/$GetPublicDataSourceList")

    def metadata(
        self, access_id: str = "", name: str = "", *, all_versions: bool = False
    ) -> list[RemoteSchema]:
        """Entity types and properties of one data source, or of all those of the account."""
        path = f"data/{_source(access_id, name)}/$metadata" if access_id else "data/$metadata"
        options = {"showAllVersions": "true"} if all_versions else {}
        answer = self._transport_send(self._ask(path, **options))
        return reading.parsed(answer, parse_xml.parse_metadata)

    def check_key(self) -> int:
        """Ask the service whether the key works; the number of data sources it finds."""
        return len({(one.access_id, one.name) for one in self.data_sources()})

    # Data.

    def fetch(self, link_url: str, to: BinaryIO, *, limit: int = MAX_FETCH) -> int:
        """Write the file behind a job's link to `to`; the number of bytes, at most `limit`.

        After an error `to` may hold a part of the file.
        """
        request = self._at(link_url)
        answer, written = self._transport.stream(request, to, limit)
        if answer.status != 200:
            reading.accepted(answer)
            raise BadAnswer(
                Phrase(
                    "The service did not send the file (HTTP status {status}).",
                    status=answer.status,
                ),
                status=answer.status,
            )
        return written

    def query(
        self,
        query_url: str,
        *,
        spatial_filter: SpatialFilter | str | None = None,
        filter: str = "",
        select: str = "",
        orderby: str = "",
        top: int | None = None,
        skip: int | None = None,
        inlinecount: bool = False,
        staged: bool = False,
        entity_id: str | None = None,
    ) -> QueryAnswer:
        """Ask a data source for entities ("Query Options" and the pages of the Query API).

        query_url: of a `RemoteVersion`. spatial_filter: `nearby(…)`, `bbox(…)` of
        `datasources.api.query`, or the reference's text. entity_id asks for one entity alone.
        """
        options = QueryOptions(
            spatial_filter, filter, select, orderby, top, skip, inlinecount, staged, entity_id
        )
        return self.find(query_url, options)

    def find(self, query_url: str, options: QueryOptions) -> QueryAnswer:
        """The entities that options ask for."""
        return _entities(self._transport_send(self._query(query_url, options)))

    def ask(self, query_url: str, options: QueryOptions) -> Told:
        """The same question, and all that came of it: nothing of the service is raised.

        Raises ServiceError where the address is none that the key may be sent to.
        """
        request = self._query(query_url, options)
        started = time.monotonic()
        try:
            answer = self._transport.send(request)
        except ServiceError as error:
            return Told(request.shown, time.monotonic() - started, error=error)
        found: QueryAnswer | None = None
        failure: ServiceError | None = None
        try:
            found = _entities(answer)
        except ServiceError as error:
            failure = error
        return Told(
            url=request.shown,
            seconds=answer.seconds,
            answer=found,
            error=failure,
            status=answer.status,
            content_type=answer.content_type,
            body=answer.body,
            places=reading.places(answer),
        )

    def _query(self, query_url: str, options: QueryOptions) -> Request:
        url, params = url_and_params(links.followable(query_url, self.base_url), options)
        return Request("GET", url, {**params, "key": self._query_key})

    # How all of them ask.

    def _ask(self, path: str, **params: str) -> Request:
        return Request("GET", f"{self.base_url}/{path}", {**params, "key": self._key})

    def _change(self, path: str, *, method: str = "GET", **params: str) -> Request:
        options = params if method == "DELETE" else {**params, "output": "json"}
        url = f"{self.base_url}/{path}"
        return Request(method, url, {**options, "key": self._key}, changes=True)

    def _at(self, link: str, **params: str) -> Request:
        """A request to a link of an answer, with the key if the link may be trusted with it."""
        url = links.followable(link, self.base_url)
        return Request("GET", url, {**links.query_of(link), **params, "key": self._key})

    def _transport_send(self, request: Request) -> Answer:
        try:
            return self._transport.send(request)
        except ServiceError as error:
            failure = reading.lost(error) if request.changes else error
        raise failure

    def _started(self, request: Request, *, needs_link: bool = False) -> RemoteJob:
        return reading.started_job(self._transport_send(request), needs_link=needs_link)

    def _status(self, path: str) -> RemoteJob:
        return reading.one_job(self._transport_send(self._ask(path, output="json")))

    def _job_at(self, link: str) -> RemoteJob:
        return reading.one_job(self._transport_send(self._at(link, output="json")))

    def _versions(self, path: str, **params: str) -> list[RemoteVersion]:
        request = Request(
            "GET", f"{self.base_url}/{path}", {**params, "$format": "atom", "key": self._key}
        )
        return reading.parsed(self._transport_send(request), reading.parse_versions)


def _entities(answer: Answer) -> QueryAnswer:
    found = reading.parsed(answer, reading.parse_entities)
    return QueryAnswer(
        entities=found.rows,
        total=found.total,
        url=answer.request.shown,
        seconds=answer.seconds,
        status=answer.status,
        columns=found.columns,
        ids=found.ids,
    )


def _source(access_id: str, name: str) -> str:
    return f"{links.part(access_id)}/{links.part(name)}"


def _query_of(location: str) -> tuple[Secret, ...]:
    """The parts of a location that hold its signature, for answers that echo them alone."""
    query = urlsplit(location).query
    values = [value for name, value in parse_qsl(query) if "sig" in name.lower()]
    return tuple(Secret(one) for one in (query, *values) if one)


def _content_type(body: BinaryIO, input_format: str) -> str:
    """As the reference's list of input formats says; compressed data is an octet stream."""
    start = body.tell()
    head = body.read(4)
    body.seek(start)
    if head.startswith((b"\x1f\x8b", b"PK\x03\x04")):
        return "application/octet-stream"
    return _CONTENT_TYPES.get(input_format.lower(), "text/plain")
