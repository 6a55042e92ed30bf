"""Who may open the pages of an account: the wrapper that stands around views in `datasources.urls`."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404

from dashboard.people.access import AuthedRequest, require, signed_in
from dashboard.people.models import Role
from datasources import jobs
from datasources.models import Account

__all__ = ["AuthedRequest", "for_account", "last_account_id"]

#: The cookie that remembers the account worked on last. It opens nothing: who may see the account is
#: asked anew each time.
LAST_ACCOUNT = "account"
YEAR = 365 * 24 * 3600  # seconds


def for_account(
    needed: Role, view: Callable[..., HttpResponseBase]
) -> Callable[..., HttpResponseBase]:
    """Calls `view(request, account, **the other parts of the URL)` for a member of the account's team.

    The URL names the account by `<int:account_id>`. The person's role is left on the account as
    `account.role` for the templates.

    Raises:
        Http404: there is no such account among those the person may see.
        RoleTooLow: the person's role in the team does not cover `needed`.
    """

    @wraps(view)
    def guarded(request: AuthedRequest, account_id: int, **kwargs: Any) -> HttpResponseBase:
        found = Account.objects.visible_to(request.user).with_role_of(request.user)
        account = get_object_or_404(found.select_related("team", "service"), pk=account_id)
        word = getattr(account, "role_word", None)
        known = Role(word) if word else None
        account.role = require(request.user, account.team, needed, known)
        jobs.note_view(account)
        answer = view(request, account, **kwargs)
        if last_account_id(request) != account.pk:
            answer.set_cookie(
                LAST_ACCOUNT, str(account.pk), max_age=YEAR, httponly=True, samesite="Lax"
            )
        return answer

    return signed_in(guarded)


def last_account_id(request: HttpRequest) -> int:
    """The account worked on last in this browser; 0 if there is none."""
    kept = request.COOKIES.get(LAST_ACCOUNT, "")
    return int(kept) if kept.isascii() and kept.isdigit() and len(kept) < 18 else 0
