"""What a person says when they send a file that was checked."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from dashboard.people.models import User
from dashboard.people.reading import number
from datasources.forms.operations import STAGED
from datasources.models import Key, Upload


class SendForm(forms.Form):
    """With which key an upload is sent, and which key may query what it makes.

    Errors stop a publish: a load that publishes goes without the rows that have errors only if the
    person says so. A staged one can be looked at first.
    """

    key = forms.TypedChoiceField(
        label=_("Account key"),
        error_messages={
            "required": _("Choose the account key to send the file with."),
            "invalid_choice": _("This key can't be used any more. Choose another."),
        },
    )
    query_key = forms.TypedChoiceField(
        label=_("Query key"),
        required=False,
        empty_value=None,
        error_messages={"invalid_choice": _("This key can't be used any more. Choose another.")},
    )
    leave_out = forms.BooleanField(
        required=False,
        error_messages={
            "required": _(
                "Errors stop a publish: mend or repair the rows, or tick here to publish without them."
            )
        },
    )

    def __init__(self, *args: Any, upload: Upload, user: User, master: Key | None, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.keys = list(Key.objects.filter(account=upload.account_id).usable_by(user))
        by_number = {str(key.pk): key for key in self.keys}
        fields = cast("dict[str, forms.TypedChoiceField]", self.fields)
        for name in ("key", "query_key"):
            fields[name].coerce = by_number.__getitem__
        fields["key"].choices = [
            (str(key.pk), _label(key, master, upload.data_source_name)) for key in self.keys
        ]
        fields["query_key"].choices = [
            ("", gettext("None: any key of the account may query it")),
            *((str(key.pk), str(key)) for key in self.keys),
        ]
        if master is not None:
            self.initial.setdefault("key", str(master.pk))
        bad = upload.report.get("bad") or 0
        if bad and upload.operation not in STAGED:
            fields["leave_out"].required = True
            fields["leave_out"].label = ngettext(
                "Leave out the {count} row with errors",
                "Leave out the {count} rows with errors",
                bad,
            ).format(count=number(bad))
        else:
            del self.fields["leave_out"]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        key, query_key = data.get("key"), data.get("query_key")
        if key and query_key and key.secret == query_key.secret:
            self.add_error(
                "query_key",
                gettext(
                    "The query key must differ from the account key that creates the data source. Choose another, or none."
                ),
            )
        return data


def _label(key: Key, master: Key | None, data_source: str) -> str:
    return (
        gettext("{key}: the master key of {source}").format(key=key, source=data_source)
        if key == master
        else str(key)
    )
