"""What the server keeps in its database: accounts and keys, data sources and versions, jobs.

Entities live in the store (`sds_server.store`), a version under the ID of the job that made it.
No key is kept: an `ApiKey` holds the SHA-256 of a long random string and its last four characters.
"""

from __future__ import annotations

import uuid
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils import timezone

from datasources.schema import EdmType, Property, Schema


def new_id() -> str:
    """The form of access IDs and job IDs: 32 hexadecimal digits."""
    return uuid.uuid4().hex


class Plan(models.TextChoices):
    """What an account may do: the limits of the reference, or none."""

    BASIC = "basic", "Basic"
    ENTERPRISE = "enterprise", "Enterprise"
    UNLIMITED = "unlimited", "Unlimited"


class SdsAccount(models.Model):
    """Owner of keys, data sources and jobs."""

    name = models.CharField(max_length=100, unique=True)
    plan = models.CharField(max_length=10, choices=Plan, default=Plan.ENTERPRISE)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "sds_account"

    def __str__(self) -> str:
        return self.name


class ApiKey(models.Model):
    """A key of an account. Which data source it is master or query key of, the data source says."""

    account = models.ForeignKey(SdsAccount, on_delete=models.CASCADE, related_name="keys")
    digest = models.CharField(max_length=64, unique=True)  # SHA-256, hexadecimal
    last_four = models.CharField(max_length=4)
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "sds_key"
        ordering = ["created_at", "pk"]

    def __str__(self) -> str:
        return f"…{self.last_four}"

    @property
    def expired(self) -> bool:
        return self.expires_at is not None and self.expires_at <= timezone.now()


class DataSource(models.Model):
    """A data source: its name, its keys, and pointers to its published and its staged version.

    The row exists from the first accepted load on, so that two loads can't both create it; it has
    no version until one of them completes. Names are compared without case (reference: values are
    not case-sensitive except keys).
    """

    account = models.ForeignKey(SdsAccount, on_delete=models.CASCADE, related_name="data_sources")
    access_id = models.CharField(max_length=32, unique=True, default=new_id)
    name = models.CharField(max_length=50)
    folded_name = models.CharField(max_length=100)
    master_key = models.ForeignKey(ApiKey, on_delete=models.PROTECT, related_name="+")
    query_key = models.ForeignKey(
        ApiKey, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    is_public = models.BooleanField(default=False)
    published = models.ForeignKey(
        "Version", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    staged = models.ForeignKey(
        "Version", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    deleting = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "sds_data_source"
        ordering = ["folded_name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["account", "folded_name"], name="sds_name_once_an_account"
            )
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.folded_name = self.name.casefold()
        super().save(*args, **kwargs)

    def earlier_versions(self) -> models.QuerySet[Version]:
        """Versions that were published once and are no more, the newest first."""
        pointed = [pk for pk in (self.published_id, self.staged_id) if pk is not None]
        return self.versions.exclude(pk__in=pointed).order_by("-updated_at", "-pk")


class Version(models.Model):
    """One version of a data source. Its entities never change once it is made."""

    data_source = models.ForeignKey(DataSource, on_delete=models.CASCADE, related_name="versions")
    job_id = models.CharField(max_length=32, unique=True)
    entity_type = models.CharField(max_length=100)
    properties = models.JSONField()  # [[name, "Edm.String", is the entity ID], …] in file order
    entity_count = models.PositiveIntegerField()
    size_bytes = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    uploaded_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(null=True, blank=True)  # when it was last made the published

    class Meta:
        db_table = "sds_version"

    def __str__(self) -> str:
        return f"{self.data_source} {self.job_id}"

    @property
    def schema(self) -> Schema:
        return Schema(
            self.entity_type,
            tuple(Property(name, EdmType(word), is_key) for name, word, is_key in self.properties),
        )


class JobKind(models.TextChoices):
    """The job words of the reference's job list, and the download, which that list leaves out."""

    COMPLETE = "DataSourceComplete", "Complete load"
    INCREMENTAL = "DataSourceIncremental", "Incremental load"
    COMPLETE_STAGING = "DataSourceCompleteStaging", "Complete load, staged"
    INCREMENTAL_STAGING = "DataSourceIncrementalStaging", "Incremental load, staged"
    PUBLISH = "DataSourcePublishFromStaged", "Publish"
    ROLLBACK = "DataSourceRollback", "Roll back"
    DELETE = "DataSourceDelete", "Delete"
    ACCESS = "DataSourceAccess", "Make public or private"
    DOWNLOAD = "DataSourceDownload", "Download"


LOADS = (
    JobKind.COMPLETE,
    JobKind.INCREMENTAL,
    JobKind.COMPLETE_STAGING,
    JobKind.INCREMENTAL_STAGING,
)
INCREMENTAL_LOADS = (JobKind.INCREMENTAL, JobKind.INCREMENTAL_STAGING)
STAGING_LOADS = (JobKind.COMPLETE_STAGING, JobKind.INCREMENTAL_STAGING)


class JobStatus(models.TextChoices):
    """A job is in process until it is completed or aborted."""

    PENDING = "Pending", "Pending"
    COMPLETED = "Completed", "Completed"
    ABORTED = "Aborted", "Aborted"


class DataflowJob(models.Model):
    """One piece of work, kept from its acceptance on, claimed by one worker at a time.

    `params` are the caller's words that the work needs, never a key. A worker holds a job by
    `lease_holder` until `lease_until`; once that has passed, another may take it.
    """

    job_id = models.CharField(max_length=32, unique=True, default=new_id)
    account = models.ForeignKey(SdsAccount, on_delete=models.CASCADE, related_name="jobs")
    key = models.ForeignKey(ApiKey, on_delete=models.PROTECT, related_name="+")
    query_key = models.ForeignKey(
        ApiKey, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    data_source = models.ForeignKey(
        DataSource, null=True, blank=True, on_delete=models.SET_NULL, related_name="jobs"
    )
    data_source_name = models.CharField(max_length=50)
    access_id = models.CharField(max_length=32)
    kind = models.CharField(max_length=32, choices=JobKind)
    description = models.TextField(blank=True)
    params = models.JSONField(default=dict)
    status = models.CharField(max_length=10, choices=JobStatus, default=JobStatus.PENDING)
    total = models.PositiveIntegerField(default=0)
    processed = models.PositiveIntegerField(default=0)
    failed = models.PositiveIntegerField(default=0)
    error_message = models.TextField(blank=True)
    error_details = models.JSONField(default=list)
    created_at = models.DateTimeField(default=timezone.now)
    completed_at = models.DateTimeField(null=True, blank=True)
    lease_holder = models.CharField(max_length=100, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)

    class Meta:
        db_table = "sds_job"
        ordering = ["pk"]
        indexes = [
            models.Index(
                fields=["data_source"], condition=Q(status="Pending"), name="sds_job_pending"
            ),
            models.Index(fields=["account", "created_at"], name="sds_job_of_account"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.job_id}"


class JobTally(models.Model):
    """How many jobs of a kind ended how since the server was set up; jobs themselves are forgotten.

    `entities` and `failed` are of loads, `seconds` from their acceptance to their end.
    """

    kind = models.CharField(max_length=32, choices=JobKind)
    status = models.CharField(max_length=10, choices=JobStatus)
    jobs = models.PositiveBigIntegerField(default=0)
    entities = models.PositiveBigIntegerField(default=0)
    failed = models.PositiveBigIntegerField(default=0)
    seconds = models.FloatField(default=0.0)

    class Meta:
        db_table = "sds_job_tally"
        constraints = [models.UniqueConstraint(fields=["kind", "status"], name="sds_tally_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.status}: {self.jobs}"


class WorkerSign(models.Model):
    """The last sign of life of a worker; a worker that ends well takes its own away."""

    name = models.CharField(max_length=100, unique=True)  # host, process
    started_at = models.DateTimeField(default=timezone.now)
    seen_at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "sds_worker"

    def __str__(self) -> str:
        return self.name
