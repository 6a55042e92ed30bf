"""The review of an upload: what the check found, what sending it will do, and sending it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from uuid import UUID

from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from dashboard.people.access import AuthedRequest, require
from dashboard.people.reading import day, number
from datasources import jobs
from datasources.forms.file_formats import format_words
from datasources.forms.location import shown
from datasources.forms.operations import INCREMENTAL, STAGED, role_for, words_of
from datasources.forms.send import SendForm
from datasources.models import (
    Account,
    DataSource,
    Job,
    JobState,
    Upload,
    UploadState,
    Version,
    VersionState,
)
from datasources.phrases.counts import entities, listed, problems, properties, rows, warnings
from datasources.views.compare_words import comparison_of, panel_context
from datasources.views.render import render_page
from datasources.views.report import report_context
from datasources.views.upload import go

CHECKING = (UploadState.LOOKING, UploadState.WAITING, UploadState.CHECKING)


@require_http_methods(["GET", "HEAD", "POST"])
def upload_review(request: AuthedRequest, account: Account, upload_id: UUID) -> HttpResponse:
    """What the check found and what sending will do; a POST sends it."""
    found = get_object_or_404(
        Upload.objects.select_related("file", "user"), account=account, pk=upload_id
    )
    found.account = account
    if found.state == UploadState.MAPPING:
        return go(request, reverse("upload_mapping", args=[account.pk, found.pk]))
    plan = Plan.of(account, found)
    if request.method == "POST":
        return _send(request, account, found, plan)
    return _page(request, account, found, plan, _form(request, found, plan))


# --- what sending will do ---


@dataclass(frozen=True, slots=True)
class Plan:
    """What an upload will do to its data source, as far as our mirror knows it."""

    name: str
    operation: str
    entities: int  # good ones in the file, the ones to delete not among them
    deletes: int
    left_out: int  # entities with problems
    source: DataSource | None
    published: Version | None
    staged: Version | None
    is_located: bool = False  # the service loads it from a URL: nothing of it is known here

    @classmethod
    def of(cls, account: Account, found: Upload) -> Plan:
        sources = DataSource.objects.filter(account=account, gone_at=None)
        source = sources.filter(name=found.data_source_name).select_related("master_key").first()
        standing = {
            version.state: version
            for version in (source.versions.order_by("made_at") if source else ())
            if version.state in (VersionState.PUBLISHED, VersionState.STAGED)
        }
        return cls(
            name=found.data_source_name,
            operation=found.operation,
            entities=_count(found, "good"),
            deletes=_count(found, "deletes"),
            left_out=_count(found, "bad"),
            source=source,
            published=standing.get(VersionState.PUBLISHED),
            staged=standing.get(VersionState.STAGED),
            is_located=bool(found.location),
        )

    @property
    def is_staged(self) -> bool:
        return self.operation in STAGED

    @property
    def button(self) -> str:
        """The primary button, named by what it does."""
        left = entities(self.left_out)
        if self.left_out and self.is_staged:
            return gettext("Stage without {entities}").format(entities=left)
        if self.left_out:
            return gettext("Publish without {entities}").format(entities=left)
        if self.is_staged:
            words = gettext("Stage {source}")
        elif self.source is None:
            words = gettext("Create {source}")
        elif self.operation in INCREMENTAL:
            words = gettext("Update {source}")
        else:
            words = gettext("Replace {source}")
        return words.format(source=self.name)

    @property
    def sentences(self) -> list[str]:
        """What will happen, in the order people ask: to the data, to applications, to what waits."""
        said = [self._to_the_data(), self._to_applications()]
        if self.source is not None and self.source.is_public and not self.is_staged:
            said.append(gettext("{source} stays public.").format(source=self.name))
        if self.is_staged and self.staged is not None:
            words = gettext("The version of {day} that is staged now is replaced.")
            said.append(words.format(day=day(self.staged.made_at)))
        return said

    def _to_the_data(self) -> str:
        come = gettext("the entities at the URL") if self.is_located else entities(self.entities)
        if self.operation in INCREMENTAL:
            return f"{self._changes(come)} {gettext('All others stay as they are.')}"
        if self.is_staged and self.published:
            words = gettext("This stages {source} with {entities} beside the published version.")
        elif self.is_staged:
            words = gettext("This stages {source} with {entities}.")
        elif self.source is None:
            words = gettext("This creates {source} with {entities}.")
        elif self.published is None or self.published.entity_count is None:
            words = gettext("This replaces all entities in {source} with {entities}.")
        else:
            words = gettext("This replaces {before} in {source} with {entities}.")
        before = self.published.entity_count if self.published else None
        return words.format(source=self.name, entities=come, before=entities(before or 0))

    def _changes(self, come: str) -> str:
        if self.deletes and self.is_staged:
            words = gettext(
                "This adds or changes {entities} and deletes {deletes} in a staged copy of {source}."
            )
        elif self.deletes:
            words = gettext("This adds or changes {entities} and deletes {deletes} in {source}.")
        elif self.is_staged:
            words = gettext("This adds or changes {entities} in a staged copy of {source}.")
        else:
            words = gettext("This adds or changes {entities} in {source}.")
        return words.format(source=self.name, entities=come, deletes=number(self.deletes))

    def _to_applications(self) -> str:
        if self.is_staged:
            return gettext(
                "Applications see nothing of it until it is published. A staged version that is "
                "not published is dropped after 30 days."
            )
        if self.source is None:
            words = gettext("Applications can query {source} as soon as the job is done.")
        else:
            words = gettext("Applications that query {source} see it within minutes.")
        return words.format(source=self.name)


def _count(found: Upload, name: str) -> int:
    value = found.report.get(name)
    return value if isinstance(value, int) else 0


# --- sending ---


def can_be_sent(found: Upload) -> bool:
    return found.state == UploadState.GOOD and (found.file is not None or bool(found.location))


def _form(request: AuthedRequest, found: Upload, plan: Plan) -> SendForm | None:
    if not can_be_sent(found):
        return None
    return SendForm(
        request.POST if request.method == "POST" else None,
        upload=found,
        user=request.user,
        master=plan.source.master_key if plan.source else None,
    )


def _send(request: AuthedRequest, account: Account, found: Upload, plan: Plan) -> HttpResponse:
    """Make the load job, once an upload however often the button is pressed."""
    require(request.user, account.team, role_for(found.operation))
    form = _form(request, found, plan)
    if form is None:
        return _page(request, account, found, plan, None, status=422)
    if not form.is_valid():
        return _page(request, account, found, plan, form, status=422)
    try:
        job = _start_once(request, found, form, is_new=plan.source is None)
    except jobs.JobRefused as refused:
        form.add_error(None, str(refused))
        return _page(request, account, found, plan, form, status=422)
    return go(request, reverse("job", args=[account.pk, job.pk]))


def _start_once(request: AuthedRequest, found: Upload, form: SendForm, *, is_new: bool) -> Job:
    with transaction.atomic():
        locked = Upload.objects.select_for_update().get(pk=found.pk)
        sent = locked.jobs.exclude(state=JobState.FAILED).first()
        return sent or jobs.start_load(
            request.user,
            locked,
            form.cleaned_data["key"],
            query_key=form.cleaned_data["query_key"] if is_new else None,
        )


# --- the page ---


def _page(
    request: AuthedRequest,
    account: Account,
    found: Upload,
    plan: Plan,
    form: SendForm | None,
    status: int = 200,
) -> HttpResponse:
    sent = list(found.jobs.order_by("-created_at"))
    context: dict[str, object] = {
        "account": account,
        "nav_section": "sources",
        "upload": found,
        "plan": plan,
        "form": form,
        "checking": found.state in CHECKING,
        "located": shown(found.location) if found.location else "",
        "format_words": format_words(found.format),
        "operation_words": words_of(found.operation, creates=_makes_source(sent, plan)),
        "sent": sent,
        "is_sent": any(job.state != JobState.FAILED for job in sent),
        **_progress(found),
    }
    if found.state not in CHECKING:
        context |= {
            **report_context(found, is_sent=context["is_sent"] is True),
            "problems": _problems(found),
            "summary": summary(found),
            "has_errors": has_errors(found),
            "properties": found.report.get("properties", []),
            "keys": form.keys if form else [],
            "may_send": account.role.covers(role_for(found.operation)),
            # Asked for only where the frame, which has it, is not drawn.
            "quota": partial(jobs.quota, account),
        }
        compared = comparison_of(account, found)
        if compared is not None:
            context |= panel_context(request, account, compared)
    return render_page(
        request,
        "datasources/upload/review.html",
        context,
        fragment="datasources/upload/review_body.html",
        status=status,
    )


def summary(found: Upload) -> str:
    """The report in one line: “41,208 entities of type Stores, 12 properties; 3 problems in 2 rows”."""
    report, count = found.report, _count(found, "entities")
    kind = report.get("entity_type")
    if found.state == UploadState.BAD and not count:
        said = [gettext("Rows not read")]
        said += [gettext("entity type {name}").format(name=kind)] if kind else []
    elif kind:
        said = [gettext("{entities} of type {name}").format(entities=entities(count), name=kind)]
    else:
        said = [entities(count)]
    if deletes := _count(found, "deletes"):
        said.append(gettext("{count} of them to delete").format(count=number(deletes)))
    said.append(properties(len(report.get("properties", []))))
    return f"{', '.join(said)}; {_found(found)}"


def _found(found: Upload) -> str:
    """Problems and warnings, counted: a warning stops nothing."""
    counts = {"error": 0, "warning": 0}
    for problem in found.report.get("problems", []):
        counts[problem["severity"]] += problem.get("count", 1)
    bad = _count(found, "bad")
    words = []
    if counts["error"] and bad:
        where = gettext("{problems} in {rows}")
        words.append(where.format(problems=problems(counts["error"]), rows=rows(bad)))
    elif counts["error"]:
        words.append(problems(counts["error"]))
    if counts["warning"]:
        words.append(warnings(counts["warning"]))
    return listed(words) if words else gettext("no problems")


def has_errors(found: Upload) -> bool:
    """Whether anything but warnings was found."""
    return any(problem["severity"] == "error" for problem in found.report.get("problems", []))


def _makes_source(sent: list[Job], plan: Plan) -> bool:
    """Whether the upload creates its data source, or did when it was first sent."""
    return sent[-1].makes_source if sent else plan.source is None


def _problems(found: Upload) -> list[dict[str, object]]:
    """The problems by rule, as the report orders them; examples only where they name a place."""
    return [
        {
            **problem,
            "shown": [
                example
                for example in problem.get("examples", [])
                if any(example.get(place) for place in ("row", "line", "column", "value"))
            ],
        }
        for problem in found.report.get("problems", [])
    ]


def _progress(found: Upload) -> dict[str, object]:
    """How far the check is, in percent of the file's bytes, and whether it waits for long."""
    size = found.file.size if found.file else 0
    percent = min(100, found.bytes_checked * 100 // size) if size else 0
    waits = timezone.now() - found.created_at > timedelta(seconds=20)
    return {
        "percent": percent,
        "share": percent / 100,
        "waits": waits and found.state == UploadState.WAITING,
    }
