"""Jobs: the truth about each piece of work on a service, ours or seen there."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from dashboard.people.models import User
from datasources.models.accounts import Account, Key
from datasources.models.files import StoredFile, Upload
from datasources.models.sources import DataSource, Version
from datasources.phrases.fields import PhraseField


class JobKind(models.TextChoices):
    """What a job does. Loads carry the reference's loadOperation in `Job.operation`."""

    LOAD = "load", _("Load")
    PUBLISH = "publish", _("Publish")
    DISCARD = "discard", _("Discard staged version")
    ROLLBACK = "rollback", _("Roll back")
    ACCESS = "access", _("Change public status")
    DELETE = "delete", _("Delete")
    DOWNLOAD = "download", _("Download")
    GEOCODE = "geocode", _("Geocode")  # only ever seen, never made here
    OTHER = "other", _("Other")


class JobState(models.TextChoices):
    WAITING = "waiting", _("Waiting")  # the row stands; nothing was sent
    SENDING = "sending", _("Sending")  # a request is, or may have been, on its way
    UNSURE = "unsure", _("Looking it up")  # its answer was lost: the remote job list is asked
    RUNNING = "running", _("In process")  # the service has it
    FETCHING = "fetching", _("Fetching")  # a finished download's file is being fetched
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")


class Job(models.Model):
    """One piece of work: who, what, on which data source, with which file, and how it went.

    The row exists before anything is sent. Steps stand in `JobStep`.
    """

    OPEN = (
        JobState.WAITING,
        JobState.SENDING,
        JobState.UNSURE,
        JobState.RUNNING,
        JobState.FETCHING,
    )

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="jobs")
    kind = models.CharField(max_length=10, choices=JobKind)
    operation = models.CharField(max_length=20, blank=True)  # complete, incrementalStaging …
    state = models.CharField(max_length=10, choices=JobState, default=JobState.WAITING)
    made_here = models.BooleanField(default=True)
    user = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="jobs"
    )
    user_name = models.CharField(max_length=160, blank=True)
    key = models.ForeignKey(Key, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    key_name = models.CharField(max_length=70, blank=True)
    query_key = models.ForeignKey(
        Key, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    data_source = models.ForeignKey(
        DataSource, null=True, blank=True, on_delete=models.SET_NULL, related_name="jobs"
    )
    data_source_name = models.CharField(max_length=50, blank=True)
    version = models.ForeignKey(  # rolled back to, or downloaded
        Version, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    upload = models.ForeignKey(
        Upload, null=True, blank=True, on_delete=models.SET_NULL, related_name="jobs"
    )
    file_sha256 = models.CharField(max_length=64, blank=True)
    output_format = models.CharField(max_length=16, blank=True)  # of a download; "" is XML
    # Of an export: {"url", "params", "filters", "address"}, see `datasources.jobs.exporting`.
    query = models.JSONField(default=dict, blank=True)
    set_public = models.BooleanField(null=True, blank=True)  # loads and public status
    makes_source = models.BooleanField(default=False)  # a load of a name that was not taken
    description = models.CharField(max_length=200, blank=True)
    again_of = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="reruns"
    )

    created_at = models.DateTimeField(db_index=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    remote_id = models.CharField(max_length=64, blank=True, db_index=True)
    remote_link = models.URLField(max_length=500, blank=True)  # self link, never with a key
    remote_status = models.CharField(max_length=30, blank=True)  # the service's own word
    total_entities = models.PositiveIntegerField(null=True, blank=True)
    processed_entities = models.PositiveIntegerField(null=True, blank=True)
    failed_entities = models.PositiveIntegerField(null=True, blank=True)
    # What went wrong: our code, the words for people, and the service's own words.
    error_code = models.CharField(max_length=40, blank=True)
    error_words = PhraseField(blank=True)
    error_remote = models.TextField(blank=True)
    failed_log = models.ForeignKey(
        StoredFile, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    result = models.ForeignKey(  # of a download
        StoredFile, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    # Whoever works on the row holds a lease; without a live one, the sweep takes the row up again.
    lease_owner = models.CharField(max_length=80, blank=True)
    leased_until = models.DateTimeField(null=True, blank=True)
    next_look_at = models.DateTimeField(null=True, blank=True)
    tries = models.PositiveIntegerField(default=0)
    # While its answer is lost: since when, and how often the remote job list was read in vain.
    unsure_at = models.DateTimeField(null=True, blank=True)
    lookups = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["-created_at"]
        indexes = [
            models.Index(fields=["account", "-created_at"], name="job_by_account"),
            models.Index(fields=["state", "next_look_at"], name="job_due"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["account", "remote_id"],
                condition=~models.Q(remote_id=""),
                name="remote_job_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.data_source_name}"

    @property
    def is_open(self) -> bool:
        return self.state in Job.OPEN


class JobStep(models.Model):
    """A step of a job, with its time: checked, sent, accepted, loading, done or failed."""

    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="steps")
    name = models.CharField(max_length=20)
    at = models.DateTimeField()
    words = PhraseField(blank=True)

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.name} at {self.at:%H:%M:%S}"
