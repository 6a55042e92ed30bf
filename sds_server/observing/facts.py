"""How the server stands: what the status page shows and the metrics count, asked of the database."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db.models import Case, CharField, Count, F, Min, Q, QuerySet, Sum, Value, When
from django.utils import timezone

from sds_server.models import DataflowJob, DataSource, JobStatus, JobTally, Version, WorkerSign
from sds_server.observing.signs import living_workers

#: States of a job: a pending one waits or runs.
WAITING, RUNNING = "waiting", "running"
PUBLISHED, STAGED, EARLIER = "published", "staged", "earlier"


@dataclass(frozen=True, slots=True)
class JobCount:
    kind: str
    state: str
    count: int


@dataclass(frozen=True, slots=True)
class Held:
    """Versions in one state: how many, their entities, their bytes."""

    state: str
    versions: int
    entities: int
    bytes: int


@dataclass(frozen=True, slots=True)
class Disk:
    """Bytes of the disk that the server's data lie on."""

    total: int
    free: int


@dataclass(frozen=True, slots=True)
class Facts:
    """Ages in seconds; `oldest_waiting` is None where no job waits."""

    jobs: tuple[JobCount, ...]
    oldest_waiting: float | None
    workers: tuple[WorkerSign, ...]
    held: tuple[Held, ...]
    data_sources: int
    disk: Disk | None

    def jobs_in(self, state: str) -> int:
        return sum(job.count for job in self.jobs if job.state == state)


def find_facts() -> Facts:
    """All of them, in seven short queries."""
    waiting = _waiting().aggregate(first=Min("created_at"))["first"]
    return Facts(
        jobs=tuple(_job_counts()),
        oldest_waiting=_age(waiting),
        workers=tuple(living_workers()),
        held=tuple(_held()),
        data_sources=DataSource.objects.count(),
        disk=disk(),
    )


def tallies() -> list[JobTally]:
    return list(JobTally.objects.order_by("kind", "status"))


def _running() -> Q:
    return Q(status=JobStatus.PENDING, lease_until__gte=timezone.now())


def _waiting() -> QuerySet[DataflowJob]:
    return DataflowJob.objects.filter(status=JobStatus.PENDING).exclude(_running())


def _job_counts() -> list[JobCount]:
    state = Case(
        When(_running(), then=Value(RUNNING)),
        When(status=JobStatus.PENDING, then=Value(WAITING)),
        default=F("status"),
        output_field=CharField(),
    )
    counted = (
        DataflowJob.objects.annotate(state=state)
        .values("kind", "state")
        .annotate(count=Count("pk"))
        .order_by("kind", "state")
    )
    return [JobCount(row["kind"], row["state"].lower(), row["count"]) for row in counted]


def _held() -> list[Held]:
    state = Case(
        When(pk=F("data_source__published"), then=Value(PUBLISHED)),
        When(pk=F("data_source__staged"), then=Value(STAGED)),
        default=Value(EARLIER),
        output_field=CharField(),
    )
    counted = (
        Version.objects.annotate(state=state)
        .values("state")
        .annotate(count=Count("pk"), entities=Sum("entity_count"), size=Sum("size_bytes"))
        .order_by("state")
    )
    return [Held(row["state"], row["count"], row["entities"], row["size"]) for row in counted]


def _age(moment: datetime | None) -> float | None:
    return None if moment is None else max(0.0, (timezone.now() - moment).total_seconds())


def disk() -> Disk | None:
    """Of the folder that the server's data lie in, or will; None where that cannot be told."""
    folder = Path(settings.SDS_DATA_DIR)
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    try:
        usage = shutil.disk_usage(folder)
    except OSError:
        return None
    return Disk(usage.total, usage.free)
