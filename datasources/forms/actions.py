"""The dialogs that change a data source: with which key, and, to delete, the name typed in full."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from dashboard.people.models import User
from datasources.formats.output import OutputFormat
from datasources.models import Account, DataSource, Job, Key
from datasources.phrases import Phrase

FROM_HERE = "here"
FROM_SERVICE = "service"
NO_KEY = Phrase("There is no account key that you may use: add yours, or have someone share one.")


class KeyForm(forms.Form):
    """With which of the keys that the person may use."""

    key = forms.ModelChoiceField(
        Key.objects.none(),
        label=_("Account key"),
        empty_label=None,
        error_messages={
            "required": _("Choose the account key to do this with."),
            "invalid_choice": _("That key is not one you may use here any more. Choose another."),
        },
    )

    def __init__(
        self,
        *args: Any,
        account: Account,
        user: User,
        source: DataSource | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.has_keys = offer_keys(self, account, user, source)
        if source is not None:
            self.initial.setdefault("key", preferred_key(source, user))


class DeleteForm(KeyForm):
    """Deleting asks for the data source's name, as it can't be undone."""

    name = forms.CharField(
        label=_("Its name"), widget=forms.TextInput({"autocomplete": "off", "spellcheck": "false"})
    )

    def __init__(self, *args: Any, source: DataSource, **kwargs: Any) -> None:
        super().__init__(*args, source=source, **kwargs)
        self.source = source
        self.fields["name"].label = gettext("Type {source} to confirm").format(source=source.name)
        self.fields["name"].error_messages["required"] = gettext(
            "Type the name to confirm: {source}"
        ).format(source=source.name)
        self.fields["name"].widget.attrs |= {"data-needs": source.name, "class": "input-mono"}

    def clean_name(self) -> str:
        typed: str = self.cleaned_data["name"]
        if typed != self.source.name:
            raise forms.ValidationError(
                gettext(
                    "This is not the name of the data source. Type {source}, upper and lower case as here."
                ).format(source=self.source.name)
            )
        return typed


class DownloadForm(KeyForm):
    """In which format, and from where: the copy kept here, or the service, which takes a key."""

    output = forms.ChoiceField(
        choices=[(one.value, one.words) for one in OutputFormat],
        required=False,
        error_messages={"invalid_choice": _("Choose one of the formats of the list.")},
    )
    origin = forms.ChoiceField(
        required=False,
        error_messages={"invalid_choice": _("This version does not come from there any more.")},
    )

    def __init__(self, *args: Any, origins: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.origins = origins
        self.initial.setdefault("origin", origins[0])
        cast("forms.ChoiceField", self.fields["origin"]).choices = [(one, one) for one in origins]
        self.fields["key"].required = False
        if FROM_SERVICE not in origins:
            del self.fields["key"]

    def clean_origin(self) -> str:
        return self.cleaned_data["origin"] or self.origins[0]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        from_service = given.get("origin") == FROM_SERVICE
        if from_service and not given.get("key") and "key" not in self.errors:
            self.add_error("key", self.fields["key"].error_messages["required"])
        return given


def offer_keys(form: forms.Form, account: Account, user: User, source: DataSource | None) -> bool:
    """Fills the form's field `key` with the account's keys that the person may use, in one query.

    The data source's master key is named as such. Gives whether there is any key.
    """
    usable = Key.objects.filter(account=account).usable_by(user)
    master = source.master_key_id if source else None
    field = cast("forms.ModelChoiceField[Key]", form.fields["key"])
    field.queryset = usable
    choices = [
        (key.pk, gettext("{key}, the master key").format(key=key) if key.pk == master else str(key))
        for key in usable.defer("secret").order_by("name", "pk")
    ]
    field.choices = choices
    return bool(choices)


def preferred_key(source: DataSource, user: User) -> int | None:
    """The data source's master key, or else the key that the person used last on it."""
    if source.master_key_id is not None:
        return source.master_key_id
    jobs = Job.objects.filter(data_source=source, user=user, key__isnull=False)
    return jobs.order_by("-created_at").values_list("key_id", flat=True).first()
