"""Forms about a person: coming in by an invitation, and one's own profile."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from dashboard.people.forms.signin import ADVICE
from dashboard.people.models import Invitation, User


class PersonForm(forms.ModelForm[User]):
    """Name and e-mail address."""

    class Meta:
        model = User
        fields = ["first_name", "last_name", "email"]
        labels = {"email": _("E-mail")}

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"].lower()
        others = User.objects.exclude(pk=self.instance.pk)
        if email and others.filter(email=email).exists():
            raise forms.ValidationError(
                gettext(
                    "{email} belongs to another account. Sign in with that one, or give another address."
                ).format(email=email)
            )
        return email


class ProfileForm(PersonForm):
    """One's own name and address."""

    class Meta(PersonForm.Meta):
        help_texts = {"email": _("You can sign in with it, and links for a new password go there.")}


class NewcomerForm(PersonForm):
    """A person who comes in by an invitation; a mailed one fixes the address."""

    password = forms.CharField(
        label=_("Password"),
        strip=False,
        help_text=ADVICE,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    class Meta(PersonForm.Meta):
        fields = ["username", "first_name", "last_name", "email", "password"]
        help_texts = {"username": _("Letters, digits and @ . + - _; you sign in with it.")}

    def __init__(self, *args: Any, invitation: Invitation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].widget.attrs |= {"autocomplete": "username", "autofocus": True}
        if invitation.email:
            self.fields["email"].disabled = True
            self.initial["email"] = invitation.email

    def clean_username(self) -> str:
        username: str = self.cleaned_data["username"]
        taken = User.objects.filter(username__iexact=username)
        if taken.exists() or User.objects.filter(email=username.lower()).exists():
            raise forms.ValidationError(
                gettext("{username} is taken. Choose another name.").format(username=username)
            )
        return username

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if password := cleaned.get("password"):
            about = User(**{name: cleaned.get(name, "") for name in self.Meta.fields[:4]})
            try:
                validate_password(password, about)
            except forms.ValidationError as refused:
                self.add_error("password", refused)
        return cleaned

    def save(self, commit: bool = True) -> User:
        self.instance.set_password(self.cleaned_data["password"])
        return super().save(commit)
