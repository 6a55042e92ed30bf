"""Keeping a query by name."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from dashboard.people.models import User
from datasources.models import Account, SavedQuery
from datasources.models.queries import MAX_NAME


class SaveForm(forms.Form):
    """A name, and whether the team sees it. `saved` is the query that is changed, if one is."""

    save_name = forms.CharField(
        label=lazy("Name"),
        max_length=MAX_NAME,
        widget=forms.TextInput({"autocomplete": "off", "autofocus": True}),
        error_messages={"required": lazy("A name is needed.")},
    )
    save_shared = forms.BooleanField(
        label=lazy("Share with the team"),
        required=False,
        help_text=lazy("Everybody in the team sees it, and asks it with keys of their own."),
    )

    def __init__(
        self,
        *args: Any,
        account: Account,
        user: User,
        saved: SavedQuery | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.account, self.user, self.saved = account, user, saved
        if saved is not None:
            self.initial = {"save_name": saved.name, "save_shared": saved.is_shared}

    def clean_save_name(self) -> str:
        name: str = self.cleaned_data["save_name"]
        owner = self.saved.owner if self.saved else self.user
        others = SavedQuery.objects.filter(account=self.account, owner=owner, name=name)
        if self.saved is not None:
            others = others.exclude(pk=self.saved.pk)
        if others.exists():
            raise forms.ValidationError(
                _("There is a query of this name. Choose another name, or change that one.")
            )
        return name
