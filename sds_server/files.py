"""Files of jobs, under SDS_DATA_DIR: bodies as received, error logs, downloads as written."""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Protocol

from django.conf import settings

CHUNK = 1024 * 1024  # bytes

BODIES = "bodies"
LOGS = "logs"
DOWNLOADS = "downloads"


class Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


def folder(name: str) -> Path:
    path = Path(settings.SDS_DATA_DIR) / name
    path.mkdir(parents=True, exist_ok=True)
    return path


def body_path(job_id: str) -> Path:
    """The data of a load as they were sent, kept until its job is done."""
    return folder(BODIES) / job_id


def log_path(job_id: str) -> Path:
    """What was wrong: the failed entities of a load, or why a job was aborted."""
    return folder(LOGS) / f"{job_id}.txt"


def download_path(job_id: str) -> Path:
    """The XML file of a completed download."""
    return folder(DOWNLOADS) / f"{job_id}.xml"


def keep_stream(stream: Readable, path: Path) -> int:
    """Write a stream to a file, synced and in its place only when whole; gives its bytes."""
    size = 0
    with written_aside(path) as file:
        while chunk := stream.read(CHUNK):
            file.write(chunk)
            size += len(chunk)
    return size


@contextmanager
def written_aside(path: Path) -> Iterator[BinaryIO]:
    """A file to write that takes the path's place when the block ends well, and is gone if not."""
    # A name of its own: whoever lost a job to another worker must not write into that one's file.
    aside = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    try:
        with aside.open("wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)


def unlink_older(path: Path, seconds: float) -> bool:
    """Remove a file untouched for so long; one that goes or takes its place meanwhile is no fault."""
    try:
        if time.time() - path.stat().st_mtime <= seconds:
            return False
        path.unlink()
    except FileNotFoundError:
        return False
    return True


def forget(job_id: str) -> None:
    """Remove everything kept for a job."""
    for path in (body_path(job_id), log_path(job_id), download_path(job_id)):
        path.unlink(missing_ok=True)
