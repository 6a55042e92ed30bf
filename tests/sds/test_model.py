"""Random lives of data sources, on files, in PostGIS and in a plain dictionary: the three agree.

Requests go through the server's own URLs, jobs through its own worker and stores; after each step
the versions, their states and all their entities are compared.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import override_settings
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    rule,
    run_state_machine_as_test,
)
from pytest_django import Settings

from sds_server import accounts, files, housekeeping
from sds_server.models import DataSource, Plan
from sds_server.store import PostgisStore, store
from tests.conformance.forms import workspaces
from tests.sds.inside import Inside, local_sds
from tests.sds.lives import (
    IDS,
    Question,
    a_file,
    in_json,
    questions,
    read_xml,
    text_of,
    without_delete,
)
from tests.sds.model import Book, File, Row, Source, Version, in_order, kilometres

NAMES = st.sampled_from(["Shops", "Parks"])
OPERATIONS = st.sampled_from(["complete", "incremental", "completeStaging", "incrementalStaging"])
#: A load: data source, operation, file, setPublic.
Order = tuple[str, str, File, bool | None]


class Servers:
    """A server of each kind on one database, each with an account of its own."""

    def __init__(self, folder: Path, postgis_url: str) -> None:
        schema = f"model {uuid.uuid4().hex}"
        self.kinds: dict[str, dict[str, object]] = {
            "files": {"SDS_STORE": "geopackage", "SDS_DATA_DIR": folder},
            "postgis": {
                "SDS_STORE": "postgis", "SDS_STORE_URL": postgis_url, "SDS_STORE_SCHEMA": schema,
            },
        }  # fmt: skip
        self.accounts: dict[str, Inside] = {}

    def begin(self) -> None:
        """Fresh accounts."""
        for kind in self.kinds:
            name = f"{kind} {uuid.uuid4().hex}"
            _, key, _ = accounts.create_account(name, Plan.UNLIMITED)
            self.accounts[kind] = Inside(key, name)

    def each(self, act: Callable[[str, Inside], Any]) -> dict[str, Any]:
        """What each server answers."""
        found = {}
        for kind, inside in self.accounts.items():
            with override_settings(**self.kinds[kind]):
                found[kind] = act(kind, inside)
        return found

    def close(self) -> None:
        def close(kind: str, inside: Inside) -> None:
            made = store()
            if isinstance(made, PostgisStore):
                made.close()

        self.each(close)


class Lives(RuleBasedStateMachine):
    """Two data sources, and all that can be done to them."""

    servers: Servers

    def __init__(self) -> None:
        super().__init__()
        self.book = Book()
        self.servers.begin()

    # --- what is done ---

    @rule(
        name=NAMES, operation=OPERATIONS, file=a_file(), public=st.sampled_from([None, True, False])
    )
    def load(self, name: str, operation: str, file: File, public: bool | None) -> None:
        if operation.endswith("Staging"):
            public = None
        self._load([(name, operation, file, public)])

    @rule(name=NAMES, first=OPERATIONS, second=OPERATIONS, one=a_file(), two=a_file())
    def load_twice_at_once(self, name: str, first: str, second: str, one: File, two: File) -> None:
        self._load([(name, first, one, None), (name, second, two, None)])

    def _load(self, orders: list[Order]) -> None:
        """Sends loads, and has their jobs done once all are sent."""
        # What an incremental load builds on may be on its way: then it is taken.
        on_its_way, refused = False, []
        for name, operation, _, _ in orders:
            there = on_its_way or self.book.base(name, operation) is not None
            refused.append(operation.startswith("incremental") and not there)
            on_its_way = on_its_way or not refused[-1]

        def sent(kind: str, inside: Inside) -> list[HttpResponse]:
            answers = [send(inside, *order) for order in orders]
            inside.work()
            return answers

        answers = self.servers.each(sent)
        for number, (name, operation, file, public) in enumerate(orders):
            mine = {kind: found[number] for kind, found in answers.items()}
            code = 400 if refused[number] else 201
            assert {answer.status_code for answer in mine.values()} == {code}
            if refused[number]:
                continue
            made = self.book.load(name, operation, file, public)
            ids = {kind: job_id(answer) for kind, answer in mine.items()}
            self._ended(ids, "Aborted" if made is None else "Completed")
            if made is not None:
                made.job_ids = ids

    @rule(name=NAMES)
    def publish(self, name: str) -> None:
        source = self.book.sources.get(name, Source())
        staged = source.staged
        if self._do(name, "GET", "/$commit", taken=staged is not None) and staged is not None:
            source.publish(staged)

    @rule(name=NAMES, which=st.integers(0, 4))
    def roll_back(self, name: str, which: int) -> None:
        source = self.book.sources.get(name, Source())
        kept = source.versions()
        version = kept[which] if which < len(kept) else None
        is_earlier = version in source.earlier

        def ask(kind: str, inside: Inside) -> HttpResponse:
            named = version.job_ids[kind] if version is not None else "0" * 32
            return inside.ask("GET", f"/Dataflows/DataSourceRollback/{named}/{name}")

        if self._started(ask, taken=is_earlier) and version is not None:
            source.publish(version)

    @rule(name=NAMES, public=st.booleans())
    def make_public(self, name: str, public: bool) -> None:
        taken = name in self.book.sources
        if self._do(name, "GET", "/$updateDataSource", taken=taken, setPublic=int(public)):
            self.book.sources[name].public = public

    @rule(name=NAMES)
    def discard(self, name: str) -> None:
        staged = self.book.sources.get(name, Source()).staged
        if self._do(name, "DELETE", "", taken=staged is not None, isStaging=1):
            self.book.discard(name)

    @rule(name=NAMES)
    def delete(self, name: str) -> None:
        if self._do(name, "DELETE", "", taken=name in self.book.sources):
            del self.book.sources[name]

    @rule()
    def keep_house(self) -> None:
        """At any time, and nothing that anybody needs goes."""
        self.servers.each(lambda kind, inside: housekeeping.keep_house())

    def _do(self, name: str, method: str, rest: str, *, taken: bool, **params: object) -> bool:
        return self._started(
            lambda kind, inside: inside.ask(method, f"{path(inside, name)}{rest}", **params),
            taken=taken,
        )

    def _started(self, ask: Callable[[str, Inside], HttpResponse], *, taken: bool) -> bool:
        """Asks each server for a job, which must be taken or not; if so it has ended well."""

        def worked(kind: str, inside: Inside) -> HttpResponse:
            answer = ask(kind, inside)
            inside.work()
            return answer

        answers = self.servers.each(worked)
        codes = {answer.status_code for answer in answers.values()}
        assert len(codes) == 1, codes
        assert codes <= ({201, 202} if taken else {400, 404}), codes
        if taken and all(answer.content for answer in answers.values()):
            self._ended({kind: job_id(answer) for kind, answer in answers.items()}, "Completed")
        return taken

    def _ended(self, ids: dict[str, str], status: str) -> None:
        ended = self.servers.each(lambda kind, inside: inside.job(ids[kind]))
        assert {job["status"] for job in ended.values()} == {status}, ended

    # --- what is asked ---

    @rule(name=NAMES, which=st.integers(0, 3))
    def download(self, name: str, which: int) -> None:
        kept = self.book.sources.get(name, Source()).versions()
        if which >= len(kept):
            return
        version = kept[which]

        def fetched(kind: str, inside: Inside) -> dict[str, Row]:
            path_of = path(inside, name).removeprefix("/data")
            started = inside.ask(
                "GET", f"/Dataflows/DataSourceDownload{path_of}", jobId=version.job_ids[kind]
            )
            job = inside.ended(started)
            assert job["status"] == "Completed", job
            url = f"/Dataflows/DataSourceDownload/{job['id']}/output/succeeded"
            answer = inside.ask("GET", url)
            return read_xml(b"".join(answer.streaming_content))  # type: ignore[attr-defined]

        wanted = {key: without_delete(row) for key, row in version.rows.items()}
        for kind, found in self.servers.each(fetched).items():
            assert found == wanted, kind

    @rule(name=NAMES, staged=st.booleans(), question=questions())
    def ask(self, name: str, staged: bool, question: Question) -> None:
        source = self.book.sources.get(name, Source())
        version = source.staged if staged else source.published
        answers = self.servers.each(
            lambda kind, inside: queried(inside, name, staged, question.params())
        )
        for kind, answer in answers.items():
            if version is None:
                assert answer.status_code == 404, kind
                continue
            assert answer.status_code == 200, answer.content
            found = answer.json()["d"]  # type: ignore[attr-defined]
            total, page = question.answer(version)
            assert int(found["__count"]) == total, (kind, question)
            distances = [row.pop("__Distance", None) for row in found["results"]]
            assert [clean(row) for row in found["results"]] == list(map(in_json, page)), kind
            if question.near is not None:
                place = question.near[0]
                assert distances == pytest.approx(
                    [kilometres(row, place) for row in page], abs=1e-6
                )

    @rule(name=NAMES, key=st.sampled_from(IDS))
    def ask_for_one(self, name: str, key: str) -> None:
        version = self.book.sources.get(name, Source()).published
        quoted = key.replace("'", "''")
        answers = self.servers.each(
            lambda kind, inside: inside.ask(
                "GET", f"{path(inside, name)}/Place('{quoted}')", **{"$format": "json"}
            )
        )
        row = None if version is None else version.rows.get(key)
        for kind, answer in answers.items():
            if row is None:
                assert answer.status_code == 404, kind
            else:
                assert clean(answer.json()["d"]) == in_json(row), kind  # type: ignore[attr-defined]

    # --- what always holds ---

    @invariant()
    def all_agree(self) -> None:
        for name in ("Shops", "Parks"):
            source = self.book.sources.get(name)
            states = self.servers.each(lambda kind, inside, name=name: shown(inside, name))
            for kind, found in states.items():
                assert found == expected(source, kind), (name, kind)
        for name, source in self.book.sources.items():
            for version, staged in ((source.published, False), (source.staged, True)):
                if version is not None:
                    self._holds_all(name, version, staged=staged)

    def _holds_all(self, name: str, version: Version, *, staged: bool) -> None:
        everything = {"$top": 250}
        wanted = [in_json(row) for row in in_order(list(version.rows.values()), [])]
        answers = self.servers.each(lambda kind, inside: queried(inside, name, staged, everything))
        for kind, answer in answers.items():
            assert answer.status_code == 200, (kind, answer.content)
            found = answer.json()["d"]["results"]  # type: ignore[attr-defined]
            assert [clean(row) for row in found] == wanted, (kind, name)

    @invariant()
    def nothing_is_left_over(self) -> None:
        """What a store keeps are the versions that there are, and no job's data outlive it."""
        wanted = {
            kind: {
                version.job_ids[kind]
                for source in self.book.sources.values()
                for version in source.versions()
            }
            for kind in self.servers.kinds
        }
        kept = self.servers.each(lambda kind, inside: mine(inside))
        assert kept == wanted
        assert list(files.storage().walk(files.BODIES)) == []


def send(
    inside: Inside, name: str, operation: str, file: File, public: bool | None
) -> HttpResponse:
    body = text_of(file, incremental=operation.startswith("incremental")).encode()
    more = {} if public is None else {"setPublic": int(public)}
    return inside.ask(
        "POST", "/Dataflows/LoadDataSource", body,
        dataSourceName=name, loadOperation=operation, input="pipe", **more,
    )  # fmt: skip


def job_id(answer: HttpResponse) -> str:
    (job,) = answer.json()["resourceSets"][0]["resources"]  # type: ignore[attr-defined]
    return str(job["id"])


def path(inside: Inside, name: str) -> str:
    source = DataSource.objects.filter(account__name=inside.name, name=name).first()
    return f"/data/{source.access_id if source else '0' * 32}/{name}"


def queried(inside: Inside, name: str, staged: bool, params: dict[str, Any]) -> HttpResponse:
    more = {"isStaging": 1} if staged else {}
    return inside.ask("GET", f"{path(inside, name)}/Place", **{"$format": "json", **more, **params})


def clean(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if not name.startswith("__")}


def shown(inside: Inside, name: str) -> object:
    """The state of each version by its job, and whether the data source is public."""
    answer = inside.ask("GET", path(inside, name), showAllVersions="true")
    if answer.status_code == 404:
        return None
    found = workspaces(answer)  # type: ignore[arg-type]
    states = {one["jobId"]: (one["isActive"], one["isStagingDataSource"]) for one in found}
    # A staged version is never public.
    return states, {one["isPublic"] for one in found if one["isStagingDataSource"] == "false"}


def expected(source: Source | None, kind: str) -> object:
    if source is None:
        return None
    states = {
        one.job_ids[kind]: (
            "true" if one is source.published else "false",
            "true" if one is source.staged else "false",
        )
        for one in source.versions()
    }
    seen = [one for one in source.versions() if one is not source.staged]
    return states, {"true" if source.public else "false" for _ in seen}


def mine(inside: Inside) -> set[str]:
    """The versions in the store, but for those of accounts of examples before."""
    others = DataSource.objects.exclude(account__name=inside.name)
    return set(store().sizes()) - set(others.values_list("versions__job_id", flat=True))


@contextmanager
def served(folder: Path, postgis_url: str) -> Iterator[Servers]:
    servers = Servers(folder, postgis_url)
    servers.begin()
    try:
        yield servers
    finally:
        servers.close()


@pytest.mark.django_db(transaction=True)
def test_files_tables_and_a_dictionary_agree_on_any_life(
    settings: Settings, tmp_path: Path, postgis_url: str
) -> None:
    local_sds(settings, tmp_path / "sds")
    with served(tmp_path / "sds", postgis_url) as servers:
        Lives.servers = servers
        run_state_machine_as_test(Lives, settings=BUDGET)


#: A few lives on every run, always the same; many, and others each time, with
#: HYPOTHESIS_PROFILE=wide.
BUDGET = settings(
    max_examples=12 if settings.default.derandomize else 200,
    stateful_step_count=20,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
