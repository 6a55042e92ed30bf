"""Comparisons: what a version or an upload adds, changes and removes against a version."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from dashboard.people.models import User
from datasources.models.accounts import Account
from datasources.models.files import StoredFile, Upload
from datasources.models.sources import Version
from datasources.phrases.fields import PhraseField, PhraseJSONField


class ComparisonState(models.TextChoices):
    WAITING = "waiting", _("Waiting")
    FETCHING = "fetching", _("Fetching the version")  # a download of `base` is under way
    RUNNING = "running", _("Comparing")
    DONE = "done", _("Compared")
    FAILED = "failed", _("Cannot be compared")


class Comparison(models.Model):
    """`version`, or the file of `upload`, against `base`, which it follows or would replace."""

    OPEN = (ComparisonState.WAITING, ComparisonState.FETCHING, ComparisonState.RUNNING)

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="comparisons")
    base = models.ForeignKey(Version, on_delete=models.CASCADE, related_name="compared_with")
    version = models.ForeignKey(
        Version, null=True, blank=True, on_delete=models.CASCADE, related_name="compared_to"
    )
    upload = models.ForeignKey(
        Upload, null=True, blank=True, on_delete=models.CASCADE, related_name="comparisons"
    )
    state = models.CharField(
        max_length=10, choices=ComparisonState, default=ComparisonState.WAITING
    )
    words = PhraseField(blank=True)  # why it failed, or what it waits for
    # {"added", "changed", "removed", "unchanged", "columns", "schema", "extents", "warnings"}, of
    # datasources.checks
    summary = PhraseJSONField(default=dict, blank=True)
    file = models.ForeignKey(  # the differences, entity by entity
        StoredFile, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    # Who waits for it and is told of its end; nobody, where it was made unasked.
    askers = models.ManyToManyField(User, blank=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    lease_owner = models.CharField(max_length=80, blank=True)
    leased_until = models.DateTimeField(null=True, blank=True)
    next_look_at = models.DateTimeField(null=True, blank=True)
    tries = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["base", "version"],
                condition=~Q(version=None),
                name="versions_compared_once",
            ),
            models.UniqueConstraint(
                fields=["base", "upload"], condition=~Q(upload=None), name="upload_compared_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.version or self.upload} against {self.base}"
