"""From a URL to an operation: methods, refusals, and an answer in the form the caller asked for."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Mapping
from typing import Any

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.views.decorators.csrf import csrf_exempt

from sds_server.endpoints.headers import finish, preflight
from sds_server.endpoints.request import ApiRequest
from sds_server.faults import NONE, VALID, Fault, bad_parameter
from sds_server.openapi.model import Key, Operation, Route
from sds_server.wire.envelope import Envelope, WireJob, envelope_json, envelope_xml
from sds_server.wire.text import JSON_TYPE, XML_TYPE, brand, to_json

logger = logging.getLogger("cairn.sds")

RETRY_SECONDS = "5"
_CALLBACK = re.compile(r"[A-Za-z_$][\w$]*(\.[A-Za-z_$][\w$]*)*", re.ASCII)


def resource(route: Route) -> Callable[..., HttpResponseBase]:
    """A view with the methods of a path.

    HEAD answers as GET does, without the body, but only where GET changes nothing. Refusals of a
    GET of an `odata` resource are XML unless JSON was asked for: its default is Atom.
    """
    methods = dict(route.operations)
    if "GET" in methods and not methods["GET"].changes:
        methods["HEAD"] = methods["GET"]
    allow = tuple(sorted([*methods, "OPTIONS"]))

    def view(http: HttpRequest, **path: str) -> HttpResponseBase:
        request = ApiRequest(http)
        if http.method in methods:
            request.observed.operation = methods[http.method].id
        try:
            response = _answer(request, methods, allow, path)
        except Fault as fault:
            response = _refusal(request, fault, odata=route.odata)
        except (OperationalError, InterfaceError, ConnectionError) as error:  # something is away
            logger.exception("Request %s failed: %s", request.trace_id, type(error).__name__)
            response = _refusal(request, _unavailable(request), odata=route.odata)
            response.headers["Retry-After"] = RETRY_SECONDS
        except Exception as error:  # callers get an answer, never a trace
            logger.exception("Request %s failed: %s", request.trace_id, type(error).__name__)
            response = _refusal(request, _broken(request), odata=route.odata)
        return finish(response, http)

    return csrf_exempt(view)


def _answer(
    request: ApiRequest,
    methods: Mapping[str, Operation],
    allow: tuple[str, ...],
    path: dict[str, str],
) -> HttpResponseBase:
    _check_host(request.http)
    method = request.http.method or ""
    if method == "OPTIONS":
        asked = request.http.META.get("HTTP_ACCESS_CONTROL_REQUEST_HEADERS", "")
        return preflight(allow, asked)
    if method not in methods:
        raise Fault(
            405, f"{method} is not offered here; use {' or '.join(allow)}.", auth=NONE, allow=allow
        )
    if not request.is_readable:
        raise Fault(
            400, f"The URL has more than {settings.DATA_UPLOAD_MAX_NUMBER_FIELDS:,} parameters."
        )
    if any("\0" in text for text in (*request.params.values(), *path.values())):
        raise Fault(400, "The request holds a NUL character, which no name or value may have.")
    _check_callback(request)
    operation = methods[method]
    request.keep(operation.names)
    return operation.view(request, **path)


def _check_host(http: HttpRequest) -> None:
    """Links go out with the host that the caller names: it has to be one of this site's."""
    try:
        http.get_host()
    except DisallowedHost:
        raise Fault(
            400,
            "Host: the service does not answer to this name. Those who run it list its names in"
            " the setting ALLOWED_HOSTS.",
            auth=NONE,
        ) from None


def _check_callback(request: ApiRequest) -> None:
    """Anything but a JavaScript name as the callback would be a way to inject a script."""
    callback = request.params.get("jsonp", "").strip()
    if callback and not _CALLBACK.fullmatch(callback):
        raise bad_parameter(
            "jsonp",
            "this is not the name of a JavaScript function; write letters, digits, _ and $, with"
            " dots between names, as in jsonp=MyPage.show",
        )


def _unavailable(request: ApiRequest) -> Fault:
    return Fault(
        503,
        "The service is busy or being maintained. Send the request again in some seconds. Its log"
        f" tells why, under the trace ID {request.trace_id}.",
        auth=NONE,
    )


def _broken(request: ApiRequest) -> Fault:
    return Fault(
        500,
        "The service could not complete the request. Its log tells why, under the trace ID"
        f" {request.trace_id}.",
        auth=NONE,
    )


def _refusal(request: ApiRequest, fault: Fault, *, odata: bool) -> HttpResponse:
    envelope = Envelope(
        status=fault.status,
        trace_id=request.trace_id,
        brand=brand(),
        authentication=_authentication(request, fault),
        errors=fault.details,
        has_resources=False,
    )
    as_xml = request.wants_xml or (
        odata
        and request.http.method in ("GET", "HEAD")
        and not request.wants_odata_json
        and not request.params.get("output")
    )
    response = _envelope_response(request, envelope, as_xml=as_xml)
    if fault.allow:
        response.headers["Allow"] = ", ".join(fault.allow)
    return response


def _authentication(request: ApiRequest, fault: Fault) -> str:
    """What a refusal says of the key: nothing, where it came before anybody looked at the key."""
    return NONE if fault.auth == VALID and not request.observed.account else fault.auth


def jobs_answer(
    request: ApiRequest,
    *jobs: WireJob,
    status: int = 200,
    errors: tuple[str, ...] = (),
    location: str = "",
) -> HttpResponse:
    """Jobs in the envelope of the reference, JSON or XML as asked for."""
    envelope = Envelope(
        status=status, trace_id=request.trace_id, brand=brand(), jobs=jobs, errors=errors
    )
    response = _envelope_response(request, envelope, as_xml=request.wants_xml)
    if location:
        response.headers["Location"] = location
    return response


def _envelope_response(request: ApiRequest, envelope: Envelope, *, as_xml: bool) -> HttpResponse:
    if as_xml:
        return HttpResponse(envelope_xml(envelope), status=envelope.status, content_type=XML_TYPE)
    return json_response(request, envelope_json(envelope), status=envelope.status)


def json_response(request: ApiRequest, text: str, *, status: int = 200) -> HttpResponse:
    """JSON, or a call of the function that `jsonp` names, with `jsonso` as its second argument.

    A callback that is no JavaScript name is refused before this, and that refusal is plain JSON.
    """
    callback = request.params.get("jsonp", "").strip()
    if not _CALLBACK.fullmatch(callback):
        return HttpResponse(text, status=status, content_type=JSON_TYPE)
    state = request.params.get("jsonso")
    arguments = text if state is None else f"{text},{to_json(state)}"
    return HttpResponse(
        f"{callback}({arguments})",
        status=status,
        content_type="application/javascript; charset=utf-8",
    )


def _no_such_path(request: ApiRequest, **_path: Any) -> HttpResponseBase:
    raise Fault(404, "There is no such resource at this service.", auth=NONE)


#: Every path that the API does not have.
NOWHERE = Route(
    "/{anything}",
    {
        method: Operation("nowhere", _no_such_path, "Nothing", (), key=Key.NONE)
        for method in ("GET", "POST", "PUT", "PATCH", "DELETE")
    },
)
