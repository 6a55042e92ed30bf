"""What happens in a team: people come, change roles and leave; each act is recorded once."""

from __future__ import annotations

from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext

from dashboard.audit.record import record
from dashboard.people.models import Invitation, Membership, Role, Team, User


class LastAdmin(Exception):  # noqa: N818  said to people, not a fault
    """The team would be left without an admin."""

    def __init__(self, membership: Membership) -> None:
        super().__init__(
            gettext(
                "{person} is the last admin of {team}. Make somebody else team admin first."
            ).format(person=membership.user.display_name, team=membership.team)
        )


class InvitationClosed(Exception):  # noqa: N818  said to people, not a fault
    """The link was used, withdrawn or has expired, in words."""


def change_role(member: Membership, role: Role, *, actor: User, request: HttpRequest) -> bool:
    """Gives a member another role; whether that was a change.

    Raises:
        LastAdmin: the member is the last admin, and the new role is a lower one.
    """
    with transaction.atomic():
        member = _locked(member)
        before = Role(member.role)
        if before == role:
            return False
        if member.is_last_admin:
            raise LastAdmin(member)
        member.role = role
        member.save(update_fields=["role"])
        record(
            "member.role",
            actor=actor,
            team=member.team,
            target=member.user.display_name,
            detail={"from": before.label, "to": role.label},
            request=request,
        )
    return True


def remove_member(member: Membership, *, actor: User, request: HttpRequest) -> None:
    """Takes a person out of the team; their account stays.

    Raises:
        LastAdmin: the member is the last admin.
    """
    with transaction.atomic():
        member = _locked(member)
        if member.is_last_admin:
            raise LastAdmin(member)
        member.delete()
        record(
            "member.remove",
            actor=actor,
            team=member.team,
            target=member.user.display_name,
            detail={"role": Role(member.role).label},
            request=request,
        )


def accept(invitation: Invitation, person: User, *, request: HttpRequest) -> Membership:
    """Lets the person in, as the invitation says, and uses it up; saves a person not saved yet.

    Raises:
        InvitationClosed: the link works no more; nothing is saved.
    """
    with transaction.atomic():
        invitation = Invitation.objects.select_for_update().get(pk=invitation.pk)
        if invitation.why_closed:
            raise InvitationClosed(invitation.why_closed)
        if person.pk is None:
            person.save()
        member, is_new = Membership.objects.get_or_create(
            team=invitation.team, user=person, defaults={"role": invitation.role}
        )
        if is_new:
            invitation.used_at, invitation.used_by = timezone.now(), person
            invitation.save(update_fields=["used_at", "used_by"])
            record(
                "member.join",
                actor=person,
                team=invitation.team,
                target=person.display_name,
                detail={
                    "role": Role(invitation.role).label,
                    "invited by": invitation.made_by.display_name,
                },
                request=request,
            )
    return member


def _locked(member: Membership) -> Membership:
    """The membership as it is now; two admins who step down at once wait for each other here."""
    Team.objects.select_for_update().get(pk=member.team_id)
    return Membership.objects.select_related("team", "user").get(pk=member.pk)
