"""The life of a data source as a chain of fixtures, each a step on the one before.

Every step is taken once and notes what it answered and how things stood then; the cases of many
pages look at these notes.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.conformance.forms import workspaces
from tests.conformance.sample import pipe
from tests.conformance.service import Answer, Service, service_url

ENTITY_TYPE = "Places"
_DELETING = (
    "ID(Edm.String,primaryKey)|Latitude(Edm.Double)|Longitude(Edm.Double)|Name(Edm.String)"
    "|__deleteEntity(Edm.Boolean)"
)


@dataclass
class History:
    """By the word of a step: its answer, its job as it ended, the versions and entities then.

    `found` and `found_staged` are names by ID; the latter is empty where nothing was staged. `files`
    are downloads of versions, by the step that made the version.
    """

    sds: Service
    name: str
    answers: dict[str, Answer] = field(default_factory=dict)
    jobs: dict[str, dict[str, Any]] = field(default_factory=dict)
    versions: dict[str, list[dict[str, str]]] = field(default_factory=dict)
    found: dict[str, dict[str, str]] = field(default_factory=dict)
    found_staged: dict[str, dict[str, str]] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return service_url(self.jobs["first"])

    @property
    def query_url(self) -> str:
        return f"{self.url}/{ENTITY_TYPE}"

    def step(self, word: str, answer: Answer) -> None:
        """Note a step and wait for its job."""
        self.answers[word] = answer
        self.jobs[word] = self.sds.completed(answer)
        self.note(word)

    def note(self, word: str) -> None:
        """How things stand now."""
        self.versions[word] = workspaces(self.sds.get(self.url, "showAllVersions=true"))
        self.found[word] = self._names("")
        is_staged = any(one["isStagingDataSource"] == "true" for one in self.versions[word])
        self.found_staged[word] = self._names("&isStaging=1") if is_staged else {}

    def load(self, word: str, body: str, operation: str, more: str = "") -> None:
        self.step(word, self.sds.load(self.name, body, operation=operation, more=more))

    def download(self, word: str) -> None:
        """The file of the version that a step made; no job, as far as limits go."""
        path = f"/Dataflows/DataSourceDownload/{self.url.split('/data/')[1]}"
        job = self.sds.completed(self.sds.get(path, f"JOBID={self.jobs[word]['id']}"))
        url = next(link["url"] for link in job["links"] if link.get("name") == "succeeded")
        self.files[word] = self.sds.get(url).content

    def _names(self, query: str) -> dict[str, str]:
        answer = self.sds.get(self.query_url, f"$format=json{query}")
        assert answer.status_code == 200, answer.text
        return {row["ID"]: row["Name"] for row in answer.json()["d"]["results"]}


@pytest.fixture(scope="session")
def loaded_twice(sds: Service) -> History:
    """A complete load, and another in its place: one answered in JSON, one in XML."""
    history = History(sds, sds.new_name("Places"))
    history.load("first", pipe("a|1|1|first", "b|2|2|first"), "complete", "output=json")
    history.load("second", pipe("a|1|1|second", "b|2|2|second"), "complete", "O=XML")
    return history


@pytest.fixture(scope="session")
def staged(loaded_twice: History) -> History:
    """A staged version beside the published one; `setPublic=0` comes along as real clients send it."""
    body = pipe("a|1|1|staged", "c|3|3|staged")
    loaded_twice.load("staged", body, "CompleteStaging", "setPublic=0")
    for word in ("first", "staged"):
        loaded_twice.download(word)
    return loaded_twice


@pytest.fixture(scope="session")
def committed(staged: History) -> History:
    """The staged version published; answered in JSON."""
    staged.step("committed", staged.sds.job("GET", f"{staged.url}/$commit", "output=json"))
    return staged


@pytest.fixture(scope="session")
def changed(committed: History) -> History:
    """An incremental load: one entity replaced, one added, one deleted with its ID alone."""
    body = pipe(
        "a|1|1|changed|0", "d|4|4|changed|false", "c||||1",
        columns=_DELETING, entity_type=ENTITY_TYPE,
    )  # fmt: skip
    access_id = committed.url.split("/")[-2]
    committed.load("changed", body, "incremental", f"accessId={access_id}")
    return committed


@pytest.fixture(scope="session")
def committed_again(changed: History) -> History:
    """A staged incremental load, and its publishing; answered in XML."""
    changed.load("staged again", pipe("e|5|5|staged again"), "INCREMENTALSTAGING")
    answer = changed.sds.job("GET", f"{changed.url}/$Commit", "o=xml")
    changed.step("committed again", answer)
    return changed


@pytest.fixture(scope="session")
def rolled_back(committed_again: History) -> History:
    """Back to the incremental load's version (JSON), and forth again (XML)."""
    history = committed_again
    for word, version, output in (
        ("rolled back", "changed", "json"),
        ("rolled forth", "staged again", "xml"),
    ):
        path = f"/Dataflows/DataSourceRollback/{history.jobs[version]['id']}/{history.name}"
        history.step(word, history.sds.job("GET", path, f"output={output}"))
    return history


@pytest.fixture(scope="session")
def opened(rolled_back: History) -> History:
    """Made public (JSON), noted, and made private again (XML)."""
    history = rolled_back
    for word, query in (("public", "setPublic=1"), ("private", "SETPUBLIC=0&o=xml")):
        answer = history.sds.job("GET", f"{history.url}/$updateDataSource", query)
        history.answers[word] = answer
        history.sds.idle()
        history.note(word)
        directory = history.sds.get("/data/$GetPublicDataSourceList")
        history.answers[f"directory when {word}"] = directory
        as_json = history.sds.get("/data/$GetPublicDataSourceList", "$format=json")
        history.answers[f"directory in JSON when {word}"] = as_json
        history.answers[f"metadata when {word}"] = history.sds.get(f"{history.url}/$metadata")
    return history


@pytest.fixture(scope="session")
def unstaged(opened: History) -> History:
    """A version staged, and its deletion alone."""
    opened.load("staged to go", pipe("z|1|1|to go"), "completeStaging")
    answer = opened.sds.job("DELETE", opened.url, "isStaging=1")
    opened.answers["unstaged"] = answer
    opened.sds.idle()
    opened.note("unstaged")
    return opened


@pytest.fixture(scope="session")
def deleted(unstaged: History) -> History:
    """The data source deleted."""
    unstaged.answers["deleted"] = unstaged.sds.job("DELETE", unstaged.url)
    unstaged.sds.idle()
    return unstaged
