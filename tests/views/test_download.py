"""The dialog of a download, and what a job's page offers once it is done."""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from datasources import jobs
from datasources.formats.output import OutputFormat
from datasources.models import Account, DataSource, Job, JobKind, JobState, Version, VersionState
from tests.people_fixtures import refusals
from tests.views.fixtures import STORES, MakeJob, MakeKey
from tests.views.sources import make_source, make_version

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
PROPERTIES = [
    {"name": "EntityID", "type": "Edm.String", "is_key": True},
    {"name": "OpeningHoursOnSundays", "type": "Edm.String", "is_key": False},
    {"name": "Latitude", "type": "Edm.Double", "is_key": False},
    {"name": "Longitude", "type": "Edm.Double", "is_key": False},
]


@pytest.fixture
def source(account: Account, make_key: MakeKey) -> DataSource:
    return make_source(account, master_key=make_key("Master", shared=True), properties=PROPERTIES)


@pytest.fixture
def kept(source: DataSource, account: Account) -> Version:
    """A published version whose file is kept here."""
    return make_version(source, content=jobs.keep_file(account, io.BytesIO(STORES.encode())))


def address(version: Version) -> str:
    source = version.data_source
    return reverse("source_download", args=[source.account_id, source.pk, version.pk])


def said(response: Any) -> str:
    return str(response.content.decode())


def test_every_format_is_offered_with_what_it_cannot_hold(
    kept: Version, clients: dict[str, Client]
) -> None:
    page = said(clients["viewer"].get(address(kept), headers=HTMX))
    for format in OutputFormat:
        assert f'value="{format.value}"' in page
        assert format.words in page
    assert "OpeningHoursOnSundays is cut to ten letters: OpeningHou." in page
    assert "keeps everything" in page
    assert 'value="xml" id="output-xml" checked' in " ".join(page.split())


def test_what_is_lost_is_not_known_without_the_properties(
    account: Account, clients: dict[str, Client]
) -> None:
    version = make_version(make_source(account, properties=[]))
    page = said(clients["viewer"].get(address(version), headers=HTMX))
    assert "cut to ten letters" not in page


def test_a_copy_kept_here_is_the_default_and_takes_no_key(
    kept: Version, clients: dict[str, Client]
) -> None:
    page = " ".join(said(clients["viewer"].get(address(kept), headers=HTMX)).split())
    assert 'value="here" id="origin-here" checked' in page
    assert "Our server" in page
    answer = clients["viewer"].post(address(kept), {"output": "gpkg"}, headers=HTMX)
    assert answer.status_code == 204
    job = Job.objects.get()
    assert (job.output_format, job.operation, job.key) == ("gpkg", "archive", None)


def test_the_service_can_be_chosen_instead(kept: Version, clients: dict[str, Client]) -> None:
    given = {"output": "csv", "origin": "service", "key": str(kept.data_source.master_key_id)}
    clients["viewer"].post(address(kept), given, headers=HTMX)
    job = Job.objects.get()
    assert (job.output_format, job.operation) == ("csv", "")
    assert job.key_id == kept.data_source.master_key_id


def test_the_service_takes_a_key(kept: Version, clients: dict[str, Client]) -> None:
    answer = clients["viewer"].post(
        address(kept), {"output": "csv", "origin": "service"}, headers=HTMX
    )
    assert answer.status_code == 422
    assert "Choose the account key to do this with." in said(answer)
    assert not Job.objects.exists()


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"output": "docx"}, "Choose one of the formats of the list."),
        ({"origin": "elsewhere"}, "This version does not come from there any more."),
    ],
    ids=["format", "origin"],
)
def test_what_is_not_offered_is_not_taken(
    kept: Version, clients: dict[str, Client], given: dict[str, str], words: str
) -> None:
    answer = clients["viewer"].post(address(kept), given, headers=HTMX)
    assert answer.status_code == 422
    assert words in said(answer)
    assert not Job.objects.exists()


def test_too_many_entities_for_a_workbook_are_said_in_the_dialog(
    kept: Version, clients: dict[str, Client]
) -> None:
    Version.objects.filter(pk=kept.pk).update(entity_count=1_500_000)
    answer = clients["viewer"].post(address(kept), {"output": "xlsx"}, headers=HTMX)
    assert answer.status_code == 422
    assert "A sheet of Excel has 1,048,576 rows" in said(answer)
    assert not Job.objects.exists()


def test_only_the_team_may_look_and_download(kept: Version, clients: dict[str, Client]) -> None:
    refusals(clients, address(kept))
    refusals(clients, address(kept), post={"output": "gpkg"})
    assert not Job.objects.exists()


# --- on the job's page ---


@pytest.fixture
def made(kept: Version, account: Account, make_job: MakeJob) -> Job:
    """A download as GeoPackage that is done."""
    return make_job(
        kind=JobKind.DOWNLOAD, operation="archive", output_format="gpkg", version=kept,
        data_source=kept.data_source, result=jobs.keep_file(account, io.BytesIO(b"SQLite format 3\0")),
    )  # fmt: skip


def at(job: Job, name: str) -> str:
    return reverse(name, args=[job.account_id, job.pk])


def test_the_file_has_its_name_its_type_and_its_size(made: Job, clients: dict[str, Client]) -> None:
    page = said(clients["viewer"].get(at(made, "job")))
    assert at(made, "job_result") in page
    assert at(made, "job_xml") not in page
    assert "as GeoPackage" in page
    assert "StoresEU has been written as GeoPackage, from the copy kept here." in page
    answer = clients["viewer"].get(at(made, "job_result"))
    assert made.version is not None
    name = f"StoresEU {made.version.made_at:%Y-%m-%d}.gpkg"
    assert answer["Content-Disposition"] == f'attachment; filename="{name}"'
    assert answer["Content-Type"] == "application/geopackage+sqlite3"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer.getvalue() == b"SQLite format 3\0"


def test_what_is_no_xml_is_not_given_as_xml_or_csv(made: Job, clients: dict[str, Client]) -> None:
    for name in ("job_xml", "job_csv"):
        assert clients["viewer"].get(at(made, name)).status_code == 404


def test_also_as_makes_another_download_from_the_kept_copy(
    made: Job, clients: dict[str, Client]
) -> None:
    page = said(clients["viewer"].get(at(made, "job")))
    assert "Also as" in page
    assert "OpeningHoursOnSundays is cut to ten letters" in page
    answer = clients["viewer"].post(at(made, "job_also"), {"output": "shp"})
    other = Job.objects.exclude(pk=made.pk).get()
    assert answer["Location"] == at(other, "job")
    assert (other.output_format, other.operation) == ("shp", "archive")


def test_also_as_says_why_it_is_not_made(made: Job, clients: dict[str, Client]) -> None:
    answer = clients["viewer"].post(at(made, "job_also"), {"output": "docx"})
    assert answer.status_code == 422
    assert "That is no format to download in" in said(answer)
    assert made.version is not None
    Version.objects.filter(pk=made.version.pk).update(content=None, state=VersionState.RETIRED)
    assert "Also as" not in said(clients["viewer"].get(at(made, "job")))
    answer = clients["viewer"].post(at(made, "job_also"), {"output": "kml"})
    assert answer.status_code == 422
    assert "no longer kept here" in said(answer)


def test_only_the_team_gets_the_file_or_another(made: Job, clients: dict[str, Client]) -> None:
    refusals(clients, at(made, "job_result"))
    refusals(clients, at(made, "job_also"), post={"output": "kml"})
    assert Job.objects.count() == 1


def test_a_job_under_way_says_what_it_does(made: Job, clients: dict[str, Client]) -> None:
    Job.objects.filter(pk=made.pk).update(
        state=JobState.RUNNING, result=None, total_entities=3, processed_entities=1
    )
    page = said(clients["viewer"].get(at(made, "job")))
    assert "StoresEU is being written as GeoPackage, from the copy kept here." in page
    assert "1 of 3 entities" in page
