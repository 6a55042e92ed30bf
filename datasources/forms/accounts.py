"""Services (site admins) and the accounts that teams hold with them (team admins)."""

from __future__ import annotations

from typing import Any, cast
from urllib.parse import urlsplit

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from dashboard.people.models import Team, User
from datasources.models import Account, Service


class ServiceForm(forms.ModelForm[Service]):
    """A Spatial Data Services API that accounts can be held with."""

    base_url = forms.CharField(
        label=_("Base URL"),
        max_length=200,
        help_text=_("Ends in /REST/v1, as in https://spatial.virtualearth.net/REST/v1"),
        error_messages={"required": _("Give the address of the API, ending in /REST/v1.")},
    )

    class Meta:
        model = Service
        fields = ["name", "base_url"]
        error_messages = {
            "name": {
                "required": _("Give the service a name."),
                "unique": _("A service with this name is on the list. Choose another name."),
            }
        }

    def clean_base_url(self) -> str:
        url = cast(str, self.cleaned_data["base_url"]).rstrip("/")
        try:
            parts = urlsplit(url)
            parts.port  # noqa: B018  raises where the port is none
        except ValueError:
            raise forms.ValidationError(
                gettext(
                    "This is no address. It looks like https://spatial.virtualearth.net/REST/v1."
                )
            ) from None
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise forms.ValidationError(
                gettext(
                    "The address starts with http:// or https:// and a host, as in https://spatial.virtualearth.net/REST/v1."
                )
            )
        if "@" in parts.netloc:
            raise forms.ValidationError(
                gettext("The address holds a user name or password. Leave them out.")
            )
        if parts.query or parts.fragment or not parts.path.lower().endswith("/rest/v1"):
            raise forms.ValidationError(
                gettext(
                    "The address ends in /REST/v1, with nothing after it, as in https://spatial.virtualearth.net/REST/v1."
                )
            )
        return url


class AccountForm(forms.ModelForm[Account]):
    """A team's account with a service."""

    class Meta:
        model = Account
        fields = ["team", "service", "name", "plan"]
        error_messages = {
            "name": {"required": _("Give the account a name.")},
            "service": {"required": _("Choose the service that the account is held with.")},
            "team": {
                "required": _("Choose the team that holds the account."),
                "invalid_choice": _("You are not admin of this team. Choose one of yours."),
            },
        }

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        team = cast("forms.ModelChoiceField[Team]", self.fields["team"])
        team.queryset = Team.objects.led_by(user)
        teams = list(team.queryset[:2])
        if len(teams) == 1:
            self.initial.setdefault("team", teams[0].pk)
        services = list(Service.objects.all()[:2])
        if len(services) == 1:
            self.initial.setdefault("service", services[0].pk)
        if self.instance.pk:  # its jobs and data sources are of this team and this service
            del self.fields["team"], self.fields["service"]

    def clean_name(self) -> str:
        name = cast(str, self.cleaned_data["name"])
        team = self.instance.team if self.instance.pk else self.cleaned_data.get("team")
        others = Account.objects.filter(team=team, name=name).exclude(pk=self.instance.pk)
        if team and others.exists():
            raise forms.ValidationError(
                gettext("{team} has an account named “{name}”. Choose another name.").format(
                    team=team, name=name
                ),
                code="taken",
            )
        return name
