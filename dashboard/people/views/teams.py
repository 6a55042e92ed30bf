"""The teams: one's own, or all of them for a site admin, who also makes and renames them."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from dashboard.audit.record import record
from dashboard.people.access import AuthedRequest
from dashboard.people.forms.teams import TeamForm
from dashboard.people.models import Membership, Role, Team


@require_safe
def teams(request: AuthedRequest) -> HttpResponse:
    """A person with one team goes straight to it."""
    if not request.user.is_site_admin:
        mine = list(Team.objects.of(request.user)[:2])
        if len(mine) == 1:
            return redirect("team", slug=mine[0].slug)
    return _page(request, TeamForm())


@require_POST
def create(request: AuthedRequest) -> HttpResponse:
    form = TeamForm(request.POST)
    if not form.is_valid():
        return _page(request, form, status=422)
    team = form.save()
    record("team.create", actor=request.user, team=team, target=team.name, request=request)
    messages.success(request, gettext("{team} is there. Invite its first admin.").format(team=team))
    return redirect("team", slug=team.slug)


def rename(request: AuthedRequest, slug: str) -> HttpResponse:
    team = get_object_or_404(Team, slug=slug)
    before = team.name
    form = TeamForm(request.POST or None, instance=team)
    if request.method == "POST" and form.is_valid():
        if form.has_changed():
            form.save()
            detail = {"from": before, "to": team.name}
            record(
                "team.rename",
                actor=request.user,
                team=team,
                target=team.name,
                detail=detail,
                request=request,
            )
            messages.success(
                request, gettext("{before} is called {team} now.").format(before=before, team=team)
            )
        return redirect("teams")
    context = {"nav_section": "people", "team": team, "name": before, "form": form}
    return render(request, "people/rename.html", context, status=422 if form.errors else 200)


def _page(request: AuthedRequest, form: TeamForm, status: int = 200) -> HttpResponse:
    leading = Q(memberships__role=Role.ADMIN, memberships__user__is_active=True)
    listed = Team.objects.of(request.user).order_by("name")
    if request.user.is_site_admin:
        # Joined to one membership by `of` otherwise, so counted only where no filter stands before.
        listed = listed.annotate(
            people=Count("memberships"), admins_left=Count("memberships", filter=leading)
        )
    roles = {
        place.team_id: Role(place.role).label
        for place in Membership.objects.filter(user=request.user)
    }
    rows = [(team, roles.get(team.pk, "")) for team in listed]
    context = {"nav_section": "people", "rows": rows, "form": form}
    return render(request, "people/teams.html", context, status=status)
