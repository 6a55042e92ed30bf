"""Notices: that long work of a person has ended, until they have read so."""

from __future__ import annotations

from functools import reduce
from operator import or_

from django.db import models
from django.db.models import Q

from dashboard.people.models import User
from datasources.models.accounts import Account
from datasources.models.comparisons import Comparison
from datasources.models.drafts import Draft
from datasources.models.files import Upload
from datasources.models.lookups import Lookup
from datasources.models.work import Job
from datasources.phrases.fields import PhraseField

_OF = ("job", "upload", "comparison", "draft", "lookup")


def _of_one_thing() -> Q:
    only = [Q(**{f"{other}__isnull": other != one for other in _OF}) for one in _OF]
    return reduce(or_, only)


class NoticeQuerySet(models.QuerySet["Notice"]):
    def of(self, user: User) -> NoticeQuerySet:
        """A person's own, of accounts they may still see."""
        return self.filter(user=user, account__in=Account.objects.visible_to(user))

    def with_what_ended(self) -> NoticeQuerySet:
        """With what their words take, and no report or summary of it."""
        return self.select_related(
            "job",
            "upload",
            "comparison__base__data_source",
            "comparison__version",
            "comparison__upload",
            "draft__data_source",
            "lookup__draft__data_source",
        ).defer(
            "upload__report",
            "upload__survey",
            "upload__mapping",
            "comparison__summary",
            "comparison__upload__report",
            "comparison__upload__survey",
            "comparison__upload__mapping",
            "draft__columns",
            "lookup__draft__columns",
        )


class Notice(models.Model):
    """One end of one piece of work: a job, a look at an upload, a comparison, a draft's way from or
    to a version, a lookup in a draft.

    Its words are theirs, but for a draft, which goes on: `words` says what it met, "" if it went well.
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
    comparison = models.ForeignKey(
        Comparison, null=True, blank=True, on_delete=models.CASCADE, related_name="notices"
    )
    draft = models.ForeignKey(
        Draft, null=True, blank=True, on_delete=models.CASCADE, related_name="notices"
    )
    lookup = models.ForeignKey(
        Lookup, null=True, blank=True, on_delete=models.CASCADE, related_name="notices"
    )
    words = PhraseField(blank=True)
    made_at = models.DateTimeField(auto_now_add=True)
    read_at = models.DateTimeField(null=True, blank=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        indexes = [models.Index(fields=["user", "read_at"], name="notice_unread")]
        constraints = [
            models.CheckConstraint(condition=_of_one_thing(), name="notice_of_one_thing")
        ]

    def __str__(self) -> str:
        about = self.job or self.upload or self.comparison or self.draft or self.lookup
        return f"{about} for {self.user}"
