"""The map index of a version: made after its archive, once, again where it was lost."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from django.core.files.storage import default_storage

from datasources import jobs
from datasources.archive.tiles import map_index_of
from datasources.jobs.archiving import archive_version
from datasources.jobs.due import enqueue_due
from datasources.jobs.indexing import index_version, is_map_coming
from datasources.models import Account, StoredFile, Version, VersionState
from tests.jobs.fixtures import Bench, drain
from tests.views.maps import SHOPS, make_mapped
from tests.views.sources import make_source, make_version


def test_a_load_is_archived_and_then_gets_its_map(bench: Bench) -> None:
    bench.load()
    version = bench.version(VersionState.PUBLISHED)
    drain(lambda: Version.objects.get(pk=version.pk).map_index_id)
    version.refresh_from_db()
    assert version.map_index is not None
    facts = map_index_of(version.map_index.path).facts
    assert (facts["count"], facts["entity_type"]) == (3, "City")
    assert version.next_look_at is None


@pytest.mark.django_db
def test_versions_of_the_same_entities_share_one(account: Account) -> None:
    source = make_source(account, entity_type="Store")
    first = make_mapped(source)
    second = make_mapped(source, state=VersionState.STAGED)
    assert first.map_index_id == second.map_index_id


@pytest.mark.django_db
def test_what_an_earlier_release_archived_gets_its_map_too(account: Account) -> None:
    source = make_source(account, entity_type="Store")
    version = make_mapped(source)
    Version.objects.update(map_index=None, next_look_at=None, tries=1)
    version.refresh_from_db()
    assert is_map_coming(version)
    enqueue_due()
    version.refresh_from_db()
    assert version.next_look_at is not None
    index_version(version.pk)
    version.refresh_from_db()
    assert version.map_index is not None


@pytest.mark.django_db
def test_an_archive_that_cannot_be_read_is_given_up_with_its_reason(
    account: Account, caplog: pytest.LogCaptureFixture
) -> None:
    source = make_source(account, entity_type="Store")
    content = jobs.keep_file(account, io.BytesIO(SHOPS.encode()))
    version = make_version(source, content=content)
    archive_version(version.pk)
    version.refresh_from_db()
    assert version.archive is not None
    Path(default_storage.path(version.archive.path)).write_bytes(b"no GeoPackage")
    index_version(version.pk)
    version.refresh_from_db()
    assert version.map_index is None
    assert not is_map_coming(version)
    assert "gets no map" in caplog.text
    default_storage.delete(version.archive.path)
    Version.objects.update(tries=1)
    index_version(version.pk)
    version.refresh_from_db()
    assert not is_map_coming(version)


@pytest.mark.django_db
def test_a_version_that_is_gone_or_done_is_left_alone(account: Account) -> None:
    index_version(999)
    version = make_mapped(make_source(account, entity_type="Store"))
    count = StoredFile.objects.count()
    index_version(version.pk)
    assert StoredFile.objects.count() == count
