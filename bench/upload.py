"""A 300 MB file through the upload page: what each process grows by until its check has ended."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import requests

from bench.run import forget_peak, memory_mb
from tests.site import Site, running_site

PARTS = ("web", "worker", "sds_worker")
BOUNDARY = "cairn-bench-boundary"
_NO_LIMITS = "from datasources.models import Account; Account.objects.update(plan='unlimited')"
PIECE = 1 << 20  # bytes


def upload_growth(data_dir: Path, path: Path) -> dict[str, float]:
    """MB that each part grew by at its highest, over what it held before."""
    with running_site(data_dir) as site:
        session = _signed_in(site)
        # So that each row is checked, and not only counted once there are too many.
        site.manage("shell", "-v0", "-c", _NO_LIMITS)
        # A small upload first, so that code that is loaded on first use is not counted as growth.
        _upload(session, site, Path("dashboard/demo/data/FourthCoffeeSample.pipe"), "Warm")
        before = {part: memory_mb(site.pids(part)[0])[0] for part in PARTS}
        for part in PARTS:
            forget_peak(site.pids(part)[0])
        _upload(session, site, path, "Large")
        return {part: memory_mb(site.pids(part)[0])[1] - before[part] for part in PARTS}


def _signed_in(site: Site) -> requests.Session:
    session = requests.Session()
    session.get(f"{site.url}/sign-in/", timeout=30)
    _post(session, f"{site.url}/sign-in/", login=site.user, password=site.password)
    return session


def _post(session: requests.Session, url: str, **fields: str) -> requests.Response:
    answer = session.post(
        url, data={"csrfmiddlewaretoken": session.cookies["csrftoken"], **fields}, timeout=60
    )
    answer.raise_for_status()
    return answer


def _upload(session: requests.Session, site: Site, path: Path, name: str) -> None:
    """Sends the form as a browser would, from disk, and waits until the file is checked."""
    url = f"{site.url}/accounts/1/upload/"
    fields = {"purpose": "create", "new_name": name, "operation": "complete", "format": "pipe"}
    fields["csrfmiddlewaretoken"] = session.cookies["csrftoken"]
    with path.open("rb") as stream:
        answer = session.post(
            url,
            data=_form(fields, path.name, stream),
            headers={"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"},
            timeout=600,
            # A body of unknown length goes out in chunks, as no browser does.
            auth=_WithLength(path.stat().st_size + _overhead(fields, path.name)),
        )
    if not re.search(r"/uploads/[0-9a-f-]+/$", answer.url):
        raise SystemExit(f"The upload was not taken: {answer.status_code} {answer.url}")
    while re.search(
        "Being checked|Waiting to be checked", page := session.get(answer.url, timeout=60).text
    ):
        time.sleep(0.5)  # as the page asks again
    if not re.search("Checked, (nothing wrong|with problems)", page):
        raise SystemExit(f"The upload was not checked to the end: {answer.url}")


class _WithLength(requests.auth.AuthBase):
    def __init__(self, length: int) -> None:
        self._length = length

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Content-Length"] = str(self._length)
        request.headers.pop("Transfer-Encoding", None)
        return request


def _parts(fields: dict[str, str], file_name: str) -> tuple[bytes, bytes]:
    texts = [
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
    ]
    texts.append(
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="{file_name}"\r\n'
        "Content-Type: application/octet-stream\r\n\r\n"
    )
    return "".join(texts).encode(), f"\r\n--{BOUNDARY}--\r\n".encode()


def _overhead(fields: dict[str, str], file_name: str) -> int:
    return sum(map(len, _parts(fields, file_name)))


def _form(fields: dict[str, str], file_name: str, stream: IO[bytes]) -> Iterator[bytes]:
    head, tail = _parts(fields, file_name)
    yield head
    while piece := stream.read(PIECE):
        yield piece
    yield tail
