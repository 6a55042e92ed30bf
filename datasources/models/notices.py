"""Notices: that long work of a person has ended, until they have read so."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from dashboard.people.models import User
from datasources.models.accounts import Account
from datasources.models.files import Upload
from datasources.models.work import Job


class NoticeQuerySet(models.QuerySet["Notice"]):
    def of(self, user: User) -> NoticeQuerySet:
        """A person's own, of accounts they may still see."""
        return self.filter(user=user, account__in=Account.objects.visible_to(user))


class Notice(models.Model):
    """One end of one piece of work: a job, or a look at an upload. Its words are theirs.

    Numbers only grow: what has a higher one came later.
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="notices")
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="notices")
    job = models.ForeignKey(
        Job, null=True, blank=True, on_delete=models.CASCADE, related_name="notices"
    )
    upload = models.ForeignKey(
        Upload, null=True, blank=True, on_delete=models.CASCADE, related_name="notices"
    )
    made_at = models.DateTimeField(auto_now_add=True)
    read_at = models.DateTimeField(null=True, blank=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        indexes = [models.Index(fields=["user", "read_at"], name="notice_unread")]
        constraints = [
            models.CheckConstraint(
                condition=Q(job=None) ^ Q(upload=None), name="notice_of_one_thing"
            )
        ]

    def __str__(self) -> str:
        return f"{self.job or self.upload} for {self.user}"
