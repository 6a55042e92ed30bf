"""All people of the site, for site admins: who there is, and who may sign in."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Prefetch, Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from dashboard.audit.record import record
from dashboard.people.access import AuthedRequest
from dashboard.people.models import Membership, User

PAGE_SIZE = 50


@require_safe
def everyone(request: AuthedRequest) -> HttpResponse:
    asked = request.GET.get("q", "").strip()
    page = Paginator(_found(asked), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {"nav_section": "people", "page": page, "q": asked}
    part = request.htmx and not request.htmx.history_restore_request
    template = "people/everyone_table.html" if part else "people/everyone.html"
    response = render(request, template, context)
    patch_vary_headers(response, ["HX-Request"])
    return response


def _found(asked: str) -> QuerySet[User]:
    places = Membership.objects.select_related("team").order_by("team__name")
    people = User.objects.order_by("username").prefetch_related(Prefetch("memberships", places))
    for word in asked.split()[:5]:
        people = people.filter(
            Q(username__icontains=word)
            | Q(first_name__icontains=word)
            | Q(last_name__icontains=word)
            | Q(email__icontains=word)
        )
    return people


@require_POST
def deactivate(request: AuthedRequest, user_id: int) -> HttpResponse:
    """Ends the person's sessions too: a session of somebody who is not active counts for nothing."""
    person = get_object_or_404(User, pk=user_id)
    if person == request.user:
        messages.error(request, gettext("You can't deactivate yourself. Another site admin can."))
    elif person.is_active:
        _set_active(request, person, active=False)
        messages.success(
            request,
            gettext("{person} can no longer sign in. What they did stays on record.").format(
                person=person.display_name
            ),
        )
    return redirect("everyone")


@require_POST
def activate(request: AuthedRequest, user_id: int) -> HttpResponse:
    person = get_object_or_404(User, pk=user_id)
    if not person.is_active:
        _set_active(request, person, active=True)
        messages.success(
            request, gettext("{person} can sign in again.").format(person=person.display_name)
        )
    return redirect("everyone")


def _set_active(request: AuthedRequest, person: User, *, active: bool) -> None:
    person.is_active = active
    person.save(update_fields=["is_active"])
    record(
        "person.activate" if active else "person.deactivate",
        actor=request.user,
        target=person.display_name,
        request=request,
    )
