"""Keeping keys out of everything that people, logs and records see.

Keys travel in the query string, so whatever shows a URL may show a key: log lines of urllib3 at
DEBUG, texts of exceptions, answers that echo the request. Importing this module puts a filter on
the loggers of the HTTP libraries.
"""

from __future__ import annotations

import logging
import re
import traceback
from collections.abc import Iterable
from html import escape
from urllib.parse import quote, quote_plus

SHOWN = "{key}"  # what stands in a key's place
SHORTEST = 8  # characters; replacing anything shorter would tear answers apart

# `key=`, `queryKey=` in a query string, also percent-encoded (`key%3D`) inside another URL; and the
# signature of a shared blob (`sig=`, or what other stores call it).
_KEY_PARAMETER = re.compile(
    r"((?:key|sig|signature|security-token)(?:=|%3D))(?!\{key\})[^&\s\"'<>#)\]},;]+", re.IGNORECASE
)

# Filters of a logger do not reach its children, so each that logs is named.
_LOGGERS = (
    "urllib3",
    "urllib3.connection",
    "urllib3.connectionpool",
    "urllib3.poolmanager",
    "urllib3.response",
    "urllib3.util",
    "urllib3.util.retry",
    "urllib3.util.ssl_",
    "requests",
    "requests.adapters",
    "requests.sessions",
)


class Secret:
    """A key that shows itself to nobody: not in a repr, a traceback's locals or a log line."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The key itself, for the request alone."""
        return self._value

    def __bool__(self) -> bool:
        return bool(self._value)

    def __repr__(self) -> str:
        return SHOWN

    __str__ = __repr__

    def __reduce__(self) -> str:
        raise TypeError("a key is not to be pickled")


def scrub(text: str, secrets: Iterable[Secret] = ()) -> str:
    """`text` with `{key}` in the place of every key: those given, and any in a query string."""
    for spelling in _spellings(secrets):
        text = text.replace(spelling, SHOWN)
    return _KEY_PARAMETER.sub(rf"\g<1>{SHOWN}", text)


def scrub_body(body: bytes, secrets: Iterable[Secret]) -> bytes:
    """An answer's body with `{key}` wherever it echoes one of the keys."""
    for spelling in _spellings(secrets):
        body = body.replace(spelling.encode(), SHOWN.encode())
    return body


def _spellings(secrets: Iterable[Secret]) -> set[str]:
    """Keys as they stand in texts, URLs, JSON and XML; not what is too short to be a key."""
    found: set[str] = set()
    for secret in secrets:
        value = secret.reveal()
        if len(value) >= SHORTEST:
            found |= {value, quote(value, safe=""), quote(value), quote_plus(value)}
            found |= {value.replace("/", "\\/"), escape(value)}
    return found


class ScrubFilter(logging.Filter):
    """Rewrites a record so that no query string in it shows a key."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg = scrub(record.getMessage())
        record.args = ()
        if record.exc_info and record.exc_info[1] is not None:
            record.exc_text = scrub("".join(traceback.format_exception(record.exc_info[1])))
            record.exc_info = None
        return True


def install() -> None:
    """Put the filter on the HTTP libraries' loggers; more than once does no harm."""
    for name in _LOGGERS:
        logger = logging.getLogger(name)
        if not any(isinstance(one, ScrubFilter) for one in logger.filters):
            logger.addFilter(ScrubFilter())


install()
