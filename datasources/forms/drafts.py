"""What a person says about a draft: its name, and whom it is handed over to."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from dashboard.people.models import Role, User
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
        label=_("To"),
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
