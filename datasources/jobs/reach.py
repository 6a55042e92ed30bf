"""Getting a version into the archive when something needs its entities: from its file, else from
the service, by an ordinary download job."""

from __future__ import annotations

from enum import Enum, auto

from dashboard.people.models import User
from datasources.jobs.archiving import archive_version, can_archive
from datasources.jobs.keys import keys_for
from datasources.jobs.kinds import FROM_QUERY
from datasources.jobs.refused import JobRefused
from datasources.jobs.start import start_download
from datasources.models import Job, JobKind, JobState, Version, VersionState
from datasources.phrases import Phrase


class Reach(Enum):
    """Where a version is."""

    HERE = auto()  # in the archive
    ELSEWHERE = auto()  # another worker archives it just now
    FETCHING = auto()  # being downloaded
    OUT = auto()  # it cannot be had


def _gone(version: Version) -> Phrase:
    return Phrase(
        "The service no longer has the version of {made:day}, and no file of it is kept here.",
        made=version.made_at.isoformat(),
    )


def _no_key(version: Version, again: str) -> Phrase:
    return Phrase(
        "The version of {made:day} has to be downloaded first, and you have no key to do that with: "
        "store an account key under Keys, or ask for one to be shared with the team, then {again}.",
        made=version.made_at.isoformat(),
        again=again,
    )


def _unreadable(version: Version) -> Phrase:
    return Phrase(
        "The file kept of the version of {made:day} could not be read. Download that version, and "
        "see whether it opens.",
        made=version.made_at.isoformat(),
    )


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
    made = version.made_at.isoformat()
    return Reach.FETCHING, Phrase("The version of {made:day} is downloaded first.", made=made)


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
        return Reach.OUT, _unreadable(version)
    job = _download_of(version)
    if job is not None and job.is_open:
        return Reach.FETCHING, ""
    if job is not None and job.state == JobState.FAILED:
        made = version.made_at.isoformat()
        words = Phrase("The version of {made:day} could not be downloaded.", made=made)
        return Reach.OUT, Phrase.sentences(words, job.error_words)
    return Reach.OUT, _no_key(version, again)


def _start_fetching(user: User, version: Version, again: str) -> str:
    """Starts a download unless one is under way; gives what is in the way."""
    if version.content_id is not None:
        return _unreadable(version)
    if version.state == VersionState.RETIRED or version.data_source.gone_at is not None:
        return _gone(version)
    last = _download_of(version)
    if last is not None and last.is_open:
        return ""
    keys = keys_for(user, version.data_source)
    if not keys:
        return _no_key(version, again)
    try:
        start_download(user, version, keys[0])
    except JobRefused as refused:
        return str(refused)
    return ""


def _download_of(version: Version) -> Job | None:
    downloads = Job.objects.filter(version=version, kind=JobKind.DOWNLOAD)
    jobs = downloads.exclude(operation=FROM_QUERY)  # those hold what a query finds alone
    return jobs.order_by("-created_at").first()
