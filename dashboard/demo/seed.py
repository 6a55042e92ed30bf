"""The demo team: its account with the embedded server, and data sources loaded over the real API."""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Callable
from io import StringIO
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.utils import timezone

from dashboard.demo.sources import DemoLoad, demo_loads
from dashboard.people.models import Membership, Role, Team, User
from datasources import jobs
from datasources.models import (
    Account,
    Job,
    JobState,
    Key,
    Notice,
    Plan,
    Service,
    Upload,
    UploadState,
)

TEAM, ACCOUNT = "Demo team", "Embedded server"
LOAD_DEADLINE = 120  # seconds for one load, on a slow machine


class DemoError(Exception):
    """A demo load that did not end well."""


def embedded_service() -> Service:
    """The embedded server as a service, at the address that the site has today."""
    service, _ = Service.objects.update_or_create(
        is_embedded=True,
        defaults={"name": "Cairn's own server", "base_url": f"{settings.SITE_URL}/REST/v1"},
    )
    return service


def seed(user: User, say: Callable[[str], None]) -> None:
    """Makes the demo team with its data sources; does nothing where any team stands already.

    The API server must be answering and both workers running: every data source is made the way
    a person would make it.
    """
    if Team.objects.exists():
        return
    team = Team.objects.create(name=TEAM, slug="demo")
    Membership.objects.create(team=team, user=user, role=Role.ADMIN)
    account = Account.objects.create(
        team=team, service=embedded_service(), name=ACCOUNT, plan=Plan.ENTERPRISE
    )
    master, query = _keys(account, user)
    with tempfile.TemporaryDirectory() as folder:
        for load in demo_loads(Path(folder)):
            say(f"Loading {load.data_source} ({load.operation})")
            _load(account, user, master, query, load)
    for key in (master, query):  # once there are data sources to find
        jobs.check_key(key)
    Notice.objects.filter(user=user).update(read_at=timezone.now())  # of loads they did not ask for


def _keys(account: Account, user: User) -> tuple[Key, Key]:
    out = StringIO()
    call_command("sds_account", "create", "demo", "--plan", account.plan, stdout=out)
    made = json.loads(out.getvalue())
    keys = []
    for name, secret in (("Master", made["master_key"]), ("Query", made["query_key"])):
        key = Key.objects.create(
            account=account,
            owner=user,
            name=name,
            secret=secret,
            last_four=secret[-4:],
            is_shared=True,
        )
        keys.append(key)
    return keys[0], keys[1]


def _load(account: Account, user: User, master: Key, query: Key, load: DemoLoad) -> None:
    with load.path.open("rb") as stream:
        kept = jobs.keep_file(account, stream)
    upload = Upload.objects.create(
        account=account,
        user=user,
        file=kept,
        file_name=load.path.name,
        format=load.format.value,
        data_source_name=load.data_source,
        operation=load.operation,
        set_public=load.set_public,
    )
    jobs.start_check(upload)
    _wait(lambda: Upload.objects.get(pk=upload.pk).state in (UploadState.GOOD, UploadState.BAD))
    upload.refresh_from_db()
    job = jobs.start_load(
        user, upload, master, query_key=query if load.operation == "complete" else None
    )
    _wait(lambda: Job.objects.get(pk=job.pk).state in (JobState.DONE, JobState.FAILED))
    job.refresh_from_db()
    if job.state == JobState.FAILED:
        raise DemoError(f"{load.data_source}: {job.error_words}")


def _wait(done: Callable[[], bool]) -> None:
    deadline = time.monotonic() + LOAD_DEADLINE
    while not done():
        if time.monotonic() > deadline:
            raise DemoError("The workers did not take up the demo's data; are they running?")
        time.sleep(0.2)  # other processes are at it
