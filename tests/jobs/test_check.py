"""Uploads are checked in the background, whatever happens to whoever checks them."""

from __future__ import annotations

import io
import json
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from dashboard.people.models import User
from datasources import archive, jobs
from datasources.formats import ColumnMapping, Mapping
from datasources.jobs.check import check
from datasources.jobs.leases import take
from datasources.models import DataSource, Upload, UploadState, Version, VersionState
from datasources.schema import EdmType
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


def mapped(desk: Bench) -> Upload:
    """A GeoJSON file of two cities, looked at and mapped as suggested."""
    features = [
        {
            "type": "Feature",
            "properties": {"code": code, "Name": name},
            "geometry": {"type": "Point", "coordinates": place},
        }
        for code, name, place in (("a", "Oslo", [10.75, 59.91]), ("b", "Bergen", [5.32, 60.39]))
    ]
    text = json.dumps({"type": "FeatureCollection", "features": features})
    upload = desk.unchecked(text, input_format="geojson")
    mapping = Mapping(
        "City",
        (
            ColumnMapping("code", "Code", EdmType.STRING),
            ColumnMapping("Name", "Name", EdmType.STRING),
        ),
        id_column="code",
    )
    Upload.objects.filter(pk=upload.pk).update(mapping=mapping.as_json())
    jobs.start_check(upload)
    drain(lambda: is_checked(upload))
    return upload


def text_of(upload: Upload) -> str:
    assert upload.sent_file is not None
    with archive.open_file(upload.sent_file.path) as kept:
        return kept.read().decode()


def test_an_import_is_sent_as_a_copy_in_pipe_separated_text(desk: Bench) -> None:
    upload = mapped(desk)
    assert (upload.state, upload.report["good"]) == (UploadState.GOOD, 2), upload.report
    assert (upload.prepared_format, upload.sent_format, upload.format) == (
        "pipe",
        "pipe",
        "geojson",
    )
    lines = text_of(upload).splitlines()
    assert lines[0] == "Bing Spatial Data Services, 1.0, City"
    assert lines[2:] == ["a|Oslo|59.91|10.75", "b|Bergen|60.39|5.32"]


def test_a_mapping_that_held_is_remembered_with_the_data_source(desk: Bench) -> None:
    source = DataSource.objects.create(account=desk.account, name="Cities")
    upload = mapped(desk)
    source.refresh_from_db()
    assert source.mapping == upload.mapping != {}


@pytest.mark.parametrize(
    ("path", "is_copied"),
    [("tests/data/districts_bng.zip", True), ("tests/data/offices_wgs84.zip", False)],
    ids=["in a national grid", "in degrees"],
)
def test_coordinates_that_were_transformed_are_sent_as_a_copy(
    desk: Bench, path: str, is_copied: bool
) -> None:
    upload = desk.unchecked("x")
    kept = jobs.keep_file(desk.account, io.BytesIO(Path(path).read_bytes()))
    Upload.objects.filter(pk=upload.pk).update(file=kept, format="shp")
    jobs.start_check(upload)
    drain(lambda: is_checked(upload))
    assert upload.state == UploadState.GOOD
    assert (upload.prepared is not None) == is_copied
    assert upload.sent_format == ("pipe" if is_copied else "shp")


def test_chosen_repairs_are_applied_to_a_copy(desk: Bench) -> None:
    upload = desk.unchecked(CITIES.replace("59.91|10.75", "59,91|10,75"))
    Upload.objects.filter(pk=upload.pk).update(repairs=["decimals"])
    jobs.start_check(upload)
    drain(lambda: is_checked(upload))
    assert (upload.report["good"], upload.report["bad"]) == (3, 0)
    assert "1|Oslo|59.91|10.75|709037" in text_of(upload)
    assert upload.file is not None
    with archive.open_file(upload.file.path) as kept:
        assert b"59,91|10,75" in kept.read()


def test_a_share_of_empty_values_is_held_against_the_archived_version(
    desk: Bench, tmp_path: Path
) -> None:
    rows = [f"{n}|Name {n}|60|{n % 50}|1" for n in range(40)]
    head = "".join(CITIES.splitlines(keepends=True)[:2])
    source = DataSource.objects.create(account=desk.account, name="Cities", entity_type="City")
    before = desk.unchecked(head + "\n".join(rows) + "\n")
    assert before.file is not None
    archive.write_geopackage(before.file.path, tmp_path / "archived.gpkg")
    with (tmp_path / "archived.gpkg").open("rb") as made:
        archived = jobs.keep_file(desk.account, made)
    Version.objects.create(
        data_source=source, remote_job_id="1", state=VersionState.PUBLISHED,
        made_at=timezone.now(), seen_at=timezone.now(), archive=archived,
    )  # fmt: skip
    emptied = [row.replace(f"Name {n}|", "|") if n < 20 else row for n, row in enumerate(rows)]
    upload = desk.upload(head + "\n".join(emptied) + "\n")
    messages = [problem["message"] for problem in upload.report["problems"]]
    assert messages == [
        "Name is empty in 50 % of the entities; in the published version it is in 0 %."
    ]
