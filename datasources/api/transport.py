"""The one door out: a session that keeps time, sizes and keys.

What it raises is made and raised outside the `except`
blocks, so that no exception of the HTTP libraries, whose texts hold URLs, hangs on an error.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.cookiejar import DefaultCookiePolicy
from typing import BinaryIO
from urllib.parse import urljoin

import requests

from datasources.api import links
from datasources.api.errors import BadAnswer, ServiceDown, ServiceError
from datasources.api.exchange import Answer, Request, with_query
from datasources.api.failures import FAILURES, failure_of
from datasources.api.scrub import Secret, scrub_body
from datasources.phrases import Phrase

log = logging.getLogger(__name__)

MAX_ANSWER = 32 * 1024 * 1024  # bytes of an answer held in memory, once unpacked
MAX_FETCH = 4 * 1024**3  # bytes of a downloaded file
MAX_FETCH_SECONDS = 6 * 3600.0
MAX_REDIRECTS = 3
MAX_WAIT = 10.0  # seconds between two attempts, also where Retry-After asks for more
FIRST_WAIT = 0.5  # seconds, doubled with each attempt
CHUNK = 64 * 1024
_TRANSIENT = frozenset({408, 429, 500, 502, 503, 504})
_REDIRECTS = frozenset({301, 302, 303, 307, 308})


class Transport:
    """One session with one service.

    The system's proxies are used, as companies need, but not for a service on this machine;
    `.netrc` and cookies are not.
    """

    def __init__(
        self,
        base_url: str,
        *,
        timeout: tuple[float, float],
        secrets: tuple[Secret, ...] = (),
        attempts: int = 3,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.base_url = links.checked_base(base_url)
        self.timeout = timeout
        self._secrets = secrets
        self._attempts = max(1, attempts)
        self._sleep = sleep
        self._session = requests.Session()
        self._session.trust_env = not links.is_loopback(self.base_url)
        self._session.auth = _no_sign_in
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        self._session.headers["User-Agent"] = "Cairn"

    def close(self) -> None:
        self._session.close()

    def send(self, request: Request) -> Answer:
        """The answer, of whatever status; raises ServiceError where there is none.

        A request that changes nothing is sent again after a failure that may pass: no connection,
        a connection that broke, 408, 429 and 5xx; and follows redirects to trusted places.
        """
        if request.changes:
            # A kept connection may have died unseen; on a fresh one a failure to connect is known
            # to be that, and nothing was sent.
            self._session.close()
            with self._open(request) as (response, started):
                answer = self._read(request, response, started)
            _refuse_redirect(answer, self.base_url)
            return answer
        return self._repeat(request, self._try)

    def stream(self, request: Request, to: BinaryIO, limit: int) -> tuple[Answer, int]:
        """Write the body of a 200 to `to`; other answers come back with their body in memory.

        Sent again like any question, until the first byte was written. Returns the answer and the
        bytes written, at most `limit`; raises ServiceError beyond, or where the body breaks off.
        """
        sink = _Sink(to)

        def once(request: Request) -> Answer | ServiceError:
            try:
                with self._open(request) as (response, started):
                    if response.status_code != 200:
                        return self._read(request, response, started)
                    return sink.take(request, response, started, limit)
            except ServiceError as error:
                return error

        return self._repeat(request, once, lambda: sink.written == 0), sink.written

    def _repeat(
        self,
        request: Request,
        once: Callable[[Request], Answer | ServiceError],
        may_repeat: Callable[[], bool] = lambda: True,
    ) -> Answer:
        redirects = attempt = 0
        while True:
            attempt += 1
            outcome = once(request)
            if isinstance(outcome, Answer) and outcome.status in _REDIRECTS:
                redirects += 1
                request = _redirected(request, outcome, self.base_url, redirects)
                attempt -= 1
            elif (
                attempt >= self._attempts
                or not may_repeat()
                or not _may_pass(outcome)
                or not self._wait(attempt, outcome)
            ):
                break
        if isinstance(outcome, ServiceError):
            raise outcome
        return outcome

    def _try(self, request: Request) -> Answer | ServiceError:
        try:
            with self._open(request) as (response, started):
                answer = self._read(request, response, started)
        except ServiceError as error:
            return error
        # Errors are told by their status; half of their body will do.
        return answer.fault if answer.fault is not None and answer.status < 300 else answer

    def _wait(self, attempt: int, outcome: Answer | ServiceError) -> bool:
        """Wait before another attempt; False where the service asks for more than we wait."""
        asked = outcome.retry_after
        if asked is not None and asked > MAX_WAIT:
            return False
        self._sleep(min(MAX_WAIT, max(asked or 0.0, FIRST_WAIT * 2 ** (attempt - 1))))
        return True

    def _read(self, request: Request, response: requests.Response, started: float) -> Answer:
        """The answer with its body in memory, as far as it came, without the keys it echoes."""
        # Each wait has its limit already; this one is for an answer that drips without end.
        deadline = time.monotonic() + 2 * (request.timeout or self.timeout)[1]
        body = bytearray()
        fault: ServiceError | None = None
        try:
            for chunk in _chunks(response, MAX_ANSWER, deadline):
                body += chunk
        except ServiceError as error:
            fault = error
        except FAILURES as error:
            fault = failure_of(error)
        return Answer(
            response.status_code,
            response.headers,
            scrub_body(bytes(body), (*self._secrets, *request.secrets)),
            request,
            time.monotonic() - started,
            fault,
        )

    @contextmanager
    def _open(self, request: Request) -> Iterator[tuple[requests.Response, float]]:
        """The response with its body still to be read; raises ServiceError."""
        started = time.monotonic()
        failure: ServiceError | None = None
        response: requests.Response | None = None
        try:
            response = self._session.request(
                request.method,
                with_query(request.url, request.params, reveal=True),
                data=request.body,
                headers=dict(request.headers),
                timeout=request.timeout or self.timeout,
                allow_redirects=False,
                stream=True,
            )
        except FAILURES as error:
            failure = failure_of(error)
        except ValueError:  # a URL or header that the libraries refuse to send
            failure = ServiceError(
                Phrase(
                    "The service's address cannot be used in a request. Check it in the site's settings."
                ),
                code="bad-address",
                sent=False,
            )
        if response is None or failure is not None:
            log.debug("%s %s: %r", request.method, request.shown, failure)
            raise failure or ServiceDown(Phrase("The service could not be asked."), sent=False)
        log.debug("%s %s: %s", request.method, request.shown, response.status_code)
        try:
            yield response, started
        finally:
            response.close()


def _redirected(request: Request, answer: Answer, base_url: str, redirects: int) -> Request:
    """The request to the place an answer points to, if the key may go there."""
    if redirects > MAX_REDIRECTS or not answer.location:
        raise BadAnswer(
            Phrase("The service redirects without end. Check its address in the site's settings."),
            code="redirect",
            status=answer.status,
        )
    target = links.followable(urljoin(request.url, answer.location), base_url)
    keys = {name: value for name, value in request.params.items() if isinstance(value, Secret)}
    others = links.query_of(answer.location) or {
        name: value for name, value in request.params.items() if isinstance(value, str)
    }
    return Request(request.method, target, {**others, **keys}, headers=request.headers)


def _refuse_redirect(answer: Answer, base_url: str) -> None:
    if answer.status not in _REDIRECTS:
        return
    links.followable(urljoin(answer.request.url, answer.location), base_url)
    raise BadAnswer(
        Phrase(
            "The service answers with a redirect, which is not followed here, so nothing was changed. If it has moved, or wants https, its address in the site's settings has to be changed."
        ),
        code="redirect",
        status=answer.status,
        sent=False,
    )


def _may_pass(outcome: Answer | ServiceError) -> bool:
    if isinstance(outcome, Answer):
        return outcome.status in _TRANSIENT
    return outcome.can_retry and outcome.code not in ("timeout", "slow-answer")


class _Sink:
    """Where a fetched file goes, with the bytes written so far."""

    def __init__(self, to: BinaryIO) -> None:
        self._to = to
        self.written = 0

    def take(
        self, request: Request, response: requests.Response, started: float, limit: int
    ) -> Answer | ServiceError:
        """Write the body; an error of the disk is raised, one of the network returned."""
        chunks = _chunks(response, limit, time.monotonic() + MAX_FETCH_SECONDS)
        while True:
            try:
                chunk = next(chunks, b"")
            except ServiceError as error:
                return error
            except FAILURES as error:
                return failure_of(error)
            if not chunk:
                break
            self._to.write(chunk)
            self.written += len(chunk)
        seconds = time.monotonic() - started
        return Answer(response.status_code, response.headers, b"", request, seconds)


def _chunks(response: requests.Response, limit: int, deadline: float) -> Iterator[bytes]:
    """The unpacked body piece by piece; raises ServiceError beyond `limit` and `deadline`."""
    announced = response.headers.get("Content-Length", "")
    total = 0
    if announced.isdecimal() and int(announced) > limit:
        raise _too_large(limit)
    while chunk := response.raw.read1(CHUNK, decode_content=True):
        total += len(chunk)
        if total > limit:
            raise _too_large(limit)
        yield chunk
        if time.monotonic() > deadline:
            raise ServiceDown(
                Phrase(
                    "The service's answer comes in too slowly, so the wait was given up. Try again later."
                ),
                code="slow-answer",
            )


def _too_large(limit: int) -> BadAnswer:
    return BadAnswer(
        Phrase(
            "The service's answer is larger than the {most:,} MB that are accepted here.",
            most=limit // 1024**2,
        ),
        code="answer-too-large",
    )


def _no_sign_in(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Stands in the place of a sign-in, so that requests does not look into `.netrc`."""
    return request
