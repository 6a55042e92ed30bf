"""The site's front door: people and audit, data sources, and the API server at /REST/v1/."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from dashboard.people.access import site_admin_only
from dashboard.status import status

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("dashboard.people.urls")),
    path("", include("dashboard.audit.urls")),
    path("", include("datasources.urls")),
    path("settings/server/", site_admin_only(status), name="server_status"),
    path("", include("sds_server.urls")),
]

handler400 = "dashboard.handlers.bad_request"
handler403 = "dashboard.handlers.forbidden"
handler404 = "dashboard.handlers.not_found"
handler500 = "dashboard.handlers.failed"
