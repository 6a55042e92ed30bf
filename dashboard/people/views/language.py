"""The language of the pages before one is in, and the words of the scripts."""

from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_POST, require_safe

from dashboard.people.language import keep_language
from dashboard.people.models import User
from dashboard.translation.compiled import words_for


@require_POST
def choose(request: HttpRequest) -> HttpResponse:
    """Keeps the language for this browser and, of somebody who is in, for the person."""
    code, back = request.POST.get("language", ""), request.POST.get("back", "")
    is_ours = url_has_allowed_host_and_scheme(back, {request.get_host()}, request.is_secure())
    answer = redirect(back if is_ours else "/")
    if code in dict(settings.LANGUAGES):
        keep_language(answer, code)
        if isinstance(request.user, User):
            User.objects.filter(pk=request.user.pk).update(language=code)
    return answer


@require_safe
@cache_control(public=True, immutable=True, max_age=31_536_000)
def words(request: HttpRequest, code: str, stamp: str) -> HttpResponse:
    """What the scripts say, in that language; the stamp in the address changes with the words."""
    try:
        content = words_for(code)
    except FileNotFoundError:
        raise Http404 from None
    return HttpResponse(content, content_type="application/json")
