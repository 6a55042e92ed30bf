"""Files that were sent or fetched, kept by their SHA-256, and the uploads that people make."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from dashboard.people.models import User
from datasources.models.accounts import Account
from datasources.models.secrets import EncryptedField
from datasources.phrases.fields import PhraseJSONField


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
    LOOKING = "looking", _("Being looked at")  # an import is surveyed: layers, columns, types
    MAPPING = "mapping", _("Waiting for its mapping")  # a person says what its columns mean
    WAITING = "waiting", _("Waiting to be checked")
    CHECKING = "checking", _("Being checked")
    GOOD = "good", _("Ready to send")
    BAD = "bad", _("Cannot be sent")


class Upload(models.Model):
    """A file that a person brought, and what the check found. Jobs are made from good ones."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="uploads")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="uploads")
    file = models.ForeignKey(
        StoredFile, null=True, on_delete=models.SET_NULL, related_name="uploads"
    )
    file_name = models.CharField(max_length=200)
    # Of the file: an `InputFormat` (xml, csv, tab, pipe, kml, shp), or an `ImportFormat`, which is
    # converted to one (geojson, gpkg, xlsx …).
    format = models.CharField(max_length=16)
    # A URL the service loads from instead of a file (dataLocation): it may hold a signature.
    location = EncryptedField(blank=True)
    survey = PhraseJSONField(default=dict, blank=True)  # datasources.formats.Survey, of an import
    mapping = models.JSONField(default=dict, blank=True)  # datasources.formats.Mapping
    repairs = models.JSONField(default=list, blank=True)  # names of datasources.checks.repairs
    # What is sent in place of `file`, once it was converted or repaired.
    prepared = models.ForeignKey(
        StoredFile, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    prepared_format = models.CharField(max_length=8, blank=True)
    # The complete load whose differences alone this one holds.
    derived_from = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="derived"
    )
    data_source_name = models.CharField(max_length=50)
    operation = models.CharField(max_length=20)  # the reference's loadOperation
    set_public = models.BooleanField(default=False)
    description = models.CharField(max_length=200, blank=True)
    state = models.CharField(max_length=10, choices=UploadState, default=UploadState.WAITING)
    rows_checked = models.PositiveIntegerField(default=0)
    bytes_checked = models.PositiveBigIntegerField(default=0)
    # {"entity_type", "entities", "deletes", "properties": […], "problems": [{rule, severity,
    #  message, advice, count, examples: [{row, line, column, value}]}]}, of datasources.checks
    report = PhraseJSONField(default=dict, blank=True)
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

    @property
    def sent_file(self) -> StoredFile | None:
        """The file that a load sends: the converted or repaired copy, else the original."""
        return self.prepared or self.file

    @property
    def sent_format(self) -> str:
        """The format of `sent_file`, one of the API's own."""
        return self.prepared_format or self.format


class PartialUpload(models.Model):
    """A file on its way in pieces (tus 1.0); each piece lies in the storage until all are there."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    file_name = models.CharField(max_length=200)
    size = models.PositiveBigIntegerField()  # of the whole file, in bytes
    offset = models.PositiveBigIntegerField(default=0)  # bytes that have arrived
    parts = models.JSONField(default=list)  # paths in the storage, in order
    file = models.ForeignKey(
        StoredFile, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    touched_at = models.DateTimeField(auto_now=True, db_index=True)

    def __str__(self) -> str:
        return f"{self.file_name}: {self.offset} of {self.size} bytes"
