"""Bringing a file: who may, what is told early, what is wrong with the form."""

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
    Upload,
    Version,
    VersionState,
)
from tests.views.fixtures import STORES, MakeUpload
from tests.views.uploads import REFUSED, said


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
    ids=["pipe", "tab", "compressed", "xml"],
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
