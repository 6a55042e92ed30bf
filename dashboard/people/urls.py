"""Signing in, people and teams. Who may come in stands beside each address."""

from __future__ import annotations

from allauth.account import views as allauth
from django.urls import path, re_path

from dashboard.people.access import for_team, signed_in, site_admin_only
from dashboard.people.models import Role
from dashboard.people.views import everyone, invitations, language, members, profile, teams

urlpatterns = [
    # Open to visitors; allauth looks after its own
    path("sign-in/", allauth.login, name="account_login"),
    path("sign-out/", allauth.logout, name="account_logout"),
    path("sign-in/deactivated/", allauth.account_inactive, name="account_inactive"),
    path("password/reset/", allauth.password_reset, name="account_reset_password"),
    path("password/reset/sent/", allauth.password_reset_done, name="account_reset_password_done"),
    path(
        "password/reset/done/",
        allauth.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    re_path(
        r"^password/reset/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        allauth.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path("join/<str:token>/", invitations.join, name="join"),
    path("language/", language.choose, name="language"),
    path("words/<str:code>.<str:stamp>.json", language.words, name="words"),
    # Oneself
    path("profile/", signed_in(profile.profile), name="account_profile"),
    path("profile/reading/", signed_in(profile.reading), name="account_reading"),
    path("password/change/", signed_in(allauth.password_change), name="account_change_password"),
    # A team
    path("teams/", signed_in(teams.teams), name="teams"),
    path("teams/<slug:slug>/people/", for_team(Role.VIEWER, members.people), name="team"),
    path(
        "teams/<slug:slug>/people/<int:user_id>/role/",
        for_team(Role.ADMIN, members.role),
        name="member_role",
    ),
    path(
        "teams/<slug:slug>/people/<int:user_id>/remove/",
        for_team(Role.ADMIN, members.remove),
        name="member_remove",
    ),
    path(
        "teams/<slug:slug>/invitations/",
        for_team(Role.ADMIN, invitations.invite),
        name="invitation_create",
    ),
    path(
        "teams/<slug:slug>/invitations/<int:invitation_id>/withdraw/",
        for_team(Role.ADMIN, invitations.revoke),
        name="invitation_revoke",
    ),
    # The site
    path("teams/new/", site_admin_only(teams.create), name="team_create"),
    path("teams/<slug:slug>/rename/", site_admin_only(teams.rename), name="team_rename"),
    path("people/", site_admin_only(everyone.everyone), name="everyone"),
    path(
        "people/<int:user_id>/deactivate/",
        site_admin_only(everyone.deactivate),
        name="person_deactivate",
    ),
    path(
        "people/<int:user_id>/activate/", site_admin_only(everyone.activate), name="person_activate"
    ),
]
