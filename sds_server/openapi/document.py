"""The OpenAPI 3.1 document, made of the table of operations."""

from __future__ import annotations

import json
from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

from sds_server.openapi.model import PATH_PARTS, Answer, Form, Key, Operation, Parameter, Route
from sds_server.openapi.schemas import SCHEMAS

Json = dict[str, Any]

VERSION = "1.0"  # of the API that is described: the v1 of its URLs
_ABOUT = (
    "An implementation of the Bing Spatial Data Services' Data Source Management and Query APIs. "
    "Path words, names and values of parameters are taken in any case, keys excepted; of a "
    "parameter given twice the first counts; unknown ones are left aside. HEAD answers as GET does "
    "where GET changes nothing; OPTIONS names the methods of a path, for pages of any origin. "
    "Refusals come in the form that `output`, `$format` or `jsonp` asks for, whatever the operation."
)
#: What any operation may answer.
_ANY = (
    Answer(400, "The request cannot be read; the details say why."),
    Answer(500, "The service failed; its log tells why, under the trace ID."),
    Answer(503, "The service is busy, being maintained, or out of time; `Retry-After` says when."),
)
#: Where a path is matched more freely than it should be written, so that a refusal can say how.
_WELL_WRITTEN = {"entityId": "'([^']|'')*'"}
_TEXT: Json = {"type": "string"}
_REQUEST_ID: Json = {
    "name": "X-Request-ID",
    "in": "header",
    "description": "An ID of the caller's for this request, taken as its trace ID: 8 to 48 letters, "
    "digits and `._:-`; anything else is left aside.",
    "schema": _TEXT,
}
_METHODS: Json = {
    "description": "The methods, and that pages of any origin may use them.",
    "headers": {
        "Allow": {"schema": _TEXT},
        "Access-Control-Allow-Origin": {"schema": {"const": "*"}},
        "Access-Control-Allow-Methods": {"schema": _TEXT},
    },
}
_REFUSAL = (Form.REFUSAL_JSON, Form.XML, Form.CALLBACK)
_MEDIA_TYPES = (
    "application/xml", "text/plain", "text/csv", "application/octet-stream",
)  # fmt: skip


def openapi_document(routes: Iterable[Route], server_url: str) -> Json:
    """The description of all routes for a server at a URL, as JSON values."""
    shared = _Shared()
    paths = {route.template: _path(route, shared) for route in routes}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Spatial Data Services",
            "version": VERSION,
            "description": _ABOUT,
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": server_url}],
        "security": [{"key": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {
                "key": {
                    "type": "apiKey",
                    "in": "query",
                    "name": "key",
                    "description": "A key of an account: a data source's master key to change it, "
                    "its query key to query it.",
                }
            },
            "parameters": shared.parameters,
            "responses": shared.responses,
            "schemas": SCHEMAS,
        },
    }


class _Shared:
    """What several operations have alike, told once and referred to."""

    def __init__(self) -> None:
        self.parameters: Json = {}
        self.responses: Json = {}

    def parameter(self, name: str, made: Json) -> Json:
        return _put(self.parameters, "parameters", name, made)

    def response(self, name: str, made: Json) -> Json:
        return _put(self.responses, "responses", name, made)


def _put(shelf: Json, folder: str, name: str, made: Json) -> Json:
    """Keeps what was made under the name, or under that and a number where another has it."""
    free, number = name, 1
    while shelf.setdefault(free, made) != made:
        number += 1
        free = f"{name}{number}"
    return {"$ref": f"#/components/{folder}/{free}"}


def openapi_text(routes: Iterable[Route], server_url: str) -> str:
    """The document as JSON, for people's eyes too."""
    return json.dumps(openapi_document(routes, server_url), indent=2, ensure_ascii=False) + "\n"


def _path(route: Route, shared: _Shared) -> Json:
    item: Json = {
        "parameters": [
            *(shared.parameter(f"{name}InPath", _path_parameter(name)) for name in route.parts),
            shared.parameter("requestId", _REQUEST_ID),
        ]
    }
    for method, operation in route.operations.items():
        item[method.lower()] = _operation(operation, shared)
        if method == "GET" and not operation.changes:
            item["head"] = _operation(operation, shared, is_head=True)
    first = next(iter(route.operations.values()))
    item["options"] = {
        "operationId": f"{first.id}Options",
        "summary": "The methods of this path",
        "tags": [first.tag],
        "security": [],
        "responses": {"204": shared.response("Methods", _METHODS)},
    }
    return item


def _path_parameter(name: str) -> Json:
    expression, _, description = PATH_PARTS[name]
    expression = _WELL_WRITTEN.get(name, expression)
    return {
        "name": name,
        "in": "path",
        "required": True,
        "description": description,
        "schema": {"type": "string", "pattern": f"^(?:{expression})$"},
    }


def _operation(operation: Operation, shared: _Shared, *, is_head: bool = False) -> Json:
    made: Json = {
        "operationId": operation.id + ("Head" if is_head else ""),
        "summary": operation.summary + (" (headers alone)" if is_head else ""),
        "tags": [operation.tag],
    }
    if operation.description:
        made["description"] = operation.description
    if operation.key is Key.OPTIONAL:
        made["security"] = [{"key": []}, {}]
    elif operation.key is Key.NONE:
        made["security"] = []
    if operation.parameters:
        made["parameters"] = [
            shared.parameter(one.name.lstrip("$"), _query_parameter(one))
            for listed in operation.parameters
            for one in listed.spellings
        ]
    if operation.body:
        made["requestBody"] = {
            "description": operation.body,
            "content": {
                kind: {"schema": {"type": "string", "format": "binary"}} for kind in _MEDIA_TYPES
            },
        }
    made["responses"] = _responses(operation, shared, is_head=is_head)
    return made


def _query_parameter(parameter: Parameter) -> Json:
    made: Json = {
        "name": parameter.name,
        "in": "query",
        "description": parameter.description,
        "schema": dict(parameter.schema),
    }
    if parameter.required:
        made["required"] = True
    if parameter.example:
        made["example"] = parameter.example
    return made


def _responses(operation: Operation, shared: _Shared, *, is_head: bool) -> Json:
    """What the operation answers by status, an answer of its own before what any may answer."""
    listed = {answer.status: answer for answer in (*_ANY, *operation.answers)}
    return {
        str(status): _response(answer, shared, is_head=is_head)
        for status, answer in sorted(listed.items())
    }


def _response(answer: Answer, shared: _Shared, *, is_head: bool) -> Json:
    made: Json = {"description": answer.description, "headers": _headers(answer)}
    refused = answer.status >= HTTPStatus.BAD_REQUEST
    if not is_head:
        forms = _REFUSAL if refused else answer.forms
        if forms:
            made["content"] = _content(forms)
    if not refused:
        return made
    name = HTTPStatus(answer.status).name.title().replace("_", "")
    return shared.response(name + ("Head" if is_head else ""), made)


def _headers(answer: Answer) -> Json:
    headers: Json = {"X-Request-ID": {"description": "The trace ID.", "schema": _TEXT}}
    if answer.location:
        headers["Location"] = {
            "description": "Where the status of the job is.",
            "schema": {"type": "string", "format": "uri"},
        }
    if answer.status == HTTPStatus.SERVICE_UNAVAILABLE:
        headers["Retry-After"] = {
            "description": "In seconds, where another try may help.",
            "schema": {"type": "integer"},
        }
    if Form.ENTITIES_ATOM in answer.forms:
        headers["X-Place"] = {
            "description": "What the addresses of the spatial filter were taken for: "
            "percent-encoded UTF-8, a comma between the start and the end of a route.",
            "schema": _TEXT,
        }
    return headers


def _content(forms: Iterable[Form]) -> Json:
    return {
        form.media_type: {"schema": {"$ref": f"#/components/schemas/{form.schema}"}}
        for form in forms
    }
