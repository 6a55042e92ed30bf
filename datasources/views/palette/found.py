"""Data sources with what can be done with each, jobs and drafts, of all accounts of a person."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import Case, IntegerField, OrderBy, Prefetch, Q, When
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils.translation import gettext as _

from dashboard.people.models import Role, User
from datasources.models import Account, DataSource, Draft, Job, Version, VersionState
from datasources.templatetags.cairn import ago
from datasources.views.palette.entries import Entry
from datasources.views.wording import job_words

SOURCES = 12  # looked at, best first; each has several actions
JOBS = 40
DRAFTS = 20
STACK = Version.objects.exclude(state=VersionState.RETIRED).only("data_source", "state", "made_at")


def sources(accounts: dict[int, Account], words: list[str]) -> list[DataSource]:
    """Those that hold most of the words in their name or entity type, with their versions."""
    known = DataSource.objects.filter(account__in=accounts, gone_at=None).only(
        "account", "name", "entity_type", "is_public"
    )
    found = known.order_by(*_best_first(words, "name", "entity_type"), Lower("name"))
    return list(found.prefetch_related(Prefetch("versions", STACK))[:SOURCES])


def jobs(accounts: dict[int, Account], words: list[str]) -> Iterator[Entry]:
    """The latest of those whose data source, person or ID has a word; the latest of all without."""
    known = Job.objects.filter(account__in=accounts).defer("error_words", "error_remote")
    best = _best_first(words, "data_source_name", "user_name", "remote_id")
    for job in known.order_by(*best, "-created_at")[:JOBS]:
        told = [job.get_state_display(), ago(job.created_at), job.user_name, job.remote_id]
        yield Entry(
            f"{job_words(job)} {job.data_source_name}".strip(),
            reverse("job", args=[job.account_id, job.pk]),
            "jobs",
            " · ".join(part for part in (*told, accounts[job.account_id].name) if part),
        )


def drafts(user: User, accounts: dict[int, Account], words: list[str]) -> Iterator[Entry]:
    """Live drafts, the person's own first."""
    known = Draft.objects.filter(account__in=accounts, state__in=Draft.LIVE).defer("columns")
    best = _best_first(words, "name", "data_source__name")
    own = Case(When(owner=user, then=0), default=1)
    found = known.select_related("data_source", "owner").order_by(*best, own, "-touched_at")
    for draft in found[:DRAFTS]:
        name = draft.name or _("Draft of {source}").format(source=draft.data_source.name)
        detail = f"{draft.data_source.name} · {draft.owner.display_name}"
        yield Entry(name, reverse("draft", args=[draft.account_id, draft.pk]), "drafts", detail)


def _best_first(words: list[str], *fields: str) -> list[OrderBy]:
    """Rows that hold most of the words come first; nothing where there are none."""
    scores: list[Any] = []
    for word in words:
        holds = Q()
        for field in fields:
            holds |= Q(**{f"{field}__icontains": word})
        scores.append(Case(When(holds, then=1), default=0, output_field=IntegerField()))
    return [sum(scores[1:], scores[0]).desc()] if scores else []


def entries(found: list[DataSource], accounts: dict[int, Account]) -> Iterator[Entry]:
    """The data sources themselves."""
    for source in found:
        place = [source.account_id, source.pk]
        detail = " · ".join(
            part for part in (source.entity_type, accounts[source.account_id].name) if part
        )
        yield Entry(source.name, reverse("source", args=place), "sources", detail)


def doings(
    found: list[DataSource], accounts: dict[int, Account], words: list[str]
) -> Iterator[Entry]:
    """What the person may do with each; only what a word names that the data source does not."""
    for source in found:
        named = f"{source.name} {source.entity_type}".casefold()
        acts = [word for word in words if word not in named]
        if not acts:
            continue
        account = accounts[source.account_id]
        for label, url, icon in _acts(source, account.role):
            if any(word in label.casefold() for word in acts):
                yield Entry(label, url, icon, account.name)


def _acts(source: DataSource, role: Role) -> Iterator[tuple[str, str, str]]:
    place = [source.account_id, source.pk]

    def act(words: str, url: str, icon: str) -> tuple[str, str, str]:
        return words.format(source=source.name), url, icon

    versions = list(source.versions.all())
    by_state = {version.state: version for version in reversed(versions)}
    published = by_state.get(VersionState.PUBLISHED)
    base = published or by_state.get(VersionState.STAGED)
    yield act(_("Map of {source}"), reverse("source_map", args=place), "map")
    asking = f"{reverse('explore', args=place[:1])}?source={source.pk}"
    yield act(_("Query {source}"), asking, "explore")
    if len(versions) > 1:
        yield act(_("Compare versions of {source}"), reverse("compare", args=place), "view")
    if base:
        at = [*place, base.pk]
        yield act(_("Download {source}"), reverse("source_download", args=at), "download")
        if role.covers(Role.EDITOR):
            yield act(_("Edit {source}"), reverse("draft_start", args=at), "edit")
    if role.covers(Role.EDITOR):
        upload = f"{reverse('upload', args=place[:1])}?source={source.name}"
        yield act(_("Update {source} from a file"), upload, "upload")
    if role.covers(Role.PUBLISHER):
        yield from _publishers(source, by_state)


def _publishers(source: DataSource, by_state: dict[str, Version]) -> Iterator[tuple[str, str, str]]:
    place = [source.account_id, source.pk]
    if VersionState.STAGED in by_state:
        publish = _("Publish the staged version of {source}")
        yield publish.format(source=source.name), reverse("source_publish", args=place), "publish"
        drop = _("Delete the staged version of {source}")
        yield drop.format(source=source.name), reverse("source_discard", args=place), "trash"
    if earlier := by_state.get(VersionState.EARLIER):
        back = _("Roll back {source}").format(source=source.name)
        yield back, reverse("source_rollback", args=[*place, earlier.pk]), "rollback"
    access = _("Make {source} private") if source.is_public else _("Make {source} public")
    yield access.format(source=source.name), reverse("source_access", args=place), "globe"
    delete = _("Delete {source}").format(source=source.name)
    yield delete, reverse("source_delete", args=place), "trash"
