"""What is known of the request, or the job, that a thread is at: for logs, metrics and answers."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from django.http import HttpRequest

#: Long enough for a UUID with hyphens, too short for a key: a caller's ID stands in logs.
_SAFE_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{7,47}", re.ASCII)
_ATTRIBUTE = "cairn_observed"


@dataclass(slots=True)
class Observed:
    """`operation` is one of a fixed set of words; `account` a name that admins gave."""

    request_id: str
    operation: str = ""
    account: str = ""


current: ContextVar[Observed | None] = ContextVar("cairn_observed", default=None)


def request_id(given: str) -> str:
    """The caller's own ID if it is one that may stand in a log and a header, else a new one."""
    return given if _SAFE_ID.fullmatch(given) else uuid.uuid4().hex


def observed(http: HttpRequest) -> Observed:
    """What is known of a request; made on the first call."""
    found = getattr(http, _ATTRIBUTE, None)
    if not isinstance(found, Observed):
        found = Observed(request_id(http.META.get("HTTP_X_REQUEST_ID", "")))
        setattr(http, _ATTRIBUTE, found)
    return found


@contextmanager
def during(what: Observed) -> Iterator[Observed]:
    """While this holds, the thread's log lines are of this request or job."""
    token = current.set(what)
    try:
        yield what
    finally:
        current.reset(token)
