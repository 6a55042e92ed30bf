"""Repairs are chosen on the review, and the rows and problems of a report can be had as files."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.test import Client
from django.urls import reverse

from dashboard.audit.models import Event
from datasources.jobs.check import check
from datasources.models import Account, JobState, Upload, UploadState
from tests.formats.files import xml
from tests.views.fixtures import STORES, MakeJob, MakeUpload

REFUSED = {"visitor": 302, "outsider": 404, "viewer": 403}
BAD = STORES + "4|=HYPERLINK(1)|91|1\n5|Here|1\n3|Bodø|67,28|14,4\n"


def url(name: str, upload: Upload) -> str:
    return reverse(name, args=[upload.account_id, upload.pk])


def body(answer: Any) -> str:
    return b"".join(answer.streaming_content).decode()


def digest(upload: Upload) -> str:
    assert upload.file is not None
    with default_storage.open(upload.file.path) as kept:
        return hashlib.sha256(kept.read()).hexdigest()


@pytest.mark.parametrize(("who", "status"), REFUSED.items())
@pytest.mark.parametrize("name", ["upload_good", "upload_bad", "upload_problems"])
def test_only_editors_get_the_rows(
    clients: dict[str, Client], make_upload: MakeUpload, name: str, who: str, status: int
) -> None:
    assert clients[who].get(url(name, make_upload(BAD))).status_code == status


@pytest.mark.parametrize(("who", "status"), REFUSED.items())
def test_only_editors_choose_repairs(
    clients: dict[str, Client], make_upload: MakeUpload, who: str, status: int
) -> None:
    upload = make_upload(BAD)
    answer = clients[who].post(url("upload_repairs", upload), {"repair": "decimals"})
    assert answer.status_code == status
    upload.refresh_from_db()
    assert upload.repairs == []


def test_good_and_bad_rows_are_files_of_safe_names(
    clients: dict[str, Client], make_upload: MakeUpload
) -> None:
    upload = make_upload(BAD)
    Upload.objects.filter(pk=upload.pk).update(file_name='a/b"<c>.txt')
    good = clients["editor"].get(url("upload_good", upload))
    bad = clients["editor"].get(url("upload_bad", upload))
    assert body(good).splitlines()[2:] == STORES.splitlines()[2:]
    assert sorted(body(bad).splitlines()[2:]) == sorted(BAD.splitlines()[5:])
    assert good["X-Content-Type-Options"] == "nosniff"
    assert "b_c_ good rows.txt" in good["Content-Disposition"]


def test_the_problems_are_a_csv_whose_cells_are_no_formulas(
    clients: dict[str, Client], make_upload: MakeUpload
) -> None:
    upload = make_upload(STORES + "=1+1|A|91|1\n")
    text = body(clients["editor"].get(url("upload_problems", upload)))
    head, line = text.splitlines()
    assert head == "\ufeffRow,Line,Column,Value,Rule,What is wrong,What to do,Severity"
    assert line.startswith("4,6,Latitude,91,latitude-range,Latitude 91 is outside")
    text = body(
        clients["editor"].get(url("upload_problems", make_upload(BAD.replace("67,28", "-x"))))
    )
    assert ",'-x,double," in text


def test_an_unchecked_upload_has_no_rows(
    clients: dict[str, Client], make_upload: MakeUpload
) -> None:
    upload = make_upload(checked=False)
    assert clients["editor"].get(url("upload_good", upload)).status_code == 404


def test_repairs_are_offered_applied_and_undone(
    clients: dict[str, Client], make_upload: MakeUpload
) -> None:
    upload = make_upload(BAD)
    before = digest(upload)
    page = clients["editor"].get(url("upload_review", upload)).content.decode()
    assert "Write decimal commas as points" in page
    assert "Apply the repairs to a copy" in page
    assert page.count("btn-primary") == 1

    answer = clients["editor"].post(
        url("upload_repairs", upload), {"repair": ["decimals", "duplicate-ids", "no such"]}
    )
    assert answer["Location"] == url("upload_review", upload)
    upload.refresh_from_db()
    assert (upload.state, upload.repairs) == (UploadState.WAITING, ["decimals", "duplicate-ids"])
    event = Event.objects.get(action="upload.repair")
    assert event.detail["repairs"] == [
        "Write decimal commas as points",
        "Make duplicate IDs unique",
    ]

    check(str(upload.pk))
    upload.refresh_from_db()
    assert (upload.state, upload.sent_format) == (UploadState.GOOD, "pipe")
    assert upload.prepared is not None
    with default_storage.open(upload.prepared.path) as copy:
        assert copy.read().decode().splitlines()[-1] == "3-2|Bodø|67.28|14.4"
    repaired = {one["name"]: one["count"] for one in upload.report["repaired"]}
    assert repaired == {"decimals": 2, "duplicate-ids": 1}
    assert digest(upload) == before
    page = clients["editor"].get(url("upload_review", upload)).content.decode()
    assert "applied" in page

    clients["editor"].post(url("upload_repairs", upload), {})
    check(str(upload.pk))
    upload.refresh_from_db()
    assert (upload.repairs, upload.prepared, upload.sent_format) == ([], None, "pipe")
    assert digest(upload) == before


def test_what_was_sent_is_not_repaired_any_more(
    clients: dict[str, Client], make_upload: MakeUpload, make_job: MakeJob, account: Account
) -> None:
    upload = make_upload(BAD)
    make_job(upload=upload, state=JobState.RUNNING)
    clients["editor"].post(url("upload_repairs", upload), {"repair": "decimals"})
    upload.refresh_from_db()
    assert upload.repairs == []


WHOLE = "The good rows and the bad rows together are all rows of the file."


def said(client: Client, upload: Upload) -> str:
    return " ".join(client.get(url("upload_review", upload)).content.decode().split())


def test_the_page_says_that_the_two_files_are_all_rows(
    clients: dict[str, Client], make_upload: MakeUpload
) -> None:
    page = said(clients["editor"], make_upload(BAD))
    assert WHOLE in page
    assert "Where no column can hold" not in page


def test_rows_that_only_repeat_an_id_are_bad_rows_to_be_had(
    clients: dict[str, Client], make_upload: MakeUpload
) -> None:
    upload = make_upload(STORES + STORES.splitlines()[2] + "\n")
    assert upload.report["bad"] == 0
    assert "Bad rows, to mend" in said(clients["editor"], upload)
    bad = body(clients["editor"].get(url("upload_bad", upload))).splitlines()
    assert bad[2:] == [STORES.splitlines()[2]]


def test_the_page_says_what_no_column_can_hold(
    clients: dict[str, Client], make_upload: MakeUpload
) -> None:
    place = "<Latitude>1</Latitude><Longitude>2</Longitude>"
    content = xml(f"<ID>1</ID>{place}", f"<ID>2</ID><Nmae>x</Nmae>{place}").getvalue()
    page = said(clients["editor"], make_upload(content, format="xml"))
    assert WHOLE in page
    assert (
        "Where no column can hold what is wrong (xml-unknown-property), a bad row has its other "
        "values, and the list of problems tells of this one." in page
    )


def test_the_page_says_where_the_reading_ended(
    clients: dict[str, Client], make_upload: MakeUpload
) -> None:
    rows = "".join(f"{number}|Store|1|2\n" for number in range(10, 60_000))
    content = (STORES + rows).encode() + "60000|Troms\u00f8|1|2\n".encode("latin-1")
    upload = make_upload(content)
    assert upload.report["is_cut_short"]
    page = said(clients["editor"], upload)
    assert "The reading ended at a fault of the file" in page
    assert "the rows after it are in neither" in page


@pytest.mark.parametrize(("who", "status"), REFUSED.items())
def test_only_editors_see_where_the_problems_are(
    clients: dict[str, Client], make_upload: MakeUpload, who: str, status: int
) -> None:
    assert clients[who].get(url("upload_places", make_upload(BAD))).status_code == status


def test_problems_that_have_a_place_are_on_a_map(
    clients: dict[str, Client], make_upload: MakeUpload
) -> None:
    upload = make_upload(BAD.replace("=HYPERLINK(1)|91|1", "<b>Here</b>|60|11"))
    page = clients["editor"].get(url("upload_review", upload)).content.decode()
    assert "Where the problems are" in page
    assert 'data-row="4"' in page
    (feature,) = clients["editor"].get(url("upload_places", upload)).json()["features"]
    assert feature["geometry"] == {"type": "Point", "coordinates": [11.0, 60.0]}
    assert (feature["properties"]["kind"], feature["properties"]["key"]) == ("error", "4")
    assert feature["properties"]["problems"][0]["value"].startswith("<b>Here")
    good = make_upload(STORES)
    page = clients["editor"].get(url("upload_review", good)).content.decode()
    assert "Where the problems are" not in page
