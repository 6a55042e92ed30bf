"""What a person says about a draft: its name, whom it is handed over to, how it is sent."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.utils.translation import gettext as _gettext
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext_lazy

from dashboard.people.models import Role, User
from datasources.forms.actions import KeyForm
from datasources.models import Draft

_ROLES = [role for role in Role if role.covers(Role.EDITOR)]


class NameForm(forms.Form):
    """What the draft is for; it may stay without a name."""

    name = forms.CharField(
        required=False,
        max_length=100,
        label=_("What it is for"),
        help_text=_("Shown in lists, as in “Opening hours in Aarhus”. It may stay empty."),
        widget=forms.TextInput({"autocomplete": "off", "autofocus": True}),
    )


class _PersonField(forms.ModelChoiceField[User]):
    def label_from_instance(self, obj: User) -> str:
        return obj.display_name


class HandOverForm(forms.Form):
    """A teammate who may edit."""

    to = _PersonField(
        User.objects.none(),
        label=pgettext_lazy("hand over", "To"),
        empty_label=None,
        error_messages={
            "required": _("Choose whom to hand the draft over to."),
            "invalid_choice": _("That person may not edit here any more. Choose another."),
        },
    )

    def __init__(self, *args: object, draft: Draft, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        team = draft.account.team
        mates = User.objects.filter(
            memberships__team=team, memberships__role__in=_ROLES, is_active=True
        )
        field = self.fields["to"]
        assert isinstance(field, _PersonField)  # noqa: S101  for the type checker
        field.queryset = mates.exclude(pk=draft.owner_id).order_by("username")
        self.has_mates = field.queryset.exists()


class SendForm(KeyForm):
    """How a draft is sent, with which key, and whether rows with problems stay behind."""

    operation = forms.ChoiceField(
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose how to send the draft.")},
    )
    leave_out = forms.BooleanField(required=False)

    def __init__(self, *args: Any, draft: Draft, ways: list[str], **kwargs: Any) -> None:
        super().__init__(*args, source=draft.data_source, **kwargs)
        self.draft = draft
        cast("forms.ChoiceField", self.fields["operation"]).choices = [(one, one) for one in ways]
        if ways:
            self.initial.setdefault("operation", ways[0])
        if draft.faulty:
            words = ngettext(
                "Leave out the %(n)s row with problems: it stays in this draft",
                "Leave out the %(n)s rows with problems: they stay in this draft",
                draft.faulty,
            )
            self.fields["leave_out"].label = words % {"n": f"{draft.faulty:,}"}
        else:
            del self.fields["leave_out"]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if self.draft.faulty and not given.get("leave_out"):
            self.add_error("leave_out", _gettext("Mend these rows first, or leave them out."))
        return given
