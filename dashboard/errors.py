"""What an error looks like: a page for a person, a fragment for htmx, JSON for a program."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Fault:
    """What went wrong in words: a heading, what it means, what to do, and who can help."""

    status: int
    code: str
    heading: str | Promise
    words: str | Promise
    advice: str | Promise = ""
    helpers: list[str] = field(default_factory=list)

    @property
    def helper_words(self) -> str:
        """Those who can help: "Ana, Bo or Cy"."""
        *first, last = self.helpers
        if not first:
            return last
        return gettext("{names} or {name}").format(names=", ".join(first), name=last)


NOT_FOUND = Fault(
    404,
    "not_found",
    _("There is nothing at this address"),
    _(
        "The link may be old, or what it led to was deleted, or it belongs to a team you are not in."
    ),
    _("Ask whoever sent you the link, or start from the data sources."),
)
BAD_REQUEST = Fault(
    400,
    "bad_request",
    _("This request could not be read"),
    _("The address or what was sent with it is damaged."),
    _("Go back, reload the page and try again."),
)
EXPIRED_PAGE = Fault(
    403,
    "expired_page",
    _("This page was open too long"),
    _(
        "Nothing was changed: the page no longer belongs to your session, or the browser keeps no cookies."
    ),
    _("Go back, reload the page and try again."),
)
TOO_LARGE = Fault(
    400,
    "too_large",
    _("This form holds too much"),
    _("More fields or more text were sent than a form may hold. Nothing was changed."),
    _("Send less at once."),
)


def wants_json(request: HttpRequest) -> bool:
    """Whether a program asks: one that names JSON and not HTML as what it reads."""
    accepted = request.headers.get("Accept", "")
    return "application/json" in accepted and "text/html" not in accepted


def answer(request: HttpRequest, fault: Fault) -> HttpResponse:
    """The fault in the form that suits whoever asks."""
    if wants_json(request):
        content = {"code": fault.code, "message": f"{fault.words} {fault.advice}".strip()}
        return JsonResponse({"error": content}, status=fault.status)
    if getattr(request, "htmx", False):
        return render(request, "people/fault_fragment.html", {"fault": fault}, status=fault.status)
    template = "404.html" if fault.status == 404 else "403.html"
    return render(request, template, {"fault": fault}, status=fault.status)
