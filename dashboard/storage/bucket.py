"""Files in an S3-compatible bucket, by django-storages."""

from __future__ import annotations

import hashlib
import io
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, BinaryIO, cast

from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from django.core.files.base import File
from storages.backends.s3 import S3Storage

from dashboard.storage.copies import Copies
from dashboard.storage.faults import translated
from dashboard.storage.listing import Entry
from dashboard.storage.sealed import DamagedFileError, Sealed
from dashboard.storage.stream import ObjectStream

CHUNK = 1024 * 1024  # bytes read at once
PIECE = 16 * 1024 * 1024  # bytes of a part of an upload: all that an upload holds in memory

#: Making a client is not safe among threads, using one is.
_making = threading.Lock()


class BucketFiles(S3Storage):  # type: ignore[misc]
    """Objects that are whole or not there: S3 shows one once its last part has come.

    Reads stream; `local_copy` keeps copies in a bounded folder of this machine (`Copies`), which
    may be lost at any time.
    """

    def __init__(
        self, *, cache_folder: str | Path, cache_bytes: int, path_style: bool, **options: Any
    ) -> None:
        """options: of S3Storage. path_style: whether the bucket is a part of the path, not the host."""
        super().__init__(
            file_overwrite=True,
            default_acl=None,
            transfer_config=TransferConfig(
                multipart_threshold=PIECE, multipart_chunksize=PIECE, use_threads=False
            ),
            client_config=Config(
                connect_timeout=10,
                read_timeout=60,
                retries={"max_attempts": 4, "mode": "standard"},
                s3={"addressing_style": "path" if path_style else "auto"},
                # Checksums at the end of an upload are unknown to many servers of the field; what
                # is read back is held against its SHA-256.
                request_checksum_calculation="when_required",
                response_checksum_validation="when_required",
            ),
            **options,
        )
        self._copies = Copies(Path(cache_folder), cache_bytes)
        self._session: Any = None

    # --- connections ---

    @property
    def connection(self) -> Any:
        """One for each thread, made by one session: its tables of the service are large."""
        if getattr(self._connections, "connection", None) is None:
            with _making:
                return super().connection
        return self._connections.connection

    def _create_session(self) -> Any:
        if self._session is None:
            self._session = super()._create_session()
        return self._session

    @property
    def client(self) -> Any:
        return self.connection.meta.client

    def _key(self, name: str) -> str:
        return str(self._normalize_name(name))

    def _copy_name(self, name: str) -> str:
        """What a file is called in the cache, which several storages share."""
        return f"{self.bucket_name}/{self._key(name)}"

    def _root(self) -> str:
        """What all keys begin with: empty, or ending in a slash."""
        root = self._key("").strip("/")
        return f"{root}/" if root else ""

    # --- Django's interface ---

    def _open(self, name: str, mode: str = "rb") -> File[bytes]:
        if mode != "rb":
            raise ValueError("Files of a bucket are opened for reading; save() writes them.")
        return File(cast(Any, self._stream(name)), name)

    def _stream(self, name: str) -> io.BufferedReader:
        head = self._head(name)
        stream = ObjectStream(
            self.client, self.bucket_name, self._key(name), head["ContentLength"], head["ETag"]
        )
        return io.BufferedReader(stream, CHUNK)

    def _head(self, name: str) -> dict[str, Any]:
        with translated(name):
            found: dict[str, Any] = self.client.head_object(
                Bucket=self.bucket_name, Key=self._key(name)
            )
            return found

    def _save(self, name: str, content: File[Any]) -> str:
        with translated(name):
            saved = str(super()._save(name, _Filling(content)))
        self._copies.forget(self._copy_name(name))
        return saved

    def _get_write_parameters(self, name: str, content: Any = None) -> dict[str, Any]:
        given: dict[str, Any] = super()._get_write_parameters(name, content)
        sha256 = getattr(content, "sha256", "")
        return given | ({"Metadata": {"sha256": sha256}} if sha256 else {})

    def delete(self, name: str) -> None:
        with translated(name):
            super().delete(name)
        self._copies.forget(self._copy_name(name))

    def exists(self, name: str) -> bool:
        try:
            self._head(name)
        except FileNotFoundError:
            return False
        return True

    def size(self, name: str) -> int:
        return int(self._head(name)["ContentLength"])

    def get_modified_time(self, name: str) -> datetime:
        at: datetime = self._head(name)["LastModified"]
        return at

    def listdir(self, name: str) -> tuple[list[str], list[str]]:
        with translated(name):
            folders, files = super().listdir(name)
        return folders, files

    # --- what Django's interface lacks: see `dashboard.storage` ---

    def scratch(self, name: str) -> Path:
        """Where to write a file that is to be put there; what is left there counts as a copy."""
        return self._copies.scratch()

    def put(self, name: str, path: Path, sha256: str = "") -> None:
        """Uploads a finished local file, in parts, and removes it here."""
        with path.open("rb") as opened:
            content = File(opened)
            content.sha256 = sha256  # type: ignore[attr-defined]
            self._save(name, content)
        path.unlink()

    @contextmanager
    def local_copy(self, name: str, sha256: str = "") -> Iterator[Path]:
        """A copy on this machine, fetched once and held against its SHA-256 then."""

        def fetch(to: BinaryIO) -> None:
            wanted = sha256 or self._head(name).get("Metadata", {}).get("sha256", "")
            digest = hashlib.sha256()
            with self._stream(name) as stream:
                while chunk := stream.read(CHUNK):
                    digest.update(chunk)
                    to.write(chunk)
            if wanted and digest.hexdigest() != wanted:
                raise DamagedFileError(f"{name} is damaged: its SHA-256 is not the one it had.")

        with self._copies.get(self._copy_name(name), lambda: self.size(name), fetch) as path:
            yield path

    def open_sealed(self, name: str, sha256: str) -> BinaryIO:
        """A stream held against its SHA-256 (hexadecimal)."""
        return io.BufferedReader(Sealed(self._stream(name), name, sha256), CHUNK)

    def walk(self, prefix: str = "") -> Iterator[Entry]:
        """Every object under a folder, a thousand at a request."""
        root = self._root()
        start = f"{self._key(prefix).rstrip('/')}/" if prefix else root
        with translated(prefix):
            pages = self.client.get_paginator("list_objects_v2").paginate(
                Bucket=self.bucket_name, Prefix=start
            )
            for page in pages:
                for found in page.get("Contents", ()):
                    name = found["Key"].removeprefix(root)
                    yield Entry(name, found["Size"], found["LastModified"])

    def unfinished(self, seconds: float) -> list[str]:
        """Uploads that began so long ago and were never finished: names to tell people."""
        return [found["Key"].removeprefix(self._root()) for found in self._uploads(seconds)]

    def sweep(self, seconds: float) -> int:
        """Ends what `unfinished` tells; gives how many."""
        gone = 0
        with translated(""):
            for found in self._uploads(seconds):
                self.client.abort_multipart_upload(
                    Bucket=self.bucket_name, Key=found["Key"], UploadId=found["UploadId"]
                )
                gone += 1
        return gone

    def _uploads(self, seconds: float) -> Iterator[dict[str, Any]]:
        before = datetime.now(UTC) - timedelta(seconds=seconds)
        with translated(""):
            pages = self.client.get_paginator("list_multipart_uploads").paginate(
                Bucket=self.bucket_name, Prefix=self._root()
            )
            for page in pages:
                yield from (one for one in page.get("Uploads", ()) if one["Initiated"] < before)


class _Filling(File):  # type: ignore[type-arg]
    """A file that gives as many bytes as it is asked for: boto3 takes fewer for the file's end."""

    def __init__(self, content: File[Any]) -> None:
        super().__init__(cast(Any, content), content.name)
        self._content = content
        self.sha256 = getattr(content, "sha256", "")

    def read(self, size: int = -1) -> bytes:
        if size < 0:
            return bytes(self._content.read())
        pieces, left = [], size
        while left and (chunk := self._content.read(left)):
            pieces.append(chunk)
            left -= len(chunk)
        return b"".join(pieces)
