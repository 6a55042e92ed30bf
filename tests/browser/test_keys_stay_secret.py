"""After a full run: no account key stands in anything that was written, said or sent."""

from __future__ import annotations

import json
from pathlib import Path

from tests.browser.conftest import Heard, Held
from tests.site import Site

READ_KEYS = """
from datasources.models import Key
import json
print(json.dumps([key.secret for key in Key.objects.all() if key.secret]))
"""


def _keys(site: Site, held: Held) -> list[bytes]:
    stored = json.loads(site.manage("shell", "-v0", "-c", READ_KEYS).splitlines()[-1])
    assert held.master_key in stored, "The stored keys can be read with the site's own secret"
    return [key.encode() for key in {*stored, held.master_key, held.query_key}]


def _with_key(content: bytes, keys: list[bytes]) -> bool:
    return any(key in content for key in keys)


def test_no_key_stands_in_a_file_of_the_site(site: Site, held: Held) -> None:
    """The database and its log, files, versions, logs of jobs: everything below DATA_DIR."""
    keys = _keys(site, held)
    files = [path for path in site.data_dir.rglob("*") if path.is_file()]
    assert any(path.suffix == ".sqlite3" for path in files)
    leaks = [str(path) for path in files if _with_key(path.read_bytes(), keys)]
    assert leaks == []


def test_no_key_was_said_on_the_console(site: Site, held: Held) -> None:
    assert not _with_key(site.said().encode(), _keys(site, held))


def test_no_key_was_sent_to_a_browser(site: Site, held: Held, heard: Heard) -> None:
    keys = _keys(site, held)
    assert len(heard.bodies) > 20, "The browser tests before this one were heard"
    leaks = {url for url, body in heard.bodies if _with_key(body.encode(), keys)}
    assert leaks == set()


def test_no_file_that_others_can_read_holds_a_secret(site: Site) -> None:
    for secret in (site.data_dir / "secrets").iterdir():
        assert secret.stat().st_mode & 0o077 == 0, f"{Path(secret).name} is readable by others"
