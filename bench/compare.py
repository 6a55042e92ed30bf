"""Bench: comparing two versions that are in the archive.

`python -m bench.compare make DIR ROWS` writes base.gpkg and other.gpkg, where 1 % of the entities
changed, and prints one line of JSON with their paths; `python -m bench.compare A B` compares two
files, counts and details, and prints the summary's numbers.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from bench.data import SCHEMA, batches
from datasources.checks.compare import compare
from datasources.formats.geopackage import write_geopackage
from datasources.schema import Batch

EVERY = 100  # one entity in so many is changed
_REVERSED = ("Name", "Phone", "Open")


def make(folder: Path, count: int) -> tuple[Path, Path]:
    """The bench's rows as an archived version, and a version with 1 % of them changed."""
    folder.mkdir(parents=True, exist_ok=True)
    base, other = folder / f"base-{count}.gpkg", folder / f"other-{count}.gpkg"
    if not base.exists():
        write_geopackage(base, SCHEMA, batches(count))
    if not other.exists():
        write_geopackage(other, SCHEMA, _changed(count))
    return base, other


def _changed(count: int) -> Iterator[Batch]:
    places = [SCHEMA.names.index(name) for name in _REVERSED]
    for batch in batches(count):
        columns = [list(column) for column in batch.columns]
        for row in range(0, len(batch), EVERY):
            for place in places:
                value = columns[place][row]
                columns[place][row] = value + 1 if isinstance(value, int) else f"{value} (new)"
        yield Batch(list(columns), batch.rows, batch.lines)


def main(first: str, second: str, rows: str = "") -> None:
    if first == "make":
        print(json.dumps([str(path) for path in make(Path(second), int(rows))]))
        return
    with tempfile.TemporaryDirectory(prefix="cairn-compare-") as folder:
        summary = compare(Path(first), Path(second), Path(folder) / "differences.gpkg")
    numbers = summary.as_json()
    print(
        json.dumps({name: numbers[name] for name in ("added", "changed", "removed", "unchanged")})
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
