"""What the API says of itself: its OpenAPI description."""

from __future__ import annotations

from django.http import HttpResponseBase

from sds_server.endpoints.dispatch import json_response
from sds_server.endpoints.request import ApiRequest
from sds_server.openapi.document import openapi_text


def openapi(request: ApiRequest) -> HttpResponseBase:
    """OpenAPI 3.1, with the address that the caller used; needs no key."""
    from sds_server.endpoints.table import ROUTES  # which this operation stands in itself

    return json_response(request, openapi_text(ROUTES, request.url()))
