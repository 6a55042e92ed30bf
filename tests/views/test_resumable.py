"""A file in pieces: the protocol, who may send, what breaks, and that it arrives whole."""

from __future__ import annotations

import hashlib
import io
import socket
from base64 import b64encode
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from django.conf import settings as site_settings
from django.core.files.storage import default_storage
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer as DjangoServer

from datasources import archive
from datasources.jobs.partial import Joined, add, sweep_partial
from datasources.models import Account, PartialUpload, StoredFile, Upload
from tests.people_fixtures import refusals
from tests.views.fixtures import STORES

TUS = {"Tus-Resumable": "1.0.0"}
PIECE = {**TUS, "Content-Type": "application/offset+octet-stream"}
BODY = (STORES * 3000).encode()


class Sender:
    """A signed-in person's tus client on a real connection."""

    def __init__(self, server: DjangoServer, client: Client, account: Account) -> None:
        self.root = server.url
        self.session = requests.Session()
        session = client.cookies[site_settings.SESSION_COOKIE_NAME].value
        token = "t" * 32
        self.session.cookies.update({"sessionid": session, "csrftoken": token})
        self.session.headers.update({"X-CSRFToken": token})
        self.parts = self.root + reverse("upload_parts", args=[account.pk])

    def ask(self, method: str, url: str, **options: Any) -> requests.Response:
        options.setdefault("headers", TUS)
        return self.session.request(method, url, timeout=60, **options)

    def create(self, size: int = len(BODY), name: str = "stores.txt") -> requests.Response:
        metadata = f"filename {b64encode(name.encode()).decode()}"
        headers = {**TUS, "Upload-Length": str(size), "Upload-Metadata": metadata}
        return self.ask("POST", self.parts, headers=headers)

    def begin(self, **options: Any) -> str:
        made = self.create(**options)
        assert made.status_code == 201, made.text
        return self.root + made.headers["Location"]

    def piece(self, url: str, offset: int, data: bytes, **headers: str) -> requests.Response:
        sent = {**PIECE, "Upload-Offset": str(offset), **headers}
        return self.ask("PATCH", url, headers=sent, data=data)

    def offset(self, url: str) -> int:
        answer = self.ask("HEAD", url)
        assert answer.status_code == 200
        assert answer.headers["Cache-Control"] == "no-store"
        return int(answer.headers["Upload-Offset"])

    def kept(self, url: str) -> requests.Response:
        return self.ask("POST", f"{url}kept/")


@pytest.fixture
def sender(
    transactional_db: None, live_server: DjangoServer, clients: dict[str, Client], account: Account
) -> Sender:
    return Sender(live_server, clients["editor"], account)


def pieces_left(url: str) -> int:
    """How many pieces of an upload lie in the storage."""
    try:
        return len(default_storage.listdir(f"partial/{url.rstrip('/').rpartition('/')[2]}")[1])
    except FileNotFoundError:
        return 0


def test_a_file_in_pieces_arrives_whole_and_is_checked(
    sender: Sender, clients: dict[str, Client], account: Account
) -> None:
    url = sender.begin()
    for start in range(0, len(BODY), 100_000):
        taken = sender.piece(url, start, BODY[start : start + 100_000])
        assert taken.status_code == 204, taken.text
        assert int(taken.headers["Upload-Offset"]) == min(len(BODY), start + 100_000)
        assert taken.headers["Upload-Expires"].endswith("GMT")
    kept = sender.kept(url)
    assert kept.json()["sha256"] == hashlib.sha256(BODY).hexdigest()
    assert sender.kept(url).json()["sha256"] == kept.json()["sha256"]  # however often it is asked
    stored = StoredFile.objects.get()
    with default_storage.open(stored.path) as whole:
        assert whole.read() == BODY
    fields = {
        "kept": kept.json()["kept"], "purpose": "create", "new_name": "Shops",
        "operation": "completeStaging",
    }  # fmt: skip
    answer = clients["editor"].post(reverse("upload", args=[account.pk]), fields)
    assert answer.status_code == 302, answer.content
    made = Upload.objects.get()
    assert (made.file, made.file_name, made.format) == (stored, "stores.txt", "pipe")


def test_what_is_spoken_here_is_told(sender: Sender, settings: Settings) -> None:
    answer = sender.ask("OPTIONS", sender.parts, headers={})
    assert answer.status_code == 204
    assert answer.headers["Tus-Version"] == "1.0.0"
    assert answer.headers["Tus-Max-Size"] == str(settings.UPLOAD_LIMIT_BYTES)
    assert set(answer.headers["Tus-Extension"].split(",")) == {
        "creation", "termination", "expiration",
    }  # fmt: skip


def test_a_connection_that_breaks_in_a_piece_is_resumed_where_it_broke(sender: Sender) -> None:
    url = sender.begin()
    first = BODY[:50_000]
    where = urlsplit(url)
    cookies = "; ".join(f"{one.name}={one.value}" for one in sender.session.cookies)
    head = (
        f"PATCH {where.path} HTTP/1.1\r\nHost: {where.netloc}\r\nCookie: {cookies}\r\n"
        f"X-CSRFToken: {'t' * 32}\r\nTus-Resumable: 1.0.0\r\nUpload-Offset: 0\r\n"
        f"Content-Type: application/offset+octet-stream\r\nContent-Length: {len(BODY)}\r\n\r\n"
    )
    with socket.create_connection((where.hostname or "", where.port or 80), timeout=30) as broken:
        broken.sendall(head.encode() + first)
        broken.shutdown(socket.SHUT_WR)  # no more comes: the rest of the piece is lost
        broken.recv(1000)
    offset = sender.offset(url)
    assert offset == len(first)
    assert sender.piece(url, offset, BODY[offset:]).status_code == 204
    assert sender.kept(url).json()["sha256"] == hashlib.sha256(BODY).hexdigest()
    assert pieces_left(url) == 0


@pytest.mark.parametrize(
    ("offset", "headers", "status", "words"),
    [
        (10, {}, 409, "The next piece begins at byte 0, not at 10"),
        (0, {"Upload-Offset": "-1"}, 400, "Upload-Offset is missing"),
        (0, {"Content-Type": "text/plain"}, 415, "application/offset+octet-stream"),
        (0, {"Tus-Resumable": "0.2.2"}, 412, "tus 1.0.0"),
    ],
    ids=["offset", "no-offset", "content-type", "version"],
)
def test_a_piece_that_is_not_as_it_should_be_is_refused(
    sender: Sender, offset: int, headers: dict[str, str], status: int, words: str
) -> None:
    url = sender.begin()
    answer = sender.piece(url, offset, b"abc", **headers)
    assert answer.status_code == status
    assert words in answer.text
    assert answer.headers["Tus-Resumable"] == "1.0.0"
    assert sender.offset(url) == 0
    assert pieces_left(url) == 0


def test_a_piece_beyond_the_end_is_refused(sender: Sender) -> None:
    url = sender.begin(size=10)
    answer = sender.piece(url, 0, b"12345678901")
    assert answer.status_code == 413
    assert "beyond the file’s end at byte 10" in answer.content.decode()


@pytest.mark.parametrize(
    ("size", "status", "words"),
    [("0", 400, "“stores.txt” is empty"), ("51", 413, "this site takes"), ("x", 400, "not a number")],
    ids=["empty", "over-the-limit", "no-length"],
)  # fmt: skip
def test_a_file_that_cannot_be_taken_is_refused_before_it_is_sent(
    sender: Sender, settings: Settings, size: str, status: int, words: str
) -> None:
    settings.UPLOAD_LIMIT_BYTES = 50
    answer = sender.create(size=size)  # type: ignore[arg-type]
    assert answer.status_code == status
    assert words in answer.content.decode()
    assert not PartialUpload.objects.exists()


def test_of_two_requests_with_the_same_piece_one_wins(sender: Sender) -> None:
    url = sender.begin(size=6)
    slow = PartialUpload.objects.get()
    assert sender.piece(url, 0, b"abc").status_code == 204
    assert add(slow, io.BytesIO(b"abc")) is False  # it read the row before the other was done
    assert sender.offset(url) == 3
    assert pieces_left(url) == 1


def test_a_file_that_is_not_whole_is_not_kept(sender: Sender) -> None:
    url = sender.begin()
    sender.piece(url, 0, b"abc")
    answer = sender.kept(url)
    assert answer.status_code == 409
    assert "3 of" in answer.text
    assert not StoredFile.objects.exists()


def test_a_cancelled_upload_leaves_nothing(sender: Sender) -> None:
    url = sender.begin()
    sender.piece(url, 0, b"abc")
    assert sender.ask("DELETE", url).status_code == 204
    assert sender.ask("HEAD", url).status_code == 404
    assert pieces_left(url) == 0


def test_an_upload_left_for_a_day_is_gone_with_its_pieces(sender: Sender) -> None:
    left, going = sender.begin(), sender.begin()
    sender.piece(left, 0, b"abc")
    sender.piece(going, 0, b"abc")
    old = timezone.now() - timedelta(hours=25)
    PartialUpload.objects.filter(pk=left.rstrip("/").rpartition("/")[2]).update(touched_at=old)
    assert sweep_partial() == 1
    assert sender.ask("HEAD", left).status_code == 404
    assert sender.offset(going) == 3
    assert pieces_left(left) == 0
    assert pieces_left(going) == 1
    PartialUpload.objects.update(touched_at=old)  # before the sweep comes by
    answer = sender.piece(going, 3, b"def")
    assert answer.status_code == 410
    assert "begin it anew" in answer.text
    assert pieces_left(going) == 0


def test_an_upload_is_nobody_elses(
    sender: Sender, live_server: DjangoServer, clients: dict[str, Client], account: Account
) -> None:
    url = sender.begin()
    for who, status in (("publisher", 404), ("admin", 404), ("viewer", 403), ("outsider", 404)):
        other = Sender(live_server, clients[who], account)
        assert other.ask("HEAD", url).status_code == status, who
        assert other.piece(url, 0, b"abc").status_code == status, who
        assert other.ask("DELETE", url).status_code == status, who
        assert other.kept(url).status_code == status, who
    assert sender.offset(url) == 0


def test_only_those_who_may_check_files_may_begin(
    clients: dict[str, Client], account: Account
) -> None:
    refusals(clients, reverse("upload_parts", args=[account.pk]), low=("viewer",), post={})


def test_without_the_pages_token_nothing_is_taken(sender: Sender) -> None:
    url = sender.begin()
    answer = sender.piece(url, 0, b"abc", **{"X-CSRFToken": "x" * 32})
    assert answer.status_code == 403
    assert sender.offset(url) == 0


def test_joined_pieces_read_like_one_file() -> None:
    pieces = [(default_storage.save(f"partial/joined/{n}", io.BytesIO(b"abc" * n)), 3 * n) for n in (1, 2, 3)]  # fmt: skip
    with io.BufferedReader(Joined(pieces), 4) as whole:
        assert whole.read() == b"abc" * 6
        whole.seek(4)
        assert whole.read(7) == b"bcabcab"
        assert whole.seek(0, io.SEEK_END) == 18
    for path, _ in pieces:
        default_storage.delete(path)


def test_pieces_are_joined_from_a_bucket(in_bucket: Path, sender: Sender) -> None:
    url = sender.begin()
    half = len(BODY) // 2
    assert sender.piece(url, 0, BODY[:half]).status_code == 204
    assert sender.piece(url, half, BODY[half:]).status_code == 204
    assert pieces_left(url) == 2
    assert sender.kept(url).json()["sha256"] == hashlib.sha256(BODY).hexdigest()
    assert pieces_left(url) == 0
    with archive.open_file(StoredFile.objects.get().path) as whole:
        assert whole.read() == BODY
