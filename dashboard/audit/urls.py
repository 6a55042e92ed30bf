"""The audit record, for team admins and site admins."""

from __future__ import annotations

from django.urls import path

from dashboard.audit import views
from dashboard.audit.access import audit_readers_only

urlpatterns = [
    path("audit/", audit_readers_only(views.events), name="audit"),
    path("audit/export.csv", audit_readers_only(views.export), name="audit_export"),
]
