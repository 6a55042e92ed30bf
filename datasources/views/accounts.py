"""Services (site admins keep the list) and the accounts that teams hold with them."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Count, ProtectedError, Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST

from dashboard.audit.record import record
from dashboard.people.access import AuthedRequest
from dashboard.people.models import Team
from datasources.api import Client
from datasources.api.errors import KeyRefused, ServiceError
from datasources.forms.accounts import AccountForm, ServiceForm
from datasources.models import Account, Service
from datasources.phrases.told import told
from datasources.views.render import render_page
from datasources.views.upload import go

PAGE = 50
#: Says that the API is there: it refuses a key that nobody has, in its own words.
NO_KEY = "connection-test"


# --- services ---


@require_http_methods(["GET", "HEAD", "POST"])
def services(request: AuthedRequest) -> HttpResponse:
    """The list of services, and a form that adds one."""
    form = ServiceForm(request.POST if request.method == "POST" else None)
    if request.method != "POST" or not form.is_valid():
        return _services_page(request, form, 422 if request.method == "POST" else 200)
    service = form.save()
    _service_event(request, service, "service.create")
    messages.success(request, gettext("{service} is on the list.").format(service=service.name))
    return go(request, reverse("services"))


def _services_page(request: AuthedRequest, form: ServiceForm, status: int) -> HttpResponse:
    listed = Service.objects.annotate(account_count=Count("accounts")).order_by("name")
    context = {
        "nav_section": "settings",
        "form": form,
        "page": Paginator(listed, PAGE).get_page(request.GET.get("page")),
    }
    return render_page(
        request,
        "datasources/accounts/services.html",
        context,
        fragment="datasources/accounts/services_list.html" if request.method != "POST" else None,
        status=status,
    )


def _service_event(request: AuthedRequest, service: Service, action: str, **detail: object) -> None:
    record(
        action,
        actor=request.user,
        target=service.name,
        detail={"base_url": service.base_url, **detail},
        request=request,
    )


@require_http_methods(["GET", "HEAD", "POST"])
def service_change(request: AuthedRequest, service_id: int) -> HttpResponse:
    """Another name or address for a service; the embedded one keeps its address."""
    service = get_object_or_404(Service, pk=service_id)
    before = {"name": service.name, "base_url": service.base_url}
    given = request.POST if request.method == "POST" else None
    form = ServiceForm(given, instance=service)
    if given is not None and form.is_valid():
        service = form.save()
        _service_event(request, service, "service.change", before=before)
        messages.success(request, gettext("{service} is changed.").format(service=service.name))
        return go(request, reverse("services"))
    context = {
        "nav_section": "settings",
        "form": form,
        "service": service,
        "name": before["name"],
        "account_count": service.accounts.count(),
    }
    status = 200 if given is None else 422
    return render_page(request, "datasources/accounts/service.html", context, status=status)


@require_POST
def service_remove(request: AuthedRequest, service_id: int) -> HttpResponse:
    """Take a service off the list, unless accounts are held with it."""
    service = get_object_or_404(Service, pk=service_id)
    try:
        service.delete()
    except ProtectedError:
        words = gettext("{service} stays: accounts are held with it. Remove them first.").format(
            service=service.name
        )
        messages.error(request, words)
        return go(request, reverse("services"))
    _service_event(request, service, "service.remove")
    messages.success(request, gettext("{service} is off the list.").format(service=service.name))
    return go(request, reverse("services"))


@require_POST
def service_test(request: AuthedRequest, service_id: int) -> HttpResponse:
    """Ask the service something with a key that nobody has: its refusal shows that it is there."""
    service = get_object_or_404(Service, pk=service_id)
    ok, words = connection(service.base_url)
    said = f"{service.name}: {words}"
    messages.success(request, said) if ok else messages.error(request, said)
    return go(request, reverse("services"))


def connection(base_url: str) -> tuple[bool, str]:
    """Whether a Spatial Data Services API answers at `base_url`, and what to tell a person."""
    try:
        with Client(base_url, NO_KEY, timeout=(3, 10)) as client:
            client.data_sources()
    except KeyRefused:
        return True, gettext("It answers, and asks for a valid key, as it should.")
    except ServiceError as error:
        return False, told(error.message)
    return True, gettext("It answers.")


# --- accounts ---


def _accounts(request: AuthedRequest) -> QuerySet[Account]:
    """The accounts of the teams that the person looks after."""
    return Account.objects.filter(team__in=Team.objects.led_by(request.user))


def leads_a_team(request: AuthedRequest) -> None:
    """Lets team admins and site admins through."""
    if not request.user.is_site_admin and not Team.objects.led_by(request.user).exists():
        raise PermissionDenied(
            gettext("Accounts are for team admins. Ask an admin of your team for the role.")
        )


@require_http_methods(["GET", "HEAD", "POST"])
def accounts(request: AuthedRequest) -> HttpResponse:
    """The accounts of one's teams, and a form that adds one."""
    leads_a_team(request)
    given = request.POST if request.method == "POST" else None
    form = AccountForm(given, user=request.user)
    if given is None or not form.is_valid():
        return _accounts_page(request, form, 200 if given is None else 422)
    account = form.save()
    _account_event(request, account, "account.create")
    messages.success(
        request,
        gettext("{account} is added. Store a key to see its data sources.").format(
            account=account.name
        ),
    )
    return go(request, reverse("keys", args=[account.pk]))


def _accounts_page(request: AuthedRequest, form: AccountForm, status: int) -> HttpResponse:
    listed = _accounts(request).select_related("team", "service")
    if typed := request.GET.get("q", "").strip():
        listed = listed.filter(Q(name__icontains=typed) | Q(team__name__icontains=typed))
    there = Count("data_sources", filter=Q(data_sources__gone_at=None))
    listed = listed.annotate(source_count=there).order_by("team__name", "name")
    context = {
        "nav_section": "settings",
        "form": form,
        "page": Paginator(listed, PAGE).get_page(request.GET.get("page")),
        "q": request.GET.get("q", ""),
        "has_services": Service.objects.exists(),
    }
    return render_page(
        request,
        "datasources/accounts/accounts.html",
        context,
        fragment="datasources/accounts/accounts_list.html" if request.method != "POST" else None,
        status=status,
    )


def _account_event(request: AuthedRequest, account: Account, action: str, **detail: object) -> None:
    record(
        action,
        actor=request.user,
        team=account.team,
        target=account.name,
        detail={"service": account.service.name, "plan": account.plan, **detail},
        request=request,
    )


@require_http_methods(["GET", "HEAD", "POST"])
def account_change(request: AuthedRequest, held_id: int) -> HttpResponse:
    """Another name or plan for an account."""
    account = get_object_or_404(_accounts(request).select_related("team", "service"), pk=held_id)
    before = {"name": account.name, "plan": account.plan}
    given = request.POST if request.method == "POST" else None
    form = AccountForm(given, instance=account, user=request.user)
    if given is not None and form.is_valid():
        account = form.save()
        _account_event(request, account, "account.change", before=before)
        messages.success(request, gettext("{account} is changed.").format(account=account.name))
        return go(request, reverse("accounts"))
    context = {
        "nav_section": "settings",
        "form": form,
        "held": account,
        "name": before["name"],
        "job_count": account.jobs.count(),
        "key_count": account.keys.filter(removed_at=None).count(),
    }
    status = 200 if given is None else 422
    return render_page(request, "datasources/accounts/account.html", context, status=status)


@require_POST
def account_remove(request: AuthedRequest, held_id: int) -> HttpResponse:
    """Remove an account that no job was ever made or seen in: history is never thrown away."""
    account = get_object_or_404(_accounts(request).select_related("team", "service"), pk=held_id)
    with transaction.atomic():
        Account.objects.select_for_update().get(pk=account.pk)
        if account.jobs.exists():
            words = gettext("{account} stays: its jobs are part of the team's history.").format(
                account=account.name
            )
            messages.error(request, words)
            return go(request, reverse("accounts"))
        _account_event(request, account, "account.remove")
        account.delete()
    messages.success(
        request, gettext("{account} is removed, with its keys.").format(account=account.name)
    )
    return go(request, reverse("accounts"))
