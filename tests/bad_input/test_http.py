"""Requests that keep to no rule of HTTP, or to rules that few clients use."""

from __future__ import annotations

import gzip
import socket
from contextlib import ExitStack

import pytest

from tests.bad_input.raw import connected, exchange, request
from tests.live import LiveAccount, LiveServer, eventually
from tests.sds.endpoints.sample import SHOPS, pipe

LOAD = "/Dataflows/LoadDataSource?dataSourceName=Coffee&loadOperation=complete&input=pipe&key="
DATA = pipe(SHOPS).encode()


@pytest.fixture
def account(live_sds: LiveServer) -> LiveAccount:
    return live_sds.account()


def length(body: bytes) -> dict[str, str]:
    return {"Content-Length": str(len(body)), "Content-Type": "text/plain"}


def is_loaded(account: LiveAccount) -> bool:
    account.idle()
    return "Coffee" in account.get("/data", **{"$format": "json"}).text


@pytest.mark.parametrize(
    "host",
    ["evil.example", "evil.example:80", "<script>", "127.0.0.1@evil.example", "", "a" * 5000],
)
def test_a_host_that_is_not_ours_is_refused_and_not_given_back(
    account: LiveAccount, host: str
) -> None:
    answered = request(
        account.base_url, f"/data?key={account.master_key}&$format=json", headers={"Host": host}
    )
    assert answered.status == 400
    assert answered.is_json
    assert "ALLOWED_HOSTS" in answered.body.decode()
    assert not host or host not in answered.body.decode()


@pytest.mark.parametrize(
    "sent",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\r\n\r\n",
        b"get /REST/v1/data HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
        b"GET /REST/v1/data a HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
        b"GET /REST/v1/data/\xff HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n",
        b"POST /REST/v1/data HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
        b"POST /REST/v1/data HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        b"POST /REST/v1/data HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\na\r\n",
        b"GET /REST/v1/data HTTP/1.1\r\nHost: 127.0.0.1\r\nBad Header: 1\r\n\r\n",
    ],
)
def test_what_is_no_http_is_a_bad_request(account: LiveAccount, sent: bytes) -> None:
    assert exchange(account.base_url, sent).status == 400


def test_headers_without_end_are_refused(account: LiveAccount) -> None:
    answered = request(account.base_url, "/data", headers={"X-Long": "a" * 300_000})
    assert answered.status == 431
    many = {f"X-{number}": "a" for number in range(5000)}
    assert request(account.base_url, f"/data?key={account.master_key}", headers=many).status == 200
    assert request(account.base_url, "/data?x=" + "a" * 300_000).status == 431


def test_a_chunked_body_is_loaded(account: LiveAccount) -> None:
    chunks = [DATA[:7], DATA[7:100], DATA[100:]]
    body = b"".join(b"%x\r\n%s\r\n" % (len(chunk), chunk) for chunk in chunks) + b"0\r\n\r\n"
    answered = request(
        account.base_url, LOAD + account.master_key, method="POST", body=body,
        headers={"Transfer-Encoding": "chunked", "Content-Type": "text/plain"},
    )  # fmt: skip
    assert answered.status == 201
    assert is_loaded(account)


def test_who_expects_100_gets_it_before_the_body_is_sent(account: LiveAccount) -> None:
    with connected(account.base_url) as connection:
        head = f"POST /REST/v1{LOAD}{account.master_key} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        head += f"Content-Length: {len(DATA)}\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n"
        connection.sendall(head.encode())
        assert connection.recv(65536).startswith(b"HTTP/1.1 100 Continue")
        connection.sendall(DATA)
        assert connection.recv(65536).startswith(b"HTTP/1.1 201 Created")
    assert is_loaded(account)


def test_a_body_that_breaks_off_loads_nothing(account: LiveAccount) -> None:
    with connected(account.base_url) as connection:
        head = f"POST /REST/v1{LOAD}{account.master_key} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        connection.sendall(f"{head}Content-Length: {len(DATA)}\r\n\r\n".encode() + DATA[:50])
    assert not account.jobs()
    assert not is_loaded(account)


def test_a_truncated_gzip_aborts_its_job_and_says_so(account: LiveAccount) -> None:
    body = gzip.compress(DATA)[:-12]
    answered = account.load("Coffee", body)
    job = account.finish(answered)
    assert job["status"] == "Aborted"
    assert "The compressed file ends too early" in job["errorMessage"]
    assert not is_loaded(account)


@pytest.mark.parametrize("encoding", ["br", "deflate", "gzip, br", "nonsense", "'"])
def test_encodings_that_are_not_read_are_refused(account: LiveAccount, encoding: str) -> None:
    answered = request(
        account.base_url, LOAD + account.master_key, method="POST", body=DATA,
        headers={**length(DATA), "Content-Encoding": encoding},
    )  # fmt: skip
    assert answered.status == 400
    assert "Content-Encoding: send the data as they are" in answered.body.decode()
    assert not account.jobs()


@pytest.mark.parametrize("encoding", ["gzip", "X-GZip", "identity", ""])
def test_gzip_is_seen_from_the_data(account: LiveAccount, encoding: str) -> None:
    body = gzip.compress(DATA) if "gzip" in encoding.lower() else DATA
    answered = request(
        account.base_url, LOAD + account.master_key, method="POST", body=body,
        headers={**length(body), "Content-Encoding": encoding},
    )  # fmt: skip
    assert answered.status == 201
    assert is_loaded(account)


def test_slow_clients_hold_up_nobody(account: LiveAccount) -> None:
    """More connections than there are threads, each in the middle of a request."""
    begun = f"POST /REST/v1{LOAD}{account.master_key} HTTP/1.1\r\nHost: 127.0.0.1\r\n".encode()
    with ExitStack() as stack:
        slow = [stack.enter_context(connected(account.base_url)) for _ in range(40)]
        for number, connection in enumerate(slow):
            connection.sendall(begun[: 20 + number])  # in the path, or in a header
        for connection in slow[::2]:
            _finish_head(connection, begun)
        assert account.get("/data").status_code == 200
        assert account.get("/data/$metadata").status_code == 200
        eventually(lambda: account.get("/data").elapsed.total_seconds() < 5)


def _finish_head(connection: socket.socket, begun: bytes) -> None:
    """The rest of the request's head, and none of its body."""
    connection.sendall(
        b" HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 100000\r\n\r\n" + begun[:9]
    )


def test_answers_to_requests_in_a_row_come_in_a_row(account: LiveAccount) -> None:
    """Pipelining, which a proxy may do."""
    one = f"GET /REST/v1/data?key={account.master_key} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
    two = f"HEAD /REST/v1/data?key={account.master_key} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
    last = one + "Connection: close\r\n"
    sent = f"{one}\r\n{two}\r\n{last}\r\n".encode()
    answered = exchange(account.base_url, sent)
    assert (answered.head + answered.body.decode("latin-1")).count("HTTP/1.1 200 OK") == 3
