"""What the service answers, as types. Times are aware and in UTC; counts are entities."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from datasources.api.errors import ServiceError
from datasources.api.links import segments_after
from datasources.schema import Property


class JobStatus(StrEnum):
    """A remote job is in process until it is completed or aborted, whatever word it uses."""

    IN_PROCESS = "in process"
    COMPLETED = "completed"
    ABORTED = "aborted"


@dataclass(frozen=True, slots=True)
class Link:
    role: str  # lower case: self, output, datasource
    url: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class RemoteJob:
    """A DataflowJob or DataServiceJob."""

    id: str
    status: JobStatus
    status_word: str  # as the service spells it
    word: str = ""  # DataSourceComplete …: `description`, where it is a word of the job list
    name: str = ""  # the data source's name, in job lists
    created_at: datetime | None = None
    completed_at: datetime | None = None
    total: int | None = None
    processed: int | None = None
    failed: int | None = None
    error_message: str = ""
    error_details: tuple[str, ...] = ()
    links: tuple[Link, ...] = ()
    description: str = ""  # as given with a load, or what the service says of the job

    def link(self, role: str, name: str = "") -> str:
        """The URL of the first link with this role (and name, if given), or ""."""
        for link in self.links:
            if link.role == role and (not name or link.name.lower() == name):
                return link.url
        return ""

    @property
    def self_url(self) -> str:
        """Where the job is asked for its status."""
        return self.link("self")

    @property
    def data_source_url(self) -> str:
        """`…/data/{accessId}/{name}`, of a completed load."""
        return self.link("datasource")

    @property
    def output_url(self) -> str:
        """The file of a completed download."""
        return self.link("output", "succeeded")

    @property
    def failed_url(self) -> str:
        """The log of the entities that failed."""
        return self.link("output", "failed")

    @property
    def access_id(self) -> str:
        """The data source's access ID, from the link of a completed load; "" if there is none."""
        return next(iter(segments_after(self.data_source_url, "data")), "")


@dataclass(frozen=True, slots=True)
class RemoteVersion:
    """One `app:workspace` of a data source."""

    name: str
    entity_type: str
    query_url: str
    access_id: str
    is_public: bool
    is_active: bool = True
    is_staging: bool = False
    job_id: str = ""
    changed_at: datetime | None = None  # bsi:updated, or bsi:uploaded of a staged one
    uploaded_at: datetime | None = None
    description: str = ""
    disclaimer: str = ""  # of the public directory: who owns the data source


@dataclass(frozen=True, slots=True)
class RemoteSchema:
    """Of `$metadata`."""

    data_source: str
    entity_type: str
    properties: tuple[Property, ...]
    is_public: bool | None = None
    job_id: str = ""


@dataclass(frozen=True, slots=True)
class QueryAnswer:
    """Entities as the service gave them; `total` only where `$inlinecount` was asked for.

    Dates are text in the form of `datasources.schema.Value` (`2010-11-03T23:31:37Z`); `columns`
    names every property that some entity has, in the order of the answer. `ids` are the entity IDs,
    also where the ID was not selected; "" where the service gives none.
    """

    entities: tuple[dict[str, object], ...]
    total: int | None
    url: str  # as sent, with {key} in the key's place
    seconds: float
    status: int
    columns: tuple[str, ...] = field(default=())
    ids: tuple[str, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Told:
    """What a service said to a query, whatever it was: entities, an error, or nothing at all.

    `status` is None where no answer came. `body` is as it came, without the keys that it echoes.
    """

    url: str  # as sent, with {key} in the key's place
    seconds: float
    answer: QueryAnswer | None = None
    error: ServiceError | None = None
    status: int | None = None
    content_type: str = ""
    body: bytes = b""
    places: tuple[str, ...] = ()  # where our own server found the addresses of the query
