"""What the tests of uploads share: their addresses, who is refused, what a page says."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from datasources.models import Upload

REFUSED = {"viewer": 403, "outsider": 404, "visitor": 302}


def said(response: Any) -> str:
    return str(response.content.decode())


def review(upload: Upload) -> str:
    return reverse("upload_review", args=[upload.account_id, upload.pk])
