"""Queries of the explorer that people keep by name."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from dashboard.people.models import User
from datasources.models.accounts import Account
from datasources.models.sources import DataSource

MAX_NAME = 80  # characters


class SavedQueryQuerySet(models.QuerySet["SavedQuery"]):
    def visible_to(self, user: User) -> SavedQueryQuerySet:
        """A person's own, and those that are shared with the team; the account is chosen before."""
        return self.filter(Q(owner=user) | Q(is_shared=True))


class SavedQuery(models.Model):
    """A query as the explorer's address holds it, without a key: who opens it asks with their own."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="saved_queries")
    owner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="saved_queries")
    name = models.CharField(max_length=MAX_NAME)
    is_shared = models.BooleanField(default=False)
    data_source = models.ForeignKey(  # to be listed by; the address names it too
        DataSource, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    target_name = models.CharField(max_length=50, blank=True)
    address = models.TextField()  # the query string
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)

    objects = SavedQueryQuerySet.as_manager()

    class Meta:
        ordering = ["name", "pk"]
        verbose_name_plural = "saved queries"
        constraints = [
            models.UniqueConstraint(
                fields=["account", "owner", "name"], name="query_name_once_an_owner"
            )
        ]

    def __str__(self) -> str:
        return self.name
