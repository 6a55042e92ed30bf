"""Account keys: one's own and those shared with the team. Secrets go in and never come out."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from dashboard.audit.record import record
from dashboard.people.access import AuthedRequest
from dashboard.people.models import Role
from datasources import jobs
from datasources.forms.keys import AddKeyForm, RenameKeyForm
from datasources.models import Account, DataSource, Job, Key
from datasources.phrases.told import told
from datasources.views.render import render_page
from datasources.views.upload import go

PAGE = 50
SHOWN = 10  # jobs and data sources named on the page that removes a key


def _listed(request: AuthedRequest, account: Account) -> QuerySet[Key]:
    """The keys the person may use, their own first."""
    keys = Key.objects.filter(account=account).usable_by(request.user).select_related("owner")
    if typed := request.GET.get("q", "").strip():
        keys = keys.filter(Q(name__icontains=typed) | Q(owner__username__icontains=typed))
    return keys.annotate(mine=Q(owner=request.user)).order_by("-mine", "name", "pk")


def _find(request: AuthedRequest, account: Account, key_id: int) -> Key:
    keys = Key.objects.filter(account=account).usable_by(request.user).select_related("owner")
    return get_object_or_404(keys, pk=key_id)


def _own(request: AuthedRequest, account: Account, key_id: int) -> Key:
    return get_object_or_404(Key, account=account, owner=request.user, removed_at=None, pk=key_id)


def _removable(request: AuthedRequest, account: Account, key_id: int) -> Key:
    """One's own key, or, for a team admin, a shared one of somebody else."""
    removable = Q(owner=request.user)
    if account.role == Role.ADMIN:
        removable |= Q(is_shared=True)
    keys = Key.objects.filter(removable, account=account, removed_at=None)
    return get_object_or_404(keys.select_related("owner"), pk=key_id)


@never_cache
@sensitive_post_parameters("secret")
@require_http_methods(["GET", "HEAD", "POST"])
def keys(request: AuthedRequest, account: Account) -> HttpResponse:
    """The list, and a form that stores a key once the service has taken it."""
    if request.method != "POST":
        return _page(request, account, AddKeyForm(account=account, user=request.user))
    form = AddKeyForm(request.POST, account=account, user=request.user)
    wants_to_share = form.is_valid() and form.cleaned_data["is_shared"]
    if wants_to_share and not account.role.covers(Role.PUBLISHER):
        form.add_error("is_shared", gettext("Publishers share keys. Store it as your own for now."))
    if not form.is_valid() or (key := _store(request, account, form)) is None:
        return _page(request, account, form, status=422)
    messages.success(
        request,
        gettext("{key} is stored. {check}")
        .format(key=key.name, check=told(key.check_words))
        .strip(),
    )
    return go(request, reverse("keys", args=[account.pk]))


def _named(mastered: QuerySet[DataSource]) -> str:
    """The first of some data sources by name, and dots where there are more."""
    names = list(mastered.values_list("name", flat=True)[: SHOWN + 1])
    return ", ".join(names[:SHOWN] + (["…"] if len(names) > SHOWN else []))


def _store(request: AuthedRequest, account: Account, form: AddKeyForm) -> Key | None:
    """The stored key, or None (and an error under the field) where the service refuses it.

    A service that can't be reached says nothing about the key: it is stored, with a note.
    """
    secret = form.cleaned_data["secret"]
    key = Key(
        account=account,
        owner=request.user,
        name=form.cleaned_data["name"],
        secret=secret,
        last_four=secret[-4:],
    )
    try:
        with transaction.atomic():
            key.save()
    except IntegrityError:  # the button was pressed twice, and the other request was first
        form.add_error(
            "name",
            gettext("A key named “{key}” is being stored. Look in the list.").format(key=key.name),
        )
        return None
    jobs.check_key(key)
    if key.check_passed is False:
        form.add_error("secret", key.check_words)
        key.delete()
        return None
    if form.cleaned_data["is_shared"]:
        Key.objects.filter(pk=key.pk).update(is_shared=True)
        jobs.ask_refresh(account)
    shared = form.cleaned_data["is_shared"]
    _write_down(request, account, key, "key.create", detail={"shared": shared})
    return key


def _write_down(
    request: AuthedRequest,
    account: Account,
    key: Key,
    action: str,
    detail: dict[str, object] | None = None,
) -> None:
    record(
        action,
        actor=request.user,
        team=account.team,
        target=key.name,
        detail={"account": account.name, "owner": key.owner.username, **(detail or {})},
        request=request,
    )


def _page(
    request: AuthedRequest, account: Account, form: AddKeyForm, status: int = 200
) -> HttpResponse:
    context = {
        "account": account,
        "nav_section": "keys",
        "form": form,
        "page": Paginator(_listed(request, account), PAGE).get_page(request.GET.get("page")),
        "q": request.GET.get("q", ""),
        "may_share": account.role.covers(Role.PUBLISHER),
        "is_admin": account.role == Role.ADMIN,
        "has_shared": Key.objects.filter(account=account).shared().exists(),
    }
    fragment = "datasources/keys/list.html" if request.method != "POST" else None
    return render_page(
        request, "datasources/keys/page.html", context, fragment=fragment, status=status
    )


@require_POST
def key_check(request: AuthedRequest, account: Account, key_id: int) -> HttpResponse:
    """Ask the service again whether it takes the key."""
    key = _find(request, account, key_id)
    jobs.check_key(key)
    level = messages.WARNING if key.check_passed is not True else messages.SUCCESS
    messages.add_message(request, level, f"{key.name}: {told(key.check_words)}")
    _write_down(request, account, key, "key.check", detail={"passed": key.check_passed})
    return go(request, reverse("keys", args=[account.pk]))


@require_POST
def key_share(request: AuthedRequest, account: Account, key_id: int) -> HttpResponse:
    """Share one's key with the team, or stop sharing it (`share` = 1 or 0)."""
    key = _own(request, account, key_id)
    shared = request.POST.get("share") == "1"
    if shared != key.is_shared:
        key.is_shared = shared
        key.save(update_fields=["is_shared"])
        _write_down(request, account, key, "key.share" if shared else "key.unshare")
    if shared:
        jobs.ask_refresh(account)
        words = gettext(
            "{key} is shared: everybody in {team} may use it, nobody can read it."
        ).format(key=key.name, team=account.team)
    else:
        words = gettext("{key} is yours alone again.").format(key=key.name)
    messages.success(request, words)
    return go(request, reverse("keys", args=[account.pk]))


@require_http_methods(["GET", "HEAD", "POST"])
def key_rename(request: AuthedRequest, account: Account, key_id: int) -> HttpResponse:
    """Give one's key another name."""
    key = _own(request, account, key_id)
    given = request.POST if request.method == "POST" else None
    form = RenameKeyForm(
        given, account=account, user=request.user, key=key, initial={"name": key.name}
    )
    if given is not None and form.is_valid():
        before, key.name = key.name, form.cleaned_data["name"]
        key.save(update_fields=["name"])
        _write_down(request, account, key, "key.rename", detail={"before": before})
        messages.success(
            request, gettext("{before} is now called {key}.").format(before=before, key=key.name)
        )
        return go(request, reverse("keys", args=[account.pk]))
    context = {"account": account, "nav_section": "keys", "key": key, "form": form}
    status = 200 if given is None else 422
    return render_page(request, "datasources/keys/rename.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def key_remove(request: AuthedRequest, account: Account, key_id: int) -> HttpResponse:
    """What hangs on the key, then its removal: the secret is wiped, the name stays in the history."""
    key = _removable(request, account, key_id)
    if request.method == "POST":
        jobs.remove_key(key)
        _write_down(request, account, key, "key.remove")
        messages.success(
            request, gettext("{key} is removed, and its secret is wiped.").format(key=key.name)
        )
        return go(request, reverse("keys", args=[account.pk]))
    waiting = Job.objects.filter(Q(key=key) | Q(query_key=key), state__in=Job.OPEN)
    mastered = DataSource.objects.filter(account=account, master_key=key, gone_at=None)
    context = {
        "account": account,
        "nav_section": "keys",
        "key": key,
        "waiting": waiting[:SHOWN],
        "waiting_count": waiting.count(),
        "mastered_names": _named(mastered),
        "mastered_count": mastered.count(),
    }
    return render_page(request, "datasources/keys/remove.html", context)
