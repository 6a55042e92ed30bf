"""Imports go on to be looked at; a URL goes to the service, unchecked, and its signature nowhere else."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as site_settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from dashboard.audit.models import Event
from datasources import jobs
from datasources.models import Account, Job, JobState, Service, Upload, UploadState
from tests.faulty import FaultyService, answer
from tests.jobs.fixtures import CITIES, Bench, done, ended
from tests.views.fixtures import MakeKey

DATA = Path("tests/data")
SIGNATURE = "c2lnbmF0dXJlIHRoYXQgbm9ib2R5IHNlZXM"
URL = f"https://maps.blob.core.windows.net/data/stores.txt?sv=2024&sr=b&sig={SIGNATURE}%3D"
SHOWN = "https://maps.blob.core.windows.net/data/stores.txt"


@pytest.fixture
def url(account: Account) -> str:
    return reverse("upload", args=[account.pk])


def fields(**more: Any) -> dict[str, Any]:
    return {"purpose": "create", "new_name": "Shops", "operation": "completeStaging", **more}


def located(**more: Any) -> dict[str, Any]:
    return fields(location=URL, format="pipe", **more)


def said(response: Any) -> str:
    return str(response.content.decode())


# --- imports ---


@pytest.mark.parametrize(
    ("name", "found", "words"),
    [
        ("clinics_bng.gpkg.gz", "gpkg", "GeoPackage"),
        ("clinics.xlsx", "xlsx", "Excel workbook (XLSX)"),
        ("clinics.geojson", "geojson", "GeoJSON"),
    ],
)
def test_a_file_of_another_format_is_looked_at_first(
    clients: dict[str, Client], account: Account, url: str, name: str, found: str, words: str
) -> None:
    content = (DATA / name).read_bytes()
    head = SimpleUploadedFile("head", content[: 64 * 1024])
    told = clients["editor"].post(
        reverse("upload_format", args=[account.pk]), {"head": head, "name": name}
    )
    assert f"{words}: its layers and columns are looked at next" in said(told)
    answered = clients["editor"].post(url, fields(file=SimpleUploadedFile(name, content)))
    assert answered.status_code == 302, said(answered)
    made = Upload.objects.get()
    assert (made.format, made.state) == (found, UploadState.LOOKING)


def test_the_formats_are_offered_in_two_groups(clients: dict[str, Client], url: str) -> None:
    page = said(clients["editor"].get(url))
    groups = re.findall(r'<optgroup label="([^"]+)">(.*?)</optgroup>', page, re.DOTALL)
    assert [label for label, _ in groups] == ["Sent as they are", "Converted first"]
    assert 'value="shp"' in groups[0][1]
    assert 'value="parquet"' in groups[1][1]


# --- a URL ---


def test_a_url_goes_to_the_review_with_a_word_that_it_was_not_checked(
    clients: dict[str, Client], url: str, make_key: MakeKey
) -> None:
    make_key("Mine", "editor")
    answered = clients["editor"].post(url, located())
    assert answered.status_code == 302, said(answered)
    made = Upload.objects.get()
    assert (made.state, made.file, made.report, made.format) == (UploadState.GOOD, None, {}, "pipe")
    assert (made.location, made.file_name) == (URL, "stores.txt")
    page = said(clients["editor"].get(answered["Location"]))
    assert "Not checked" in page
    assert SHOWN in page
    assert "costs the job" in page
    assert "This stages Shops with the entities at the URL" in page
    assert "Stage Shops" in page
    assert "sig=" not in page
    assert SIGNATURE not in page
    event = Event.objects.get(action="upload.create")
    assert event.detail["location"] == SHOWN


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"location": "http://maps.blob.core.windows.net/f"}, "location", "Write the URL with https"),
        ({"location": "stores.txt"}, "location", "Write it as https://host/path"),
        ({"location": "ftp://host/f"}, "location", "Write it as https://host/path"),
        ({"location": "https://host/a b"}, "location", "Write it as https://host/path"),
        ({"location": "https://[host/f"}, "location", "Write it as https://host/path"),
        ({"location": "https://ana:pass@host/f"}, "location", "a user name or a password"),
        ({"location": "https://host/" + "f" * 2048}, "location", "2048 at most"),
        ({"format": ""}, "format", "choose which of the service’s own formats"),
        ({"format": "gpkg"}, "format", "choose which of the service’s own formats"),
    ],
    ids=["http", "no-url", "ftp", "space", "bracket", "user", "long", "no-format", "import"],
)  # fmt: skip
def test_a_url_that_cannot_be_given_to_a_service_is_refused_at_its_field(
    clients: dict[str, Client], url: str, change: dict[str, str], field: str, words: str
) -> None:
    answered = clients["editor"].post(url, {**located(), **change})
    assert answered.status_code == 422
    assert list(answered.context["form"].errors) == [field]
    assert words in answered.context["form"].errors[field][0]
    assert words in said(answered)
    assert SIGNATURE not in said(answered)
    assert not Upload.objects.exists()


def test_a_file_and_a_url_at_once_are_one_too_many(clients: dict[str, Client], url: str) -> None:
    both = located(file=SimpleUploadedFile("cities.txt", CITIES.encode()))
    answered = clients["editor"].post(url, both)
    assert answered.status_code == 422
    assert "a file or a URL, not both" in said(answered)
    assert SIGNATURE not in said(answered)


def test_after_another_fields_error_the_url_is_kept_and_not_shown(
    clients: dict[str, Client], url: str
) -> None:
    wrong = clients["editor"].post(url, located(new_name=""))
    assert wrong.status_code == 422
    assert SHOWN in said(wrong)
    assert SIGNATURE not in said(wrong)
    token = wrong.context["form"].data["kept_location"]
    again = fields(format="pipe", kept_location=token)
    assert clients["publisher"].post(url, again).status_code == 422  # it is nobody else's
    assert clients["editor"].post(url, again).status_code == 302
    assert Upload.objects.get().location == URL


def test_over_http_only_our_own_server_and_only_from_an_allowed_host(
    clients: dict[str, Client], url: str, account: Account, settings: Settings
) -> None:
    settings.SDS_DATA_HOSTS = ["files.example.org"]
    plain = fields(location="http://files.example.org/f", format="pipe")
    assert clients["editor"].post(url, plain).status_code == 422
    Service.objects.filter(pk=account.service_id).update(is_embedded=True)
    assert clients["editor"].post(url, plain).status_code == 302


def located_upload(bench: Bench, location: str) -> Upload:
    return Upload.objects.create(
        account=bench.account, user=bench.publisher, location=location, file_name="cities.txt",
        format="pipe", data_source_name="Cities", operation="complete", state=UploadState.GOOD,
    )  # fmt: skip


def test_the_service_loads_it_and_the_signature_stays_in_no_row_or_file(
    bench: Bench, faulty: FaultyService, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    faulty.will(answer(body=CITIES.encode(), content_type="text/plain"))
    place = f"http://127.0.0.1:{faulty.server_port}/cities.txt?sr=b&sig={SIGNATURE}%3D"
    job = done(jobs.start_load(bench.publisher, located_upload(bench, place), bench.key))
    assert job.total_entities == 3
    assert faulty.seen[0].query["sig"] == f"{SIGNATURE}="
    assert SIGNATURE not in caplog.text
    assert leaks(bench) == []


def test_a_fetch_that_fails_ends_the_job_with_the_services_words(
    bench: Bench, faulty: FaultyService
) -> None:
    faulty.will(answer(404))
    place = f"http://127.0.0.1:{faulty.server_port}/cities.txt?sr=b&sig={SIGNATURE}%3D"
    job = ended(jobs.start_load(bench.publisher, located_upload(bench, place), bench.key))
    assert job.state == JobState.FAILED
    assert f"http://127.0.0.1:{faulty.server_port}/cities.txt was answered" in job.error_remote
    assert "HTTP status 404" in job.error_remote
    assert leaks(bench) == []
    again = jobs.run_again(bench.publisher, job)
    faulty.will(answer(body=CITIES.encode()))
    assert done(again).total_entities == 3


def test_a_host_that_is_not_allowed_is_said_with_the_setting(bench: Bench) -> None:
    job = ended(jobs.start_load(bench.publisher, located_upload(bench, URL), bench.key))
    assert job.state == JobState.FAILED
    assert "SDS_DATA_HOSTS" in job.error_remote
    assert leaks(bench) == []


def leaks(bench: Bench) -> list[str]:
    """Where the signature stands in clear: tables of this database, files below DATA_DIR."""
    found = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            if any(SIGNATURE in str(row) for row in cursor.fetchall()):
                found.append(table)
    assert Job.objects.exists()
    for path in Path(site_settings.DATA_DIR).rglob("*"):
        if path.is_file() and not path.is_relative_to(site_settings.STATIC_ROOT):
            with path.open("rb") as file:
                if SIGNATURE.encode() in file.read():
                    found.append(str(path))
    return found
