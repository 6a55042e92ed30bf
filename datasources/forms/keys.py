"""Adding and renaming account keys. A secret goes in and never comes out again."""

from __future__ import annotations

import hmac
from typing import Any, cast

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from dashboard.people.models import User
from datasources.models import Account, Key

_SECRET = forms.PasswordInput(
    render_value=False,
    attrs={"autocomplete": "off", "spellcheck": "false", "data-1p-ignore": "", "class": "mono"},
)


class _NamedKeyForm(forms.Form):
    name = forms.CharField(
        max_length=60,
        label=_("Name"),
        error_messages={
            "required": _("Give the key a name that says what it is for."),
            "max_length": _("A key's name has at most 60 characters; this one has %(show_value)d."),
        },
    )

    def __init__(
        self, *args: Any, account: Account, user: User, key: Key | None = None, **kwargs: Any
    ):
        super().__init__(*args, **kwargs)
        self.account, self.user, self.key = account, user, key

    def own_keys(self) -> list[Key]:
        keys = Key.objects.filter(account=self.account, owner=self.user, removed_at=None)
        return [key for key in keys if self.key is None or key.pk != self.key.pk]

    def clean_name(self) -> str:
        name = cast(str, self.cleaned_data["name"])
        if any(key.name == name for key in self.own_keys()):
            raise forms.ValidationError(
                gettext(
                    "You have a key named “{name}” in this account. Choose another name."
                ).format(name=name),
                code="taken",
            )
        return name


class AddKeyForm(_NamedKeyForm):
    """A new key. Whatever else is wrong, the secret is never put back into the page."""

    secret = forms.CharField(
        max_length=200,
        label=_("Account key"),
        widget=_SECRET,
        error_messages={
            "required": _("Paste the account key, as the service's account center shows it."),
            "max_length": _("An account key has at most 200 characters."),
        },
    )
    is_shared = forms.BooleanField(
        required=False,
        label=_("Share with the team"),
        help_text=_(
            "Everybody in the team may use it, within their role; nobody can read it. Background refreshing uses shared keys alone."
        ),
    )

    def clean_secret(self) -> str:
        secret = cast(str, self.cleaned_data["secret"])
        if any(c.isspace() or not c.isprintable() for c in secret) or not secret.isascii():
            raise forms.ValidationError(
                gettext(
                    "An account key has no spaces and only letters, digits and signs of the keyboard. Copy it again from the service's account center."
                ),
                code="characters",
            )
        for key in self.own_keys():
            if hmac.compare_digest(key.secret.encode(), secret.encode()):
                raise forms.ValidationError(
                    gettext("This is the key you stored as “{key}”. One copy is enough.").format(
                        key=key.name
                    ),
                    code="again",
                )
        return secret


class RenameKeyForm(_NamedKeyForm):
    """A new name for a key."""
