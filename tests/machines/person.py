"""A person at a browser, as far as HTTP goes: signs in, sends a file in pieces, presses the buttons.

Every request has a connection of its own, so that a balancer may give each to another process.
"""

from __future__ import annotations

import http.client
import re
from base64 import b64encode
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import requests

from tests.live import eventually
from tests.machines.machines import DEADLINE

TUS = {"Tus-Resumable": "1.0.0"}
PIECE_TYPE = "application/offset+octet-stream"


class Person:
    """Signed in at `site`. Requests that found no answer are made again, as tus-js-client does."""

    def __init__(self, site: str, account: int, username: str, password: str) -> None:
        self.site = site
        self.pages = f"{site}/accounts/{account}"
        self.session = requests.Session()
        self.session.headers["Connection"] = "close"
        self.get(f"{site}/sign-in/")
        answer = self.post(f"{site}/sign-in/", login=username, password=password)
        assert answer.status_code == 302, answer.text

    @property
    def _token(self) -> dict[str, str]:
        return {"X-CSRFToken": self.session.cookies["csrftoken"]}

    def ask(self, method: str, url: str, **options: Any) -> requests.Response:
        options["headers"] = {**self._token_if_any(), **options.get("headers", {})}
        return self.session.request(method, url, timeout=120, allow_redirects=False, **options)

    def _token_if_any(self) -> dict[str, str]:
        return self._token if "csrftoken" in self.session.cookies else {}

    def get(self, url: str) -> requests.Response:
        answer = self.ask("GET", url)
        assert answer.status_code == 200, (url, answer.status_code)
        return answer

    def post(self, url: str, **fields: object) -> requests.Response:
        return self.ask("POST", url, data=fields)

    # --- a file ---

    def begin(self, name: str, size: int) -> str:
        """A new upload; gives its URL."""
        metadata = f"filename {b64encode(name.encode()).decode()}"
        headers = {**TUS, "Upload-Length": str(size), "Upload-Metadata": metadata}
        answer = self.ask("POST", f"{self.pages}/upload/parts/", headers=headers)
        assert answer.status_code == 201, answer.text
        return self.site + answer.headers["Location"]

    def arrived(self, url: str) -> int:
        """How many bytes have arrived."""
        answer = self.ask("HEAD", url, headers=TUS)
        assert answer.status_code == 200
        return int(answer.headers["Upload-Offset"])

    def send_rest(self, url: str, body: bytes, piece: int) -> None:
        """Sends what is missing, a piece a request, going on from where the site says it is."""
        while (offset := self.arrived(url)) < len(body):
            headers = {**TUS, "Content-Type": PIECE_TYPE, "Upload-Offset": str(offset)}
            data = body[offset : offset + piece]
            answer = self.ask("PATCH", url, headers=headers, data=data)
            assert answer.status_code == 204, answer.text

    def send_half_a_piece(
        self, url: str, piece: bytes, port: int, then: Callable[[], None]
    ) -> None:
        """A piece that goes to one process, `then` comes halfway, and the connection is dead."""
        cookies = "; ".join(f"{one.name}={one.value}" for one in self.session.cookies)
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        connection.putrequest("PATCH", urlsplit(url).path)
        sent = {
            **TUS, **self._token, "Cookie": cookies, "Content-Type": PIECE_TYPE,
            "Content-Length": str(len(piece)), "Upload-Offset": str(self.arrived(url)),
        }  # fmt: skip
        for name, value in sent.items():
            connection.putheader(name, value)
        connection.endheaders(piece[: len(piece) // 2])
        then()
        connection.close()

    def kept(self, url: str) -> dict[str, Any]:
        """The whole file's token for the form, with its SHA-256."""
        answer = self.ask("POST", f"{url}kept/", headers=TUS)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    # --- what it is for ---

    def say_what_for(self, kept: str, name: str) -> str:
        """Fills in the upload form; gives the review's URL."""
        answer = self.post(
            f"{self.pages}/upload/",
            kept=kept, purpose="create", new_name=name, operation="complete",
        )  # fmt: skip
        assert answer.status_code == 302, answer.text
        return self.site + answer.headers["Location"]

    def load(self, review: str, key: int) -> str:
        """Presses the review's button once it is there, and, impatient, again; gives the job's URL."""

        def ready() -> bool:
            return re.search('name="key"', self.get(review).text) is not None

        eventually(ready, within=DEADLINE)
        first, second = (self.post(review, key=key) for _ in range(2))
        assert first.status_code == second.status_code == 302, first.text
        assert first.headers["Location"] == second.headers["Location"]
        return self.site + first.headers["Location"]
