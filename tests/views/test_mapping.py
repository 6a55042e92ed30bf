"""The mapping of an imported file: looked at in the background, filled in by itself, editable."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from datasources import jobs
from datasources.formats import Mapping
from datasources.jobs.check import check
from datasources.jobs.look import look
from datasources.models import Account, DataSource, Upload, UploadState
from tests.views.fixtures import MakeUpload

SHOPS = """Shop no;Shop name;Opened;Lat;Lon;Note
0017;Harbour;2019-04-01;57.0488;9.9217;
0018;Station;2020-05-02;56.1500;10.2040;near the bus
0019;Market;2021-06-03;55.3959;10.3883;
"""
GRID = """Id,Name,E,N
1,Tower,533600,180500
2,Castle,325150,673500
"""


def brought(make_upload: MakeUpload, text: str = SHOPS, **values: Any) -> Upload:
    """A table of a field office, looked at."""
    made = make_upload(text, format="table", name="Shops", checked=False, **values)
    jobs.start_look(made)
    look(str(made.pk))
    made.refresh_from_db()
    return made


def url_of(upload: Upload) -> str:
    return reverse("upload_mapping", args=[upload.account_id, upload.pk])


def posted(upload: Upload, **changes: Any) -> dict[str, Any]:
    """What the browser sends of the form as it is shown, with some fields changed or left out."""
    mapping = Mapping.from_json(upload.mapping)
    data: dict[str, Any] = {
        "entity_type": mapping.entity_type,
        "id_column": mapping.id_column,
        "place": "geometry" if mapping.use_geometry else "columns",
        "latitude": mapping.latitude,
        "longitude": mapping.longitude,
    }
    for place, column in enumerate(upload.survey["layers"][0]["columns"]):
        kept = next((one for one in mapping.columns if one.source == column["name"]), None)
        if kept is not None:
            data |= {
                f"use_{place}": "on",
                f"name_{place}": kept.name,
                f"type_{place}": kept.type.value,
            }
    data |= changes
    return {name: value for name, value in data.items() if value is not None}


def page(client: Client, upload: Upload) -> str:
    return str(client.get(url_of(upload)).content.decode())


def test_it_is_filled_in_by_itself(make_upload: MakeUpload, clients: dict[str, Client]) -> None:
    upload = brought(make_upload)
    assert upload.state == UploadState.MAPPING
    mapping = Mapping.from_json(upload.mapping)
    assert (mapping.id_column, mapping.latitude, mapping.longitude) == ("Shop no", "Lat", "Lon")
    shown = page(clients["editor"], upload)
    for words in (
        "Types are told from all 3 rows",
        "Shop_name",
        "0017 · 0018 · 0019",
        "2 empty",
        "Check 3 rows",
    ):
        assert words in shown


def test_it_leads_to_the_check(make_upload: MakeUpload, clients: dict[str, Client]) -> None:
    upload = brought(make_upload)
    answer = clients["editor"].post(url_of(upload), posted(upload, use_5=None))
    assert answer.status_code == 302
    check(str(upload.pk))
    upload.refresh_from_db()
    assert upload.state == UploadState.GOOD, upload.report
    names = [one["name"] for one in upload.report["properties"]]
    assert names == ["Shop_no", "Shop_name", "Opened", "Latitude", "Longitude"]
    assert upload.sent_format == "pipe"
    assert upload.file != upload.sent_file


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"id_column": "Note"}, "Note"),
        ({"latitude": "Shop name"}, "Shop name"),
        ({"name_1": "Opened"}, "Opened"),
        ({"name_1": "1 2"}, "1 2"),
        ({"place": "none", "use_3": None, "use_4": None}, "where an entity is"),
        ({"entity_type": "No good"}, "No good"),
    ],
    ids=["id-not-filled", "latitude-is-text", "one-name-twice", "name", "no-place", "entity-type"],
)
def test_what_is_wrong_with_it_is_said(
    make_upload: MakeUpload, clients: dict[str, Client], changes: dict[str, Any], words: str
) -> None:
    upload = brought(make_upload)
    answer = clients["editor"].post(url_of(upload), posted(upload, **changes))
    assert answer.status_code == 422
    shown = answer.content.decode()
    assert "field-error" in shown or "note-failed" in shown
    assert words in shown
    upload.refresh_from_db()
    assert upload.state == UploadState.MAPPING


def test_a_repeated_id_is_left_to_the_check(
    make_upload: MakeUpload, clients: dict[str, Client]
) -> None:
    upload = brought(make_upload, SHOPS.replace("0018", "0017"))
    assert Mapping.from_json(upload.mapping).id_column != "Shop no"
    given = posted(upload, id_column="Shop no", place="columns", latitude="Lat", longitude="Lon")
    assert clients["editor"].post(url_of(upload), given).status_code == 302
    check(str(upload.pk))
    upload.refresh_from_db()
    assert upload.state == UploadState.BAD
    assert "0017" in str(upload.report["problems"])
    assert "duplicate-ids" in str(upload.report["offers"])


def test_the_coordinate_system_is_asked_for(
    make_upload: MakeUpload, clients: dict[str, Client]
) -> None:
    upload = brought(make_upload, GRID)
    client = clients["editor"]
    given = posted(upload, place="columns", latitude="N", longitude="E", use_2=None, use_3=None)
    assert client.post(url_of(upload), given).status_code == 422  # metres are no degrees
    assert client.post(url_of(upload), {**given, "crs": "EPSG:27700"}).status_code == 302
    upload.refresh_from_db()
    check(str(upload.pk))
    upload.refresh_from_db()
    assert upload.state == UploadState.GOOD, upload.report
    assert "British National Grid" in str(upload.report)


def test_it_is_offered_the_next_time(
    make_upload: MakeUpload, clients: dict[str, Client], account: Account
) -> None:
    DataSource.objects.create(account=account, name="Shops", entity_type="Shop")
    first = brought(make_upload)
    clients["editor"].post(url_of(first), posted(first, name_1="Title", entity_type="Shop"))
    check(str(first.pk))
    again = brought(make_upload)
    kept = Mapping.from_json(again.mapping)
    assert kept.entity_type == "Shop"
    assert "Title" in [column.name for column in kept.columns]
    assert "Filled in as the last time" in page(clients["editor"], again)


def test_a_file_of_several_sheets_asks_which(
    make_upload: MakeUpload, clients: dict[str, Client], tmp_path: Any
) -> None:
    import xlsxwriter

    path = tmp_path / "office.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        book.add_worksheet("Read me").write_row(0, 0, ["Kept by the field office"])
        sheet = book.add_worksheet("Shops")
        for row, values in enumerate([["ID", "Lat", "Lon"], ["a", 57.0, 9.9], ["b", 56.1, 10.2]]):
            sheet.write_row(row, 0, values)
    made = make_upload(path.read_bytes(), format="xlsx", name="Shops", checked=False)
    jobs.start_look(made)
    look(str(made.pk))
    made.refresh_from_db()
    shown = page(clients["editor"], made)
    assert "Read me" in shown
    assert "Check " not in shown
    clients["editor"].post(url_of(made), {"look": "1", "layer": "Shops", "crs": ""})
    look(str(made.pk))
    made.refresh_from_db()
    assert "Check 2 rows" in page(clients["editor"], made)


def test_a_damaged_file_is_refused_in_words(make_upload: MakeUpload) -> None:
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w") as packed:
        packed.writestr("xl/workbook.xml", "<workbook")
    made = make_upload(body.getvalue(), format="xlsx", name="Shops", checked=False)
    jobs.start_look(made)
    look(str(made.pk))
    made.refresh_from_db()
    assert made.state == UploadState.BAD
    assert made.report["problems"][0]["advice"]


@pytest.mark.parametrize(
    ("who", "status"), {"viewer": 403, "outsider": 404, "visitor": 302}.items()
)
def test_who_may_map(
    make_upload: MakeUpload, clients: dict[str, Client], who: str, status: int
) -> None:
    assert clients[who].get(url_of(brought(make_upload))).status_code == status


def test_one_that_was_sent_is_closed(
    make_upload: MakeUpload, clients: dict[str, Client], make_job: Any
) -> None:
    upload = brought(make_upload)
    Upload.objects.filter(pk=upload.pk).update(state=UploadState.GOOD, checked_at=timezone.now())
    make_job(upload=upload)
    answer = clients["editor"].post(url_of(upload), posted(upload))
    assert answer["Location"].endswith(
        reverse("upload_review", args=[upload.account_id, upload.pk])
    )
    upload.refresh_from_db()
    assert upload.state == UploadState.GOOD
