"""Failures of the HTTP libraries as errors of ours: what is known, and what is not."""

from __future__ import annotations

import ssl
from collections.abc import Iterator

import requests
import urllib3

from datasources.api.errors import ServiceDown
from datasources.phrases import Phrase

#: What `requests` raises, and what its `raw` lets through while a body is read.
FAILURES = (requests.RequestException, urllib3.exceptions.HTTPError, OSError)


def failure_of(error: BaseException) -> ServiceDown:
    """Our error for one of the HTTP libraries', told by what lies at its bottom."""
    reasons = list(_reasons(error))
    if any(isinstance(one, ssl.SSLCertVerificationError) for one in reasons):
        return ServiceDown(
            Phrase(
                "The service's certificate is not trusted, so nothing was sent. If a proxy of the network signs for it, REQUESTS_CA_BUNDLE has to name that proxy's certificates."
            ),
            code="certificate",
            can_retry=False,
            sent=False,
        )
    if _never_connected(reasons):
        return _no_connection(reasons)
    timeouts = (requests.Timeout, urllib3.exceptions.TimeoutError, TimeoutError)
    if any(isinstance(one, timeouts) for one in reasons):
        return ServiceDown(
            Phrase("The service did not answer in time. Try again later."),
            code="timeout",
        )
    return ServiceDown(
        Phrase(
            "The connection to the service broke before its answer was complete. Try again later."
        ),
        code="connection-broken",
    )


def _never_connected(reasons: list[BaseException]) -> bool:
    """A read timeout or a reset can come after the request has arrived; these can't."""
    before = (
        requests.ConnectTimeout,
        urllib3.exceptions.ConnectTimeoutError,
        urllib3.exceptions.NewConnectionError,
        urllib3.exceptions.ProxyError,
        urllib3.exceptions.LocationParseError,
        requests.exceptions.InvalidURL,
        requests.exceptions.InvalidSchema,
        requests.exceptions.MissingSchema,
        requests.exceptions.InvalidHeader,
    )
    return any(isinstance(one, before) for one in reasons)


def _no_connection(reasons: list[BaseException]) -> ServiceDown:
    if any(isinstance(one, urllib3.exceptions.ProxyError) for one in reasons):
        return ServiceDown(
            Phrase(
                "The network's proxy could not be reached or refused to connect, so nothing was sent. Whoever runs this site has to check the proxy settings."
            ),
            code="proxy",
            sent=False,
        )
    if any(isinstance(one, urllib3.exceptions.NameResolutionError) for one in reasons):
        return ServiceDown(
            Phrase(
                "The service's host name is not known to the network, so nothing was sent. Check the service's address in the site's settings, and the network."
            ),
            code="unknown-host",
            sent=False,
        )
    return ServiceDown(
        Phrase(
            "The service could not be reached, so nothing was sent. Try again later; if this stays so, check the service's address in the site's settings."
        ),
        code="no-connection",
        sent=False,
    )


def _reasons(error: BaseException) -> Iterator[BaseException]:
    """The error and those it wraps, however the libraries hold them."""
    seen: set[int] = set()
    waiting: list[object] = [error]
    while waiting:
        one = waiting.pop()
        if isinstance(one, BaseException) and id(one) not in seen:
            seen.add(id(one))
            yield one
            waiting += [*one.args, getattr(one, "reason", None), one.__cause__, one.__context__]
            waiting.append(getattr(one, "original_error", None))
