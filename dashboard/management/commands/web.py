"""Serve the site, and the API server under it, with waitress."""

from __future__ import annotations

from typing import Any

import waitress
from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from dashboard.wsgi import application


class Command(BaseCommand):
    help = "Serve the site and the API server (waitress)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default=settings.HOST)
        parser.add_argument("--port", type=int, default=settings.PORT)

    def handle(self, *, host: str, port: int, **_: Any) -> None:
        waitress.serve(
            application,
            host=host,
            port=port,
            threads=settings.WEB_THREADS,
            ident="cairn",
            # The views cap what they take; waitress spools bigger bodies to a file of its own.
            max_request_body_size=settings.UPLOAD_LIMIT_BYTES + 1024 * 1024,
            channel_timeout=300,
            clear_untrusted_proxy_headers=not settings.BEHIND_PROXY,
            trusted_proxy="*" if settings.BEHIND_PROXY else None,
            trusted_proxy_headers={"x-forwarded-for", "x-forwarded-proto", "x-forwarded-host"}
            if settings.BEHIND_PROXY
            else set(),
        )
