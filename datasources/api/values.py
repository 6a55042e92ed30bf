"""Single values of answers, in every spelling that the reference and the field show."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from datasources.api.links import without_key
from datasources.api.types import JobStatus, Link, RemoteJob

#: Job words of "Get Job List".
JOB_WORDS = (
    "Geocode",
    "DataSourceComplete",
    "DataSourceIncremental",
    "DataSourceCompleteStaging",
    "DataSourceIncrementalStaging",
    "DataSourcePublishFromStaged",
    "DataSourceRollback",
    "DataSourceDelete",
    "DataSourceAccess",
)
_WORD_OF = {word.lower(): word for word in JOB_WORDS}

_JSON_DATE = re.compile(r"^\\?/Date\((-?\d{1,19})([+-]\d{1,4})?\)\\?/$")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST_DAY = datetime(1, 1, 1, tzinfo=UTC)
# Milliseconds reach 2.5e14 in the year 9999; anything larger is .NET ticks of 100 ns since year 1.
_LARGEST_MILLISECONDS = 10**15


def as_text(value: object) -> str:
    """Text without surrounding space; "" for null and for what is no single value."""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, bool) or value is None:
        return "" if value is None else str(value).lower()
    return str(value) if isinstance(value, (int, float)) else ""


def as_bool(value: object, default: bool = False) -> bool:
    """true, "true", "1", 1 and their opposites; `default` for anything else."""
    words = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}
    return words.get(as_text(value).lower(), default)


def as_count(value: object) -> int | None:
    """A count of entities, None where the service gives none."""
    text = as_text(value)
    try:
        number = int(float(text)) if text else -1
    except (ValueError, OverflowError):
        return None
    return number if number >= 0 else None


def as_time(value: object) -> datetime | None:
    """An aware time in UTC from RFC 1123, ISO 8601 (UTC where no offset stands) or `/Date(…)/`."""
    text = as_text(value)
    if not text:
        return None
    if "Date(" in text:
        return json_date(text)
    try:
        return _aware(datetime.fromisoformat(text))
    except (ValueError, OverflowError):
        pass
    try:
        return _aware(parsedate_to_datetime(text))
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def json_date(text: str) -> datetime | None:
    """`/Date(n)/`: milliseconds since 1970 as the text of the reference says, or .NET ticks.

    The offset that may stand behind is minutes for display alone; n is UTC.
    """
    match = _JSON_DATE.match(text)
    if match is None:
        return None
    number = int(match[1])
    try:
        if abs(number) < _LARGEST_MILLISECONDS:
            return _EPOCH + timedelta(milliseconds=number)
        return _FIRST_DAY + timedelta(microseconds=number // 10)
    except OverflowError:
        return None


def iso_text(moment: datetime) -> str:
    """A time as `datasources.schema.Value` writes it: UTC, no fraction if it is zero."""
    utc = moment.astimezone(UTC).replace(tzinfo=None)
    return utc.isoformat().rstrip("0") + "Z" if utc.microsecond else utc.isoformat() + "Z"


def texts(value: object) -> tuple[str, ...]:
    """`errorDetails` as a list, a string or an object with a list in it; empty texts left out."""
    if isinstance(value, Mapping):
        value = list(value.values())
    if isinstance(value, Sequence) and not isinstance(value, (str, bytes)):
        return tuple(text for one in value for text in texts(one))
    text = as_text(value)
    return (text,) if text else ()


def status_of(word: str) -> JobStatus:
    """Whatever is neither completed nor aborted is in process."""
    known = {"completed": JobStatus.COMPLETED, "aborted": JobStatus.ABORTED}
    return known.get(word.lower(), JobStatus.IN_PROCESS)


def make_link(role: object, url: object, name: object = "") -> Link | None:
    """A link with its role in lower case and no key in its URL; None without either."""
    role_word, address = as_text(role).lower(), without_key(as_text(url))
    return Link(role_word, address, as_text(name)) if role_word and address else None


def make_job(
    fields: Mapping[str, object], links: Sequence[Link], details: Sequence[str] = ()
) -> RemoteJob:
    """A job from its fields under lower-case names; `details` are the answer's `errorDetails`."""
    description = as_text(fields.get("description"))
    status_word = as_text(fields.get("status"))
    return RemoteJob(
        id=as_text(fields.get("id")),
        status=status_of(status_word),
        status_word=status_word,
        word=_WORD_OF.get(description.lower(), ""),
        name=as_text(fields.get("name")),
        created_at=as_time(fields.get("createddate")),
        completed_at=as_time(fields.get("completeddate")),
        total=as_count(fields.get("totalentitycount")),
        processed=as_count(fields.get("processedentitycount")),
        failed=as_count(fields.get("failedentitycount")),
        error_message=as_text(fields.get("errormessage")),
        error_details=tuple(details) or texts(fields.get("errordetails")),
        links=tuple(links),
        description=description,
    )


def _aware(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        return moment.replace(tzinfo=UTC)
    return moment.astimezone(UTC)
