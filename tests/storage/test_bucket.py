"""What only a bucket can do to us: break off, go away, keep halves, take memory."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from dashboard.storage.bucket import BucketFiles
from dashboard.storage.options import Bucket, files_in
from tests.buckets import S3, moto_server, options_of

MB = 1024 * 1024
Machine = Callable[..., BucketFiles]


def test_a_large_file_streams_in_and_out_in_little_memory(s3: S3, tmp_path: Path) -> None:
    options: Any = options_of(s3, s3.make_bucket(), "files", tmp_path)["OPTIONS"]
    given = json.dumps(options, default=str)
    done = subprocess.run(
        [sys.executable, "-m", "tests.storage.streams", given, str(300 * MB)],
        check=True,
        capture_output=True,
        text=True,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings"},
    )
    told = json.loads(done.stdout)
    assert told["size"] == 300 * MB
    assert told["grown"] < 60 * MB


def test_one_machine_reads_what_another_wrote(bucket_files: Machine) -> None:
    bucket_files("one").save("shared", ContentFile(b"from one"))
    with bucket_files("two").local_copy("shared") as path:
        assert path.read_bytes() == b"from one"


def test_a_copy_is_fetched_once_and_may_be_lost(bucket_files: Machine, tmp_path: Path) -> None:
    files = bucket_files("one")
    files.save("one", ContentFile(b"bytes"))
    with files.local_copy("one") as path:
        assert path.parent == tmp_path / "one" / "cache"
    path.unlink()
    with files.local_copy("one") as path:
        assert path.read_bytes() == b"bytes"
    bucket_files("two").delete("one")
    with files.local_copy("one") as path:  # as names are never given twice, it needs no asking
        assert path.read_bytes() == b"bytes"
    files.delete("one")
    with pytest.raises(FileNotFoundError), files.local_copy("one"):
        pass


def test_a_damaged_object_is_never_copied(bucket_files: Machine, tmp_path: Path) -> None:
    files = bucket_files()
    right = hashlib.sha256(b"right").hexdigest()
    files.save("one", ContentFile(b"wrong"))
    with pytest.raises(FileNotFoundError, match="damaged"), files.local_copy("one", right):
        pass
    assert list((tmp_path / "one" / "cache").iterdir()) == []


def test_the_sha256_that_was_written_with_an_object_is_asked_for(bucket_files: Machine) -> None:
    files = bucket_files()
    content = ContentFile(b"bytes")
    content.sha256 = "0" * 64  # type: ignore[attr-defined]
    files.save("one", content)
    with pytest.raises(FileNotFoundError, match="damaged"), files.local_copy("one"):
        pass


def test_an_upload_that_was_never_finished_is_no_file_and_is_ended(bucket_files: Machine) -> None:
    files = bucket_files()
    files.client.create_multipart_upload(Bucket=files.bucket_name, Key="cairn/files/half")
    assert not files.exists("half")
    assert list(files.walk()) == []
    assert files.sweep(3600) == 1  # to moto, all began in 2010
    left = files.client.list_multipart_uploads(Bucket=files.bucket_name)
    assert left.get("Uploads", []) == []


def test_an_upload_under_way_is_left_alone(httpserver: HTTPServer, tmp_path: Path) -> None:
    begun = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    upload = f"<Key>files/a</Key><UploadId>1</UploadId><Initiated>{begun}</Initiated>"
    listing = f"<ListMultipartUploadsResult><Upload>{upload}</Upload></ListMultipartUploadsResult>"
    httpserver.expect_request("/box", method="GET").respond_with_data(listing)
    assert BucketFiles(**in_box(httpserver, tmp_path)).sweep(3600) == 0


def test_a_bucket_that_does_not_answer_is_away_not_empty(tmp_path: Path) -> None:
    with moto_server() as gone:
        options: Any = options_of(gone, gone.make_bucket(), "files", tmp_path)["OPTIONS"]
        files = BucketFiles(**options)
        files.save("one", ContentFile(b"bytes"))
    for look in (files.exists, files.size, files.open, files.delete):
        with pytest.raises(ConnectionError):
            look("one")
    with pytest.raises(ConnectionError):
        files.save("two", ContentFile(b"bytes"))
    with pytest.raises(ConnectionError):
        list(files.walk())


def test_keys_that_the_bucket_refuses_are_no_lost_files(
    httpserver: HTTPServer, tmp_path: Path
) -> None:
    httpserver.expect_request("/box/files/one").respond_with_data(status=403)
    files = BucketFiles(**in_box(httpserver, tmp_path))
    with pytest.raises(ConnectionError, match="403"):
        files.exists("one")


def test_a_read_that_breaks_off_goes_on_where_it_was(
    httpserver: HTTPServer, tmp_path: Path
) -> None:
    content = bytes(range(256)) * 1000
    asked = []

    def answer(request: Request) -> Response:
        if request.method == "HEAD":
            return told({"Content-Length": str(len(content))})
        start = int(request.headers["Range"].removeprefix("bytes=").rstrip("-"))
        asked.append(start)
        rest = content[start:]
        return told({"Content-Length": str(len(rest)), "Connection": "close"}, rest[:100_000])

    def told(headers: dict[str, str], *sent: bytes) -> Response:
        return Response(iter(sent), status=206, headers={**headers, "ETag": '"e"'})

    httpserver.expect_request("/box/files/one").respond_with_handler(answer)
    files = BucketFiles(**in_box(httpserver, tmp_path))
    with files.open("one") as stored:
        assert stored.read() == content
    assert asked == [0, 100_000, 200_000]


def in_box(httpserver: HTTPServer, folder: Path) -> dict[str, Any]:
    url = httpserver.url_for("").rstrip("/")
    where = Bucket("s3://box", url, "us-east-1", "key", "secret", folder, MB)
    options: dict[str, Any] = files_in(folder, where, "files")["OPTIONS"]
    return options
