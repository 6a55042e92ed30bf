"""What a first start leaves in DATA_DIR: made once in each process of tests, and copied after that."""

from __future__ import annotations

import functools
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
DATABASE = "cairn.sqlite3"
WORDS = "locale"


def prepare(data_dir: Path) -> None:
    """The database as our migrations make it, and the compiled translations; no secrets."""
    for name, content in _made().items():
        (data_dir / name).parent.mkdir(parents=True, exist_ok=True)
        (data_dir / name).write_bytes(content)


def migrate(env: dict[str, str]) -> None:
    subprocess.run(
        [sys.executable, "manage.py", "migrate", "--verbosity", "0", "--skip-checks"],
        cwd=ROOT, env=env, check=True,
    )  # fmt: skip


@functools.cache
def _made() -> dict[str, bytes]:
    """Each file by its path."""
    with tempfile.TemporaryDirectory(prefix="cairn-migrated-") as made:
        env = {**os.environ, "DATA_DIR": made, "DJANGO_SETTINGS_MODULE": "dashboard.settings"}
        env.pop("DATABASE_URL", None)
        migrate(env)
        folder = Path(made)
        database = folder / DATABASE
        assert not list(folder.glob(f"{DATABASE}-*")), "part of it lies in a journal"
        words = (path for path in folder.joinpath(WORDS).rglob("*") if path.is_file())
        return {str(one.relative_to(folder)): one.read_bytes() for one in (database, *words)}
