"""`dataLocation`: the data are fetched by the worker, from hosts that the setting allows alone."""

from __future__ import annotations

import gzip
from typing import Any

import pytest
import requests

from tests.faulty import (
    Behaviour,
    FaultyService,
    answer,
    drip,
    hang,
    huge,
    redirect,
    refused_base_url,
    reset_in_answer,
    truncate,
)
from tests.live import LiveAccount, LiveServer
from tests.sds.endpoints.sample import pipe

SIGNATURE = "c2lnbmF0dXJlIHRoYXQgbm9ib2R5IHNlZXM="
QUERY = "sv=2012-02-12&se=2027-08-27T22%3A46%3A57Z&sr=b&sig=c2lnbmF0dXJlIHRoYXQgbm9ib2R5IHNlZXM%3D"


def load(account: LiveAccount, location: str, **params: str) -> requests.Response:
    return account.load("Coffee", b"", dataLocation=location, **params)


def place(faulty: FaultyService, path: str = "/shops/coffee.txt", host: str = "127.0.0.1") -> str:
    return f"http://{host}:{faulty.server_port}{path}"


def aborted(account: LiveAccount, location: str) -> str:
    job = account.finish(load(account, location))
    assert job["status"] == "Aborted"
    return str(job["errorMessage"])


@pytest.mark.parametrize(
    "body", [pipe().encode(), gzip.compress(pipe().encode())], ids=["plain", "compressed"]
)
def test_data_are_loaded_from_where_they_lie(
    account: LiveAccount, faulty: FaultyService, live_sds: LiveServer, body: bytes
) -> None:
    faulty.will(answer(body=body, content_type="application/octet-stream"))
    taken = load(account, f"{place(faulty)}?{QUERY}")
    assert taken.status_code == 201, live_sds.log_text()[-3000:]
    assert taken.headers["Location"]
    job = account.finish(taken)
    assert job["status"] == "Completed", job
    assert (job["totalEntityCount"], job["failedEntityCount"]) == (3, 0)
    (asked,) = faulty.seen
    assert (asked.method, asked.path) == ("GET", "/shops/coffee.txt")
    assert asked.query["sig"] == SIGNATURE
    assert asked.query["se"] == "2027-08-27T22:46:57Z"


def test_a_redirect_is_followed_to_an_allowed_host(
    account: LiveAccount, faulty: FaultyService
) -> None:
    faulty.will(redirect(place(faulty, "/b")), redirect("/c"), answer(body=pipe().encode()))
    job = account.finish(load(account, place(faulty)))
    assert job["status"] == "Completed", job
    assert [one.path for one in faulty.seen] == ["/shops/coffee.txt", "/b", "/c"]


@pytest.mark.parametrize(
    ("location", "words"),
    [
        ("https://x.blob.core.windows.net/f", "setting SDS_DATA_HOSTS"),
        ("http://localhost:8000/f", "does not fetch data from localhost:8000"),
        ("http://127.0.0.1.example.org/f", "does not fetch data from 127.0.0.1.example.org"),
        ("http://ana:pass@127.0.0.1/f", "a user name or a password"),
        ("file:///etc/passwd", "write https://host/path"),
        ("ftp://127.0.0.1/f", "write https://host/path"),
        ("http:///f", "write https://host/path"),
        ("http://[127.0.0.1/f", "is not a URL"),
        ("http://127.0.0.1:99999/f", "is not a URL"),
        ("http://127.0.0.1/" + "f" * 2048, "2048 at most"),
    ],
    ids=["other", "name", "prefix", "user", "file", "ftp", "no-host", "bracket", "port", "long"],
)  # fmt: skip
def test_a_location_that_may_not_be_fetched_is_refused_and_no_job_made(
    account: LiveAccount, location: str, words: str
) -> None:
    answered = load(account, f"{location}?{QUERY}" if len(location) < 2000 else location)
    assert answered.status_code == 400, answered.text
    (detail,) = answered.json()["errorDetails"]
    assert detail.startswith("dataLocation: ")
    assert words in detail
    assert "sig=" not in answered.text
    assert "pass@" not in answered.text
    assert account.jobs() == []


@pytest.mark.parametrize(
    ("behaviour", "words"),
    [
        (answer(404, b"gone"), "HTTP status 404"),
        (answer(403, b"AuthenticationFailed"), "its signature has not expired"),
        (answer(200, b""), "is empty"),
        (truncate(pipe().encode()), "broke off"),
        (reset_in_answer, "broke off"),
        (hang, "no answer within 2 s"),
        (huge(301 * 1024**2), "larger than the 300 MB"),
        (huge(301 * 1024**2, announced=False), "larger than the 300 MB"),
        (redirect("http://localhost/x?sig=other"), "does not fetch data from localhost"),
        (redirect("file:///etc/passwd"), "write https://host/path"),
        (redirect("/again"), "redirects more than 3 times"),
    ],
    ids=[
        "missing", "refused", "empty", "truncated", "reset", "hanging", "too-large",
        "too-large-unsaid", "redirect-elsewhere", "redirect-file", "redirect-for-ever",
    ],
)  # fmt: skip
def test_a_fetch_that_fails_aborts_the_job_with_plain_words(
    account: LiveAccount, faulty: FaultyService, behaviour: Behaviour, words: str
) -> None:
    faulty.will(behaviour)
    said = aborted(account, f"{place(faulty)}?{QUERY}")
    assert said.startswith("dataLocation: ")
    assert words in said
    assert "sig" not in said.replace("signature", "")
    assert len(faulty.seen) == (4 if "redirects" in words else 1)
    assert account.get("/data", **{"$format": "json"}).json()["d"] is not None


def test_a_host_that_refuses_connections_is_said(account: LiveAccount) -> None:
    said = aborted(account, refused_base_url())
    assert "could not be reached (the connection was refused)" in said


def test_what_is_fetched_is_checked_like_what_is_sent(
    account: LiveAccount, faulty: FaultyService
) -> None:
    faulty.will(answer(body=b"<html><body>Sign in</body></html>", content_type="text/html"))
    assert "web page" in aborted(account, place(faulty))


def test_no_signature_stays_in_what_the_server_writes(
    account: LiveAccount, faulty: FaultyService, live_sds: LiveServer
) -> None:
    faulty.will(answer(body=pipe().encode()))
    assert account.finish(load(account, f"{place(faulty)}?{QUERY}"))["status"] == "Completed"
    faulty.will(drip)
    running: Any = load(account, f"{place(faulty)}?{QUERY}")  # still under way: sealed in its row
    assert running.status_code == 201
    assert "sig" not in running.text
    assert _with_signature(live_sds) == []
    faulty.closing.set()
    assert account.finish(running)["status"] == "Aborted"
    assert _with_signature(live_sds) == []


def _with_signature(live_sds: LiveServer) -> list[str]:
    written = live_sds.written()
    assert any(b"sds_job" in content for content in written.values())
    spellings = [SIGNATURE.rstrip("=").encode(), b"sig="]
    return [name for name, content in written.items() if any(one in content for one in spellings)]
