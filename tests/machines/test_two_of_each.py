"""Two machines, each a web process, a worker and an API worker, on one PostgreSQL with PostGIS, one
Redis and one bucket. Processes are killed at bad moments; nothing is lost, and nothing is done twice.
"""

from __future__ import annotations

import hashlib
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.buckets import S3
from tests.live import LiveAccount, eventually
from tests.machines.balancer import Balancer
from tests.machines.machines import DEADLINE, Machines
from tests.machines.person import Person
from tests.postgres import PostgresServer, copy_database

SMALL, LARGE = 500, 40_000  # entities
PIECE = 512 * 1024  # bytes
HEAD = """Bing Spatial Data Services, 1.0, Shop
EntityID(Edm.String,primaryKey)|Name(Edm.String)|Latitude(Edm.Double)|Longitude(Edm.Double)|Seats(Edm.Int64)
"""
DONE = "SELECT count(*) FROM datasources_job WHERE state IN ('done', 'failed')"
NOT_KEPT = """SELECT count(*) FROM datasources_version
    WHERE content_id IS NULL OR archive_id IS NULL OR map_index_id IS NULL"""


def shops(name: str, count: int) -> bytes:
    rows = (
        f"{name}-{row}|Shop {row} of {name}|{row % 170 - 85}.25|{row % 350 - 175}.5|{row}\n"
        for row in range(count)
    )
    return (HEAD + "".join(rows)).encode()


FILES = {
    "Large": shops("Large", LARGE),
    **{name: shops(name, SMALL) for name in ("Small1", "Small2", "Small3")},
}


@pytest.fixture
def machines(postgres: PostgresServer, redis_url: str, s3: S3) -> Iterator[Machines]:
    shared = {"TASKS_URL": redis_url, **s3.settings(s3.make_bucket())}
    with (
        postgres.database("machines") as url,
        tempfile.TemporaryDirectory(prefix="cairn-machines-") as folder,
    ):
        made = Machines(Path(folder), url, shared)
        made.set_up()
        made.start()
        yield made
        made.stop()


def send(machines: Machines, person: Person, name: str) -> str:
    """Brings a file in pieces and says what it is for; gives the review's URL."""
    body = FILES[name]
    upload = person.begin(f"{name}.txt", len(body))
    if name == "Large":
        first = machines.machines[0]
        half = body[:PIECE]
        person.send_half_a_piece(upload, half, first.port, lambda: first.kill("web"))
    person.send_rest(upload, body, PIECE)
    kept = person.kept(upload)
    assert kept["sha256"] == hashlib.sha256(body).hexdigest()
    if name == "Large":
        machines.machines[0].start("web")
    return person.say_what_for(kept["kept"], name)


def ids_of(account: LiveAccount, access_id: str, name: str) -> list[str]:
    """The IDs of all entities of a data source, from a download of it."""
    job = account.finish(
        account.get(f"/Dataflows/DataSourceDownload/{access_id}/{name}"), within=DEADLINE
    )
    url = next(link["url"] for link in job["links"] if link["role"] == "output")
    return re.findall(r"<EntityID>([^<]*)</EntityID>", account.get(url).text)


def test_nothing_is_lost_and_nothing_is_done_twice(
    machines: Machines, postgres: PostgresServer
) -> None:
    with Balancer([machine.port for machine in machines.machines]) as front:
        known = machines.people(f"{front.url}/REST/v1")
        person = Person(front.url, known["account"], known["username"], known["password"])

        reviews = {"Large": send(machines, person, "Large")}
        # Killed while it checks the file: the other goes on with it.
        machines.kill_holder(
            "worker",
            "SELECT lease_owner FROM datasources_upload"
            " WHERE data_source_name = 'Large' AND state = 'checking' AND lease_owner <> ''",
        )
        for name in FILES.keys() - {"Large"}:
            reviews[name] = send(machines, person, name)
        for name in reversed(FILES):
            person.load(reviews[name], known["key"])
        # And the API's worker, in mid-load.
        machines.kill_holder(
            "sds_worker",
            "SELECT lease_holder FROM sds_job WHERE data_source_name = 'Large'"
            " AND status = 'Pending' AND processed > 0",
        )

        eventually(lambda: machines.rows(DONE) == [(len(FILES),)], within=DEADLINE)
        jobs = machines.rows(
            "SELECT data_source_name, state, made_here, file_sha256, processed_entities"
            " FROM datasources_job"
        )
        assert sorted(jobs) == sorted(
            (name, "done", True, hashlib.sha256(body).hexdigest(), len(body.splitlines()) - 2)
            for name, body in FILES.items()
        )
        account = LiveAccount(
            "cartography", f"{front.url}/REST/v1", known["master_key"], known["query_key"]
        )
        listed = account.jobs()
        assert [one["status"] for one in listed] == ["Completed"] * len(FILES), listed
        held = dict(machines.rows("SELECT name, access_id FROM sds_data_source"))
        assert held.keys() == FILES.keys()
        for name, body in FILES.items():
            sent = [line.split("|")[0] for line in body.decode().splitlines()[2:]]
            assert sorted(ids_of(account, held[name], name)) == sorted(sent)
        assert machines.rows("SELECT count(*) FROM sds_version") == [(len(FILES),)]
        eventually(lambda: machines.rows(NOT_KEPT) == [(0,)], within=DEADLINE)
        assert machines.rows("SELECT count(*) FROM datasources_version") == [(len(FILES),)]
        assert all(front.taken[machine.port] for machine in machines.machines)

    machines.stop()
    said = machines.log_text()
    assert known["master_key"] not in said
    assert known["query_key"] not in said
    # A machine that has nothing of its own finds everything, in a database restored from a dump.
    with postgres.database("restored") as restored:
        copy_database(machines.database_url, restored)
        third = machines.machine("three", DATABASE_URL=restored)
        for command in ("sds_fsck", "fsck"):
            looked = third.manage(command)
            assert looked.returncode == 0, looked.stdout
            assert "Nothing is left to do" in looked.stdout
