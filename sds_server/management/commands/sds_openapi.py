"""`manage.py sds_openapi`: the OpenAPI description of the API, as docs/openapi.json has it."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from sds_server.endpoints.table import ROUTES
from sds_server.openapi.document import openapi_text


class Command(BaseCommand):
    help = "Print the OpenAPI description of the API. docs/openapi.json is this."

    def handle(self, **_: Any) -> None:
        self.stdout.write(openapi_text(ROUTES, "/REST/v1"), ending="")
