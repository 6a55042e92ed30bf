"""The append-only record of who did what."""

from __future__ import annotations

from typing import Any, NoReturn

from django.conf import settings
from django.db import models
from django.utils import timezone

from dashboard.people.models import Team


class AppendOnlyError(Exception):
    """Somebody tried to change or remove what the audit record holds."""

    def __init__(self) -> None:
        super().__init__("The audit record is append-only: its events are not changed or deleted.")


class EventQuerySet(models.QuerySet["Event"]):
    def update(self, **values: Any) -> NoReturn:
        raise AppendOnlyError

    def delete(self) -> NoReturn:
        raise AppendOnlyError


class Event(models.Model):
    """One act. Names are kept as they were, so that the record outlives what it speaks of.

    The database refuses changes too, by triggers: see `dashboard.audit.triggers`.
    """

    at = models.DateTimeField(default=timezone.now, editable=False)
    # Whoever has acted is deactivated, not deleted, so that no event ever needs changing.
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    actor_name = models.CharField(max_length=160)
    team = models.ForeignKey(Team, null=True, on_delete=models.PROTECT, related_name="+")
    team_name = models.CharField(max_length=80, blank=True)
    action = models.CharField(max_length=40)  # "data_source.delete": see record.ACTIONS
    data_source = models.CharField(max_length=50, blank=True)
    target = models.CharField(max_length=200, blank=True)
    detail = models.JSONField(default=dict, blank=True)
    address = models.GenericIPAddressField(null=True)

    objects = EventQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-pk"]
        indexes = [
            models.Index(fields=["-at", "-id"], name="event_at"),
            models.Index(fields=["team", "-at", "-id"], name="event_team_at"),
            models.Index(fields=["actor", "-at"], name="event_actor_at"),
            models.Index(fields=["action", "-at"], name="event_action_at"),
            models.Index(fields=["data_source", "-at"], name="event_source_at"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.actor_name} {self.action}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise AppendOnlyError
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise AppendOnlyError
