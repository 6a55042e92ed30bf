"""System checks that refuse an installation others could reach but that is not fit for it."""

from __future__ import annotations

import ipaddress
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register

MIN_SECRET = 24  # characters


@register
def safe_for_others(app_configs: Any, **_: Any) -> list[CheckMessage]:
    """What is wrong with the settings of a site that more than this machine can reach."""
    if not _reachable_by_others():
        return []
    found: list[CheckMessage] = []
    if settings.DEBUG:
        found.append(
            Error(
                "DEBUG is on while others can reach the site: an error page would show its settings.",
                hint="Unset DEBUG.",
                id="cairn.E001",
            )
        )
    if not settings.HTTPS:
        found.append(
            Warning(
                "Others can reach the site without TLS: passwords and keys would travel in clear.",
                hint="Put it behind a TLS proxy and set SITE_URL to the https address.",
                id="cairn.W001",
            )
        )
    elif settings.SECURE_PROXY_SSL_HEADER is None:
        found.append(
            Warning(
                "SITE_URL is https, but the proxy that speaks TLS is not believed: forms, signing in "
                "among them, are refused, and people's addresses are recorded as the proxy's.",
                hint="Set BEHIND_PROXY=1, and have the proxy set X-Forwarded-Proto and -For.",
                id="cairn.W002",
            )
        )
    return found


@register
def strong_secrets(app_configs: Any, **_: Any) -> list[CheckMessage]:
    """Secrets that could be guessed are refused."""
    named = {
        "SECRET_KEY": [settings.SECRET_KEY],
        "ACCOUNT_KEY_SECRETS": settings.ACCOUNT_KEY_SECRETS,
    }
    return [
        Error(
            f"{name} holds a secret of fewer than {MIN_SECRET} characters.",
            hint="Make one with: python3 -c 'import secrets; print(secrets.token_urlsafe(32))'",
            id="cairn.E002",
        )
        for name, values in named.items()
        if not values or any(len(value) < MIN_SECRET for value in values)
    ]


def _reachable_by_others() -> bool:
    return not (
        _is_loopback(settings.HOST) and _is_loopback(urlsplit(settings.SITE_URL).hostname or "")
    )


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
