"""Getting a version into the archive when something needs its entities: from its file, else from
the service, by an ordinary download job."""

from __future__ import annotations

from enum import Enum, auto

from dashboard.people.models import User
from datasources.jobs.archiving import archive_version, can_archive
from datasources.jobs.keys import keys_for
from datasources.jobs.refused import JobRefused
from datasources.jobs.start import start_download
from datasources.models import Job, JobKind, JobState, Version, VersionState

_GONE = "The service no longer has the version of {day}, and no file of it is kept here."
_NO_KEY = (
    "The version of {day} has to be downloaded first, and you have no key to do that with: store an "
    "account key under Keys, or ask for one to be shared with the team, then {again}."
)
_UNREADABLE = (
    "The file kept of the version of {day} could not be read. Download that version, and see whether "
    "it opens."
)


class Reach(Enum):
    """Where a version is."""

    HERE = auto()  # in the archive
    ELSEWHERE = auto()  # another worker archives it just now
    FETCHING = auto()  # being downloaded
    OUT = auto()  # it cannot be had


def day_of(version: Version) -> str:
    """The day a version was made, in words."""
    return f"{version.made_at:%d %B %Y}".lstrip("0")


def begin(user: User, version: Version, again: str) -> tuple[Reach, str]:
    """What it takes to have a version; starts its download, with a key that the person may use.

    Gives FETCHING with words, OUT with what is in the way (`again` is what the person does once it
    is not: "compare again"), ELSEWHERE for one that only has to be archived.
    """
    if version.archive_id is not None:
        return Reach.HERE, ""
    if can_archive(version):
        return Reach.ELSEWHERE, ""
    in_the_way = _start_fetching(user, version, again)
    if in_the_way:
        return Reach.OUT, in_the_way
    return Reach.FETCHING, f"The version of {day_of(version)} is downloaded first."


def bring(version: Version, again: str) -> tuple[Reach, str]:
    """One look at a version on its way; archives it where that is possible. For the background."""
    if version.archive_id is None and can_archive(version):
        archive_version(version.pk)
    version.refresh_from_db()
    if version.archive_id is not None:
        return Reach.HERE, ""
    if can_archive(version):
        return Reach.ELSEWHERE, ""
    if version.content_id is not None:
        return Reach.OUT, _UNREADABLE.format(day=day_of(version))
    job = _download_of(version)
    if job is not None and job.is_open:
        return Reach.FETCHING, ""
    if job is not None and job.state == JobState.FAILED:
        words = f"The version of {day_of(version)} could not be downloaded. {job.error_words}"
        return Reach.OUT, words
    return Reach.OUT, _NO_KEY.format(day=day_of(version), again=again)


def _start_fetching(user: User, version: Version, again: str) -> str:
    """Starts a download unless one is under way; gives what is in the way."""
    if version.content_id is not None:
        return _UNREADABLE.format(day=day_of(version))
    if version.state == VersionState.RETIRED or version.data_source.gone_at is not None:
        return _GONE.format(day=day_of(version))
    last = _download_of(version)
    if last is not None and last.is_open:
        return ""
    keys = keys_for(user, version.data_source)
    if not keys:
        return _NO_KEY.format(day=day_of(version), again=again)
    try:
        start_download(user, version, keys[0])
    except JobRefused as refused:
        return str(refused)
    return ""


def _download_of(version: Version) -> Job | None:
    jobs = Job.objects.filter(version=version, kind=JobKind.DOWNLOAD)
    return jobs.order_by("-created_at").first()
