"""Files that were sent or fetched, kept by their SHA-256, and the uploads that people make."""

from __future__ import annotations

import uuid

from django.db import models

from dashboard.people.models import User
from datasources.models.accounts import Account


class StoredFile(models.Model):
    """The bytes of one file, kept once an account. `kept_until` is None for ever."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="files")
    sha256 = models.CharField(max_length=64)
    size = models.PositiveBigIntegerField()
    path = models.CharField(max_length=200)  # in the default storage
    created_at = models.DateTimeField(auto_now_add=True)
    kept_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "sha256"], name="file_once_an_account")
        ]

    def __str__(self) -> str:
        return f"{self.sha256[:12]} ({self.size} bytes)"


class UploadState(models.TextChoices):
    WAITING = "waiting", "Waiting to be checked"
    CHECKING = "checking", "Being checked"
    GOOD = "good", "Ready to send"
    BAD = "bad", "Cannot be sent"


class Upload(models.Model):
    """A file that a person brought, and what the check found. Jobs are made from good ones."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="uploads")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="uploads")
    file = models.ForeignKey(
        StoredFile, null=True, on_delete=models.SET_NULL, related_name="uploads"
    )
    file_name = models.CharField(max_length=200)
    format = models.CharField(max_length=8)  # xml, csv, tab, pipe, kml, shp
    data_source_name = models.CharField(max_length=50)
    operation = models.CharField(max_length=20)  # the reference's loadOperation
    set_public = models.BooleanField(default=False)
    description = models.CharField(max_length=200, blank=True)
    state = models.CharField(max_length=10, choices=UploadState, default=UploadState.WAITING)
    rows_checked = models.PositiveIntegerField(default=0)
    bytes_checked = models.PositiveBigIntegerField(default=0)
    # {"entity_type", "entities", "deletes", "properties": […], "problems": [{rule, severity,
    #  message, advice, count, examples: [{row, line, column, value}]}]}, of datasources.checks
    report = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    checked_at = models.DateTimeField(null=True, blank=True)

    # Whoever checks it holds a lease; without a live one, the sweep has it checked again.
    lease_owner = models.CharField(max_length=80, blank=True)
    leased_until = models.DateTimeField(null=True, blank=True)
    next_look_at = models.DateTimeField(null=True, blank=True)
    tries = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return self.file_name
