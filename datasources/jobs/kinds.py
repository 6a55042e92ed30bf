"""What each kind of job is called on the service, in the audit and on the pages, and who may do it."""

from __future__ import annotations

from dashboard.people.models import Role
from datasources.models import Job, JobKind

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
    if job.kind == JobKind.ACCESS:
        return "data_source.public" if job.set_public else "data_source.private"
    if job.kind == JobKind.LOAD and is_staging(job.operation):
        return "data_source.stage"
    return f"data_source.{job.kind}"


def what(job: Job) -> str:
    """The job in words, as it stands in a sentence: "the load of Cities"."""
    nouns = {
        JobKind.LOAD: "the staging load" if is_staging(job.operation) else "the load",
        JobKind.PUBLISH: "the publishing",
        JobKind.DISCARD: "the discarding of the staged version",
        JobKind.ROLLBACK: "the rollback",
        JobKind.ACCESS: "the change of public status",
        JobKind.DELETE: "the deletion",
        JobKind.DOWNLOAD: "the download",
    }
    return f"{nouns.get(JobKind(job.kind), 'the job')} of {job.data_source_name}"
