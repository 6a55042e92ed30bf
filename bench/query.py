"""Queries beside tipg and PostGIS itself: `python -m bench.query [--seconds 4] [--many 5000000]`.

All on loopback and by turns, so that ratios hold when the machine's speed drifts: 200,000 entities
of 26 columns in GeoPackage and in PostGIS, tipg on that same table, each by a process a core.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import requests

from bench import data, flat, memory
from bench.asking import PAGE, QUESTIONS, Question, asked_directly
from bench.tipg import running_tipg
from bench.tipg import version as tipg_version
from bench.wrk import Load, load
from tests.live import LiveAccount, LiveServer, running, service_path
from tests.postgres import PostgresServer, missing, shared_server

ROWS, CLIENTS, ROUNDS = 200_000, (1, 16), 3
PROCESSES = os.cpu_count() or 1
SCHEMA = "cairn_entities"
JOB_SECONDS = 3600.0


@dataclass
class Served:
    """A server of ours with the entities on it."""

    server: LiveServer
    account: LiveAccount
    entities: str

    def url(self, question: Question) -> str:
        return question.url(self.entities, self.account.query_key)

    def pids(self) -> list[int]:
        """Of the processes that answer, the one that started the others too."""
        web = self.server._web
        if web is None:
            return []
        children = Path(f"/proc/{web.pid}/task/{web.pid}/children").read_text()
        return [web.pid, *map(int, children.split())]


@dataclass
class Measured:
    """Runs of one question with so many clients, by who was asked."""

    question: Question
    clients: int
    loads: dict[str, list[Load]] = field(default_factory=dict)
    direct: list[float] = field(default_factory=list)

    def rate(self, who: str) -> float:
        return statistics.median(one.per_second for one in self.loads[who])

    def latency(self, who: str) -> float:
        return statistics.median(one.median for one in self.loads[who])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--seconds", type=int, default=4, help="of each run of wrk")
    parser.add_argument("--many", type=int, default=flat.MANY, help="entities of the large box")
    parser.add_argument("--requests", type=int, default=memory.REQUESTS, help="of the memory run")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="cairn-bench-") as name:
        lines = query_lines(
            Path(name), given.rows, given.seconds, many=given.many, requests_=given.requests
        )
    print("\n".join(lines))


def query_lines(
    folder: Path, rows: int = ROWS, seconds: int = 4, *, many: int, requests_: int
) -> list[str]:
    """What queries cost, as a part of the page of results."""
    if reason := missing():
        return ["## Queries", "", f"Not measured: {reason}.", ""]
    folder.mkdir(parents=True, exist_ok=True)
    pipe = data.make(folder, rows, ["pipe"])["pipe"]
    with ExitStack() as stack:
        postgres = stack.enter_context(shared_server(folder))
        database = stack.enter_context(postgres.database("bench"))
        all_cores = {"WEB_PROCESSES": str(PROCESSES)}
        files = stack.enter_context(served(all_cores, pipe))
        tables = stack.enter_context(
            served({"SDS_STORE": "postgis", "SDS_STORE_URL": database, **all_cores}, pipe)
        )
        measured = list(_measured(files, tables, database, seconds))
        memory_lines = memory.lines(files, requests_)
        flat_lines = flat.lines({"GeoPackage": files, "PostGIS": tables}, folder, many, seconds)
        return [*_heading(rows, postgres), *_tables(measured), *memory_lines, *flat_lines]


@contextmanager
def served(settings: dict[str, str], pipe: Path) -> Iterator[Served]:
    """A server of its own with the rows loaded through the API, and its indexes made."""
    with running(LOG_LEVEL="WARNING", API_ONLY="1", **settings) as server:
        account = server.account("unlimited")
        job = account.finish(account.load("Cities", pipe.read_bytes()), within=JOB_SECONDS)
        if job["status"] != "Completed":
            raise SystemExit(f"The load was aborted: {job}")
        one = Served(server, account, f"{service_path(job)}/{data.SCHEMA.entity_type}")
        for question in QUESTIONS:
            _check(one.url(question))
        yield one


def _check(url: str) -> None:
    """A whole page, as the questions are chosen; the first time leaves wishes for indexes."""
    results = requests.get(url, timeout=120).json()["d"]["results"]
    if len(results) != PAGE:
        raise SystemExit(f"{len(results)} entities, not {PAGE}: {url.partition('key=')[0]}")


def _measured(files: Served, tables: Served, database: str, seconds: int) -> Iterator[Measured]:
    table = _table(database)
    with (
        running_tipg(database, SCHEMA, table, PROCESSES) as items,
        asked_directly(database, SCHEMA, table) as direct,
    ):
        for question in QUESTIONS:
            urls = {"GeoPackage": files.url(question), "PostGIS": tables.url(question)}
            if question.tipgs:
                urls["tipg"] = question.tipg_url(items)
                features = requests.get(urls["tipg"], timeout=60).json()["features"]
                if len(features) != PAGE:
                    raise SystemExit(f"tipg gave {len(features)} features for {question.what}")
            for clients in CLIENTS:
                one = Measured(question, clients)
                for _ in range(ROUNDS):
                    for who, url in urls.items():
                        one.loads.setdefault(who, []).append(load(url, clients, seconds))
                    if clients == 1:
                        one.direct.append(direct.median(question, seconds / 2))
                yield one


def _table(database: str) -> str:
    with psycopg.connect(database) as connection:
        ((name,),) = connection.execute(
            f"SELECT table_name::text FROM {SCHEMA}.cairn_versions"  # type: ignore[arg-type]  # SCHEMA is ours
        ).fetchall()
    return str(name)


def _heading(rows: int, postgres: PostgresServer) -> list[str]:
    with psycopg.connect(postgres.url("with_postgis")) as connection:
        ((server, postgis),) = connection.execute(
            "SELECT current_setting('server_version'), postgis_lib_version()"
        ).fetchall()
    return [
        "## Queries",
        "",
        f"{rows:,} entities of 26 columns, {PAGE} of them a page with all their properties, as JSON, "
        f"on loopback (wrk). PostgreSQL {server.split()[0]} with PostGIS {postgis}; tipg "
        f"{tipg_version()} with uvloop on the same table. {PROCESSES} processes each, {ROUNDS} runs by "
        "turns, medians. The database asked directly is one connection of psycopg; nearby is asked as the "
        f"{PAGE} nearest by the index, without a radius, the fastest way there is.",
        "",
    ]


def _tables(measured: list[Measured]) -> list[str]:
    lines = [
        "| query | clients | tipg | on GeoPackage | × | latency | on PostGIS | × | latency |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    lines += [_beside_tipg(one) for one in measured if "tipg" in one.loads]
    lines += [
        "",
        "Answers a second, and how many times tipg's; latency: the median as a part of tipg's. "
        "Goals: 3 × and 1/3 on GeoPackage, 2 × on PostGIS.",
        "",
        "| query, one client | database alone | on GeoPackage | added | on PostGIS | added |",
        "|---|---|---|---|---|---|",
    ]
    lines += [_beside_database(one) for one in measured if one.direct]
    return [*lines, "", "Medians in milliseconds. Goal: 3 added at most.", ""]


def _beside_tipg(one: Measured) -> str:
    cells = [one.question.what, str(one.clients)]
    cells.append(f"{one.rate('tipg'):.0f}/s, {one.latency('tipg'):.1f} ms")
    for who in ("GeoPackage", "PostGIS"):
        times, part = one.rate(who) / one.rate("tipg"), one.latency(who) / one.latency("tipg")
        cells += [f"{one.rate(who):.0f}/s, {one.latency(who):.1f} ms", f"**{times:.1f}**"]
        cells.append(f"{part:.2f}")
    return f"| {' | '.join(cells)} |"


def _beside_database(one: Measured) -> str:
    alone = statistics.median(one.direct)
    cells = [one.question.what, f"{alone:.2f}"]
    for who in ("GeoPackage", "PostGIS"):
        cells += [f"{one.latency(who):.2f}", f"**{one.latency(who) - alone:+.2f}**"]
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    main()
