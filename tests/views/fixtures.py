"""An account of the team, and what its pages show."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from dashboard.people.models import Team, User
from datasources import jobs
from datasources.jobs.check import check
from datasources.models import (
    Account,
    Job,
    JobKind,
    JobState,
    Key,
    Plan,
    Service,
    Upload,
)

SECRET = "Aq3-not_to_be_seen_anywhere_9fK2LmZx7Wv0RtYbQpHcUe41Dg"
STORES = """Bing Spatial Data Services, 1.0, Stores
EntityID(Edm.String,primaryKey)|Name(Edm.String)|Latitude(Edm.Double)|Longitude(Edm.Double)
1|Oslo|59.91|10.75
2|Bergen|60.39|5.32
3|Tromsø|69.65|18.96
"""


@pytest.fixture
def service(db: None) -> Service:
    return Service.objects.create(name="Our server", base_url="http://127.0.0.1:9/REST/v1")


@pytest.fixture
def account(team: Team, service: Service) -> Account:
    return Account.objects.create(team=team, service=service, name="Shops", plan=Plan.ENTERPRISE)


MakeKey = Callable[..., Key]


@pytest.fixture
def make_key(account: Account, people: dict[str, User]) -> MakeKey:
    """A key of the account: `make_key("Master", owner="publisher", shared=True)`."""

    def make(name: str, owner: str = "publisher", *, shared: bool = False, secret: str = "") -> Key:
        text = secret or f"{SECRET}{name}"
        return Key.objects.create(
            account=account, owner=people[owner], name=name, secret=text, last_four=text[-4:],
            is_shared=shared,
        )  # fmt: skip

    return make


MakeJob = Callable[..., Job]


@pytest.fixture
def make_job(account: Account, people: dict[str, User]) -> MakeJob:
    """A job of the account, done a minute ago unless said otherwise."""

    def make(**values: Any) -> Job:
        person = people["publisher"]
        at = timezone.now() - timedelta(minutes=1)
        given: dict[str, Any] = {
            "kind": JobKind.LOAD, "operation": "complete", "state": JobState.DONE,
            "user": person, "user_name": person.display_name, "data_source_name": "StoresEU",
            "created_at": at, "ended_at": at + timedelta(seconds=3),
        }  # fmt: skip
        return Job.objects.create(account=account, **given | values)

    return make


MakeUpload = Callable[..., Upload]


@pytest.fixture
def make_upload(account: Account, people: dict[str, User]) -> MakeUpload:
    """A file that somebody brought, checked unless `checked=False`."""

    def make(
        content: str | bytes = STORES,
        *,
        name: str = "StoresEU",
        operation: str = "complete",
        format: str = "pipe",
        by: str = "publisher",
        checked: bool = True,
    ) -> Upload:
        body = content.encode() if isinstance(content, str) else content
        made = Upload.objects.create(
            account=account, user=people[by], file=jobs.keep_file(account, io.BytesIO(body)),
            file_name="stores.txt", format=format, data_source_name=name, operation=operation,
        )  # fmt: skip
        if checked:
            check(str(made.pk))
            made.refresh_from_db()
        return made

    return make
