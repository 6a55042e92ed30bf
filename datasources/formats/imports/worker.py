"""Reads one import in a process of its own, and writes what it finds to standard output.

`python -m datasources.formats.imports.worker` takes one line of JSON on standard input: `task`
(“survey” or “read”), `path` of the unpacked file, `format`, `layer`, `crs`, `name` of the layer
where the format names none, and for a reading `columns`, `types`, `geometry`, `latitude`,
`longitude`. It answers in the frames of `gis_worker`; `{"fault": [rule, message, advice]}` ends it.

GDAL, PROJ, Arrow and the reader of spreadsheets run nowhere else. Which drivers GDAL has, and that
it stays away from the network, is set in the environment (`process.environment`).
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from datasources.formats.gis_worker import limit_resources, send
from datasources.formats.imports import work
from datasources.formats.imports.kinds import ImportFormat
from datasources.formats.imports.tables import Container, ImportFault
from datasources.formats.projection import CrsFault
from datasources.phrases import Phrase


def opened(path: str, format: ImportFormat, name: str) -> Container:
    """The file as layers, by the module that reads its format."""
    if format is ImportFormat.TABLE:
        from datasources.formats.imports.delimited import TextFile

        return TextFile(path, name)
    if format is ImportFormat.XLSX:
        from datasources.formats.imports.xlsx import Workbook

        return Workbook(path)
    if format is ImportFormat.ODS:
        from datasources.formats.imports.ods import OdsBook

        return OdsBook(path)
    if format is ImportFormat.GEOJSONSEQ:
        from datasources.formats.imports.sequences import RecordFile

        return RecordFile(path, name)
    if format is ImportFormat.PARQUET:
        from datasources.formats.imports.parquet import ParquetFile

        return ParquetFile(path, name)
    from datasources.formats.imports.gdal import GdalFile

    return GdalFile(path, format)


def _survey(container: Container, order: dict[str, Any]) -> None:
    chosen = work.pick(container, order["layer"])
    send({"layers": work.layers(container)})
    if chosen:
        table = container.open(chosen)
        layer = work.look(table, order["crs"], lambda rows: send({"rows": rows, "of": table.count}))
        send({"layer": layer})
    send({"end": True})


def _read(container: Container, order: dict[str, Any]) -> None:
    chosen = work.pick(container, order["layer"])
    if not chosen:
        raise ImportFault(
            "layer-missing", Phrase("The file has several layers."), Phrase("Choose one of them.")
        )
    reading = work.Reading(container.open(chosen), order)
    send(reading.about())
    for frame, blob in reading.frames():
        send(frame, blob)
    send({"end": True})


def main() -> None:
    """Read the order, answer it; every fault that is not a crash becomes a frame."""
    order = json.loads(sys.stdin.readline())
    limit_resources()
    format = ImportFormat(order["format"])
    try:
        container = opened(order["path"], format, order["name"])
        (_survey if order["task"] == "survey" else _read)(container, order)
    except (ImportFault, CrsFault) as fault:
        send({"fault": [*fault.args, ""][:3]})
    except MemoryError:
        send({"fault": _MEMORY})
    except Exception as error:  # noqa: BLE001  # whatever a library says, the parent has to tell it
        send({"fault": _unreadable(format, str(error), order["path"])})


_MEMORY = [
    "gis-memory",
    Phrase("Reading the file takes more memory than it may."),
    Phrase("Simplify its shapes, delete empty rows and columns, or split it."),
]


def _unreadable(format: ImportFormat, said: str, path: str) -> list[str]:
    words = " ".join(said.replace(str(Path(path).parent), "").split())
    words = words.partition("; It might help")[0]  # advice to programmers
    if "sqlite3_" in words:  # what was asked of the database says nothing to whoever reads this
        words = words.rpartition("failed: ")[2].partition(";")[0]
    return [
        f"{format.value}-unreadable",
        Phrase("The file cannot be read as {format}: {why}", format=format.words, why=words[:200]),
        Phrase(
            "It may be cut off or damaged: open it in the program that made it, and save it again."
        ),
    ]


if __name__ == "__main__":
    main()
