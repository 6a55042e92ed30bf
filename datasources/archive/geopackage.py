"""Kept files as indexed GeoPackages, which comparisons, downloads and maps work on."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from datasources.archive.content import open_version
from datasources.archive.keep import local_file
from datasources.formats import EntityReader
from datasources.formats.geopackage import (
    GeoPackageFault,
    GeoPackageFile,
    GeoPackageWriter,
    Written,
)
from datasources.phrases import Phrase
from datasources.schema import Checked, Schema, check_batch

#: Called with the number of entities read so far.
Progress = Callable[[int], None]


@contextmanager
def open_geopackage(path: str) -> Iterator[GeoPackageFile]:
    """An archived version: its `schema`, its `count`, its entities by `batches()` or `checked()`.

    Raises FileNotFoundError where the bytes are gone, GeoPackageFault where they are damaged.
    """
    with local_file(path) as there, GeoPackageFile(Path(there)) as opened:
        yield opened


def write_geopackage(
    content: str,
    to: Path,
    *,
    file_name: str = "",
    type_name: str = "",
    incremental: bool = False,
    progress: Progress | None = None,
) -> Written:
    """Writes the entities of a kept file, as the service would load them, to a GeoPackage.

    `type_name` is the entity type of formats that name none. With `incremental` the IDs of the
    entities to delete are listed in the file, as `checks.compare` reads them.
    Raises FileNotFoundError, WrongFile, FileFault or GeoPackageFault.
    """
    with open_version(content, file_name, type_name) as reader:
        schema = reader.schema.without_deletes()
        with GeoPackageWriter(_aside(to), to, schema, list_deletes=incremental) as writer:
            _pump(reader, writer, incremental=incremental, progress=progress)
            return writer.commit()


def derive_geopackage(base: str, content: str, to: Path, *, type_name: str = "") -> Written:
    """Writes what an incremental load of a kept file makes of an archived version.

    Raises what `write_geopackage` does; GeoPackageFault too where the properties are not the same.
    """
    aside = _aside(to)
    with (
        open_version(content, "", type_name) as reader,
        local_file(base) as there,
        GeoPackageFile(Path(there)) as stored,
    ):
        columns = _places(stored.schema, reader.schema.without_deletes())
        shutil.copyfile(there, aside)
        with GeoPackageWriter(aside, to, stored.schema, columns) as writer:
            _pump(reader, writer, incremental=True, progress=None)
            return writer.commit()


def _pump(
    reader: EntityReader, writer: GeoPackageWriter, *, incremental: bool, progress: Progress | None
) -> None:
    read = 0
    for raw in reader:
        reader.problems.clear()
        checked: Checked = check_batch(reader.schema, raw, incremental=incremental)
        writer.add(checked)
        read += len(raw)
        if progress is not None:
            progress(read)


def _places(stored: Schema, given: Schema) -> list[int]:
    """Where each stored property stands in the given schema."""
    places = [given.index(name) for name in stored.names]
    found = [place for place in places if place is not None]
    if len(found) < len(places) or len(given.properties) != len(stored.properties):
        raise GeoPackageFault(
            Phrase("An incremental load needs the properties of the version below it.")
        )
    return found


def _aside(to: Path) -> Path:
    return to.with_name(to.name + ".partial")
