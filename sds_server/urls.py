"""Every path of the API, in any case, as the table of operations has them; alone, a front page too."""

from __future__ import annotations

import re
from collections.abc import Callable

from django.conf import settings
from django.http import HttpResponseBase
from django.urls import URLPattern, path
from django.urls.resolvers import RegexPattern
from django.utils.functional import cached_property

from sds_server.endpoints.dispatch import NOWHERE, resource
from sds_server.endpoints.table import ROUTES
from sds_server.observing.status import alone, sheet


class AnyCase(RegexPattern):
    """A path in any case, whatever signs its parts hold, line ends among them.

    "(?i)" in the pattern itself would end all reversing of the site's URLs.
    """

    @cached_property
    def regex(self) -> re.Pattern[str]:  # type: ignore[override]
        return re.compile(str(self), re.IGNORECASE | re.DOTALL)


def _at(pattern: str, view: Callable[..., HttpResponseBase]) -> URLPattern:
    return URLPattern(AnyCase(pattern, is_endpoint=True), view)


urlpatterns: list[URLPattern] = [
    *(
        _at(rf"^REST/v1/{pattern}/?\Z", resource(route))
        for route in ROUTES
        for pattern in route.patterns
    ),
    _at(r"^REST/v1(?:/.*)?\Z", resource(NOWHERE)),
]

if settings.API_ONLY:
    urlpatterns += [path("", alone), path("status.css", sheet)]

# Used where this is the root URL conf: the server without the dashboard.
handler400 = "sds_server.endpoints.outside.bad_request"
handler404 = "sds_server.endpoints.outside.not_found"
handler500 = "sds_server.endpoints.outside.failed"
