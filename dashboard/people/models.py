"""Who works here: people, the teams they belong to, and what a role lets them do."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

INVITATION_DAYS = 7


class Role(models.TextChoices):
    """What a member may do in a team; each role may do all that the ones before it may."""

    VIEWER = "viewer", _("Viewer")  # sees, queries, downloads
    EDITOR = "editor", _("Editor")  # checks files, drafts, stages
    # publishes, rolls back, deletes, makes public, shares keys
    PUBLISHER = "publisher", _("Publisher")
    ADMIN = "admin", _("Team admin")  # people, accounts and the team's audit

    @property
    def rank(self) -> int:
        return list(Role).index(self)

    def covers(self, needed: Role) -> bool:
        return self.rank >= needed.rank

    @property
    def duties(self) -> str:
        """What the role lets a person do, in words."""
        return {
            Role.VIEWER: gettext("Sees data sources, queries and downloads them"),
            Role.EDITOR: gettext("Also checks files and stages new versions"),
            Role.PUBLISHER: gettext(
                "Also publishes, rolls back, deletes, makes public and shares keys"
            ),
            Role.ADMIN: gettext("Also manages people and accounts, and reads the audit record"),
        }[self]


class User(AbstractUser):
    """A person who signs in. `is_superuser` marks a site admin: all teams, services, settings.

    People are deactivated, never deleted: the audit record goes on naming them. What they read is
    written as `dashboard.people.reading` says; empty means as the browser asks, and in UTC.
    """

    language = models.CharField(_("language"), max_length=8, blank=True)
    time_zone = models.CharField(_("time zone"), max_length=60, blank=True)
    style = models.CharField(_("numbers and dates"), max_length=8, blank=True)

    class Meta(AbstractUser.Meta):
        constraints = [
            # One address, one person: it is a way to sign in.
            models.UniqueConstraint(Lower("email"), condition=~Q(email=""), name="email_once")
        ]

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.email = self.email.lower()
        super().save(*args, **kwargs)

    @property
    def is_site_admin(self) -> bool:
        return self.is_active and self.is_superuser

    @property
    def display_name(self) -> str:
        return self.get_full_name() or self.username


class TeamQuerySet(models.QuerySet["Team"]):
    def of(self, user: User) -> TeamQuerySet:
        """The teams a person may see: their own, or all for a site admin."""
        if user.is_site_admin:
            return self
        return self.filter(memberships__user=user)

    def led_by(self, user: User) -> TeamQuerySet:
        """The teams whose people and audit a person looks after."""
        if user.is_site_admin:
            return self
        return self.filter(memberships__user=user, memberships__role=Role.ADMIN)


class Team(models.Model):
    """People who share accounts."""

    name = models.CharField(max_length=80, unique=True)
    slug = models.SlugField(max_length=80, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = TeamQuerySet.as_manager()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def role_of(self, user: User) -> Role | None:
        """The person's role here; a site admin acts as team admin everywhere."""
        if user.is_site_admin:
            return Role.ADMIN
        membership = self.memberships.filter(user=user).first()
        return Role(membership.role) if membership else None

    def admins(self) -> list[User]:
        """Those who can give roles here and can sign in to do so."""
        leading = Q(memberships__team=self, memberships__role=Role.ADMIN)
        return list(User.objects.filter(leading, is_active=True).order_by("username"))


class Membership(models.Model):
    """A person's place in a team."""

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=10, choices=Role, default=Role.VIEWER)
    since = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["user__username"]
        constraints = [models.UniqueConstraint(fields=["team", "user"], name="one_place_a_team")]

    def __str__(self) -> str:
        return f"{self.user} in {self.team} as {self.get_role_display()}"

    @property
    def is_last_admin(self) -> bool:
        """Whether the team would be left with nobody who can sign in and look after it."""
        if self.role != Role.ADMIN:
            return False
        others = Membership.objects.filter(team=self.team, role=Role.ADMIN, user__is_active=True)
        return not others.exclude(pk=self.pk).exists()


def invitation_expiry() -> datetime:
    return timezone.now() + timedelta(days=INVITATION_DAYS)


def hash_of(token: str) -> str:
    """How a link's token is kept: it is long and random, so one round of SHA-256 is enough."""
    return hashlib.sha256(token.encode()).hexdigest()


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def open(self) -> InvitationQuerySet:
        """Those whose link still works."""
        return self.filter(used_at=None, revoked_at=None, expires_at__gt=timezone.now())

    def with_token(self, token: str) -> Invitation | None:
        found = self.select_related("team", "made_by").filter(token_hash=hash_of(token))
        return found.first()


class Invitation(models.Model):
    """A one-time link into a team. The link is shown once; only its hash is kept."""

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="invitations")
    role = models.CharField(max_length=10, choices=Role, default=Role.VIEWER)
    email = models.EmailField(blank=True)
    token_hash = models.CharField(max_length=64, unique=True)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(default=invitation_expiry)
    used_at = models.DateTimeField(null=True, blank=True)
    used_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        ordering = ["-made_at"]

    def __str__(self) -> str:
        return (
            f"{self.get_role_display()} in {self.team} for {self.email or 'whoever has the link'}"
        )

    @classmethod
    def make(cls, team: Team, role: str, made_by: User, email: str = "") -> tuple[Invitation, str]:
        """A new invitation and the token for its link, which cannot be read back later."""
        token = secrets.token_urlsafe(32)
        made = cls.objects.create(
            team=team, role=role, made_by=made_by, email=email.lower(), token_hash=hash_of(token)
        )
        return made, token

    @property
    def why_closed(self) -> str:
        """Why the link no longer works, in words; empty while it does."""
        if self.used_at:
            return gettext("This invitation was used already. A link lets one person in, once.")
        if self.revoked_at:
            return gettext("This invitation was withdrawn.")
        if self.expires_at <= timezone.now():
            return gettext("This invitation expired: a link works for {days} days.").format(
                days=INVITATION_DAYS
            )
        return ""
