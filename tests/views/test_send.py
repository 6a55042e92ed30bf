"""Sending what was checked: once, with a key one may use, by whom may."""

from __future__ import annotations

from django.test import Client
from django.urls import reverse

from datasources.models import Job, JobState
from tests.views.fixtures import SECRET, MakeKey, MakeUpload
from tests.views.uploads import review, said


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
