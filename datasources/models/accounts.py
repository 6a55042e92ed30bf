"""Services, the accounts that teams hold with them, and the keys of these accounts."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from dashboard.people.models import Membership, Role, Team, User
from datasources.models.secrets import EncryptedField
from datasources.phrases.fields import PhraseField


class Plan(models.TextChoices):
    """The limits an account works under ("Geocode and Data Source Limits")."""

    BASIC = "basic", _("Basic")
    ENTERPRISE = "enterprise", _("Enterprise")
    UNLIMITED = "unlimited", _("Unlimited")


class Service(models.Model):
    """A Spatial Data Services API that accounts can be held with; site admins keep the list."""

    name = models.CharField(max_length=80, unique=True)
    base_url = models.URLField(
        help_text=_("Ends in /REST/v1, as in https://spatial.virtualearth.net/REST/v1")
    )
    is_embedded = models.BooleanField(default=False)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class AccountQuerySet(models.QuerySet["Account"]):
    def visible_to(self, user: User) -> AccountQuerySet:
        """The accounts of the person's teams; all of them for a site admin."""
        if user.is_site_admin:
            return self
        return self.filter(team__memberships__user=user)

    def with_role_of(self, user: User) -> AccountQuerySet:
        """The same, each with the person's role in its team as `role_word`, without a further query."""
        if user.is_site_admin:
            return self.annotate(role_word=models.Value(Role.ADMIN.value))
        own = Membership.objects.filter(team=models.OuterRef("team"), user=user)
        return self.annotate(role_word=models.Subquery(own.values("role")[:1]))


class Account(models.Model):
    """A team's account with a service. Everything else hangs below one."""

    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="accounts")
    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="accounts")
    name = models.CharField(max_length=80)
    plan = models.CharField(max_length=12, choices=Plan, default=Plan.ENTERPRISE)
    created_at = models.DateTimeField(auto_now_add=True)
    # The mirror: when the service was last asked, and what went wrong if it could not be.
    refreshed_at = models.DateTimeField(null=True, blank=True)
    refresh_asked_at = models.DateTimeField(null=True, blank=True)
    refresh_error = PhraseField(blank=True)
    viewed_at = models.DateTimeField(null=True, blank=True)  # to the minute, by anyone
    # The role of the person who looks, where a page set it (`for_account`).
    role: Role

    objects = AccountQuerySet.as_manager()

    class Meta:
        ordering = ["team__name", "name"]
        constraints = [
            models.UniqueConstraint(fields=["team", "name"], name="account_name_once_a_team")
        ]

    def __str__(self) -> str:
        return self.name

    def role_of(self, user: User) -> Role | None:
        return self.team.role_of(user)


class DutyName(models.TextChoices):
    """What is done for an account over and over."""

    FOLLOW = "follow", "Follow its open jobs"
    REFRESH = "refresh", "Refresh its mirror"


class Duty(models.Model):
    """Recurring background work for an account: when it is next due, and who is at it."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="duties")
    name = models.CharField(max_length=10, choices=DutyName)
    due_at = models.DateTimeField(null=True, blank=True, db_index=True)  # None: nothing to do
    lease_owner = models.CharField(max_length=80, blank=True)
    leased_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "duties"
        constraints = [
            models.UniqueConstraint(fields=["account", "name"], name="duty_once_an_account")
        ]

    def __str__(self) -> str:
        return f"{self.get_name_display()}: {self.account}"


class KeyQuerySet(models.QuerySet["Key"]):
    def usable_by(self, user: User) -> KeyQuerySet:
        """A person's own keys and those shared with the team, not the private ones of others.

        The private keys of somebody who was deactivated are used for nothing; those they shared
        belong to the team.
        """
        own = Q(owner=user, owner__is_active=True)
        return self.filter(own | Q(is_shared=True), removed_at=None)

    def shared(self) -> KeyQuerySet:
        """The keys that background refreshing may use."""
        return self.filter(is_shared=True, removed_at=None)


class Key(models.Model):
    """An account key. Its secret is encrypted, write-only in the pages, and never shown again."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="keys")
    owner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="account_keys")
    name = models.CharField(max_length=60)
    secret = EncryptedField()
    last_four = models.CharField(max_length=4)
    is_shared = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)
    used_at = models.DateTimeField(null=True, blank=True)
    checked_at = models.DateTimeField(null=True, blank=True)
    check_passed = models.BooleanField(null=True)
    check_words = PhraseField(blank=True)
    removed_at = models.DateTimeField(null=True, blank=True)  # the secret is wiped with it

    objects = KeyQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["account", "owner", "name"],
                condition=Q(removed_at=None),
                name="key_name_once_an_owner",
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} (…{self.last_four})"
