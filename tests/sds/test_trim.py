"""Earlier versions beyond the setting go when it is lowered, and only where there are any."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import Settings

from sds_server import accounts, housekeeping
from sds_server.models import ApiKey, DataSource, Plan, Version, new_id

pytestmark = pytest.mark.django_db


def source_with(count: int, name: str, key: ApiKey) -> DataSource:
    """A data source with so many versions that were published one after the other."""
    source = DataSource.objects.create(account=key.account, name=name, master_key=key)
    for _ in range(count):
        source.published = Version.objects.create(
            data_source=source,
            job_id=new_id(),
            entity_type="Shop",
            properties=[],
            entity_count=1,
            size_bytes=1,
            sha256="",
            updated_at=timezone.now(),
        )
    source.save()
    return source


@pytest.fixture
def key(settings: Settings, tmp_path: Path) -> ApiKey:
    settings.SDS_DATA_DIR = tmp_path
    account, _, _ = accounts.create_account("Stores", Plan.UNLIMITED)
    return account.keys.all()[0]


def test_the_newest_stay(key: ApiKey, settings: Settings) -> None:
    source = source_with(4, "Shops", key)
    newest = list(source.versions.order_by("-pk").values_list("pk", flat=True)[:2])
    settings.SDS_EARLIER_VERSIONS = 1

    housekeeping.trim_all()

    assert set(source.versions.values_list("pk", flat=True)) == set(newest)


def test_without_earlier_versions_the_published_one_stays(key: ApiKey, settings: Settings) -> None:
    source = source_with(3, "Shops", key)
    settings.SDS_EARLIER_VERSIONS = 0

    housekeeping.trim_all()

    assert source.versions.get() == source.published


def test_where_nothing_is_due_one_question_is_asked_however_much_there_is(key: ApiKey) -> None:
    for number in range(5):
        source_with(2, f"Shops{number}", key)
    with CaptureQueriesContext(connection) as asked:
        housekeeping.trim_all()
    assert len(asked) == 1
