"""HEAD leaves a kept connection clean for the request that follows."""

from __future__ import annotations

import requests

from tests.live import LiveServer


def test_the_next_answer_on_the_connection_is_whole(live_sds: LiveServer) -> None:
    page = live_sds.base_url.partition("/REST/")[0] + "/nowhere/"
    with requests.Session() as session:
        for _ in range(3):
            head = session.head(page, timeout=20)
            whole = session.get(page, timeout=20)
            assert head.content == b""
            assert head.status_code == whole.status_code
            assert int(head.headers["Content-Length"]) == len(whole.content) > 0
