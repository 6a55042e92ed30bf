"""One job: its steps, how it ended, its files, and running it again."""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from datasources import jobs
from datasources.formats import InputFormat, write_entities
from datasources.models import (
    Account,
    DataSource,
    Job,
    JobKind,
    JobState,
    JobStep,
    Version,
    VersionState,
)
from datasources.schema import Batch, EdmType, Property, Schema
from tests.views.fixtures import SECRET, STORES, MakeJob, MakeKey, MakeUpload

LOG = (
    "# StoresEU, job 1\n"
    "row\tline\tproperty\tvalue\trule\tproblem\tadvice\n"
    "4\t6\tLatitude\t91\tlatitude-range\tLatitude is out of range.\tMend it.\n"
    "5\t7\tName\t<script>\thtml\tHTML.\tTake it out.\n"
)


def at(job: Job, name: str = "job") -> str:
    return reverse(name, args=[job.account_id, job.pk])


def said(response: Any) -> str:
    return str(response.content.decode())


def downloaded(account: Account, make_job: MakeJob) -> Job:
    """A download whose XML is kept."""
    schema = Schema(
        "Stores",
        (
            Property("EntityID", EdmType.STRING, is_key=True),
            Property("Name", EdmType.STRING),
            Property("Latitude", EdmType.DOUBLE),
            Property("Longitude", EdmType.DOUBLE),
        ),
    )
    batch = Batch([["1", "2"], ["Oslo", "Tromsø"], [59.9, 69.6], [10.7, 18.9]], [1, 2], [0, 0])
    out = io.BytesIO()
    write_entities(out, InputFormat.XML, schema, [batch], data_source_name="StoresEU")
    source = DataSource.objects.create(account=account, name="StoresEU")
    version = Version.objects.create(
        data_source=source, remote_job_id="v1", state=VersionState.PUBLISHED,
        made_at=timezone.now(), seen_at=timezone.now(),
    )  # fmt: skip
    return make_job(
        kind=JobKind.DOWNLOAD, operation="", version=version, data_source=source,
        result=jobs.keep_file(account, out),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("who", "status"),
    {
        "viewer": 200, "editor": 200, "publisher": 200, "admin": 200, "site_admin": 200,
        "outsider": 404, "visitor": 302,
    }.items(),
)  # fmt: skip
def test_the_team_sees_a_job_and_its_files_and_nobody_else_does(
    clients: dict[str, Client], account: Account, make_job: MakeJob, who: str, status: int
) -> None:
    job = downloaded(account, make_job)
    for name in ("job", "job_xml", "job_csv"):
        assert clients[who].get(at(job, name)).status_code == status


def test_a_job_is_found_under_its_own_account_alone(
    clients: dict[str, Client], account: Account, make_job: MakeJob
) -> None:
    other = Account.objects.create(team=account.team, service=account.service, name="Other")
    assert clients["viewer"].get(reverse("job", args=[other.pk, make_job().pk])).status_code == 404


def test_an_open_job_asks_for_itself_until_it_has_ended(
    clients: dict[str, Client], make_job: MakeJob
) -> None:
    job = make_job(state=JobState.RUNNING, ended_at=None, total_entities=200, processed_entities=50)
    JobStep.objects.create(job=job, name="sent", at=timezone.now())
    part = said(clients["viewer"].get(at(job), headers={"HX-Request": "true"}))
    assert 'hx-trigger="every 1s"' in part
    assert "The service has it and works on it." in part
    assert "50 of 200 entities" in part
    assert "<html" not in part
    Job.objects.filter(pk=job.pk).update(state=JobState.DONE, failed_entities=0)
    done = said(clients["viewer"].get(at(job), headers={"HX-Request": "true"}))
    assert "every 1s" not in done
    assert "50 entities of StoresEU are loaded and published." in done


def test_a_done_load_counts_what_was_left_out(
    clients: dict[str, Client], make_job: MakeJob
) -> None:
    job = make_job(processed_entities=41_208, total_entities=41_208, failed_entities=3)
    page = said(clients["viewer"].get(at(job)))
    assert (
        "41,205 entities of StoresEU are loaded and published; 3 failed and were left out." in page
    )
    assert "3 failed entities" in page


def test_a_failed_job_shows_what_was_said_and_what_to_do(
    clients: dict[str, Client], make_job: MakeJob
) -> None:
    job = make_job(
        state=JobState.FAILED, error_code="limit-reached",
        error_words="The account has no jobs left today. Run it again tomorrow.",
        error_remote="<b>Quota</b> exceeded",
    )  # fmt: skip
    page = said(clients["publisher"].get(at(job)))
    assert "Run it again tomorrow." in page
    assert "&lt;b&gt;Quota&lt;/b&gt; exceeded" in page


def test_failed_entities_stand_in_a_table_and_in_a_file(
    clients: dict[str, Client], account: Account, make_job: MakeJob
) -> None:
    log = jobs.keep_file(account, io.BytesIO(LOG.encode()))
    job = make_job(failed_entities=2, processed_entities=5, failed_log=log)
    page = said(clients["viewer"].get(at(job)))
    assert '<th scope="col">Problem</th>' in page
    assert "Latitude is out of range." in page
    assert "<script>\t" not in page
    assert "&lt;script&gt;" in page
    answer = clients["viewer"].get(at(job, "job_failed_log"))
    assert answer.getvalue() == LOG.encode()
    assert answer["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    "content", [b"", b"\xff\xfe\x00nonsense", b"x" * 300_000, b"one line\nanother, with comma\n"]
)
def test_a_log_of_another_kind_is_shown_as_lines(
    clients: dict[str, Client], account: Account, make_job: MakeJob, content: bytes
) -> None:
    job = make_job(failed_entities=1, failed_log=jobs.keep_file(account, io.BytesIO(content)))
    page = clients["viewer"].get(at(job))
    assert page.status_code == 200
    assert len(page.content) < 200_000


def test_a_log_shows_its_first_fifty_lines(
    clients: dict[str, Client], account: Account, make_job: MakeJob
) -> None:
    text = "row\tproblem\n" + "".join(f"{n}\tbad\n" for n in range(500))
    job = make_job(
        failed_entities=500, failed_log=jobs.keep_file(account, io.BytesIO(text.encode()))
    )
    assert len(clients["viewer"].get(at(job)).context["failed_rows"]) == 50


def test_a_download_comes_as_xml_and_as_csv(
    clients: dict[str, Client], account: Account, make_job: MakeJob
) -> None:
    job = downloaded(account, make_job)
    page = said(clients["viewer"].get(at(job)))
    assert at(job, "job_xml") in page
    assert at(job, "job_csv") in page
    xml = clients["viewer"].get(at(job, "job_xml"))
    assert b"Troms" in xml.getvalue()
    table = clients["viewer"].get(at(job, "job_csv"))
    lines = table.getvalue().decode("utf-8-sig").splitlines()
    assert lines[0].startswith("Bing Spatial Data Services, 1.0, Stores")
    assert "Tromsø" in lines[3]
    assert table["Content-Disposition"].startswith('attachment; filename="StoresEU 20')


def test_what_is_no_longer_kept_is_said_and_not_offered(
    clients: dict[str, Client], account: Account, make_job: MakeJob
) -> None:
    job = downloaded(account, make_job)
    assert job.result
    default_storage.delete(job.result.path)
    assert "no longer kept" in said(clients["viewer"].get(at(job)))
    assert clients["viewer"].get(at(job, "job_xml")).status_code == 404
    assert clients["viewer"].get(at(job, "job_csv")).status_code == 404


def test_a_file_that_cannot_become_csv_is_explained(
    clients: dict[str, Client], account: Account, make_job: MakeJob
) -> None:
    job = make_job(
        kind=JobKind.DOWNLOAD, operation="",
        result=jobs.keep_file(account, io.BytesIO(b"<html>Sign in</html>")),
    )  # fmt: skip
    answer = clients["viewer"].get(at(job, "job_csv"))
    assert answer.status_code == 422
    assert "could not be made into CSV" in said(answer)


def test_the_file_that_was_sent_can_be_fetched_under_its_name(
    clients: dict[str, Client], make_job: MakeJob, make_upload: MakeUpload
) -> None:
    upload = make_upload()
    job = make_job(upload=upload, file_sha256=upload.file.sha256)
    page = said(clients["viewer"].get(at(job)))
    assert upload.file.sha256 in page
    answer = clients["viewer"].get(at(job, "job_file"))
    assert answer.getvalue() == STORES.encode()
    assert answer["Content-Disposition"] == 'attachment; filename="stores.txt"'


# --- running it again ---


def failed(make_job: MakeJob, make_upload: MakeUpload, operation: str) -> Job:
    return make_job(
        state=JobState.FAILED, operation=operation, upload=make_upload(operation=operation)
    )


@pytest.mark.parametrize(
    ("who", "operation", "status"),
    [
        ("viewer", "completeStaging", 403),
        ("editor", "completeStaging", 302),
        ("editor", "complete", 403),
        ("publisher", "complete", 302),
        ("admin", "complete", 302),
        ("outsider", "complete", 404),
    ],
)
def test_a_failed_job_is_run_again_by_those_who_might_have_made_it(
    clients: dict[str, Client],
    make_job: MakeJob,
    make_upload: MakeUpload,
    make_key: MakeKey,
    who: str,
    operation: str,
    status: int,
) -> None:
    job, key = failed(make_job, make_upload, operation), make_key("Shared", shared=True)
    assert clients[who].post(at(job, "job_again"), {"key": key.pk}).status_code == status
    assert Job.objects.filter(again_of=job).count() == (1 if status == 302 else 0)


def test_a_visitor_runs_nothing_again(
    clients: dict[str, Client], make_job: MakeJob, make_upload: MakeUpload, make_key: MakeKey
) -> None:
    job, key = failed(make_job, make_upload, "complete"), make_key("Shared", shared=True)
    answer = clients["visitor"].post(at(job, "job_again"), {"key": key.pk})
    assert answer.status_code == 302
    assert "sign-in" in answer["Location"]
    assert Job.objects.count() == 1


def test_it_is_not_run_again_with_a_key_of_somebody_else_or_by_a_mere_link(
    clients: dict[str, Client], make_job: MakeJob, make_upload: MakeUpload, make_key: MakeKey
) -> None:
    job, key = failed(make_job, make_upload, "complete"), make_key("Private", owner="admin")
    assert clients["publisher"].get(at(job, "job_again")).status_code == 405
    answer = clients["publisher"].post(at(job, "job_again"), {"key": key.pk})
    assert answer.status_code == 422
    assert "Choose an account key" in said(answer)
    assert Job.objects.count() == 1


def test_what_ended_well_or_was_made_elsewhere_is_not_run_again(
    clients: dict[str, Client], make_job: MakeJob, make_key: MakeKey
) -> None:
    key = make_key("Mine")
    for job in (make_job(), make_job(state=JobState.FAILED, made_here=False)):
        assert "Run again</button>" not in said(clients["publisher"].get(at(job)))
        assert clients["publisher"].post(at(job, "job_again"), {"key": key.pk}).status_code == 422
    assert Job.objects.count() == 2


def test_what_cannot_be_run_again_says_why(
    clients: dict[str, Client], make_job: MakeJob, make_key: MakeKey
) -> None:
    job, key = make_job(state=JobState.FAILED), make_key("Mine")
    answer = clients["publisher"].post(at(job, "job_again"), {"key": key.pk})
    assert answer.status_code == 422
    assert "nothing to run again" in said(answer)


def test_a_job_takes_few_queries_and_shows_no_secret(
    clients: dict[str, Client],
    make_job: MakeJob,
    make_upload: MakeUpload,
    make_key: MakeKey,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    keys = [make_key(f"Key {number}") for number in range(30)]
    upload = make_upload()
    job = make_job(
        state=JobState.FAILED, upload=upload, key=keys[0], key_name=str(keys[0]),
        failed_log=upload.file,
    )  # fmt: skip
    for number in range(40):
        JobStep.objects.create(job=job, name="loading", at=timezone.now(), words=str(number))
    for _ in range(20):
        make_job(again_of=job)
    with django_assert_max_num_queries(15):
        page = said(clients["publisher"].get(at(job)))
    assert "Key 0" in page
    assert SECRET not in page
