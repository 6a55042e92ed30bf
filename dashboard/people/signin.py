"""How people sign in: with a username or an e-mail address, and not at all after too many tries."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from axes.helpers import get_cool_off
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from dashboard.audit.record import address_of
from dashboard.people.models import User


def attempted_name(request: HttpRequest | None, credentials: dict[str, Any] | None = None) -> str:
    """Whose account an attempt is at: the username, whether that or the e-mail address was typed.

    Tries by either name count together. What belongs to nobody counts as it was typed, so that
    the answers do not tell which accounts exist.
    """
    typed = request.POST.get("login", "") if request is not None else ""
    if not typed and credentials:
        typed = credentials.get("username") or credentials.get("email") or ""
    typed = typed.strip().lower()[:150]
    if not typed:
        return ""
    named = User.objects.filter(Q(username__iexact=typed) | Q(email=typed))
    return named.values_list("username", flat=True).first() or typed


def client_address(request: HttpRequest) -> str:
    """Where an attempt comes from, as the audit record has it."""
    return address_of(request) or ""


def locked_out(
    request: HttpRequest,
    response: HttpResponse | None = None,
    credentials: dict[str, Any] | None = None,
) -> HttpResponse:
    """The page after too many tries: when it ends, and that a new password can be set meanwhile."""
    minutes = round(get_cool_off(request).total_seconds() / 60)
    return render(request, "account/locked_out.html", {"minutes": minutes}, status=429)


class Adapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no types
    """Where allauth asks us."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """People come by invitation, not here: see `dashboard.people.views.invitations.join`."""
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        return client_address(request) or "unknown"

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("account_profile")
