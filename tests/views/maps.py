"""Versions that are archived and have their map, as the background would have made them."""

from __future__ import annotations

import io
from typing import Any

from datasources import jobs
from datasources.jobs.archiving import archive_version
from datasources.jobs.indexing import index_version
from datasources.models import DataSource, Version, VersionState
from tests.views.sources import make_version

SHOPS = """Bing Spatial Data Services, 1.0, Store
EntityID(Edm.String,primaryKey)|Name(Edm.String)|Seats(Edm.Int64)|Latitude(Edm.Double)|Longitude(Edm.Double)
s1|Harbour|40|57.0488|9.9217
s2|<img src=x onerror=alert(1) |25|56.15|10.204
s3|Market & Co|60|55.3959|10.3883
"""


def make_mapped(
    source: DataSource, text: str = SHOPS, state: str = VersionState.PUBLISHED, **values: Any
) -> Version:
    """A version with its file, its archive and its map index."""
    content = jobs.keep_file(source.account, io.BytesIO(text.encode()))
    version = make_version(source, state, content=content, entity_count=None, **values)
    archive_version(version.pk)
    index_version(version.pk)
    version.refresh_from_db()
    assert version.map_index is not None
    return version
