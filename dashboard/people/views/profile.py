"""One's own page: name, address, password, and the teams one is in."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext

from dashboard.audit.record import record
from dashboard.people.access import AuthedRequest
from dashboard.people.forms.persons import ProfileForm
from dashboard.people.models import User


def profile(request: AuthedRequest) -> HttpResponse:
    # A copy: the page's frame goes on naming the person as they are until the form is saved.
    person = User.objects.get(pk=request.user.pk)
    form = ProfileForm(request.POST or None, instance=person)
    if request.method == "POST" and form.is_valid():
        if form.has_changed():
            form.save()
            changed = [str(form.fields[name].label) for name in form.changed_data]
            record(
                "person.change",
                actor=person,
                target=person.display_name,
                detail={"changed": changed},
                request=request,
            )
        messages.success(request, gettext("Your profile is saved."))
        return redirect("account_profile")
    places = request.user.memberships.select_related("team").order_by("team__name")
    context = {"form": form, "places": places}
    return render(request, "people/profile.html", context, status=422 if form.errors else 200)
