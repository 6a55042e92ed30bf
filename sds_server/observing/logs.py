"""Log lines: for people, or JSON for programs (LOG_FORMAT=json). Never with a key in them."""

from __future__ import annotations

import json
import logging
import re
from datetime import UTC, datetime

from sds_server.observing.context import current

#: A net under everything else: what looks like a key never gets out, wherever it came from.
_NAMED_KEY = re.compile(r"(?i)\b((?:query|api_?)?key(?:=|%3D))[^&\s\"'<>]+")
_BARE_KEY = re.compile(
    r"(?<![\w~-])(?=[\w~-]*[A-Z])(?=[\w~-]*[a-z])(?=[\w~-]*\d)[\w~-]{50,100}(?![\w~-])", re.ASCII
)
#: What a line may say beside its message, as `extra` of the logging call.
_EXTRA = ("method", "status", "milliseconds", "bytes", "client", "job", "kind")


def without_keys(text: str) -> str:
    """The text with everything that may be a key taken out."""
    return _BARE_KEY.sub("(key)", _NAMED_KEY.sub(r"\1(key)", text))


class Lines(logging.Formatter):
    """`2026-11-23T07:14:00Z WARNING cairn.sds [request] message`."""

    def __init__(self) -> None:
        super().__init__()

    def format(self, record: logging.LogRecord) -> str:
        seen = current.get()
        about = f" [{seen.request_id}]" if seen else ""
        text = super().format(record)
        return without_keys(f"{moment(record)} {record.levelname} {record.name}{about} {text}")


class JsonLines(logging.Formatter):
    """One JSON object a line: time, level, logger, message, and what is known of the request."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "time": moment(record),
            "level": record.levelname,
            "logger": record.name,
            "message": without_keys(record.getMessage()),
        }
        if seen := current.get():
            line |= {"request_id": seen.request_id, "operation": seen.operation}
            if seen.account:
                line["account"] = seen.account
        for name in _EXTRA:
            value = getattr(record, name, None)
            if value is not None:
                line[name] = value
        if record.exc_info:
            line["exception"] = without_keys(self.formatException(record.exc_info))
        return json.dumps(line, ensure_ascii=False, default=str)


def moment(record: logging.LogRecord) -> str:
    """When it was, in UTC, to the millisecond."""
    when = datetime.fromtimestamp(record.created, UTC)
    return when.isoformat(timespec="milliseconds").replace("+00:00", "Z")
