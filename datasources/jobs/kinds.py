"""What each kind of job is called on the service, in the audit and on the pages, and who may do it."""

from __future__ import annotations

from dashboard.people.models import Role
from datasources.models import Job, JobKind
from datasources.phrases import Phrase

#: loadOperation -> the service's job word ("Get Job List"), both as the reference spells them
LOAD_WORDS = {
    "complete": "DataSourceComplete",
    "incremental": "DataSourceIncremental",
    "completeStaging": "DataSourceCompleteStaging",
    "incrementalStaging": "DataSourceIncrementalStaging",
}
_WORDS = {
    JobKind.PUBLISH: "DataSourcePublishFromStaged",
    JobKind.ROLLBACK: "DataSourceRollback",
    JobKind.DELETE: "DataSourceDelete",
    JobKind.DISCARD: "DataSourceDelete",
    JobKind.ACCESS: "DataSourceAccess",
}
#: A download of a version that only our archive holds, and a rollback to one.
FROM_ARCHIVE = "archive"
#: A download of what a query finds, of the service or of our archive.
FROM_QUERY = "query"
RELOAD = "complete"


def word_of(job: Job) -> str:
    """The word under which the service lists the job; empty for downloads, which it leaves out."""
    if job.operation in LOAD_WORDS:
        return LOAD_WORDS[job.operation]
    return _WORDS.get(JobKind(job.kind), "")


def kind_of_word(word: str) -> tuple[JobKind, str]:
    """Kind and loadOperation of a job word, whatever its case."""
    for operation, load_word in LOAD_WORDS.items():
        if word.lower() == load_word.lower():
            return JobKind.LOAD, operation
    for kind, known in _WORDS.items():
        if word.lower() == known.lower():
            return (JobKind.DELETE, "") if kind == JobKind.DISCARD else (kind, "")
    return (JobKind.GEOCODE, "") if word.lower() == "geocode" else (JobKind.OTHER, "")


def is_staging(operation: str) -> bool:
    return operation.endswith("Staging")


def role_for(kind: JobKind, operation: str = "") -> Role:
    """The least role that may do it."""
    if kind == JobKind.DOWNLOAD:
        return Role.VIEWER
    if kind == JobKind.LOAD and is_staging(operation):
        return Role.EDITOR
    return Role.PUBLISHER


def action_of(job: Job) -> str:
    """The audit's name of the act."""
    if job.operation == FROM_QUERY:
        return "query.export"
    if job.kind == JobKind.ACCESS:
        return "data_source.public" if job.set_public else "data_source.private"
    if job.kind == JobKind.LOAD and is_staging(job.operation):
        return "data_source.stage"
    return f"data_source.{job.kind}"


def needs_key(job: Job) -> bool:
    """Whether it asks the service, and not our archive alone."""
    of_archive = job.operation == FROM_QUERY and job.version_id is not None
    return job.operation != FROM_ARCHIVE and not of_archive


def what(job: Job) -> Phrase:
    """The job in words, as it stands in a sentence: "the load of Cities"."""
    name = job.data_source_name
    if job.operation == FROM_QUERY:
        return Phrase("the export of a query of {source}", source=name)
    match JobKind(job.kind):
        case JobKind.LOAD if is_staging(job.operation):
            return Phrase("the staging load of {source}", source=name)
        case JobKind.LOAD:
            return Phrase("the load of {source}", source=name)
        case JobKind.PUBLISH:
            return Phrase("the publishing of {source}", source=name)
        case JobKind.DISCARD:
            return Phrase("the discarding of the staged version of {source}", source=name)
        case JobKind.ROLLBACK:
            return Phrase("the rollback of {source}", source=name)
        case JobKind.ACCESS:
            return Phrase("the change of public status of {source}", source=name)
        case JobKind.DELETE:
            return Phrase("the deletion of {source}", source=name)
        case JobKind.DOWNLOAD:
            return Phrase("the download of {source}", source=name)
    return Phrase("the job of {source}", source=name)
