"""What can be done with a data source: each a dialog that says what will happen, then a job."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods

from dashboard.people.access import AuthedRequest
from datasources import jobs
from datasources.forms.actions import NO_KEY, DeleteForm, KeyForm
from datasources.models import Account, DataSource, Job, Key, Version, VersionState
from datasources.views.render import render_page

METHODS = ["GET", "HEAD", "POST"]


@dataclass(frozen=True, slots=True)
class Action:
    """A dialog: what it is called, what will happen in sentences, and how its job is started."""

    title: str
    says: tuple[str, ...]
    button: str
    start: Callable[[Key | None], Job]
    is_dangerous: bool = False
    hidden: dict[str, str] = field(default_factory=dict)
    form: type[KeyForm] = KeyForm


@require_http_methods(METHODS)
def publish(request: AuthedRequest, account: Account, source_id: int) -> HttpResponse:
    """Publishes the staged version."""
    source = _find(account, source_id)
    staged = source.versions.filter(state=VersionState.STAGED).first()
    published = source.versions.filter(state=VersionState.PUBLISHED).first()
    comes = f"{entities(staged)} of the staged version"
    says = (
        f"{comes} replace {entities(published, 'the')} that are published now."
        if published
        else f"{comes} become the first published version.",
        f"Applications that query {source.name} see it within minutes."
        + (" The version published now stays below, to roll back to." if published else ""),
    )
    return _dialog(
        request,
        account,
        source,
        Action(
            f"Publish the staged version of {source.name}",
            says,
            "Publish",
            lambda key: jobs.start_publish(request.user, source, _given(key)),
        ),
    )


@require_http_methods(METHODS)
def discard(request: AuthedRequest, account: Account, source_id: int) -> HttpResponse:
    """Deletes the staged version alone."""
    source = _find(account, source_id)
    staged = source.versions.filter(state=VersionState.STAGED).first()
    return _dialog(
        request,
        account,
        source,
        Action(
            f"Delete the staged version of {source.name}",
            (
                f"The staged version with its {entities(staged)} is dropped from the service.",
                "What is published stays as it is.",
            ),
            "Delete the staged version",
            lambda key: jobs.start_discard(request.user, source, _given(key)),
            is_dangerous=True,
        ),
    )


@require_http_methods(METHODS)
def rollback(
    request: AuthedRequest, account: Account, source_id: int, version_id: int
) -> HttpResponse:
    """Publishes an earlier version again."""
    source = _find(account, source_id)
    version = get_object_or_404(source.versions.select_related("made_by"), pk=version_id)
    by = f" by {version.made_by.display_name}" if version.made_by else ""
    says = [
        f"The version made on {version.made_at:%Y-%m-%d at %H:%M} UTC{by}, with "
        f"{entities(version)}, is published again.",
        f"Applications that query {source.name} see it within minutes.",
    ]
    if version.state == VersionState.RETIRED:
        says.append("The service no longer keeps this version: the file kept here is loaded again.")
    return _dialog(
        request,
        account,
        source,
        Action(
            f"Roll {source.name} back to this version",
            tuple(says),
            "Roll back",
            lambda key: jobs.start_rollback(request.user, version, _given(key)),
        ),
    )


@require_http_methods(METHODS)
def access(request: AuthedRequest, account: Account, source_id: int) -> HttpResponse:
    """Makes a data source public or private: `public` is 1 or 0, by default what it is not."""
    source = _find(account, source_id)
    asked = request.POST.get("public") or request.GET.get("public")
    public = asked == "1" if asked in {"0", "1"} else not source.is_public
    says = (
        (
            f"Anyone with a valid key of {account.service.name} can query {source.name}, of any account.",
            "It appears in the public directory of the service. Changing it still needs the master key.",
        )
        if public
        else (
            f"Only keys of the account {account.name} can query {source.name}.",
            "Applications that query it with a key of another account get an error within minutes.",
        )
    )
    return _dialog(
        request,
        account,
        source,
        Action(
            f"Make {source.name} {'public' if public else 'private'}",
            says,
            "Make public" if public else "Make private",
            lambda key: jobs.start_access(request.user, source, _given(key), public=public),
            hidden={"public": "1" if public else "0"},
        ),
    )


@require_http_methods(METHODS)
def delete(request: AuthedRequest, account: Account, source_id: int) -> HttpResponse:
    """Deletes a data source with all its versions, once its name was typed."""
    source = _find(account, source_id)
    published = source.versions.filter(state=VersionState.PUBLISHED).first()
    return _dialog(
        request,
        account,
        source,
        Action(
            f"Delete {source.name}",
            (
                f"{source.name} with {entities(published, 'its')} and all its versions is deleted "
                "from the service. Applications that query it get an error.",
                "This cannot be undone on the service. Files kept here stay until their time is over.",
            ),
            f"Delete {source.name}",
            lambda key: jobs.start_delete(request.user, source, _given(key)),
            is_dangerous=True,
            form=DeleteForm,
        ),
    )


def _find(account: Account, source_id: int) -> DataSource:
    return get_object_or_404(DataSource.objects.filter(account=account, gone_at=None), pk=source_id)


def entities(version: Version | None, article: str = "") -> str:
    """How many entities a version has, as it stands in a sentence."""
    count = version.entity_count if version else None
    if count is None:
        return f"{article} entities".strip()
    return f"{article} {count:,} {'entity' if count == 1 else 'entities'}".strip()


def _given(key: Key | None) -> Key:
    if key is None:
        raise jobs.JobRefused("Choose the account key to do this with.")
    return key


def _dialog(
    request: AuthedRequest, account: Account, source: DataSource, action: Action
) -> HttpResponse:
    """Shows the dialog; posted and in order, starts the job and goes back to the page."""
    data = request.POST if request.method == "POST" else None
    form = action.form(data, account=account, user=request.user, source=source)
    if data is not None and form.is_valid():
        try:
            action.start(form.cleaned_data.get("key"))
        except jobs.JobRefused as refused:
            form.add_error(None, str(refused))
        else:
            return back(request, account, source)
    context: dict[str, Any] = {
        "account": account,
        "nav_section": "sources",
        "source": source,
        "action": action,
        "form": form,
        "no_key": "" if form.has_keys else NO_KEY,
        "quota": jobs.quota(account),
    }
    return render_page(
        request,
        "datasources/source/action_page.html",
        context,
        fragment="datasources/source/action.html",
        status=422 if data is not None else 200,
    )


def back(request: AuthedRequest, account: Account, source: DataSource) -> HttpResponse:
    """Closes the dialog that started a job, or goes back to the page without scripts."""
    if not request.htmx:
        return redirect("source", account_id=account.pk, source_id=source.pk)
    answer = HttpResponse(status=204)
    answer["HX-Trigger"] = "dialog-close, jobs-started"
    return answer
