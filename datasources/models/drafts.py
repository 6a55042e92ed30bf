"""Drafts: what a person changes in a version before it is sent, row by row, with every step kept.

The version itself stays in the archive and is never copied: a draft holds only the rows that differ
(`DraftRow`), and the steps that led there (`DraftEdit`), which undo and redo go along.
"""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from dashboard.people.models import User
from datasources.models.accounts import Account, Key
from datasources.models.files import StoredFile, Upload
from datasources.models.sources import DataSource, Version
from datasources.models.work import Job
from datasources.phrases.fields import PhraseField


class DraftState(models.TextChoices):
    PREPARING = "preparing", _("Being prepared")  # the version's copy is made, or fetched first
    OPEN = "open", _("Open")
    SENDING = "sending", _("Being sent")
    SENT = "sent", _("Sent")
    DISCARDED = "discarded", _("Discarded")


class Draft(models.Model):
    """Changes to one version of a data source, made by one person.

    `revision` grows by one with every change, so that two tabs of one draft notice each other.
    `added`, `changed`, `deleted` and `faulty` count rows.
    """

    LIVE = (DraftState.PREPARING, DraftState.OPEN, DraftState.SENDING)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="drafts")
    data_source = models.ForeignKey(DataSource, on_delete=models.CASCADE, related_name="drafts")
    owner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="drafts")
    name = models.CharField(max_length=100, blank=True)
    base = models.ForeignKey(
        Version, null=True, blank=True, on_delete=models.SET_NULL, related_name="drafts"
    )
    base_file = models.ForeignKey(  # the archive of `base`, held as long as the draft lives
        StoredFile, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    entity_type = models.CharField(max_length=50, blank=True)
    columns = models.JSONField(default=list, blank=True)  # of datasources.schema.columns
    state = models.CharField(max_length=10, choices=DraftState, default=DraftState.PREPARING)
    words = PhraseField(blank=True)  # what it waits for, or why it came back
    revision = models.PositiveIntegerField(default=0)
    rows_made = models.PositiveIntegerField(default=0)  # numbers given to added rows so far
    added = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    deleted = models.PositiveIntegerField(default=0)
    faulty = models.PositiveIntegerField(default=0)
    # A step of many rows is under way: other edits wait until then at the latest.
    busy_until = models.DateTimeField(null=True, blank=True)

    # How it is, or was, sent.
    operation = models.CharField(max_length=20, blank=True)  # the reference's loadOperation
    sender = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    key = models.ForeignKey(Key, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    leaves_out = models.BooleanField(default=False)  # rows with problems stay in the draft
    upload = models.ForeignKey(
        Upload, null=True, blank=True, on_delete=models.SET_NULL, related_name="drafts"
    )
    job = models.ForeignKey(
        Job, null=True, blank=True, on_delete=models.SET_NULL, related_name="drafts"
    )

    created_at = models.DateTimeField(auto_now_add=True)
    touched_at = models.DateTimeField(auto_now_add=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    lease_owner = models.CharField(max_length=80, blank=True)
    leased_until = models.DateTimeField(null=True, blank=True)
    next_look_at = models.DateTimeField(null=True, blank=True)
    tries = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["-touched_at"]
        indexes = [
            models.Index(fields=["data_source", "state"], name="draft_by_source"),
            models.Index(fields=["owner", "state"], name="draft_by_owner"),
        ]

    def __str__(self) -> str:
        return self.name or f"Draft of {self.data_source}"

    @property
    def is_live(self) -> bool:
        return self.state in Draft.LIVE

    @property
    def is_empty(self) -> bool:
        """Whether no row differs; the properties may."""
        return not (self.added or self.changed or self.deleted)


class RowKind(models.TextChoices):
    """What a row is against the version; IDLE and DROPPED ones are neither counted nor sent."""

    ADDED = "added", _("Added")
    CHANGED = "changed", _("Changed")
    DELETED = "deleted", _("Deleted")
    IDLE = "idle", _("As it was")  # values in properties that the draft has dropped
    DROPPED = "dropped", _("Taken away")  # an added row that was deleted: undo brings it back


class DraftRow(models.Model):
    """A row of a draft that differs from its version.

    `number` is the feature ID in the version's archive, or, of an added row, -1, -2 and so on; it
    stands after the row `anchor` (None: at the end, 0: at the start). `cells` is a JSON object of
    the values that differ, by column ID, as text (null: empty); `problems` a JSON list of
    [column ID, rule, message, advice, is_warning].
    """

    draft = models.ForeignKey(Draft, on_delete=models.CASCADE, related_name="rows")
    number = models.BigIntegerField()
    kind = models.CharField(max_length=8, choices=RowKind)
    anchor = models.BigIntegerField(null=True, blank=True)
    key = models.CharField(max_length=50, blank=True)  # the entity ID now; "" if it breaks a rule
    cells = models.TextField(default="{}")
    problems = models.TextField(blank=True)
    faults = models.PositiveIntegerField(default=0)  # problems that are no warnings
    refused = models.TextField(blank=True)  # what the service said of it, the last time
    revision = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["draft", "number"], name="draft_row_once")]
        indexes = [
            models.Index(fields=["draft", "key"], name="draft_row_by_key"),
            models.Index(
                fields=["draft", "number"],
                condition=Q(faults__gt=0) | ~Q(refused=""),
                name="draft_row_faulty",
            ),
        ]

    def __str__(self) -> str:
        return f"Row {self.number}, {self.kind}"


class DraftEdit(models.Model):
    """A step of a draft, or a part of one: rows before and after.

    Parts of one step share `group`; undo and redo take all of them. `changes` is compressed JSON,
    see datasources.drafts.log.
    """

    draft = models.ForeignKey(Draft, on_delete=models.CASCADE, related_name="edits")
    number = models.PositiveIntegerField()
    group = models.PositiveIntegerField()
    kind = models.CharField(max_length=10)  # one of datasources.drafts.log.KINDS
    rows = models.PositiveIntegerField(default=0)
    cells = models.PositiveIntegerField(default=0)
    is_applied = models.BooleanField(default=True)  # False once undone
    # Made by the browser: an edit whose answer was lost is sent again and not made twice.
    token = models.CharField(max_length=40, blank=True)
    user = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)
    changes = models.BinaryField()

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["draft", "number"], name="draft_edit_once"),
            models.UniqueConstraint(
                fields=["draft", "token"], condition=~Q(token=""), name="draft_token_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.rows} rows"


class DraftOrder(models.Model):
    """The rows of a draft as somebody sorted and narrowed them, as 32-bit row numbers.

    It stays as it was made, so that rows do not jump or vanish while they are edited; rows added
    later (`rows_made` tells which) are put in beside their anchors.
    """

    draft = models.ForeignKey(Draft, on_delete=models.CASCADE, related_name="orders")
    token = models.CharField(max_length=40)
    query = models.JSONField(default=dict)
    revision = models.PositiveIntegerField()
    rows_made = models.PositiveIntegerField()
    numbers = models.BinaryField()
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["draft", "token"], name="draft_order_once")]

    def __str__(self) -> str:
        return f"Order of revision {self.revision}"


class DraftBase(models.Model):
    """A version that a draft is, or before a merge was, based on: undo may go back to it."""

    draft = models.ForeignKey(Draft, on_delete=models.CASCADE, related_name="bases")
    version = models.ForeignKey(Version, null=True, on_delete=models.SET_NULL, related_name="+")
    file = models.ForeignKey(StoredFile, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["draft", "file"], name="draft_base_once")]

    def __str__(self) -> str:
        return f"{self.version}"
