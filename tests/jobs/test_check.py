"""Uploads are checked in the background, whatever happens to whoever checks them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from dashboard.people.models import User
from datasources import archive, jobs
from datasources.jobs.check import check
from datasources.jobs.leases import take
from datasources.models import Upload, UploadState
from tests.jobs.fixtures import CITIES, Bench, drain, is_checked, make_bench


@pytest.fixture
def desk(transactional_db: None, people: dict[str, User]) -> Bench:
    return make_bench(people, "http://127.0.0.1:9/REST/v1", "master-1234", "query-5678", "basic")


def test_a_good_file_is_ready_to_send_with_its_report(desk: Bench) -> None:
    upload = desk.upload()
    assert upload.state == UploadState.GOOD
    assert (upload.report["entity_type"], upload.report["entities"]) == ("City", 3)
    assert upload.checked_at is not None


def test_bad_rows_are_reported_and_the_rest_can_be_sent(desk: Bench) -> None:
    upload = desk.upload(CITIES + "4|Nowhere|91|0|1\n")
    assert upload.state == UploadState.GOOD
    assert upload.report["bad"] == 1
    assert upload.report["problems"][0]["examples"][0]["value"] == "91"


def test_a_file_that_is_no_entity_data_cannot_be_sent(desk: Bench) -> None:
    upload = desk.upload("<html><body>Sign in</body></html>")
    assert upload.state == UploadState.BAD
    assert upload.report["problems"]


def test_a_file_whose_bytes_are_gone_says_so(desk: Bench) -> None:
    upload = desk.unchecked()
    assert upload.file is not None
    archive.drop(upload.file.path)
    jobs.start_check(upload)
    drain(lambda: is_checked(upload))
    assert upload.report["problems"][0]["rule"] == "file-gone"


def test_a_check_that_was_broken_off_is_taken_up_again(desk: Bench) -> None:
    upload = desk.unchecked()
    past = timezone.now() - timedelta(seconds=1)
    Upload.objects.filter(pk=upload.pk).update(
        state=UploadState.CHECKING,
        lease_owner="a worker that was killed",
        leased_until=past,
        next_look_at=past,
    )
    drain(lambda: is_checked(upload))
    assert upload.state == UploadState.GOOD


def test_a_check_under_way_is_left_to_whoever_is_at_it(desk: Bench) -> None:
    upload = desk.unchecked()
    with take(Upload.objects.get(pk=upload.pk)) as lease:
        assert lease is not None
        check(str(upload.pk))
        upload.refresh_from_db()
        assert upload.state == UploadState.WAITING


def test_a_file_that_kills_whoever_checks_it_is_given_up(desk: Bench) -> None:
    upload = desk.unchecked()
    Upload.objects.filter(pk=upload.pk).update(tries=3)
    check(str(upload.pk))
    upload.refresh_from_db()
    assert upload.state == UploadState.BAD
    assert upload.report["problems"][0]["rule"] == "check-interrupted"
