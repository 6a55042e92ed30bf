"""A URL that the service loads from: what it may be, and how it travels through a form unseen."""

from __future__ import annotations

from urllib.parse import urlsplit

from django import forms
from django.conf import settings
from django.core import signing
from django.utils.translation import gettext

from datasources.models import Account
from datasources.models.secrets import EncryptedField

MAX_LENGTH = 2048  # characters
_SALT = "datasources.upload.location"
_SEAL = EncryptedField()


def check_location(account: Account, url: str) -> None:
    """Raises ValidationError where the service could not be given this URL.

    Over https, as it may hold a signature; over http only from a host that the admin has allowed
    our own server to fetch from.
    """
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        host = ""
    if not host or parts.scheme not in ("http", "https") or set(url) & set(" \t\r\n\0"):
        raise forms.ValidationError(
            gettext("This is no URL that a service can load from. Write it as https://host/path."),
            code="invalid",
        )
    if parts.username is not None or parts.password is not None:
        raise forms.ValidationError(
            gettext(
                "The URL holds a user name or a password. Share the file by a signature in the URL’s query string instead."
            ),
            code="credentials",
        )
    if len(url) > MAX_LENGTH:
        raise forms.ValidationError(
            gettext(
                "The URL has {count} characters; it may have {max_length} at most. Share the file under a shorter one."
            ).format(count=len(url), max_length=MAX_LENGTH),
            code="too_long",
        )
    here = account.service.is_embedded and host in settings.SDS_DATA_HOSTS
    if parts.scheme == "http" and not here:
        raise forms.ValidationError(
            gettext(
                "Over http everybody on the way could read the file and its signature. Write the URL with https."
            ),
            code="http",
        )


def shown(url: str) -> str:
    """Scheme, host and path: what pages and records may show of a location."""
    parts = urlsplit(url)
    port = f":{parts.port}" if parts.port else ""
    return f"{parts.scheme}://{parts.hostname or ''}{port}{parts.path}"


def name_of(url: str) -> str:
    """The last word of the path, or the host: what the upload is called."""
    parts = urlsplit(url)
    return (parts.path.rstrip("/").rpartition("/")[2] or parts.hostname or "file")[:200]


def seal(account_id: int, user_id: int, url: str) -> str:
    """A location that stands, encrypted, in a page until its other fields are right."""
    return signing.dumps([account_id, user_id, _SEAL.get_prep_value(url)], salt=_SALT)


def unseal(account_id: int, user_id: int, token: str) -> str:
    """The location in a token of `seal` for the same person and account; "" if it is none."""
    try:
        account, user, sealed = signing.loads(token, salt=_SALT, max_age=24 * 3600)
    except (signing.BadSignature, ValueError):
        return ""
    if (account, user) != (account_id, user_id):
        return ""
    return _SEAL.from_db_value(sealed) or ""
