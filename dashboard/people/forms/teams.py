"""Forms about teams, members and invitations."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.text import slugify
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from dashboard.people.models import Membership, Role, Team


class TeamForm(forms.ModelForm[Team]):
    """A team's name; the address of its pages is made from the first one and stays."""

    class Meta:
        model = Team
        fields = ["name"]
        labels = {"name": _("Name of the team")}

    def clean_name(self) -> str:
        name = " ".join(self.cleaned_data["name"].split())
        others = Team.objects.exclude(pk=self.instance.pk)
        if others.filter(name__iexact=name).exists():
            raise forms.ValidationError(
                gettext("There is a team {name} already. Choose another name.").format(name=name)
            )
        return name

    def save(self, commit: bool = True) -> Team:
        if not self.instance.slug:
            self.instance.slug = _free_slug(self.cleaned_data["name"])
        return super().save(commit)


def _free_slug(name: str) -> str:
    base = slugify(name)[:70] or "team"
    taken = set(Team.objects.filter(slug__startswith=base).values_list("slug", flat=True))
    slug, number = base, 2
    while slug in taken:
        slug, number = f"{base}-{number}", number + 1
    return slug


class RoleForm(forms.Form):
    role = forms.ChoiceField(choices=Role.choices)


class InvitationForm(forms.Form):
    """Who is invited, and as what."""

    role = forms.ChoiceField(label=_("Role"), choices=Role.choices, initial=Role.VIEWER)
    email = forms.EmailField(
        label=_("E-mail"),
        required=False,
        help_text=_("The link is mailed there. Leave it empty to pass the link on yourself."),
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args: Any, team: Team, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.team = team

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"].lower()
        if email and Membership.objects.filter(team=self.team, user__email=email).exists():
            raise forms.ValidationError(
                gettext(
                    "{email} belongs to a member of {team} already. Change their role in the list."
                ).format(email=email, team=self.team)
            )
        return email
