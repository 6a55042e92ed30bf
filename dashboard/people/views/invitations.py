"""Invitations: made and withdrawn by a team's admins, taken up by whoever holds the link."""

from __future__ import annotations

import logging
from contextlib import nullcontext
from smtplib import SMTPException

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.core.mail import send_mail
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from dashboard.audit.record import record
from dashboard.people.access import AuthedRequest
from dashboard.people.forms.persons import NewcomerForm
from dashboard.people.forms.teams import InvitationForm
from dashboard.people.models import Invitation, Role, Team, User
from dashboard.people.reading import as_read_by
from dashboard.people.team_work import InvitationClosed, accept
from dashboard.people.views.members import page_of

log = logging.getLogger("cairn.people")


@require_POST
@never_cache
def invite(request: AuthedRequest, team: Team) -> HttpResponse:
    """Makes the link and shows it, this once: what is kept of it is a hash."""
    form = InvitationForm(request.POST, team=team)
    if not form.is_valid():
        return render(request, "people/people.html", page_of(request, team, form=form), status=422)
    role = Role(form.cleaned_data["role"])
    made, token = Invitation.make(team, role, request.user, form.cleaned_data["email"])
    record(
        "invitation.create",
        actor=request.user,
        team=team,
        target=made.email,
        detail={"role": role.label},
        request=request,
    )
    link = request.build_absolute_uri(reverse("join", args=[token]))
    mailed = bool(made.email) and _mail(made, link)
    context = page_of(request, team, made=made, link=link, mailed=mailed)
    return render(request, "people/people.html", context)


def _mail(invitation: Invitation, link: str) -> bool:
    """Sends the link; whether that worked. It is shown on the page as well."""
    known = User.objects.filter(email=invitation.email).first()
    with as_read_by(known) if known else nullcontext():
        subject, text = _letter(invitation, link)
    try:
        send_mail(subject, text, settings.DEFAULT_FROM_EMAIL, [invitation.email])
    except (SMTPException, OSError) as failure:
        log.warning("An invitation could not be mailed: %s", type(failure).__name__)
        return False
    return True


def _letter(invitation: Invitation, link: str) -> tuple[str, str]:
    """Subject and text, in the language in force."""
    subject = gettext("{person} invites you to {team} on Cairn").format(
        person=invitation.made_by.display_name, team=invitation.team
    )
    context = {"invitation": invitation, "link": link}
    return subject, render_to_string("people/invitation_mail.txt", context)


@require_POST
def revoke(request: AuthedRequest, team: Team, invitation_id: int) -> HttpResponse:
    invitation = get_object_or_404(team.invitations.all(), pk=invitation_id)
    if not invitation.why_closed:
        invitation.revoked_at = timezone.now()
        invitation.save(update_fields=["revoked_at"])
        record(
            "invitation.revoke",
            actor=request.user,
            team=team,
            target=invitation.email,
            detail={"role": invitation.get_role_display()},
            request=request,
        )
    messages.success(request, gettext("The invitation was withdrawn; its link no longer works."))
    return redirect("team", slug=team.slug)


@never_cache
@sensitive_post_parameters("password")
def join(request: HttpRequest, token: str) -> HttpResponse:
    """What is behind the link: a form for a newcomer, a button for somebody signed in.

    It is open to everybody: the link itself is the permission.
    """
    invitation = Invitation.objects.with_token(token)
    if invitation is None:
        return _closed(
            request, gettext("There is no such invitation. Check that the whole link was copied.")
        )
    if invitation.why_closed:
        return _closed(request, invitation.why_closed)
    if isinstance(request.user, User):
        return _join_signed_in(request, request.user, invitation)
    return _join_as_newcomer(request, invitation)


def _join_signed_in(request: HttpRequest, person: User, invitation: Invitation) -> HttpResponse:
    team = invitation.team
    is_member = team.memberships.filter(user=person).exists()
    if request.method == "POST" and not is_member:
        try:
            accept(invitation, person, request=request)
        except InvitationClosed as closed:
            return _closed(request, str(closed))
        messages.success(
            request,
            gettext("You are in {team} now, as {role}.").format(
                team=team, role=invitation.get_role_display()
            ),
        )
        return redirect("team", slug=team.slug)
    context = {"invitation": invitation, "is_member": is_member}
    return render(request, "people/join.html", context)


def _join_as_newcomer(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    form = NewcomerForm(request.POST or None, invitation=invitation)
    if request.method == "POST" and form.is_valid():
        person = form.save(commit=False)
        try:
            accept(invitation, person, request=request)
        except InvitationClosed as closed:
            return _closed(request, str(closed))
        except IntegrityError:
            # Somebody took the name, or the address, in this very moment: the form now sees them.
            form = NewcomerForm(request.POST, invitation=invitation)
            if form.is_valid():
                raise
            return _newcomer_page(request, invitation, form)
        login(request, person, "allauth.account.auth_backends.AuthenticationBackend")
        messages.success(
            request, gettext("Welcome. You are in {team} now.").format(team=invitation.team)
        )
        return redirect(settings.LOGIN_REDIRECT_URL)
    return _newcomer_page(request, invitation, form)


def _newcomer_page(
    request: HttpRequest, invitation: Invitation, form: NewcomerForm
) -> HttpResponse:
    known = bool(invitation.email) and User.objects.filter(email=invitation.email).exists()
    context = {"invitation": invitation, "form": form, "known": known}
    return render(request, "people/join.html", context, status=422 if form.errors else 200)


def _closed(request: HttpRequest, words: str) -> HttpResponse:
    return render(request, "people/invitation_closed.html", {"words": words}, status=410)
