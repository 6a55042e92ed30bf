"""Data sources and versions as the mirror would have written them."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

from django.utils import timezone

from datasources.models import Account, DataSource, Version, VersionState

PROPERTIES = [
    {"name": "EntityID", "type": "Edm.String", "is_key": True},
    {"name": "Name", "type": "Edm.String", "is_key": False},
    {"name": "Latitude", "type": "Edm.Double", "is_key": False},
]


def make_source(account: Account, name: str = "StoresEU", **values: Any) -> DataSource:
    """A data source with nothing below it."""
    access_id = uuid.uuid4().hex
    given = {
        "access_id": access_id,
        "entity_type": "Store",
        "query_url": f"{account.service.base_url}/data/{access_id}/{name}/Store",
        "properties": PROPERTIES,
        "changed_at": timezone.now() - timedelta(days=3),
        "seen_at": timezone.now(),
    }
    return DataSource.objects.create(account=account, name=name, **given | values)


def make_version(source: DataSource, state: str = VersionState.PUBLISHED, **values: Any) -> Version:
    """A version of 41,208 entities; a staged one has 27 days left."""
    now = timezone.now()
    given: dict[str, Any] = {
        "remote_job_id": uuid.uuid4().hex,
        "entity_count": 41_208,
        "made_at": now - timedelta(days=3),
        "seen_at": now,
    }
    if state == VersionState.STAGED:
        given["expires_at"] = now + timedelta(days=27, hours=1)
    return Version.objects.create(data_source=source, state=state, **given | values)
