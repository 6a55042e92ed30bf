"""What machines ask: /healthz and /readyz of a load balancer, /metrics of Prometheus.

They are answered for any host name, since a load balancer asks by address, and without a session.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from ipaddress import IPv6Address, ip_address

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse

from sds_server.observing.context import observed
from sds_server.observing.metrics import CONTENT_TYPE, metrics_text
from sds_server.observing.readiness import OK, readiness

_READ = ("GET", "HEAD")


def probe(http: HttpRequest) -> HttpResponse | None:
    """The answer to a probe; None for every other path, and for metrics that are off."""
    found = _PROBES.get(http.path_info)
    if found is None:
        return None
    operation, answer = found
    response = answer(http) if http.method in _READ else HttpResponseNotAllowed(_READ)
    if response is None:
        return None
    observed(http).operation = operation
    response.headers["Cache-Control"] = "no-store"
    response.headers["Content-Length"] = str(len(response.content))
    return response


def may_read_metrics(http: HttpRequest) -> bool:
    """By the token of METRICS_TOKEN, or from an address of METRICS_ALLOW."""
    return _has_token(http.META.get("HTTP_AUTHORIZATION", "")) or _is_allowed(
        http.META.get("REMOTE_ADDR", "")
    )


def _has_token(authorization: str) -> bool:
    kind, _, token = authorization.partition(" ")
    wanted = settings.METRICS_TOKEN
    if not wanted or kind.casefold() != "bearer":
        return False
    return secrets.compare_digest(token.strip().encode(), wanted.encode())


def _is_allowed(address: str) -> bool:
    try:
        caller = ip_address(address)
    except ValueError:
        return False
    if isinstance(caller, IPv6Address) and caller.ipv4_mapped:
        caller = caller.ipv4_mapped
    return any(caller in network for network in settings.METRICS_ALLOW)


def _alive(_http: HttpRequest) -> HttpResponse:
    """This process takes requests; nothing else is looked at."""
    return JsonResponse({"status": OK})


def _ready(_http: HttpRequest) -> HttpResponse:
    """200 if all parts can be used, else 503 with what is wrong with which."""
    parts = readiness()
    fine = all(state == OK for state in parts.values())
    return JsonResponse(
        {"status": OK if fine else "not ready", "parts": parts}, status=200 if fine else 503
    )


def _metrics(http: HttpRequest) -> HttpResponse | None:
    if not (settings.METRICS_TOKEN or settings.METRICS_ALLOW):
        return None
    if may_read_metrics(http):
        return HttpResponse(metrics_text(), content_type=CONTENT_TYPE)
    response = HttpResponse(
        "Metrics are read with the token of METRICS_TOKEN, or from an address of METRICS_ALLOW.\n",
        status=401 if settings.METRICS_TOKEN else 403,
        content_type="text/plain; charset=utf-8",
    )
    if settings.METRICS_TOKEN:
        response.headers["WWW-Authenticate"] = 'Bearer realm="metrics"'
    return response


_PROBES: dict[str, tuple[str, Callable[[HttpRequest], HttpResponse | None]]] = {
    "/healthz": ("health", _alive),
    "/readyz": ("readiness", _ready),
    "/metrics": ("metrics", _metrics),
}
