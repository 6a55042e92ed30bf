"""What a person sees who brings a bad file, or fills the form in wrongly: where, what, what to do."""

from __future__ import annotations

import re
from functools import lru_cache
from html import unescape
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from datasources.jobs.check import check
from datasources.models import Account, Job, Upload, UploadState
from tests.bad_input.files import BAD_FILES, GOOD, BadFile
from tests.views.fixtures import MakeKey
from tests.views.sources import make_source, make_version


@lru_cache(maxsize=1)
def content_of(name: str) -> bytes:
    return BAD_FILES[name].make()


def words_of(answer: Any) -> str:
    """The page's text as it is read: without tags, its characters resolved."""
    text = re.sub(r"<[^>]*>", " ", answer.content.decode())
    return " ".join(unescape(text).split())


def bring(client: Client, account: Account, name: str) -> Upload:
    """Brings a file in the browser's way and has it checked, as the worker does."""
    bad = BAD_FILES[name]
    Account.objects.filter(pk=account.pk).update(plan=bad.plan)
    answer = client.post(
        reverse("upload", args=[account.pk]),
        {
            "file": SimpleUploadedFile("shops.dat", content_of(name)),
            "format": bad.format,
            "purpose": "create",
            "new_name": "Shops",
            "operation": "complete",
        },
    )
    assert answer.status_code == 302, words_of(answer)
    made = Upload.objects.get()
    check(str(made.pk))
    made.refresh_from_db()
    return made


def review(upload: Upload) -> str:
    return reverse("upload_review", args=[upload.account_id, upload.pk])


def assert_said(answer: Any, bad: BadFile) -> None:
    """The page names the rule, says what is wrong and what to do, and shows the place."""
    said = words_of(answer)
    assert bad.what in said
    assert bad.advice in said
    assert f"<code>{bad.rule}</code>" in answer.content.decode()
    (problem,) = [one for one in answer.context["problems"] if one["rule"] == bad.rule]
    first = problem["examples"][0]
    if bad.row is not None:
        assert first["row"] == bad.row
        assert re.search(rf'<td class="number">{bad.row}</td>', answer.content.decode())
    if bad.line is not None:
        assert first["line"] == bad.line
        assert re.search(rf'<td class="number">{bad.line}</td>', answer.content.decode())
    if bad.column:
        assert f"<td><code>{bad.column}</code></td>" in answer.content.decode()


@pytest.mark.parametrize("name", [name for name, bad in BAD_FILES.items() if bad.costs == "file"])
def test_a_file_that_cannot_be_loaded_is_explained_and_nothing_is_sent(
    clients: dict[str, Client], account: Account, make_key: MakeKey, name: str
) -> None:
    key = make_key("Master")
    made = bring(clients["publisher"], account, name)
    assert made.state == UploadState.BAD
    answer = clients["publisher"].get(review(made))
    assert "Cannot be sent" in words_of(answer)
    assert_said(answer, BAD_FILES[name])

    refused = clients["publisher"].post(review(made), {"key": key.pk})
    assert refused.status_code == 422
    assert "Cannot be sent" in words_of(refused)
    assert not Job.objects.exists()
    assert not account.data_sources.exists()

    again = clients["publisher"].get(
        reverse("upload", args=[account.pk]), {"instead_of": str(made.pk)}
    )
    form = again.context["form"]
    assert form["new_name"].value() == "Shops"
    assert form["operation"].value() == "complete"


@pytest.mark.parametrize("name", [name for name, bad in BAD_FILES.items() if bad.costs == "entity"])
def test_an_entity_that_cannot_be_loaded_is_named_and_left_out_only_knowingly(
    clients: dict[str, Client], account: Account, make_key: MakeKey, name: str
) -> None:
    make_key("Master")
    made = bring(clients["publisher"], account, name)
    assert made.state == UploadState.GOOD
    answer = clients["publisher"].get(review(made))
    assert "Checked, with problems" in words_of(answer)
    assert "1 problem in 1 row" in words_of(answer)
    assert "Publish without 1 entity" in words_of(answer)
    assert "<b>Troms" not in answer.content.decode()
    assert_said(answer, BAD_FILES[name])


def test_a_polygon_that_crosses_itself_is_a_warning_and_loses_nothing(
    clients: dict[str, Client], make_upload: Any, make_key: MakeKey
) -> None:
    make_key("Master")
    made = make_upload(GOOD + "3|Field|1|2|POLYGON ((0 0, 2 2, 2 0, 0 2, 0 0))\n", name="Shops")
    answer = clients["publisher"].get(review(made))
    said = words_of(answer)
    assert "The polygon is not simple: self-intersection near (1 1)." in said
    assert "Repair it where it was drawn" in said
    assert "Create Shops" in said
    assert "left out" not in said


# --- the form ---

TYPED = {
    "format": "pipe",
    "purpose": "create",
    "new_name": "NewShops",
    "operation": "complete",
    "set_public": "on",
}


@pytest.mark.parametrize(
    ("wrong", "field", "what", "advice"),
    [
        ({"new_name": "StoresEU"}, "new_name", "StoresEU is taken", "Choose another name"),
        ({"new_name": "storeseu"}, "new_name", "StoresEU is taken", "Choose another name"),
        ({"new_name": "S" * 51}, "new_name", "51 characters", "50"),
        ({"new_name": "My shops"}, "new_name", "has a space in it", "try “Myshops”"),
        ({"new_name": " Shops"}, "new_name", "has a space in it", "try “Shops”"),
        ({"new_name": "Läden"}, "new_name", "ä", "letters"),
        ({"new_name": ""}, "new_name", "Give the new data source a name", ""),
        ({"purpose": "update", "source": "Nowhere"}, "source", "no data source named “Nowhere”", "Choose one"),
        ({"operation": "incremental"}, "operation", "no entities to change yet", "Choose one"),
        ({"operation": "completeStaging"}, "set_public", "can't be made public", "Publish it first"),
    ],
)  # fmt: skip
def test_a_fault_stands_at_its_field_and_all_that_was_typed_stays(
    clients: dict[str, Client],
    account: Account,
    wrong: dict[str, str],
    field: str,
    what: str,
    advice: str,
) -> None:
    make_version(make_source(account))
    url = reverse("upload", args=[account.pk])
    typed = {**TYPED, **wrong}
    file = SimpleUploadedFile("shops.dat", GOOD.encode())
    answer = clients["publisher"].post(url, {**typed, "file": file})

    assert answer.status_code == 422
    form = answer.context["form"]
    assert list(form.errors) == [field]
    (error,) = form.errors[field]
    assert what in error
    assert advice in error
    assert error in unescape(answer.content.decode())
    assert f'id="id_{field}-errors"' in answer.content.decode()
    assert {name: form[name].value() for name in typed} == {**typed, "set_public": True}
    assert re.search(r"shops\.dat \(\S+ \w+\) has arrived and is kept", words_of(answer))
    assert not Upload.objects.exists()

    mended = {**typed, **{name: TYPED.get(name, "") for name in wrong}}
    if field == "set_public":
        del mended["set_public"]
    answer = clients["publisher"].post(url, {**mended, "kept": form["kept"].value()})
    assert answer.status_code == 302, words_of(answer)
    made = Upload.objects.get()
    assert (made.file_name, made.data_source_name) == ("shops.dat", "NewShops")


@pytest.mark.parametrize(
    ("content", "file_name", "what"),
    [
        (b"", "empty.csv", "“empty.csv” is empty. Choose a file that holds a schema"),
        (b"\x89PNG\r\n\x1a\n", "map.png", "none of the formats this site reads"),
    ],
)
def test_a_file_that_says_nothing_is_refused_at_once(
    clients: dict[str, Client], account: Account, content: bytes, file_name: str, what: str
) -> None:
    fields = {**TYPED, "format": "", "file": SimpleUploadedFile(file_name, content)}
    answer = clients["publisher"].post(reverse("upload", args=[account.pk]), fields)
    assert answer.status_code == 422
    assert what in words_of(answer)
    assert answer.context["form"]["new_name"].value() == "NewShops"
    assert not Upload.objects.exists()
