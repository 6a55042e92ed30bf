"""What can be done with a data source: each a dialog that says what will happen, then a job."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_http_methods

from dashboard.people.access import AuthedRequest
from dashboard.people.reading import exact
from datasources import jobs
from datasources.forms.actions import NO_KEY, DeleteForm, KeyForm
from datasources.models import Account, DataSource, Job, Key, Version, VersionState
from datasources.phrases import Phrase
from datasources.phrases.counts import entities
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
    seen = gettext("Applications that query {source} see it within minutes.")
    below = gettext("The version published now stays below, to roll back to.")
    says = (
        _replaces(staged, published),
        seen.format(source=source.name) + (f" {below}" if published else ""),
    )
    return _dialog(
        request,
        account,
        source,
        Action(
            gettext("Publish the staged version of {source}").format(source=source.name),
            says,
            gettext("Publish"),
            lambda key: jobs.start_publish(request.user, source, _given(key)),
        ),
    )


@require_http_methods(METHODS)
def discard(request: AuthedRequest, account: Account, source_id: int) -> HttpResponse:
    """Deletes the staged version alone."""
    source = _find(account, source_id)
    staged = source.versions.filter(state=VersionState.STAGED).first()
    dropped = _with_entities(
        staged,
        gettext("The staged version with its {entities} is dropped from the service."),
        gettext("The staged version with its entities is dropped from the service."),
    )
    return _dialog(
        request,
        account,
        source,
        Action(
            gettext("Delete the staged version of {source}").format(source=source.name),
            (dropped, gettext("What is published stays as it is.")),
            gettext("Delete the staged version"),
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
    seen = gettext("Applications that query {source} see it within minutes.")
    says = [_comes_back(version), seen.format(source=source.name)]
    if version.state == VersionState.RETIRED:
        says.append(
            gettext("The service no longer keeps this version: the file kept here is loaded again.")
        )
    return _dialog(
        request,
        account,
        source,
        Action(
            gettext("Roll {source} back to this version").format(source=source.name),
            tuple(says),
            gettext("Roll back"),
            lambda key: jobs.start_rollback(request.user, version, _given(key)),
        ),
    )


@require_http_methods(METHODS)
def access(request: AuthedRequest, account: Account, source_id: int) -> HttpResponse:
    """Makes a data source public or private: `public` is 1 or 0, by default what it is not."""
    source = _find(account, source_id)
    asked = request.POST.get("public") or request.GET.get("public")
    public = asked == "1" if asked in {"0", "1"} else not source.is_public
    title = gettext("Make {source} public") if public else gettext("Make {source} private")
    return _dialog(
        request,
        account,
        source,
        Action(
            title.format(source=source.name),
            _access_says(account, source, public=public),
            gettext("Make public") if public else gettext("Make private"),
            lambda key: jobs.start_access(request.user, source, _given(key), public=public),
            hidden={"public": "1" if public else "0"},
        ),
    )


def _access_says(account: Account, source: DataSource, *, public: bool) -> tuple[str, ...]:
    if public:
        words = gettext("Anyone with a valid key of {service} can query {source}, of any account.")
        return (
            words.format(service=account.service.name, source=source.name),
            gettext(
                "It appears in the public directory of the service. Changing it still needs the "
                "master key."
            ),
        )
    words = gettext("Only keys of the account {account} can query {source}.")
    return (
        words.format(account=account.name, source=source.name),
        gettext(
            "Applications that query it with a key of another account get an error within minutes."
        ),
    )


@require_http_methods(METHODS)
def delete(request: AuthedRequest, account: Account, source_id: int) -> HttpResponse:
    """Deletes a data source with all its versions, once its name was typed."""
    source = _find(account, source_id)
    published = source.versions.filter(state=VersionState.PUBLISHED).first()
    deleted = _with_entities(
        published,
        gettext(
            "{source} with its {entities} and all its versions is deleted from the service. "
            "Applications that query it get an error."
        ),
        gettext(
            "{source} with its entities and all its versions is deleted from the service. "
            "Applications that query it get an error."
        ),
        source=source.name,
    )
    title = gettext("Delete {source}").format(source=source.name)
    return _dialog(
        request,
        account,
        source,
        Action(
            title,
            (
                deleted,
                gettext(
                    "This cannot be undone on the service. Files kept here stay until their time "
                    "is over."
                ),
            ),
            title,
            lambda key: jobs.start_delete(request.user, source, _given(key)),
            is_dangerous=True,
            form=DeleteForm,
        ),
    )


def _find(account: Account, source_id: int) -> DataSource:
    return get_object_or_404(DataSource.objects.filter(account=account, gone_at=None), pk=source_id)


def _replaces(staged: Version | None, published: Version | None) -> str:
    """What publishing does to what is published now."""
    come = staged.entity_count if staged else None
    go = published.entity_count if published else None
    if published is None:
        return _with_entities(
            staged,
            ngettext(
                "{entities} of the staged version becomes the first published version.",
                "{entities} of the staged version become the first published version.",
                come or 0,
            ),
            gettext("The entities of the staged version become the first published version."),
        )
    if come is None or go is None:
        return gettext("The entities of the staged version replace those that are published now.")
    return ngettext(
        "{entities} of the staged version replaces the {before} that are published now.",
        "{entities} of the staged version replace the {before} that are published now.",
        come,
    ).format(entities=entities(come), before=entities(go))


def _comes_back(version: Version) -> str:
    """Which version is published again."""
    known = []
    if version.made_by:
        known.append(gettext("made by {person}").format(person=version.made_by.display_name))
    if version.entity_count is not None:
        known.append(entities(version.entity_count))
    if not known:
        words = gettext("The version of {moment} is published again.")
    else:
        words = gettext("The version of {moment} ({details}) is published again.")
    return words.format(moment=exact(version.made_at), details=", ".join(known))


def _with_entities(version: Version | None, counted: str, uncounted: str, **names: str) -> str:
    """A sentence with the number of a version's entities, or the one without it."""
    count = version.entity_count if version else None
    if count is None:
        return uncounted.format(**names)
    return counted.format(entities=entities(count), **names)


def _given(key: Key | None) -> Key:
    if key is None:
        raise jobs.JobRefused(Phrase("Choose the account key to do this with."))
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
