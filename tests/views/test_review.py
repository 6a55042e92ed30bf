"""What the check found in a file, and what sending it would do."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from datasources.models import (
    Account,
    DataSource,
    Job,
    Upload,
    UploadState,
    Version,
    VersionState,
)
from datasources.views.review import has_errors, summary
from tests.views.fixtures import SECRET, STORES, MakeKey, MakeUpload
from tests.views.uploads import REFUSED, review, said


@pytest.fixture
def source(account: Account) -> DataSource:
    found = DataSource.objects.create(account=account, name="StoresEU", entity_type="Stores")
    Version.objects.create(
        data_source=found, remote_job_id="v1", state=VersionState.PUBLISHED, entity_count=41208,
        made_at=timezone.now(), seen_at=timezone.now(),
    )  # fmt: skip
    return found


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
    assert "1,234" in page
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
    assert summary(upload).startswith("Rows not read, entity type Stores")
