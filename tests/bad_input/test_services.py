"""A service that does not answer, refuses or talks nonsense: what the pages say, and what stays."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from dashboard.people.models import User
from datasources import jobs
from datasources.jobs import keys as job_keys
from datasources.models import (
    DataSource,
    Job,
    JobState,
    Key,
    Service,
    Upload,
    UploadState,
    Version,
    VersionState,
)
from tests import faulty as faults
from tests.faulty import Behaviour, FaultyService, Handler, answer, refused_base_url
from tests.jobs.fixtures import Bench, done, drain, ended, make_bench
from tests.live import LiveAccount, LiveServer
from tests.views.sources import make_source, make_version

LIMIT = b'{"statusCode":403,"errorDetails":["Limit of data sources reached."]}'
EXPIRED = b'{"statusCode":401,"authenticationResultCode":"CredentialsExpired"}'
UNSURE = "Look at the data source before you run it again"


def words_of(answer: Any) -> str:
    """The page's text as it is read: without tags, its characters resolved."""
    text = re.sub(r"<[^>]*>", " ", answer.content.decode())
    return " ".join(unescape(text).split())


@pytest.fixture
def desk(
    transactional_db: None,
    people: dict[str, User],
    faulty: FaultyService,
    quick: None,
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> Bench:
    """An account with a staged, a published and an earlier version; nobody waits for long."""
    settings.LOST_ANSWER_GIVE_UP_SECONDS = 0.3
    monkeypatch.setattr("datasources.api.client.LOAD_TIMEOUT", (1.0, 0.3))
    monkeypatch.setattr(job_keys, "SHORT", (1.0, 0.3))
    made = make_bench(people, faulty.base_url, "master-key-1234", "query-key-5678", "enterprise")
    source = make_source(made.account, "Cities", entity_type="City", properties=[])
    for state in (VersionState.STAGED, VersionState.PUBLISHED, VersionState.EARLIER):
        make_version(source, state)
    return made


def mirror() -> list[Any]:
    """All that is known of data sources and versions, but for when they were last seen."""
    sources = DataSource.objects.order_by("pk").values("name", "is_public", "gone_at", "changed_at")
    versions = Version.objects.order_by("pk").values("remote_job_id", "state", "entity_count")
    return [*sources, *versions]


def page_of(client: Client, job: Job) -> Any:
    return client.get(reverse("job", args=[job.account_id, job.pk]))


def assert_can_be_run_again(client: Client, job: Job, key: Key) -> None:
    assert "The same work, with the same file, as a new job." in words_of(page_of(client, job))
    address = reverse("job_again", args=[job.account_id, job.pk])
    assert client.post(address, {"key": key.pk}).status_code == 302
    again = Job.objects.get(again_of=job)
    assert (again.state, again.kind, again.upload) == (JobState.WAITING, job.kind, job.upload)


def silent_on_a_load(handler: Handler) -> None:
    """No answer to a POST; before it there are no jobs, after it nothing can be asked."""
    if handler.command == "POST":
        faults.hang(handler)
    elif any(one.method == "POST" for one in handler.service.seen):
        answer(503)(handler)
    else:
        answer(200, b'{"resourceSets":[{"resources":[]}]}')(handler)


#: What it does; what the job's page then says is wrong; what it says to do.
SERVICES: dict[str, tuple[list[Behaviour], str, str]] = {
    "does not answer": ([silent_on_a_load], "could not be found out", UNSURE),
    "drops the connection": ([faults.reset], "The connection to the service broke", UNSURE),
    "stops in its answer": ([faults.reset_in_answer], "broke before its answer", UNSURE),
    "401": ([answer(401)], "The service refused the key.", "Check it under Keys"),
    "401, expired": ([answer(401, EXPIRED)], "the key has expired", "Store a new one under Keys"),
    "403": ([answer(403)], "refuses this (HTTP status 403)", "compare the quota"),
    "403, with a reason": (
        [answer(403, LIMIT)],
        "a limit of the account: Limit of data sources reached.",
        "make room, or ask for a larger plan",
    ),
    "500": ([answer(500)], "could not do this now (HTTP status 500)", UNSURE),
    "503": ([answer(503)], "could not do this now (HTTP status 503)", UNSURE),
    "HTML": ([faults.html()], "it is a web page", UNSURE),
    "HTML, 502": ([faults.html(502)], "could not do this now (HTTP status 502)", UNSURE),
    "half a JSON": ([faults.half_json()], "it is half a JSON", UNSURE),
}


@pytest.mark.parametrize("name", SERVICES)
def test_a_load_ends_truly_with_words_and_can_be_run_again(
    desk: Bench, faulty: FaultyService, clients: dict[str, Client], name: str
) -> None:
    behaviours, what, advice = SERVICES[name]
    faulty.will(*behaviours)
    before = mirror()

    job = ended(jobs.start_load(desk.publisher, desk.upload(), desk.key))

    assert job.state == JobState.FAILED
    assert job.ended_at is not None
    assert [one.method for one in faulty.seen].count("POST") == 1
    page = page_of(clients["publisher"], job)
    said = words_of(page)
    assert what in said
    assert advice in said
    assert "Traceback" not in said
    assert desk.key.secret not in page.content.decode()
    assert mirror() == before
    assert Upload.objects.get().state == UploadState.GOOD
    assert_can_be_run_again(clients["publisher"], job, desk.key)


def test_a_service_that_is_not_there_is_tried_again_and_then_said_to_be_away(
    desk: Bench, clients: dict[str, Client]
) -> None:
    Service.objects.update(base_url=refused_base_url())
    before = mirror()
    job = ended(jobs.start_load(desk.publisher, desk.upload(), desk.key))
    said = words_of(page_of(clients["publisher"], job))
    assert "The service could not be reached, so nothing was sent." in said
    assert "check the service's address" in said
    assert (job.state, job.tries, job.sent_at) == (JobState.FAILED, 3, None)
    assert mirror() == before
    assert_can_be_run_again(clients["publisher"], job, desk.key)


START = {
    "publish": lambda desk, source: jobs.start_publish(desk.publisher, source, desk.key),
    "discard": lambda desk, source: jobs.start_discard(desk.publisher, source, desk.key),
    "access": lambda desk, source: jobs.start_access(desk.publisher, source, desk.key, public=True),
    "delete": lambda desk, source: jobs.start_delete(desk.publisher, source, desk.key),
    "rollback": lambda desk, source: jobs.start_rollback(
        desk.publisher, source.versions.get(state=VersionState.EARLIER), desk.key
    ),
    "download": lambda desk, source: jobs.start_download(
        desk.publisher, source.versions.get(state=VersionState.PUBLISHED), desk.key
    ),
}


@pytest.mark.parametrize("kind", START)
@pytest.mark.parametrize("name", ["401, expired", "403, with a reason", "500"])
def test_every_other_job_ends_as_truly(
    desk: Bench, faulty: FaultyService, clients: dict[str, Client], kind: str, name: str
) -> None:
    faulty.will(*SERVICES[name][0])
    before = mirror()
    job = ended(START[kind](desk, desk.source()))
    assert job.state == JobState.FAILED
    said = words_of(page_of(clients["publisher"], job))
    assert SERVICES[name][1] in said
    assert mirror() == before
    assert_can_be_run_again(clients["publisher"], job, desk.key)


@pytest.mark.parametrize("kind", ["delete", "discard"])
def test_a_deletion_that_was_taken_is_open_until_the_service_can_be_read(
    desk: Bench, faulty: FaultyService, clients: dict[str, Client], kind: str
) -> None:
    """The body that answers a deletion says nothing, so that half a one is no fault."""
    faulty.will(faults.half_json())
    before = mirror()
    job = START[kind](desk, desk.source())
    drain(lambda: "half a JSON" in words_of(page_of(clients["publisher"], job)))
    job.refresh_from_db()
    assert job.state == JobState.RUNNING
    assert [one.method for one in faulty.seen].count("DELETE") == 1
    assert mirror() == before

    faulty.will(answer(200, b'{"resourceSets":[{"resources":[]}]}'), answer(404))
    assert ended(job).state == JobState.DONE


@pytest.mark.parametrize(
    "name", [*(name for name in SERVICES if name != "does not answer"), "is not there"]
)
def test_the_catalogue_stays_as_it_was_and_says_why(
    desk: Bench, faulty: FaultyService, clients: dict[str, Client], name: str
) -> None:
    if name == "is not there":
        Service.objects.update(base_url=refused_base_url())
    else:
        faulty.will(*SERVICES[name][0])
    before = mirror()
    jobs.ask_refresh(desk.account)

    def told() -> bool:
        desk.account.refresh_from_db()
        return bool(desk.account.refresh_error)

    drain(told)
    said = words_of(clients["viewer"].get(reverse("catalogue", args=[desk.account.pk])))
    assert desk.account.refresh_error in said
    assert "Cities" in said
    assert mirror() == before


# --- keys, on the real server ---


def test_a_query_key_used_as_master_key_is_said_so_and_another_key_mends_it(
    bench: Bench, clients: dict[str, Client]
) -> None:
    """What a query key may not do is done again, with the master key, from the page of the job."""
    done(jobs.start_load(bench.publisher, bench.upload(), bench.key, query_key=bench.query_key))
    before = mirror()
    upload = bench.upload(operation="incremental")
    tries = [
        jobs.start_load(bench.publisher, upload, bench.query_key),
        jobs.start_access(bench.publisher, bench.source(), bench.query_key, public=True),
    ]
    for job in map(ended, tries):
        assert (job.state, job.error_code) == (JobState.FAILED, "key-not-allowed")
        said = words_of(page_of(clients["publisher"], job))
        assert "not the master key of this data source" in said
        assert "Check it under Keys, or choose another" in said
        assert "What Here said" in said
        assert mirror() == before
    address = reverse("job_again", args=[bench.account.pk, tries[1].pk])
    assert clients["publisher"].post(address, {"key": bench.key.pk}).status_code == 302
    done(Job.objects.get(again_of=tries[1]))
    assert bench.source().is_public


def test_a_deletion_with_a_query_key_deletes_nothing(bench: Bench) -> None:
    done(jobs.start_load(bench.publisher, bench.upload(), bench.key, query_key=bench.query_key))
    job = ended(jobs.start_delete(bench.publisher, bench.source(), bench.query_key))
    assert (job.state, job.error_code) == (JobState.FAILED, "key-not-allowed")
    assert bench.source().gone_at is None


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("wrong", "The service refused the key. It may be mistyped"),
        ("expired", "The service says that the key has expired. Store a new one under Keys"),
    ],
)
def test_a_key_that_does_not_work_is_refused_where_it_is_typed(
    bench: Bench,
    remote: LiveAccount,
    live_sds: LiveServer,
    clients: dict[str, Client],
    kind: str,
    words: str,
) -> None:
    secret = remote.master_key.swapcase()
    if kind == "expired":
        added = live_sds.command("sds_account", "add-key", remote.name, "--expires", "2020-01-01")
        secret = added.split('"')[-2]
    fields = {"name": "Our key", "secret": secret, "is_shared": "on"}
    page = clients["publisher"].post(reverse("keys", args=[bench.account.pk]), fields)
    assert page.status_code == 422
    assert words in page.context["form"].errors["secret"][0]
    assert words in words_of(page)
    assert 'id="id_secret-errors"' in page.content.decode()
    assert page.context["form"]["name"].value() == "Our key"
    assert page.context["form"]["is_shared"].value()
    assert secret not in page.content.decode()
    assert Key.objects.count() == 2


def test_a_key_that_expired_since_is_said_so_by_the_job_and_the_check(
    bench: Bench, remote: LiveAccount, live_sds: LiveServer, clients: dict[str, Client]
) -> None:
    upload = bench.upload()
    live_sds.command("sds_account", "expire-key", remote.name, remote.master_key[-4:])
    job = ended(jobs.start_load(bench.publisher, upload, bench.key))
    assert (job.state, job.error_code) == (JobState.FAILED, "key-expired")
    assert "Store a new one under Keys" in words_of(page_of(clients["publisher"], job))
    assert not DataSource.objects.exists()
    address = reverse("key_check", args=[bench.account.pk, bench.key.pk])
    page = clients["publisher"].post(address, follow=True)
    assert "the key has expired" in words_of(page)


def test_a_service_that_hangs_says_nothing_about_a_key_and_holds_nobody_up(
    desk: Bench, faulty: FaultyService, clients: dict[str, Client]
) -> None:
    faulty.will(faults.hang)
    fields = {"name": "Our key", "secret": "key-of-the-account-9012"}
    page = clients["publisher"].post(reverse("keys", args=[desk.account.pk]), fields, follow=True)
    assert Key.objects.get(name="Our key").check_passed is None
    assert "Our key is stored." in words_of(page)
    assert "Not known" in words_of(page)
