"""A KML file and a zipped shapefile, from the form to the report."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from datasources.jobs.check import check
from datasources.models import Account, Upload, UploadState

DATA = Path("tests/data")


@pytest.mark.parametrize(
    ("name", "format", "words", "count"),
    [
        ("offices.kml", "kml", "The field “Office ID” is loaded as Office_ID.", 3),
        ("offices.kmz", "kml", "The entity ID is EntityID, the id of the Placemark.", 3),
        ("districts_bng.zip", "shp", "from OSGB36 / British National Grid to WGS 84", 3),
        ("offices_wgs84.zip", "shp", "The entity ID is EntityID, the number of the record.", 3),
    ],
)
def test_gis_files_are_checked_and_reported(
    clients: dict[str, Client], account: Account, name: str, format: str, words: str, count: int
) -> None:
    answer = clients["editor"].post(
        reverse("upload", args=[account.pk]),
        {
            "file": SimpleUploadedFile(name, (DATA / name).read_bytes()),
            "purpose": "create",
            "new_name": "Places",
            "operation": "completeStaging",
            "format": "",
        },
    )
    assert answer.status_code == 302
    upload = Upload.objects.get()
    assert upload.format == format
    check(str(upload.pk))
    upload.refresh_from_db()
    assert upload.state == UploadState.GOOD
    assert upload.report["good"] == count
    assert upload.report["ok"]
    assert any(words in str(group["examples"]) for group in upload.report["problems"])
    page = clients["editor"].get(answer["Location"]).content.decode()
    assert "warning" in page.lower()


@pytest.mark.parametrize(
    ("name", "words"),
    [("districts.kml", "KML or KMZ"), ("districts_bng.zip", "Shapefile (zipped)")],
)
def test_the_format_is_named_before_all_of_a_file_is_sent(
    clients: dict[str, Client], account: Account, name: str, words: str
) -> None:
    head = SimpleUploadedFile("head", (DATA / name).read_bytes()[:500])
    url = reverse("upload_format", args=[account.pk])
    assert words in clients["editor"].post(url, {"head": head, "name": name}).content.decode()
