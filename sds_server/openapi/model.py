"""What an operation says of itself: its parameters, its answers, who may ask.

The table of the URLs (`sds_server.endpoints.table`) is made of these; the URL conf, the methods
of a resource, and the OpenAPI document all come from it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property
from typing import Any

from django.http import HttpResponseBase

View = Callable[..., HttpResponseBase]
Json = dict[str, Any]


class Key(Enum):
    """Whether a request needs a key."""

    NEEDED = "needed"
    OPTIONAL = "optional"
    NONE = "none"


class Form(Enum):
    """A form of answers, and the schema that a JSON one has in the document's components."""

    JOB_JSON = ("application/json", "DataflowResponse")
    SERVICE_JOB_JSON = ("application/json", "DataServiceResponse")
    JOB_LIST_JSON = ("application/json", "JobListResponse")
    REFUSAL_JSON = ("application/json", "ErrorResponse")
    XML = ("application/xml", "XmlText")
    ENTITIES_ATOM = ("application/atom+xml", "XmlText")
    ENTITIES_JSON = ("application/json", "Entities")
    ENTITY_JSON = ("application/json", "Entity")
    CALLBACK = ("application/javascript", "Callback")
    SERVICE_ATOM = ("application/atomsvc+xml", "XmlText")
    SOURCES_JSON = ("application/json", "DataSources")
    SOURCE_JSON = ("application/json", "DataSource")
    DIRECTORY_JSON = ("application/json", "PublicDataSources")
    LOG_TEXT = ("text/plain", "LogText")
    DOCUMENT = ("application/json", "OpenApi")

    @property
    def media_type(self) -> str:
        return self.value[0]

    @property
    def schema(self) -> str:
        return self.value[1]


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of the query string; names and values are taken in any case.

    `schema` is JSON Schema; `also` are other names that are read where this one is missing.
    """

    name: str
    description: str
    schema: Mapping[str, Any] = field(default_factory=lambda: {"type": "string"})
    required: bool = False
    also: tuple[str, ...] = ()
    example: str = ""

    @property
    def spellings(self) -> tuple[Parameter, ...]:
        """The parameter, and its other names as parameters of their own."""
        words = f"Taken as `{self.name}`, where that is missing."
        others = (Parameter(name, words, self.schema) for name in self.also)
        return (self, *others)


@dataclass(frozen=True, slots=True)
class Answer:
    """A successful answer, or a refusal with what it means here."""

    status: int
    description: str
    forms: tuple[Form, ...] = ()
    location: bool = False  # has a `Location` header


@dataclass(frozen=True)
class Operation:
    """One method of one path. `changes` is a GET that starts a job: HEAD may not do the same.

    `tag` is the chapter of the document that it stands in.
    """

    id: str
    view: View
    summary: str
    answers: tuple[Answer, ...]
    parameters: tuple[Parameter, ...] = ()
    description: str = ""
    key: Key = Key.NEEDED
    changes: bool = False
    tag: str = "Data source management"
    body: str = ""  # what stands in the body, if it has one

    @cached_property
    def names(self) -> frozenset[str]:
        """The names of all its parameters, in lower case."""
        return frozenset(
            one.name.casefold() for listed in self.parameters for one in listed.spellings
        )


#: Parts of a path: their form in a URL conf, the view's argument, and what they are in words.
PATH_PARTS: dict[str, tuple[str, str, str]] = {
    "accessId": (r"[0-9a-f]+", "access_id", "The ID of the data source, of hexadecimal digits."),
    "dataSourceName": (r"[^/]+", "name", "The name of the data source."),
    "entityTypeName": (r"[\w-]+", "entity_type", "The entity type of the data source."),
    "entityId": (
        r".*",
        "entity_id",
        "The entity ID in single quotes, a quote inside it written twice.",
    ),
    "jobId": (r"[^/]+", "job_id", "The ID of a job, as its `self` link has it."),
    "previousVersionJobId": (
        r"[0-9a-f]+",
        "version_job_id",
        "The job ID of an earlier version, as `showAllVersions=true` gives it.",
    ),
    "output": (r"succeeded|failed", "output", "`succeeded` (data) or `failed` (the error log)."),
}
_PART = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class Route:
    """A path with the methods it has. `template` is what the OpenAPI document shows.

    `odata` resources refuse in XML unless JSON was asked for. `other_paths` are regular expressions
    of further spellings that the pages of the reference show.
    """

    template: str
    operations: Mapping[str, Operation]
    odata: bool = False
    other_paths: tuple[str, ...] = ()

    @cached_property
    def parts(self) -> tuple[str, ...]:
        """The names of the parts of the path that are not fixed."""
        return tuple(_PART.findall(self.template))

    @cached_property
    def patterns(self) -> tuple[str, ...]:
        """Regular expressions of the path after /REST/v1/, for any case."""
        return tuple(
            _with_groups(path) for path in (_escaped(self.template.lstrip("/")), *self.other_paths)
        )


def _escaped(template: str) -> str:
    """The fixed pieces of a template as a regular expression, its parts as they are."""
    pieces = re.split(r"(\{\w+\})", template)
    return "".join(piece if piece.startswith("{") else re.escape(piece) for piece in pieces)


def _with_groups(path: str) -> str:
    def group(match: re.Match[str]) -> str:
        expression, argument, _ = PATH_PARTS[match[1]]
        return f"(?P<{argument}>{expression})"

    return _PART.sub(group, path)
