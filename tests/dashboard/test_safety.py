"""A site that others can reach must be fit for it."""

import pytest
from django.core.checks import run_checks
from pytest_django import Settings


def _ids() -> set[str]:
    return {message.id for message in run_checks() if (message.id or "").startswith("cairn.")}


def test_the_defaults_on_one_machine_are_fine() -> None:
    assert _ids() == set()


def test_debug_is_refused_once_others_can_reach_the_site(settings: Settings) -> None:
    settings.HOST, settings.DEBUG = "0.0.0.0", True
    assert "cairn.E001" in _ids()


def test_plain_http_to_others_is_warned_of(settings: Settings) -> None:
    settings.SITE_URL = "http://cairn.example.org"
    assert _ids() == {"cairn.W001"}


def test_a_proxied_site_with_tls_is_fine(settings: Settings) -> None:
    settings.SITE_URL, settings.HTTPS = "https://cairn.example.org", True
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    assert _ids() == set()


def test_tls_of_a_proxy_that_is_not_believed_is_warned_of(settings: Settings) -> None:
    settings.SITE_URL, settings.HTTPS = "https://cairn.example.org", True
    assert _ids() == {"cairn.W002"}


@pytest.mark.parametrize("name", ["SECRET_KEY", "ACCOUNT_KEY_SECRETS"])
def test_a_secret_that_could_be_guessed_is_refused(settings: Settings, name: str) -> None:
    setattr(settings, name, "short" if name == "SECRET_KEY" else ["short"])
    assert _ids() == {"cairn.E002"}
