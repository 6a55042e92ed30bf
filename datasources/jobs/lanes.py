"""The lanes of background work: what takes seconds never waits behind what takes minutes.

Each lane is a queue of its own, with threads of its own (`datasources.jobs.worker`), so that a
publish is sent and followed while files are checked and archived.
"""

from __future__ import annotations

from datasources.jobs.kinds import FROM_ARCHIVE, FROM_QUERY
from datasources.models import Job, JobState

#: Following, and sending what is small: seconds at most, most of them spent waiting for a service.
PROMPT = "prompt"
#: What waits for the network for long: sending large files, refreshing mirrors.
TRANSFER = "transfer"
#: What reads or writes whole files: looking, checking, archiving, comparing, writing downloads.
WORK = "work"
#: What asks a geocoder row by row for hours, at the pace that its site admin allows.
LOOKUP = "lookup"

#: Each lane, and how many threads of a worker serve it.
LANES = {PROMPT: 4, TRANSFER: 2, WORK: 2, LOOKUP: 1}

SMALL = 4 * 1024 * 1024  # bytes; a larger file takes a while to send


def lane_of(job: Job) -> str:
    """The lane of a job's next step."""
    if job.operation in (FROM_ARCHIVE, FROM_QUERY) or job.state == JobState.FETCHING:
        return WORK
    return TRANSFER if job.state == JobState.WAITING and _bytes_to_send(job) > SMALL else PROMPT


def _bytes_to_send(job: Job) -> int:
    """The size of the file that a load, or a rollback to a kept file, sends."""
    if not job.operation:
        return 0
    sent = job.upload.sent_file if job.upload else job.version.content if job.version else None
    return sent.size if sent else 0
