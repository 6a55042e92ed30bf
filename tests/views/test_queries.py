"""Every page of the site, at 10,000 jobs and 200,000 entities: few queries, whatever the number of rows."""

from __future__ import annotations

import io
from collections.abc import Iterator
from itertools import islice
from typing import Any
from uuid import uuid4

import pytest
from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from dashboard.people.models import Invitation, Role, Team, User
from datasources import jobs
from datasources.archive import good_entities, open_version
from datasources.formats import InputFormat, write_entities
from datasources.jobs.compare import run_comparison
from datasources.models import (
    Account,
    Comparison,
    DataSource,
    Job,
    JobKind,
    JobState,
    Version,
    VersionState,
)
from datasources.views.base_map import world_stamp
from tests.views.explore.test_saved import make_query
from tests.views.fixtures import MakeJob, MakeKey, MakeUpload
from tests.views.maps import SHOPS, make_mapped
from tests.views.sources import make_version

MOST = 15
JOBS = 10_000
ENTITIES = 200_000
#: One who owns what there is, one who may see everything, one who is not in.
WALKERS = ("publisher", "site_admin", "visitor")
GIVEN = {"q": "s", "by": "Seats", "as": "number", "id": "s1", "row": 1, "column": "p1"}
#: The one page that is not there where the frontend was not built: its tiles come with it.
UNBUILT = {"world_tile"}
#: What only leads on: to the first account, to a query's address, to the review of a mapped file.
LEADS_ON = {"home", "explore_saved_open", "upload_mapping"}


@pytest.fixture
def lived_in(
    account: Account,
    source: DataSource,
    team: Team,
    people: dict[str, User],
    make_job: MakeJob,
    make_key: MakeKey,
    make_upload: MakeUpload,
) -> dict[str, Any]:
    """What URLs name, of a site that has been used for years."""
    head = SHOPS.splitlines()[:2]
    rows = (f"s{n}|Shop {n}|{n % 90}|{n % 170 - 85}.5|{n % 359 - 179}.25" for n in range(ENTITIES))
    version = make_mapped(source, "\n".join([*head, *rows, ""]))
    other = make_mapped(source, state=VersionState.STAGED)
    for _ in range(30):
        make_version(source, VersionState.EARLIER)
    person = people["publisher"]
    Job.objects.bulk_create(
        Job(
            account=account, kind=JobKind.LOAD, operation="complete", state=JobState.DONE,
            user=person, user_name=person.display_name, data_source_name=source.name,
            created_at=timezone.now(),
        )
        for _ in range(JOBS)
    )  # fmt: skip
    comparison, _ = Comparison.objects.get_or_create(
        base=version, version=other, defaults={"account": account}
    )
    run_comparison(comparison.pk)
    _, token = Invitation.make(team, Role.VIEWER, people["admin"])
    upload = make_upload()
    job = make_job(  # with every file that one may have
        kind=JobKind.DOWNLOAD, operation="", data_source=source, version=version,
        upload=upload, failed_log=upload.file, result=jobs.keep_file(account, as_xml(other)),
    )  # fmt: skip
    return {
        "account_id": account.pk, "held_id": account.pk, "service_id": account.service_id,
        "source_id": source.pk, "version_id": version.pk, "comparison_id": comparison.pk,
        "job_id": job.pk, "key_id": make_key("Master", shared=True).pk,
        "upload_id": upload.pk, "draft_id": jobs.start_draft(person, version).pk,
        "query_id": make_query(account, person, is_shared=True).pk,
        "partial_id": uuid4(), "invitation_id": 1, "token": token, "slug": team.slug,
        "user_id": person.pk, "uidb36": user_pk_to_url_str(person),
        "key": default_token_generator.make_token(person),
        "code": "de", "stamp": world_stamp() or "unbuilt", "z": 0, "x": 0, "y": 0,
    }  # fmt: skip


def as_xml(version: Version) -> io.BytesIO:
    """A version as a service answers with it."""
    out = io.BytesIO()
    with open_version(version.content.path) as reader:
        write_entities(
            out, InputFormat.XML, reader.schema, good_entities(reader), data_source_name="Shops"
        )
    return out


def routes(patterns: list[URLPattern | URLResolver]) -> Iterator[URLPattern]:
    """The site's own pages: what has a name, but for the API's."""
    for one in patterns:
        if isinstance(one, URLResolver):
            if one.urlconf_name is None or "sds_server" not in str(one.urlconf_name):
                yield from routes(one.url_patterns)
        elif one.name:
            yield one


def address_of(route: URLPattern, lived_in: dict[str, Any]) -> str:
    names = set(route.pattern.converters) | set(route.pattern.regex.groupindex)
    return reverse(route.name, kwargs={name: lived_in[name] for name in names})


def test_no_page_asks_the_database_often(
    lived_in: dict[str, Any], clients: dict[str, Client]
) -> None:
    greedy, unreached = {}, set()
    for route in routes(get_resolver().url_patterns):
        address, statuses = address_of(route, lived_in), set()
        for walker in WALKERS:
            with CaptureQueriesContext(connection) as queries:
                answer = clients[walker].get(address, GIVEN)
                if answer.streaming:
                    list(islice(answer.streaming_content, 3))
            assert answer.status_code < 500, address
            statuses.add(answer.status_code)
            if len(queries) > MOST:
                greedy[f"{address} ({walker})"] = len(queries)
        if not statuses & {200, 405}:
            unreached.add(route.name)
    assert greedy == {}
    assert unreached - UNBUILT == LEADS_ON
