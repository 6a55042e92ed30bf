"""The people of a team."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from dashboard.people.access import AuthedRequest
from dashboard.people.forms.teams import InvitationForm, RoleForm
from dashboard.people.models import Membership, Role, Team
from dashboard.people.team_work import LastAdmin, change_role, remove_member


def page_of(request: AuthedRequest, team: Team, **more: Any) -> dict[str, Any]:
    """What the people page shows, for everybody who renders it or a part of it."""
    leads = team.role_of(request.user) == Role.ADMIN
    members = list(team.memberships.select_related("user"))
    context: dict[str, Any] = {
        "nav_section": "people",
        "team": team,
        "leads": leads,
        "members": members,
        "admin_count": sum(member.role == Role.ADMIN for member in members),
        "roles": list(Role),
        "teams": list(Team.objects.of(request.user)),
    }
    if leads:
        context["invitations"] = list(team.invitations.open().select_related("made_by"))
        context["form"] = InvitationForm(team=team)
    return context | more


@require_safe
def people(request: AuthedRequest, team: Team) -> HttpResponse:
    return render(request, "people/people.html", page_of(request, team))


@require_POST
def role(request: AuthedRequest, team: Team, user_id: int) -> HttpResponse:
    """A new role for a member; htmx gets the list of members, with what was said about it."""
    member = get_object_or_404(team.memberships.select_related("user", "team"), user__pk=user_id)
    form = RoleForm(request.POST)
    refusal = said = ""
    if not form.is_valid():
        refusal = gettext("There is no such role. Choose one of the list.")
    else:
        chosen = Role(form.cleaned_data["role"])
        try:
            if change_role(member, chosen, actor=request.user, request=request):
                said = gettext("{person} is {role} now.").format(
                    person=member.user.display_name, role=chosen.label
                )
        except LastAdmin as last:
            refusal = str(last)
    if request.htmx:
        context = page_of(request, team, refusal=refusal, said=said)
        status = 422 if refusal else 200
        return render(request, "people/members.html", context, status=status)
    if refusal:
        messages.error(request, refusal)
    elif said:
        messages.success(request, said)
    return redirect("team", slug=team.slug)


def remove(request: AuthedRequest, team: Team, user_id: int) -> HttpResponse:
    """Asks first, then takes the person out of the team."""
    member = get_object_or_404(team.memberships.select_related("user", "team"), user__pk=user_id)
    if request.method != "POST":
        return _ask_removal(request, team, member)
    try:
        remove_member(member, actor=request.user, request=request)
    except LastAdmin as last:
        return _ask_removal(request, team, member, refusal=str(last), status=422)
    messages.success(
        request,
        gettext("{person} is no longer in {team}.").format(
            person=member.user.display_name, team=team
        ),
    )
    if member.user == request.user and not request.user.is_site_admin:
        return redirect("teams")
    return redirect("team", slug=team.slug)


def _ask_removal(
    request: AuthedRequest, team: Team, member: Membership, refusal: str = "", status: int = 200
) -> HttpResponse:
    if not refusal and member.is_last_admin:
        refusal = str(LastAdmin(member))
    context = {"nav_section": "people", "team": team, "member": member, "refusal": refusal}
    return render(request, "people/remove.html", context, status=status)
