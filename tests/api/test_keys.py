"""No key gets out: not in an error, its causes, a repr, a log line at DEBUG, or a shown URL."""

from __future__ import annotations

import io
import logging
import pickle
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from datasources.api import Client, ServiceError
from datasources.api.scrub import SHOWN, Secret, scrub
from tests import faulty as faults
from tests.faulty import FaultyService, answer

# With signs that are encoded in a URL: both spellings have to stay inside.
MASTER = "Ma5ter+Key/with=signs-and-61-characters"
READER = "Read3r~Key"
SPELLINGS = (MASTER, quote(MASTER, safe=""), quote(MASTER), READER)

ECHO = (
    f'{{"errorDetails":["{MASTER} is no key","key={quote(MASTER, safe="")} and {READER}"],'
    f'"statusCode":400,"key":"{MASTER}"}}'
).encode()

FAULTS: dict[str, faults.Behaviour] = {
    "hang": faults.hang,
    "reset": faults.reset,
    "reset in the answer": faults.reset_in_answer,
    "truncated": faults.truncate(),
    "400 that echoes": answer(400, ECHO),
    "401 that echoes": answer(401, ECHO),
    "403 that echoes": answer(403, ECHO),
    "404 as text": answer(404, f"No such thing: /data?key={MASTER}".encode(), "text/plain"),
    "500 that echoes": answer(500, ECHO),
    "503 as HTML": answer(503, f"<html><body>{MASTER}</body></html>".encode(), "text/html"),
    "200 that echoes": answer(200, ECHO),
    "HTML that echoes": answer(200, f"<html><p>{MASTER} {READER}</p></html>".encode()),
    "half JSON": answer(200, f'{{"a":"{MASTER}'.encode()),
    "XML that echoes": answer(200, f"<Response><a>{MASTER}</a>".encode()),
    "redirect elsewhere": faults.redirect(f"https://example.com/?key={quote(MASTER, safe='')}"),
    "redirect to itself": faults.redirect(f"/REST/v1/a?key={quote(MASTER, safe='')}"),
}
OPERATIONS: dict[str, Callable[[Client], object]] = {
    "load": lambda client: client.load(
        "Shops", "complete", io.BytesIO(b"ID|Name"), "pipe", query_key=READER
    ),
    "rollback": lambda client: client.rollback("v1", "Shops"),
    "jobs": lambda client: client.jobs(),
    "data_sources": lambda client: client.data_sources(),
    "metadata": lambda client: client.metadata(),
    "query": lambda client: client.query(f"{client.base_url}/data/a1/Shops/Shop"),
    "fetch": lambda client: client.fetch(f"{client.base_url}/output?key={MASTER}", io.BytesIO()),
}


@pytest.fixture
def everything_logged(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    """All loggers at DEBUG, as when someone hunts for a fault."""
    caplog.set_level(logging.DEBUG)
    names = [one for one in logging.root.manager.loggerDict if one.startswith(("urllib3", "req"))]
    for name in names:
        caplog.set_level(logging.DEBUG, logger=name)
    return caplog


@pytest.fixture
def client(faulty: FaultyService, monkeypatch: pytest.MonkeyPatch) -> Iterator[Client]:
    monkeypatch.setattr("datasources.api.client.LOAD_TIMEOUT", (2.0, 0.2))
    with Client(
        faulty.base_url, MASTER, query_key=READER, timeout=(2.0, 0.2), sleep=lambda _: None
    ) as client:
        yield client


def assert_silent(text: str) -> None:
    for spelling in SPELLINGS:
        assert spelling not in text


def all_words(error: BaseException) -> str:
    """All that a log, a report or a debugger shows of an error, its causes included."""
    shown = [
        "".join(traceback.TracebackException.from_exception(error, capture_locals=True).format())
    ]
    seen: BaseException | None = error
    while seen is not None:
        shown += [str(seen), repr(seen), repr(vars(seen)), repr(seen.args)]
        seen = seen.__cause__ or seen.__context__
    return "\n".join(shown)


def error_of(operation: Callable[[Client], object], client: Client) -> ServiceError | None:
    try:
        operation(client)
    except ServiceError as error:
        return error
    return None


@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=OPERATIONS)
@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_no_failure_shows_a_key(
    client: Client,
    faulty: FaultyService,
    everything_logged: pytest.LogCaptureFixture,
    fault: faults.Behaviour,
    operation: Callable[[Client], object],
) -> None:
    faulty.will(fault)
    error = error_of(operation, client)
    if error is not None:  # a file is fetched as it is
        assert error.__cause__ is None
        assert error.__context__ is None
        assert_silent("\n".join((error.message, error.remote_words, repr(error))))
        assert_silent("\n".join(str(one) for one in (error.args, vars(error))))
    assert faulty.seen
    assert any("key={key}" in one.getMessage() for one in everything_logged.records)
    assert_silent(everything_logged.text)
    assert_silent("\n".join(repr(vars(one)) for one in everything_logged.records))


@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=OPERATIONS)
@pytest.mark.parametrize(
    "host", ["nowhere.invalid", "refused"], ids=["unknown host", "refused connection"]
)
def test_no_failed_connection_shows_a_key(
    everything_logged: pytest.LogCaptureFixture,
    host: str,
    operation: Callable[[Client], object],
) -> None:
    base = faults.refused_base_url() if host == "refused" else f"http://{host}/REST/v1"
    with (
        Client(base, MASTER, query_key=READER, sleep=lambda _: None) as client,
        pytest.raises(ServiceError) as caught,
    ):
        operation(client)
    error = caught.value
    assert error.__cause__ is None
    assert error.__context__ is None
    assert_silent("\n".join((str(error), repr(error), repr(vars(error)))))
    assert_silent(everything_logged.text)


def test_a_traceback_with_its_locals_shows_no_key(client: Client, faulty: FaultyService) -> None:
    faulty.will(faults.reset)
    with pytest.raises(ServiceError) as caught:
        client.publish("a1", "Shops")
    assert_silent(all_words(caught.value))


def test_a_job_that_echoes_the_key_is_cleaned(client: Client, faulty: FaultyService) -> None:
    body = (
        f'{{"resourceSets":[{{"resources":[{{"id":"1","status":"Aborted",'
        f'"errorMessage":"{MASTER} is wrong","description":"with {MASTER}",'
        f'"links":[{{"role":"self","url":"{faulty.base_url}/a?key={quote(MASTER, safe="")}"}}]}}]}}],'
        f'"errorDetails":["key={MASTER}"]}}'
    )
    faulty.will(answer(200, body.encode()))
    for jobs in (client.jobs(), [client.load_status("1")], [client.publish("a1", "Shops")]):
        assert_silent(repr(jobs))
        assert jobs[0].error_message == f"{SHOWN} is wrong"
        assert jobs[0].self_url == f"{faulty.base_url}/a"


def test_data_sources_and_entities_that_echo_the_key_are_cleaned(
    client: Client, faulty: FaultyService
) -> None:
    href = f"{faulty.base_url}/data/a1/Shops/Shop?key={quote(MASTER, safe='')}"
    atom = (
        '<service><workspace isPublic="true"><title>Shops</title>'
        f'<collection href="{href}"><title>Shop</title></collection></workspace></service>'
    )
    faulty.will(answer(200, atom.encode()))
    (found,) = client.data_sources()
    assert found.query_url == f"{faulty.base_url}/data/a1/Shops/Shop"
    assert_silent(repr(found))


def test_a_query_shows_its_address_with_a_placeholder(
    client: Client, faulty: FaultyService
) -> None:
    faulty.will(answer(200, b'{"d":{"results":[]}}'))
    found = client.query(f"{faulty.base_url}/data/a1/Shops/Shop", top=1)
    assert found.url == f"{faulty.base_url}/data/a1/Shops/Shop?$top=1&$format=json&key={{key}}"
    assert_silent(repr(found))


def test_neither_the_client_nor_what_it_holds_shows_a_key(client: Client) -> None:
    assert_silent(repr(client))
    assert_silent(repr(vars(client)))
    with pytest.raises(TypeError):
        pickle.dumps(Secret(MASTER))
    assert f"{Secret(MASTER)} {Secret(MASTER)!r}" == "{key} {key}"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("/data?key=abc&top=1", "/data?key={key}&top=1"),
        ("/data?queryKey=abc", "/data?queryKey={key}"),
        ("/data?KEY=abc def", "/data?KEY={key} def"),
        ("redirect=%2Fdata%3Fkey%3Dabc", "redirect=%2Fdata%3Fkey%3D{key}"),
        ("/data?key={key}&a=1", "/data?key={key}&a=1"),
        ("primaryKey is wrong", "primaryKey is wrong"),
    ],
)
def test_any_key_in_a_query_string_is_hidden(text: str, expected: str) -> None:
    assert scrub(text) == expected


def test_the_http_libraries_log_no_key_even_with_a_traceback(
    caplog: pytest.LogCaptureFixture,
) -> None:
    logger = logging.getLogger("urllib3.connection")
    with caplog.at_level(logging.DEBUG, logger="urllib3.connection"):
        try:
            raise ValueError(f"GET /data?key={MASTER}")
        except ValueError:
            logger.warning("Failed to parse headers (url=%s)", f"/data?key={MASTER}", exc_info=True)
    assert "ValueError: GET /data?key={key}" in caplog.text
    assert_silent(caplog.text)


def test_netrc_and_cookies_are_not_used(
    faulty: FaultyService, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine maps.example.com login someone password secret\n")
    monkeypatch.setenv("NETRC", str(netrc))
    # The misbehaving service stands in as the network's proxy, so that the host is a distant one.
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{faulty.server_port}")
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    faulty.will(answer(200, b'{"resourceSets":[]}', headers={"Set-Cookie": "a=b"}))
    with Client("http://maps.example.com/REST/v1", MASTER) as client:
        client.jobs()
        client.jobs()
    assert len(faulty.seen) == 2
    for seen in faulty.seen:
        assert seen.headers["Host"] == "maps.example.com"
        assert "Authorization" not in seen.headers
        assert "Cookie" not in seen.headers


def test_a_service_on_this_machine_is_asked_without_the_systems_proxy(
    faulty: FaultyService, monkeypatch: pytest.MonkeyPatch
) -> None:
    proxy = FaultyService()
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{proxy.server_port}")
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    faulty.will(answer(200, b'{"resourceSets":[]}'))
    with Client(faulty.base_url, MASTER) as client:
        assert client.jobs() == []
    proxy.will(answer(200, b'{"resourceSets":[]}'))
    with Client("http://maps.example.com/REST/v1", MASTER) as client:
        assert client.jobs() == []
    proxy.stop()
    assert len(faulty.seen) == len(proxy.seen) == 1
