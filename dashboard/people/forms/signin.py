"""Signing in and passwords: allauth's forms in our words."""

from __future__ import annotations

from typing import Any

from allauth.account.forms import (
    ChangePasswordForm,
    LoginForm,
    ResetPasswordForm,
    ResetPasswordKeyForm,
)
from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

ADVICE = _("At least 8 characters; not your name, not a common password, not digits alone.")


def _plain(form: forms.Form, **labels: str) -> None:
    """Our labels on the form's fields, and no placeholders that repeat them."""
    for name, label in labels.items():
        field = form.fields[name]
        field.label = label
        field.help_text = ""
        field.widget.attrs.pop("placeholder", None)


class SignInForm(LoginForm):  # type: ignore[misc]  # allauth has no types
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        labels = {"login": gettext("Username or e-mail"), "remember": gettext("Keep me signed in")}
        _plain(self, **labels | {"password": gettext("Password")})
        self.fields["login"].max_length = 254
        self.fields["login"].widget.attrs |= {
            "autocomplete": "username",
            "autocapitalize": "none",
            "autofocus": True,
            "maxlength": 254,
        }

    def clean(self) -> dict[str, Any] | None:
        try:
            cleaned: dict[str, Any] | None = super().clean()
        except forms.ValidationError as refused:
            if str(getattr(refused, "code", "")).endswith("_password_mismatch"):
                raise forms.ValidationError(
                    gettext(
                        "This name and password don't belong together. Check both, or set a new password with the link below."
                    ),
                    code="mismatch",
                ) from None
            raise
        return cleaned


class PasswordChangeForm(ChangePasswordForm):  # type: ignore[misc]  # allauth has no types
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _plain(
            self,
            oldpassword=gettext("Current password"),
            password1=gettext("New password"),
            password2=gettext("New password, once more"),
        )
        self.fields["password1"].help_text = ADVICE


class PasswordResetForm(ResetPasswordForm):  # type: ignore[misc]  # allauth has no types
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _plain(self, email=gettext("E-mail"))


class NewPasswordForm(ResetPasswordKeyForm):  # type: ignore[misc]  # allauth has no types
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _plain(
            self, password1=gettext("New password"), password2=gettext("New password, once more")
        )
        self.fields["password1"].help_text = ADVICE
