"""Reading an import by its mapping, as entities: raw text, and geometries in WGS 84."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from typing import Any, BinaryIO

from datasources.formats.base import EntityReader
from datasources.formats.gis_worker import SEPARATOR
from datasources.formats.imports.kinds import ImportFormat
from datasources.formats.imports.process import Json, Process
from datasources.formats.imports.staging import Staged
from datasources.formats.imports.surveys import note
from datasources.formats.mapping import Mapping
from datasources.formats.shapes import WktColumn, from_wkb, picked
from datasources.schema import MAX_UNCOMPRESSED, Batch, Problem


def open_import(
    path: str | os.PathLike[str] | BinaryIO,
    format: ImportFormat,
    mapping: Mapping,
    *,
    max_uncompressed: int | None = MAX_UNCOMPRESSED,
    batch_size: int = 5000,
) -> EntityReader:
    """Open an import as the entity type that `mapping` makes of it.

    Rows are counted from 1 in the file's order; `lines` are those of text and of spreadsheets.
    Raises FileFault, then or while batches are read, where the file as a whole is at fault or is
    not what the mapping was made for.
    """
    staged = Staged(path, format, max_uncompressed)
    try:
        return EntityReader(staged, ImportReader(staged, format, mapping), batch_size)
    except BaseException:
        staged.close()
        raise


class ImportReader:
    """Gives the schema of the mapping, and batches of raw text with their geometries."""

    def __init__(self, staged: Staged, format: ImportFormat, mapping: Mapping) -> None:
        self.problems: list[Problem] = []
        self.data_source_name = ""
        self._staged = staged
        self._mapping = mapping
        self._loaded = mapping.loaded
        self._process = Process(self._order(), format)
        try:
            about, _ = self._process.frame()
        except BaseException:
            self._process.end()
            raise
        self._count = int(about["count"])
        self._is_point = bool(about["is_point"])
        self.schema = mapping.schema(is_point=self._is_point)
        self.notes = [note(*said) for said in about["notes"]]

    def close(self) -> None:
        self._process.end()

    def batches(self, size: int) -> Iterator[Batch]:
        """Rows in columns; those that cannot be taken apart go to `problems` instead."""
        staged = self._staged
        try:
            while True:
                frame, blob = self._process.frame()
                if "end" in frame:
                    break
                self.notes += [note(*said) for said in frame.get("notes", ())]
                batch = self._batch(frame, blob)
                if self._count > 0:
                    done = (frame["row"] + frame["count"]) / self._count
                    staged.bytes_done = min(staged.bytes_total, int(staged.bytes_total * done))
                for start in range(0, max(1, len(batch)), size):
                    yield batch.part(start, size)
            staged.bytes_done = staged.bytes_total
        finally:
            self._process.end()

    def _order(self) -> Json:
        mapping = self._mapping
        return {
            "task": "read",
            "path": str(self._staged.path),
            "name": self._staged.name or "Rows",
            "layer": mapping.layer,
            "crs": mapping.crs,
            "columns": [column.source for column in self._loaded],
            "types": [column.type.value for column in self._loaded],
            "geometry": mapping.use_geometry,
            "latitude": "" if mapping.use_geometry else mapping.latitude,
            "longitude": "" if mapping.use_geometry else mapping.longitude,
        }

    def _batch(self, frame: Json, blob: bytes) -> Batch:
        rows: Sequence[int] = range(frame["row"], frame["row"] + frame["count"])
        lines: Sequence[int] = frame["lines"] or [0] * len(rows)
        columns: list[Sequence[Any]] = [
            texts.split(SEPARATOR) if isinstance(texts, str) else texts
            for texts in frame["columns"]
        ]
        if not self._mapping.id_column:
            columns.insert(0, list(map(str, rows)))
        shapes: Any = None
        if "sizes" in frame:
            shapes = from_wkb(frame["sizes"], blob)
            columns.append(WktColumn(shapes, {int(at): text for at, text in frame["odd"].items()}))
        faults = {
            int(at): self._problem(one, rows[int(at)], lines[int(at)])
            for at, one in frame["faults"].items()
        }
        batch = Batch(columns, rows, lines, shapes=shapes, faults=faults)
        return self._taken_apart(batch) if faults else batch

    def _problem(self, fault: list[Any], row: int, line: int) -> Problem:
        rule, message, advice, value, is_row = fault
        column = "Latitude" if self._is_point else self._mapping.geography
        return Problem(
            rule,
            message,
            advice,
            row=row,
            line=line or None,
            column="" if is_row else column,
            value=value,
            is_row=is_row,
        )

    def _taken_apart(self, batch: Batch) -> Batch:
        """The batch without the rows that are none; these go to `problems`."""
        whole = [one for _, one in sorted(batch.faults.items()) if one.is_row]
        if not whole:
            return batch
        self.problems += whole
        gone = {one.row for one in whole}
        kept = [place for place, row in enumerate(batch.rows) if row not in gone]
        columns: list[Sequence[Any]] = [picked(column, kept) for column in batch.columns]
        return Batch(
            columns,
            picked(batch.rows, kept),
            picked(batch.lines, kept),
            shapes=None if batch.shapes is None else batch.shapes[kept],  # type: ignore[call-overload]  # of numpy
            faults={kept.index(at): one for at, one in batch.faults.items() if not one.is_row},
        )
