"""One's own page: name, address, how pages are written for one, password, and the teams one is in."""

from __future__ import annotations

from django.contrib import messages
from django.forms import ModelForm
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from dashboard.audit.record import record
from dashboard.people import reading as how_they_read
from dashboard.people.access import AuthedRequest
from dashboard.people.forms.persons import ProfileForm
from dashboard.people.forms.reading import ReadingForm
from dashboard.people.language import COOKIE
from dashboard.people.models import User


def profile(request: AuthedRequest) -> HttpResponse:
    """The page; a POST saves name and address."""
    person = _copy_of(request.user)
    form = ProfileForm(request.POST or None, instance=person)
    if request.method == "POST" and form.is_valid():
        _save(request, form)
        messages.success(request, gettext("Your profile is saved."))
        return redirect("account_profile")
    return _page(request, form, ReadingForm(instance=_copy_of(request.user)))


@require_POST
def reading(request: AuthedRequest) -> HttpResponse:
    """Saves language, time zone and style; the answer is written in them already."""
    person = _copy_of(request.user)
    form = ReadingForm(request.POST, instance=person)
    if not form.is_valid():
        return _page(request, ProfileForm(instance=_copy_of(request.user)), form)
    _save(request, form)
    if person.language:
        how_they_read.begin(person.language, person.time_zone, person.style)
    messages.success(request, gettext("Your settings are saved."))
    answer = redirect("account_profile")
    if not person.language:
        answer.delete_cookie(COOKIE, samesite="Lax")  # so that the browser is asked again
    return answer


def _copy_of(user: User) -> User:
    """The page's frame goes on naming the person as they are until a form is saved."""
    return User.objects.get(pk=user.pk)


def _save(request: AuthedRequest, form: ModelForm[User]) -> None:
    if not form.has_changed():
        return
    form.save()
    record(
        "person.change",
        actor=form.instance,
        target=form.instance.display_name,
        detail={"changed": [str(form.fields[name].label) for name in form.changed_data]},
        request=request,
    )


def _page(request: AuthedRequest, form: ProfileForm, reading_form: ReadingForm) -> HttpResponse:
    places = request.user.memberships.select_related("team").order_by("team__name")
    context = {"form": form, "reading_form": reading_form, "places": places}
    status = 422 if form.errors or reading_form.errors else 200
    return render(request, "people/profile.html", context, status=status)
