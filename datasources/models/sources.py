"""Data sources and their versions, as the service last showed them."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from dashboard.people.models import User
from datasources.models.accounts import Account, Key
from datasources.models.files import StoredFile
from datasources.schema import EdmType, Property, Schema


def schema_of_rows(entity_type: str, rows: list[dict[str, Any]]) -> Schema | None:
    """An entity type from `properties` as they are kept; None where nobody has told its key."""
    properties = tuple(
        Property(row["name"], EdmType(row["type"]), bool(row.get("is_key"))) for row in rows
    )
    if not any(prop.is_key for prop in properties):
        return None
    return Schema(entity_type, properties)


class DataSource(models.Model):
    """A data source as last seen; `gone_at` is set once the service no longer lists it."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="data_sources")
    name = models.CharField(max_length=50)
    access_id = models.CharField(max_length=64, blank=True)
    entity_type = models.CharField(max_length=50, blank=True)
    query_url = models.URLField(max_length=500, blank=True)
    is_public = models.BooleanField(default=False)
    # [{"name": …, "type": "Edm.String", "is_key": bool}], of the published version, or the staged one.
    properties = models.JSONField(default=list, blank=True)
    master_key = models.ForeignKey(
        Key, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    mapping = models.JSONField(
        default=dict, blank=True
    )  # of its last import, offered the next time
    changed_at = models.DateTimeField(null=True, blank=True)  # the service's word
    seen_at = models.DateTimeField(null=True, blank=True)
    gone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["account", "name"], condition=Q(gone_at=None), name="name_once_an_account"
            )
        ]

    def __str__(self) -> str:
        return self.name


class VersionState(models.TextChoices):
    """Where a version stands in the stack."""

    STAGED = "staged", _("Staged")
    PUBLISHED = "published", _("Published")
    EARLIER = "earlier", _("Earlier")  # the service can still roll back to it
    RETIRED = "retired", _("Retired")  # the service has dropped it; we may still hold its file


class Version(models.Model):
    """One version of a data source, known by the ID of the remote job that made it."""

    data_source = models.ForeignKey(DataSource, on_delete=models.CASCADE, related_name="versions")
    remote_job_id = models.CharField(max_length=64)
    state = models.CharField(max_length=10, choices=VersionState)
    entity_count = models.PositiveIntegerField(null=True, blank=True)
    made_at = models.DateTimeField()  # uploaded or updated, the service's word
    expires_at = models.DateTimeField(null=True, blank=True)  # of a staged version
    made_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    properties = models.JSONField(default=list, blank=True)
    # Against the version below it, where both are in the archive.
    added = models.PositiveIntegerField(null=True, blank=True)
    removed = models.PositiveIntegerField(null=True, blank=True)
    changed = models.PositiveIntegerField(null=True, blank=True)
    content = models.ForeignKey(
        StoredFile, null=True, blank=True, on_delete=models.SET_NULL, related_name="versions"
    )
    # The same entities as an indexed GeoPackage (`datasources.archive`), made in the background.
    archive = models.ForeignKey(
        StoredFile, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    # What the map is drawn from (`datasources.archive.tiles`), made of the archive.
    map_index = models.ForeignKey(
        StoredFile, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    # What an incremental load built on, where that is certain.
    base = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    seen_at = models.DateTimeField()

    # Whoever archives it, or makes its map index, holds a lease.
    lease_owner = models.CharField(max_length=80, blank=True)
    leased_until = models.DateTimeField(null=True, blank=True)
    next_look_at = models.DateTimeField(null=True, blank=True)
    tries = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["-made_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["data_source", "remote_job_id"], name="version_once"),
        ]

    def __str__(self) -> str:
        return f"{self.data_source} of {self.made_at:%Y-%m-%d %H:%M}"
