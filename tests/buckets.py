"""An S3-compatible server of this process of tests (moto's), and buckets on it."""

from __future__ import annotations

import secrets
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pytest
import requests
from pytest_django import Settings

from dashboard.storage.bucket import BucketFiles
from dashboard.storage.options import Bucket, files_in
from tests.live import eventually, free_port

KEY, SECRET = "test-access-key", "test-secret-key"


@dataclass(frozen=True)
class S3:
    """A running server. Whoever names a bucket in time may read and write it."""

    url: str

    def client(self) -> object:
        return boto3.client(
            "s3",
            endpoint_url=self.url,
            region_name="us-east-1",
            aws_access_key_id=KEY,
            aws_secret_access_key=SECRET,
        )

    def make_bucket(self) -> str:
        name = f"cairn-{secrets.token_hex(6)}"
        self.client().create_bucket(Bucket=name)  # type: ignore[attr-defined]
        return name

    def settings(self, bucket: str) -> dict[str, str]:
        """What a process is to find in its environment."""
        return {
            "STORAGE_URL": f"s3://{bucket}/cairn",
            "S3_ENDPOINT_URL": self.url,
            "S3_ACCESS_KEY_ID": KEY,
            "S3_SECRET_ACCESS_KEY": SECRET,
        }


@pytest.fixture(scope="session")
def s3() -> Iterator[S3]:
    with moto_server() as server:
        yield server


class moto_server:  # noqa: N801  used as a block
    """A server of its own process, on a free port."""

    def __init__(self) -> None:
        self.port = free_port()

    def __enter__(self) -> S3:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(self.port)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        url = f"http://127.0.0.1:{self.port}"
        eventually(lambda: _answers(url))
        return S3(url)

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        self.process.wait(30)


def _answers(url: str) -> bool:
    try:
        return requests.get(f"{url}/moto-api/", timeout=10).ok
    except requests.ConnectionError:
        return False


def options_of(
    s3: S3, bucket: str, part: str, cache: Path, *, cache_bytes: int = 10 * 1024**3
) -> dict[str, object]:
    """An entry of STORAGES on a bucket."""
    where = Bucket(f"s3://{bucket}/cairn", s3.url, "us-east-1", KEY, SECRET, cache, cache_bytes)
    return files_in(cache, where, part)


def files_of(s3: S3, bucket: str, part: str, cache: Path, **options: Any) -> BucketFiles:
    """The storage that such an entry makes."""
    made: Any = options_of(s3, bucket, part, cache, **options)
    return BucketFiles(**made["OPTIONS"])


@pytest.fixture
def bucket_files(s3: S3, tmp_path: Path) -> Callable[..., BucketFiles]:
    """Storages on one new bucket, each as a machine of its own has it: with an empty cache."""
    bucket = s3.make_bucket()

    def machine(name: str = "one", *, cache_bytes: int = 10 * 1024**3) -> BucketFiles:
        return files_of(s3, bucket, "files", tmp_path / name / "cache", cache_bytes=cache_bytes)

    return machine


@pytest.fixture
def in_bucket(s3: S3, settings: Settings, tmp_path: Path) -> Path:
    """From now on the site's files lie in a bucket; gives the folder of this machine's copies."""
    bucket, cache = s3.make_bucket(), tmp_path / "cache"
    parts = {name: options_of(s3, bucket, name, cache) for name in ("files", "sds")}
    settings.STORAGE_URL = f"s3://{bucket}/cairn"
    settings.STORAGES = {
        **settings.STORAGES, "default": parts["files"], "sds": parts["sds"],
    }  # fmt: skip
    return cache
