"""Accounts of the server and their keys: made, found, expired."""

from __future__ import annotations

import hashlib
import secrets
import string
from datetime import datetime

from django.db import transaction

from sds_server.models import ApiKey, Plan, SdsAccount

KEY_LENGTH = 64  # characters, far beyond guessing
_ALPHABET = string.ascii_letters + string.digits  # no hyphen that a shell could take for an option


def digest(key: str) -> str:
    """SHA-256 of a key. A plain digest serves: the keys are long and random, not chosen."""
    return hashlib.sha256(key.encode()).hexdigest()


def create_account(name: str, plan: Plan) -> tuple[SdsAccount, str, str]:
    """A new account with two keys, meant as master and as query key.

    Raises `IntegrityError` if the name is taken.
    """
    with transaction.atomic():
        account = SdsAccount.objects.create(name=name, plan=plan)
        return account, add_key(account), add_key(account)


def add_key(account: SdsAccount, expires_at: datetime | None = None) -> str:
    """A new key in clear, for once: only its digest is kept."""
    key = "".join(secrets.choice(_ALPHABET) for _ in range(KEY_LENGTH))
    ApiKey.objects.create(
        account=account, digest=digest(key), last_four=key[-4:], expires_at=expires_at
    )
    return key


def find_key(key: str) -> ApiKey | None:
    """The key as kept, expired or not, or None if it is unknown."""
    return ApiKey.objects.select_related("account").filter(digest=digest(key)).first()
