"""A text field whose value is encrypted at rest."""

from __future__ import annotations

from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import models


def _fernet() -> MultiFernet:
    from base64 import urlsafe_b64encode
    from hashlib import sha256

    return MultiFernet(
        [
            Fernet(urlsafe_b64encode(sha256(secret.encode()).digest()))
            for secret in settings.ACCOUNT_KEY_SECRETS
        ]
    )


class EncryptedField(models.TextField[str, str]):
    """Text, encrypted with the first of `ACCOUNT_KEY_SECRETS` and read with any of them.

    A value that none of the secrets can read raises `ImproperlyConfigured`: a ciphertext must never
    pass for the text.
    """

    def get_prep_value(self, value: Any) -> Any:
        return value if not value else _fernet().encrypt(value.encode()).decode()

    def from_db_value(self, value: str | None, *_: object) -> str | None:
        if not value:
            return value
        try:
            return _fernet().decrypt(value.encode()).decode()
        except InvalidToken:
            raise ImproperlyConfigured(
                "A stored account key cannot be read with the secrets in ACCOUNT_KEY_SECRETS."
            ) from None
