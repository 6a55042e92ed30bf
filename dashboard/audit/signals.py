"""Sign-ins and passwords, recorded as they happen."""

from __future__ import annotations

from typing import Any

from allauth.account.signals import password_changed, password_reset
from axes.signals import user_locked_out
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.dispatch import receiver
from django.http import HttpRequest

from dashboard.audit.record import record
from dashboard.people.models import User


@receiver(user_logged_in, dispatch_uid="audit.signed_in")
def signed_in(request: HttpRequest, user: User, **_: Any) -> None:
    record("person.sign_in", actor=user, request=request)


@receiver(user_logged_out, dispatch_uid="audit.signed_out")
def signed_out(request: HttpRequest, user: User | None, **_: Any) -> None:
    if user is not None:
        record("person.sign_out", actor=user, request=request)


@receiver(user_login_failed, dispatch_uid="audit.sign_in_failed")
def sign_in_failed(
    credentials: dict[str, Any], request: HttpRequest | None = None, **_: Any
) -> None:
    """A try while locked out is recorded as the lock-out, not once more as a failure."""
    if not getattr(request, "axes_locked_out", False):
        typed = credentials.get("email") or credentials.get("username") or ""
        record("person.sign_in_failed", actor=None, target=str(typed), request=request)


@receiver(user_locked_out, dispatch_uid="audit.locked_out")
def was_locked_out(request: HttpRequest, username: str | None, **_: Any) -> None:
    record("person.locked_out", actor=None, target=username or "", request=request)


@receiver(password_changed, dispatch_uid="audit.password")
def changed_password(request: HttpRequest, user: User, **_: Any) -> None:
    record("person.password", actor=user, request=request)


@receiver(password_reset, dispatch_uid="audit.password_reset")
def reset_password(request: HttpRequest, user: User, **_: Any) -> None:
    record("person.password_reset", actor=user, request=request)
