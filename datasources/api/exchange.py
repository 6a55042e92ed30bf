"""A request and its answer, as the client and the transport hand them to each other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import BinaryIO
from urllib.parse import quote

from datasources.api.errors import ServiceError
from datasources.api.scrub import SHOWN, Secret, scrub
from datasources.api.values import as_time


@dataclass(frozen=True, slots=True)
class Request:
    """What is to be sent. `changes` marks what creates a job or deletes: it is sent once only."""

    method: str
    url: str
    params: Mapping[str, str | Secret]
    changes: bool = False
    body: BinaryIO | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    timeout: tuple[float, float] | None = None  # in place of the transport's own
    hidden: tuple[Secret, ...] = ()  # what else an answer may echo and nobody may see

    @property
    def shown(self) -> str:
        """The URL with `{key}` in the place of every key."""
        return with_query(self.url, self.params, reveal=False)

    @property
    def secrets(self) -> tuple[Secret, ...]:
        return (
            *(value for value in self.params.values() if isinstance(value, Secret)),
            *self.hidden,
        )


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer, whole or as far as it came; `fault` says why it ended early."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    request: Request
    seconds: float
    fault: ServiceError | None = None

    def scrubbed(self, text: str) -> str:
        """`text` of this answer without the keys of its request."""
        return scrub(text, self.request.secrets)

    @property
    def location(self) -> str:
        return self.headers.get("Location", "")

    @property
    def content_type(self) -> str:
        return self.headers.get("Content-Type", "").partition(";")[0].strip().lower()

    @property
    def retry_after(self) -> float | None:
        """Seconds that the service asks us to wait, from either form of Retry-After."""
        word = self.headers.get("Retry-After", "").strip()
        if word.isdecimal():
            return float(min(int(word), 86_400))
        moment = as_time(word)
        return None if moment is None else max(0.0, (moment - datetime.now(UTC)).total_seconds())


def with_query(url: str, params: Mapping[str, str | Secret], *, reveal: bool) -> str:
    """`url` with its query string, keys as they are or as `{key}`; names stay readable."""
    pairs = []
    for name, value in params.items():
        if isinstance(value, Secret):
            text = quote(value.reveal(), safe="") if reveal else SHOWN
        else:
            text = quote(value, safe="$(),'*:/")
        pairs.append(f"{quote(name, safe='$')}={text}")
    return f"{url}?{'&'.join(pairs)}" if pairs else url
