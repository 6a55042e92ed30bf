"""Bringing a file, seeing what the check found, and sending it."""

from __future__ import annotations

import gzip
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from dashboard.audit.models import Event
from datasources.models import (
    Account,
    DataSource,
    Job,
    JobState,
    Upload,
    UploadState,
    Version,
    VersionState,
)
from datasources.views.review import has_errors, summary
from tests.views.fixtures import SECRET, STORES, MakeKey, MakeUpload

REFUSED = {"viewer": 403, "outsider": 404, "visitor": 302}


@pytest.fixture
def url(account: Account) -> str:
    return reverse("upload", args=[account.pk])


@pytest.fixture
def source(account: Account) -> DataSource:
    found = DataSource.objects.create(account=account, name="StoresEU", entity_type="Stores")
    Version.objects.create(
        data_source=found, remote_job_id="v1", state=VersionState.PUBLISHED, entity_count=41208,
        made_at=timezone.now(), seen_at=timezone.now(),
    )  # fmt: skip
    return found


def given(
    content: bytes = STORES.encode(), name: str = "stores.txt", **fields: Any
) -> dict[str, Any]:
    return {
        "file": SimpleUploadedFile(name, content), "purpose": "create", "new_name": "Shops",
        "operation": "completeStaging", "format": "", **fields,
    }  # fmt: skip


def said(response: Any) -> str:
    return str(response.content.decode())


@pytest.mark.parametrize(("who", "status"), REFUSED.items())
def test_only_those_who_may_check_files_come_in(
    clients: dict[str, Client], url: str, who: str, status: int
) -> None:
    assert clients[who].get(url).status_code == status
    assert clients[who].post(url, given()).status_code == status
    assert not Upload.objects.exists()


@pytest.mark.parametrize("who", ["editor", "publisher", "admin", "site_admin"])
def test_those_from_editor_up_see_the_form(clients: dict[str, Client], url: str, who: str) -> None:
    page = clients[who].get(url)
    assert page.status_code == 200
    assert "Replace everything and publish" in said(page)
    assert 'value="completeStaging"' in said(page)
    assert 'value="update"' in said(page)


def test_a_good_file_is_kept_and_its_review_follows(
    clients: dict[str, Client], url: str, account: Account
) -> None:
    answer = clients["editor"].post(url, given())
    made = Upload.objects.get()
    assert answer.status_code == 302
    assert answer["Location"] == reverse("upload_review", args=[account.pk, made.pk])
    assert (made.format, made.data_source_name, made.operation) == (
        "pipe",
        "Shops",
        "completeStaging",
    )
    assert made.file is not None
    assert made.file.size == len(STORES.encode())
    assert Event.objects.get(action="upload.create").target == "stores.txt"


def test_the_script_is_told_where_to_go_by_a_header(clients: dict[str, Client], url: str) -> None:
    answer = clients["editor"].post(url, given(), headers={"HX-Request": "true"})
    assert answer.status_code == 204
    assert "/uploads/" in answer["HX-Redirect"]


@pytest.mark.parametrize(
    ("content", "name", "found"),
    [
        (STORES.encode(), "anything.bin", "pipe"),
        (STORES.replace("|", "\t").encode(), "stores.csv", "tab"),
        (gzip.compress(STORES.encode()), "stores.gz", "pipe"),
        (b'<?xml version="1.0"?><Root><xs:schema/></Root>', "stores.txt", "xml"),
    ],
)
def test_the_format_is_told_from_the_content_and_not_the_name(
    clients: dict[str, Client], url: str, content: bytes, name: str, found: str
) -> None:
    clients["editor"].post(url, given(content, name))
    assert Upload.objects.get().format == found


def test_the_format_is_told_before_all_of_a_file_is_sent(
    clients: dict[str, Client], account: Account
) -> None:
    url = reverse("upload_format", args=[account.pk])
    head = SimpleUploadedFile("head", STORES.encode())
    answer = clients["editor"].post(url, {"head": head, "name": "stores.dat"})
    assert "Pipe-separated text" in said(answer)
    strange = SimpleUploadedFile("head", b"\x89PNG\r\n")
    assert "no format known" in said(
        clients["editor"].post(url, {"head": strange, "name": "map.png"})
    )


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"new_name": ""}, "Give the new data source a name"),
        ({"new_name": "Stores EU"}, "has a space in it"),
        ({"new_name": "S" * 51}, "50"),
        ({"new_name": "storeseu"}, "StoresEU is taken"),
        ({"new_name": "Läden"}, "L"),
        ({"purpose": ""}, "makes a new data source or updates one"),
        ({"purpose": "update", "source": ""}, "Choose the data source to update"),
        ({"purpose": "update", "source": "Nowhere"}, "no data source named “Nowhere”"),
        ({"operation": ""}, "Choose what happens"),
        ({"operation": "incrementalStaging"}, "no entities to change yet"),
        ({"operation": "complete"}, "you can stage a version"),
        ({"set_public": "on"}, "Publish it first"),
        ({"content": b"PNG and more", "name": "map.png"}, "none of the formats"),
        ({"content": b""}, "is empty"),
    ],
)
def test_what_is_wrong_stands_next_to_its_field_and_nothing_is_made(
    clients: dict[str, Client], url: str, source: DataSource, fields: dict[str, Any], words: str
) -> None:
    answer = clients["editor"].post(url, given(**fields))
    assert answer.status_code == 422
    assert words in said(answer)
    assert "field-error" in said(answer)
    assert not Upload.objects.exists()


def test_no_file_at_all_is_said(clients: dict[str, Client], url: str) -> None:
    fields = given()
    del fields["file"]
    assert "Choose the file to load" in said(clients["editor"].post(url, fields))


def test_a_file_above_the_limit_is_refused_with_both_sizes(
    clients: dict[str, Client], url: str, settings: Settings
) -> None:
    settings.UPLOAD_LIMIT_BYTES = 50
    answer = clients["editor"].post(url, given())
    assert answer.status_code == 422
    assert "this site takes" in said(answer)


def test_after_an_error_nothing_typed_is_lost_not_even_the_file(
    clients: dict[str, Client], url: str
) -> None:
    wrong = clients["editor"].post(url, given(new_name="Stores EU"))
    assert 'value="Stores EU"' in said(wrong)
    assert "has arrived and is kept" in said(wrong)
    fields = given(new_name="StoresEU", kept=wrong.context["form"].data["kept"])
    del fields["file"]
    assert clients["editor"].post(url, fields).status_code == 302
    assert Upload.objects.get().file_name == "stores.txt"
    assert Upload.objects.get().format == "pipe"


def test_a_kept_file_is_nobody_elses(clients: dict[str, Client], url: str) -> None:
    wrong = clients["editor"].post(url, given(new_name=""))
    fields = given(kept=wrong.context["form"].data["kept"])
    del fields["file"]
    assert clients["publisher"].post(url, fields).status_code == 422
    assert not Upload.objects.exists()


def test_data_sources_are_suggested_a_few_at_a_time(
    clients: dict[str, Client], account: Account, django_assert_max_num_queries: Any
) -> None:
    DataSource.objects.bulk_create(
        DataSource(account=account, name=f"Source{number}") for number in range(10_000)
    )
    with django_assert_max_num_queries(15):
        answer = clients["editor"].get(
            reverse("upload_sources", args=[account.pk]), {"source": "source99"}
        )
    assert said(answer).count("<option") == 20
    with django_assert_max_num_queries(15):
        assert clients["editor"].get(reverse("upload", args=[account.pk])).status_code == 200


def test_ones_uploads_are_found_again_and_not_those_of_others(
    clients: dict[str, Client], url: str, make_upload: MakeUpload
) -> None:
    mine = make_upload(by="editor", name="Mine", checked=False)
    make_upload(by="publisher", name="Theirs", checked=False)
    page = said(clients["editor"].get(url))
    assert str(mine.pk) in page
    assert "Theirs" not in page


def test_ten_thousand_uploads_cost_no_more_queries(
    clients: dict[str, Client],
    url: str,
    make_upload: MakeUpload,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    one = make_upload(by="editor", checked=False)
    Upload.objects.bulk_create(
        Upload(
            account=one.account, user=one.user, file=one.file, file_name=f"{n}.txt",
            format="pipe", data_source_name="Shops", operation="completeStaging",
        )
        for n in range(10_000)
    )  # fmt: skip
    with django_assert_max_num_queries(15):
        page = clients["editor"].get(url, {"page": 300})
    assert said(page).count("recent-item") == 10


# --- the review ---


def review(upload: Upload) -> str:
    return reverse("upload_review", args=[upload.account_id, upload.pk])


@pytest.mark.parametrize(("who", "status"), REFUSED.items())
def test_a_review_is_refused_like_the_upload(
    clients: dict[str, Client], make_upload: MakeUpload, who: str, status: int
) -> None:
    made = make_upload()
    assert clients[who].get(review(made)).status_code == status
    assert clients[who].post(review(made), {}).status_code == status
    assert not Job.objects.exists()


def test_a_check_under_way_shows_numbers_and_asks_again(
    clients: dict[str, Client], make_upload: MakeUpload
) -> None:
    made = make_upload(checked=False)
    Upload.objects.filter(pk=made.pk).update(
        state=UploadState.CHECKING, rows_checked=1234, bytes_checked=made.file.size // 2
    )
    page = said(clients["publisher"].get(review(made), headers={"HX-Request": "true"}))
    assert "1\u202f234" in page
    assert "%" in page
    assert 'hx-trigger="every 500ms"' in page
    assert "<html" not in page


def test_a_good_file_shows_what_will_happen_and_asks_no_more(
    clients: dict[str, Client], make_upload: MakeUpload, make_key: MakeKey, source: DataSource
) -> None:
    make_key("Master")
    page = said(clients["publisher"].get(review(make_upload())))
    assert "3 entities of type Stores, 4 properties; no problems" in page
    assert "This replaces 41,208 entities in StoresEU with 3 entities." in page
    assert "Applications that query StoresEU see it within minutes." in page
    assert "Uses 1 of 50 jobs; 50 left today." in page
    assert "Replace StoresEU" in page
    assert "every 500ms" not in page
    assert SECRET not in page


@pytest.mark.parametrize(
    ("name", "operation", "button"),
    [
        ("NewOne", "complete", "Create NewOne"),
        ("NewOne", "completeStaging", "Stage NewOne"),
        ("StoresEU", "incremental", "Update StoresEU"),
    ],
)
def test_the_button_is_named_by_what_it_does(
    clients: dict[str, Client],
    make_upload: MakeUpload,
    make_key: MakeKey,
    source: DataSource,
    name: str,
    operation: str,
    button: str,
) -> None:
    make_key("Master")
    made = make_upload(name=name, operation=operation)
    assert button in said(clients["publisher"].get(review(made)))


def test_bad_rows_are_shown_by_place_and_may_be_left_out_knowingly(
    clients: dict[str, Client], make_upload: MakeUpload, make_key: MakeKey
) -> None:
    make_key("Master")
    made = make_upload(STORES + "4|Nowhere|91|5\n5|<b>Bold</b>|1|200\n")
    page = said(clients["publisher"].get(review(made)))
    assert "5 entities of type Stores" in page
    assert "in 2 rows" in page
    assert "Latitude" in page
    assert "91" in page
    assert "<b>Bold</b>" not in page
    assert "Publish without 2 entities" in page


def test_errors_stop_a_publish_until_their_rows_are_left_out_knowingly(
    clients: dict[str, Client], make_upload: MakeUpload, make_key: MakeKey
) -> None:
    key = make_key("Master")
    made = make_upload(STORES + "4|Nowhere|91|5\n")
    refused = clients["publisher"].post(review(made), {"key": key.pk})
    assert refused.status_code == 422
    assert "Errors stop a publish: mend or repair the rows" in said(refused)
    assert not Job.objects.exists()
    clients["publisher"].post(review(made), {"key": key.pk, "leave_out": "on"})
    assert Job.objects.count() == 1


def test_a_staged_version_may_have_errors_and_warnings_stop_nothing(
    clients: dict[str, Client], make_upload: MakeUpload, make_key: MakeKey
) -> None:
    key = make_key("Master")
    staged = make_upload(STORES + "4|Nowhere|91|5\n", operation="completeStaging")
    assert "Stage without 1 entity" in said(clients["publisher"].get(review(staged)))
    clients["publisher"].post(review(staged), {"key": key.pk})
    warned = make_upload(STORES + "4|Zero|0|0\n", name="Zeros")
    assert "location-zero" in said(clients["publisher"].get(review(warned)))
    clients["publisher"].post(review(warned), {"key": key.pk})
    assert Job.objects.count() == 2


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"Name,Latitude\nOslo,59\n",
        STORES.split("\n1|")[0].encode(),
        STORES.replace(",primaryKey", "").encode(),
        (STORES + "1|Again|1|1\n").encode(),
        STORES.replace("Edm.Double", "Edm.Nothing").encode(),
        STORES.encode("utf-16"),
        b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
    ],
)
def test_a_faulty_file_cannot_be_sent_and_can_be_mended(
    clients: dict[str, Client], make_upload: MakeUpload, make_key: MakeKey, content: bytes
) -> None:
    key = make_key("Master")
    made = make_upload(content)
    page = clients["publisher"].get(review(made))
    assert "Cannot be sent" in said(page)
    assert f"instead_of={made.pk}" in said(page)
    assert clients["publisher"].post(review(made), {"key": key.pk}).status_code == 422
    assert not Job.objects.exists()
    again = clients["publisher"].get(
        reverse("upload", args=[made.account_id]), {"instead_of": str(made.pk)}
    )
    assert 'value="StoresEU"' in said(again)


def test_sending_makes_one_job_however_often_it_is_pressed(
    clients: dict[str, Client], make_upload: MakeUpload, make_key: MakeKey
) -> None:
    key, made = make_key("Master"), make_upload()
    first = clients["publisher"].post(review(made), {"key": key.pk})
    second = clients["publisher"].post(review(made), {"key": key.pk})
    job = Job.objects.get()
    assert first["Location"] == second["Location"] == reverse("job", args=[made.account_id, job.pk])
    assert (job.key, job.upload, job.operation) == (key, made, "complete")


def test_an_editor_sends_what_is_staged_and_not_what_is_published(
    clients: dict[str, Client], make_upload: MakeUpload, make_key: MakeKey
) -> None:
    key = make_key("Mine", owner="editor")
    published = make_upload(operation="complete")
    assert "needs the role Publisher" in said(clients["editor"].get(review(published)))
    assert clients["editor"].post(review(published), {"key": key.pk}).status_code == 403
    assert not Job.objects.exists()
    staged = make_upload(operation="completeStaging")
    assert clients["editor"].post(review(staged), {"key": key.pk}).status_code == 302
    assert Job.objects.get().operation == "completeStaging"


def test_a_key_of_somebody_else_cannot_be_used(
    clients: dict[str, Client], make_upload: MakeUpload, make_key: MakeKey
) -> None:
    make_key("Mine")
    theirs, made = make_key("Theirs", owner="admin"), make_upload()
    page = clients["publisher"].get(review(made))
    assert "Theirs" not in said(page)
    assert clients["publisher"].post(review(made), {"key": theirs.pk}).status_code == 422
    assert not Job.objects.exists()


def test_a_query_key_that_is_the_master_key_is_refused_next_to_its_field(
    clients: dict[str, Client], make_upload: MakeUpload, make_key: MakeKey
) -> None:
    key = make_key("Master", secret=SECRET)
    same = make_key("Copy", owner="admin", shared=True, secret=SECRET)
    made = make_upload()
    answer = clients["publisher"].post(review(made), {"key": key.pk, "query_key": same.pk})
    assert answer.status_code == 422
    assert "must differ" in said(answer)
    assert SECRET not in said(answer)
    assert not Job.objects.exists()


def test_without_a_key_the_page_says_where_to_store_one(
    clients: dict[str, Client], make_upload: MakeUpload
) -> None:
    made = make_upload()
    page = said(clients["publisher"].get(review(made)))
    assert "Store an account key" in page
    assert clients["publisher"].post(review(made), {}).status_code == 422


def test_a_failed_sending_may_be_sent_again_from_its_upload(
    clients: dict[str, Client], make_upload: MakeUpload, make_key: MakeKey
) -> None:
    key, made = make_key("Master"), make_upload()
    clients["publisher"].post(review(made), {"key": key.pk})
    Job.objects.update(state=JobState.FAILED)
    clients["publisher"].post(review(made), {"key": key.pk})
    assert Job.objects.count() == 2


def test_a_review_takes_few_queries(
    clients: dict[str, Client],
    make_upload: MakeUpload,
    make_key: MakeKey,
    source: DataSource,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    for number in range(30):
        make_key(f"Key {number}")
    made = make_upload()
    with django_assert_max_num_queries(15):
        clients["publisher"].get(review(made))


def test_a_report_with_warnings_alone_is_no_report_of_problems() -> None:
    warned = {"severity": "warning", "count": 2, "rule": "delete-unused"}
    report = {"entity_type": "Stores", "entities": 3, "bad": 0, "problems": [warned]}
    upload = Upload(state=UploadState.GOOD, report=report)
    assert summary(upload) == "3 entities of type Stores, 0 properties; 2 warnings"
    assert not has_errors(upload)


def test_a_file_whose_rows_were_never_read_is_not_said_to_have_none() -> None:
    fault = {"severity": "error", "count": 1, "rule": "type-unknown"}
    upload = Upload(state=UploadState.BAD, report={"entity_type": "Stores", "problems": [fault]})
    assert summary(upload).startswith("Rows not read; entity type Stores")
