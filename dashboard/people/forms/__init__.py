"""Forms about people; the sign-in ones by the names that the settings use."""

from dashboard.people.forms.signin import (
    NewPasswordForm,
    PasswordChangeForm,
    PasswordResetForm,
    SignInForm,
)

__all__ = ["NewPasswordForm", "PasswordChangeForm", "PasswordResetForm", "SignInForm"]
