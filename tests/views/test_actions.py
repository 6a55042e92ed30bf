"""Every action is a dialog that says what will happen and what it costs, and then a job."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from dashboard.people.models import User
from datasources.models import Account, DataSource, Job, JobKind, JobState, StoredFile, VersionState
from tests.people_fixtures import refusals
from tests.views.fixtures import SECRET, MakeJob, MakeKey
from tests.views.sources import make_source, make_version

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
CHANGES = ("publish", "discard", "access", "delete")


@pytest.fixture
def source(account: Account, make_key: MakeKey) -> DataSource:
    """With a staged, a published and an earlier version, and a shared master key."""
    made = make_source(account, master_key=make_key("Master", shared=True))
    make_version(made, VersionState.STAGED, entity_count=41_500)
    make_version(made)
    make_version(made, VersionState.EARLIER, entity_count=40_000)
    return made


def address(source: DataSource, action: str) -> str:
    """Of an action; rolling back and downloading work on the earlier version."""
    arguments = [source.account_id, source.pk]
    if action in {"rollback", "download"}:
        arguments.append(source.versions.get(state=VersionState.EARLIER).pk)
    return reverse(f"source_{action}", args=arguments)


def given(source: DataSource, **more: str) -> dict[str, str]:
    return {"key": str(source.master_key_id), **more}


@pytest.mark.parametrize("action", [*CHANGES, "rollback"])
def test_changing_takes_a_publisher(
    source: DataSource, clients: dict[str, Client], action: str
) -> None:
    refusals(clients, address(source, action), low=("viewer", "editor"))
    data = given(source, name=source.name)
    refusals(clients, address(source, action), low=("viewer", "editor"), post=data)
    assert not Job.objects.exists()


def test_downloading_takes_a_viewer(source: DataSource, clients: dict[str, Client]) -> None:
    refusals(clients, address(source, "download"))
    answer = clients["viewer"].post(address(source, "download"), given(source), headers=HTMX)
    assert answer.status_code == 204
    assert Job.objects.get().kind == JobKind.DOWNLOAD


@pytest.mark.parametrize(
    ("action", "kind"),
    [
        ("publish", JobKind.PUBLISH), ("discard", JobKind.DISCARD), ("rollback", JobKind.ROLLBACK),
        ("access", JobKind.ACCESS), ("delete", JobKind.DELETE),
    ],
)  # fmt: skip
def test_confirming_starts_a_job_with_the_chosen_key(
    source: DataSource, clients: dict[str, Client], action: str, kind: JobKind
) -> None:
    data = given(source, name=source.name)
    answer = clients["publisher"].post(address(source, action), data, headers=HTMX)
    assert answer.status_code == 204
    assert answer["HX-Trigger"] == "dialog-close, jobs-started"
    job = Job.objects.get()
    assert (job.kind, job.state, job.user_name) == (kind, JobState.WAITING, "paula")
    assert (job.key_id, job.data_source_id) == (source.master_key_id, source.pk)


def test_without_scripts_confirming_leads_back_to_the_page(
    source: DataSource, clients: dict[str, Client]
) -> None:
    answer = clients["publisher"].post(address(source, "publish"), given(source))
    assert answer["Location"] == reverse("source", args=[source.account_id, source.pk])


def test_looking_at_a_dialog_changes_nothing(
    source: DataSource, clients: dict[str, Client]
) -> None:
    for action in (*CHANGES, "rollback", "download"):
        answer = clients["publisher"].get(address(source, action), headers=HTMX)
        assert answer.status_code == 200
        assert b"<html" not in answer.content
        assert SECRET not in answer.content.decode()
    assert not Job.objects.exists()


def test_a_dialog_says_what_will_happen_and_what_it_costs(
    source: DataSource, clients: dict[str, Client], make_job: MakeJob
) -> None:
    make_job()
    page = clients["publisher"].get(address(source, "publish")).content.decode()
    assert "41,500 entities of the staged version replace the 41,208 entities" in page
    assert "Uses 1 of 50 jobs; 49 left today." in page
    page = clients["publisher"].get(address(source, "rollback")).content.decode()
    assert "40,000 entities) is published again" in page
    page = clients["publisher"].get(address(source, "download")).content.decode()
    assert "Downloads don&#x27;t count as jobs." in page or "Downloads don't count as jobs." in page


def test_making_public_says_who_will_be_able_to_query(
    source: DataSource, clients: dict[str, Client]
) -> None:
    page = clients["publisher"].get(address(source, "access")).content.decode()
    assert "Anyone with a valid key of Our server can query StoresEU" in page
    data = given(source, public="1")
    clients["publisher"].post(address(source, "access"), data, headers=HTMX)
    assert Job.objects.get().set_public is True
    source.is_public = True
    source.save()
    page = clients["publisher"].get(address(source, "access")).content.decode()
    assert "Only keys of the account Shops can query StoresEU" in page


@pytest.mark.parametrize("typed", ["", "storeseu", "StoresEU2"])
def test_deleting_takes_the_name_typed_in_full(
    source: DataSource, clients: dict[str, Client], typed: str
) -> None:
    answer = clients["publisher"].post(
        address(source, "delete"), given(source, name=typed), headers=HTMX
    )
    assert answer.status_code == 422
    assert "StoresEU" in answer.content.decode()
    assert 'aria-invalid="true"' in answer.content.decode()
    assert not Job.objects.exists()


def test_a_key_that_one_may_not_use_is_neither_offered_nor_taken(
    source: DataSource, clients: dict[str, Client], make_key: MakeKey, people: dict[str, User]
) -> None:
    private = make_key("Private", owner="admin")
    page = clients["publisher"].get(address(source, "publish")).content.decode()
    assert "Private" not in page
    answer = clients["publisher"].post(
        address(source, "publish"), {"key": str(private.pk)}, headers=HTMX
    )
    assert answer.status_code == 422
    assert "Choose another" in answer.content.decode()
    assert not Job.objects.exists()


def test_without_a_key_the_dialog_says_what_to_do(
    account: Account, clients: dict[str, Client]
) -> None:
    source = make_source(account)
    make_version(source, VersionState.STAGED)
    page = clients["publisher"].get(address(source, "publish"), headers=HTMX).content.decode()
    assert "add yours, or have someone share one" in page
    assert "<select" not in page


def test_what_cannot_be_started_is_said_in_the_dialog(
    source: DataSource, clients: dict[str, Client]
) -> None:
    clients["publisher"].post(address(source, "publish"), given(source), headers=HTMX)
    again = clients["publisher"].post(address(source, "publish"), given(source), headers=HTMX)
    assert again.status_code == 422
    assert "is not over yet" in again.content.decode()
    assert Job.objects.count() == 1


def test_the_master_key_is_chosen_beforehand_and_named(
    source: DataSource, clients: dict[str, Client], make_key: MakeKey
) -> None:
    make_key("Another", shared=True)
    page = clients["publisher"].get(address(source, "publish")).content.decode()
    assert f'<option value="{source.master_key_id}" selected>' in page
    assert ", the master key" in page


def test_a_retired_version_is_downloaded_from_the_file_kept_without_a_key(
    account: Account, clients: dict[str, Client], tmp_path: object
) -> None:
    source = make_source(account)
    kept = StoredFile.objects.create(account=account, sha256="ab" * 32, size=1, path="gone/file")
    version = make_version(source, VersionState.RETIRED, content=kept)
    page = reverse("source_download", args=[account.pk, source.pk, version.pk])
    dialog = clients["viewer"].get(page, headers=HTMX).content.decode()
    assert "It comes from the file kept here" in dialog
    assert "<select" not in dialog
    answer = clients["viewer"].post(page, headers=HTMX)
    assert answer.status_code == 422, "the bytes are gone"
    assert "no longer kept here" in answer.content.decode()


def test_a_data_source_that_is_gone_takes_no_change(
    source: DataSource, clients: dict[str, Client]
) -> None:
    DataSource.objects.filter(pk=source.pk).update(gone_at=source.seen_at)
    for action in CHANGES:
        assert clients["publisher"].get(address(source, action)).status_code == 404
