"""Lookups: all rows of a draft without a location (or without the name of one), asked of a geocoder
in the background. What it says is kept row by row until somebody accepts it or leaves it out."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from datasources.models.drafts import Draft
from datasources.phrases.fields import PhraseField


class LookupKind(models.TextChoices):
    FIND = "find", _("Positions of addresses")
    NAME = "name", _("Names of positions")


class LookupState(models.TextChoices):
    RUNNING = "running", _("Being looked up")
    DONE = "done", _("Looked up")
    STOPPED = "stopped", _("Stopped")
    FAILED = "failed", _("Broken off")


class Lookup(models.Model):
    """The last lookup of one kind in a draft: whoever owns the draft owns it.

    `last` is the row up to which rows are done, in the order of `datasources.drafts.locating`;
    `good` the last one that the geocoder answered before it failed `misses` times in a row. What
    belongs to an earlier run knows itself by `started_at`.
    """

    draft = models.ForeignKey(Draft, on_delete=models.CASCADE, related_name="lookups")
    kind = models.CharField(max_length=4, choices=LookupKind)
    columns = models.JSONField(default=list)  # IDs: what the address is made of, or takes the name
    state = models.CharField(max_length=7, choices=LookupState, default=LookupState.RUNNING)
    words = PhraseField(blank=True)  # what it waits for, or why it was broken off

    last = models.BigIntegerField(null=True, blank=True)
    good = models.BigIntegerField(null=True, blank=True)
    total = models.PositiveIntegerField(default=0)  # rows
    done = models.PositiveIntegerField(default=0)
    found = models.PositiveIntegerField(default=0)
    unknown = models.PositiveIntegerField(default=0)
    failed = models.PositiveIntegerField(default=0)  # the geocoder answered with an error
    attempts = models.PositiveIntegerField(default=0)  # at the row behind `last`
    misses = models.PositiveIntegerField(default=0)

    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    lease_owner = models.CharField(max_length=80, blank=True)
    leased_until = models.DateTimeField(null=True, blank=True)
    next_look_at = models.DateTimeField(null=True, blank=True)
    tries = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["draft", "kind"], name="lookup_once_a_kind")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} in {self.draft}"


class SuggestionState(models.TextChoices):
    WAITING = "waiting"
    ACCEPTED = "accepted"
    LEFT_OUT = "left out"
    OVERTAKEN = "overtaken"  # its row changed, or got a location by hand
    FAILED = "failed"


class Suggestion(models.Model):
    """What a geocoder said of one row: where it is (degrees), or what is there, and how sure it is.

    `number` is that of the row in the draft, `asked` what was asked, `was` what stood in the cells
    that accepting it fills. Of one that FAILED, `words` says why.
    """

    lookup = models.ForeignKey(Lookup, on_delete=models.CASCADE, related_name="suggestions")
    number = models.BigIntegerField()
    key = models.CharField(max_length=50, blank=True)  # the entity ID
    asked = models.TextField()
    was = models.JSONField(default=list)
    latitude = models.FloatField(null=True, blank=True)
    longitude = models.FloatField(null=True, blank=True)
    words = PhraseField(blank=True)
    confidence = models.CharField(max_length=6, blank=True)  # of datasources.api.geocoding
    state = models.CharField(max_length=9, choices=SuggestionState, default=SuggestionState.WAITING)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["lookup", "number"], name="suggestion_once_a_row")
        ]
        indexes = [models.Index(fields=["lookup", "state"], name="suggestion_by_state")]

    def __str__(self) -> str:
        return f"Row {self.number}: {self.words}"
