"""Answers in JSON: jobs in the envelope of the REST services, data sources, entities (OData v2)."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import unquote

from datasources.api.types import Link, RemoteJob, RemoteVersion
from datasources.api.values import (
    as_bool,
    as_count,
    as_text,
    as_time,
    iso_text,
    json_date,
    make_job,
    make_link,
    texts,
)
from datasources.phrases import Phrase

_ID = re.compile(r"\('((?:[^']|'')*)'\)\s*$")
MAX_DEPTH = 100  # of nested arrays and objects; the reference's answers have six


class UnreadableError(ValueError):
    """The body is not what it should be; `reason` says what it is instead, without quoting it."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Envelope:
    """What stands around the jobs of an answer, in JSON as in XML."""

    jobs: tuple[RemoteJob, ...] = ()
    details: tuple[str, ...] = ()  # errorDetails
    result_code: str = ""  # authenticationResultCode
    status: int | None = None  # statusCode


def load(body: bytes) -> object:
    """The value in `body`, with or without a BOM; raises UnreadableError."""
    try:
        return json.loads(body.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise UnreadableError(Phrase("text that is not UTF-8")) from None
    except RecursionError:
        raise UnreadableError(Phrase("JSON nested too deeply")) from None
    except ValueError:
        raise UnreadableError(Phrase("half a JSON, or none")) from None


def parse_envelope(body: bytes) -> Envelope:
    """Jobs and errors of an answer; names are compared without case."""
    answer = _lowered(load(body))
    if not isinstance(answer, dict):
        raise UnreadableError(Phrase("JSON of another kind"))
    details = texts(answer.get("errordetails"))
    resources = [
        resource
        for resource_set in _items(answer.get("resourcesets"))
        if isinstance(resource_set, dict)
        for resource in _items(resource_set.get("resources"))
        if isinstance(resource, dict)
    ]
    return Envelope(
        jobs=tuple(make_job(one, _links(one.get("links")), details) for one in resources),
        details=details,
        result_code=as_text(answer.get("authenticationresultcode")),
        status=as_count(answer.get("statuscode")),
    )


def parse_data_sources(body: bytes) -> list[RemoteVersion]:
    """Data sources of a service that answers JSON where Atom was asked; no access IDs in it."""
    answer = _lowered(load(body))
    content = answer.get("d") if isinstance(answer, dict) else None
    if not isinstance(content, dict):
        raise UnreadableError(Phrase("JSON of another kind"))
    listed = content.get("datasources", [content] if "name" in content else None)
    if listed is None:
        raise UnreadableError(Phrase("JSON of another kind"))
    return [_data_source(one) for one in _items(listed) if isinstance(one, dict)]


@dataclass(frozen=True, slots=True)
class Entities:
    """Entities of a query: `ids[i]` is the ID of `rows[i]`, "" where the answer does not name it."""

    rows: tuple[dict[str, object], ...]
    columns: tuple[str, ...]
    total: int | None
    ids: tuple[str, ...]


def parse_entities(body: bytes) -> Entities:
    """Entities of a query, or the single one of a query by ID; dates as text in UTC.

    `__metadata` and `__copyright` are left out; the names keep their case.
    """
    answer = load(body)
    content = answer.get("d") if isinstance(answer, dict) else None
    total = None
    if isinstance(content, dict) and "results" in content:
        total = as_count(content.get("__count"))
        content = content["results"]
    elif isinstance(content, dict):
        content = [content]
    if not isinstance(content, list):
        raise UnreadableError("JSON of another kind")
    found = [(_entity(one), _id_of(one)) for one in content if isinstance(one, dict)]
    return entities([pair for pair in found if pair[0]], total)


def entities(found: Sequence[tuple[dict[str, object], str]], total: int | None) -> Entities:
    """Entities and their IDs, with the columns that some of them have."""
    columns = dict.fromkeys(name for row, _ in found for name in row)
    rows, ids = tuple(row for row, _ in found), tuple(one for _, one in found)
    return Entities(rows, tuple(columns), total, ids)


def id_in(uri: str) -> str:
    """The entity ID at the end of an entity's address, `…/Shops('O''Hara')`; "" if there is none."""
    match = _ID.search(unquote(uri))
    return match[1].replace("''", "'") if match else ""


def _id_of(raw: Mapping[str, object]) -> str:
    told = raw.get("__metadata")
    return id_in(as_text(told.get("uri"))) if isinstance(told, Mapping) else ""


def _entity(raw: Mapping[str, object]) -> dict[str, object]:
    left_out = ("__metadata", "__copyright")
    return {name: _value(one) for name, one in raw.items() if name not in left_out}


def _value(value: object) -> object:
    if isinstance(value, str) and "/Date(" in value:
        moment = json_date(value)
        return value if moment is None else iso_text(moment)
    return value


def _data_source(fields: Mapping[str, object]) -> RemoteVersion:
    entity_types = texts(fields.get("entitysets"))
    updated, uploaded = as_time(fields.get("updated")), as_time(fields.get("uploaded"))
    return RemoteVersion(
        name=as_text(fields.get("name")),
        entity_type=entity_types[0] if entity_types else "",
        query_url="",
        access_id="",
        is_public=as_bool(fields.get("ispublic")),
        changed_at=updated or uploaded,
        uploaded_at=uploaded,
        description=as_text(fields.get("description")),
        disclaimer=as_text(fields.get("disclaimer")),
    )


def _links(value: object) -> list[Link]:
    links = []
    for one in _items(value):
        if isinstance(one, dict):
            # An example of the download's status says "output" where the others say "name".
            name = one.get("name") or one.get("output")
            link = make_link(one.get("role"), one.get("url"), name)
            if link is not None:
                links.append(link)
    return links


def _items(value: object) -> list[object]:
    """A list, also where a single member or null stands in its place."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _lowered(value: object, depth: int = 0) -> object:
    """The same value with the names of all its objects in lower case."""
    if depth > MAX_DEPTH:
        raise UnreadableError(Phrase("JSON nested too deeply"))
    if isinstance(value, dict):
        return {str(name).lower(): _lowered(one, depth + 1) for name, one in value.items()}
    if isinstance(value, list):
        return [_lowered(one, depth + 1) for one in value]
    return value
