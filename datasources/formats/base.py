"""What every format has in common: its name, its faults, and the reader's face."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from types import TracebackType
from typing import Protocol, Self

from datasources.formats.source import FileFault
from datasources.phrases import Phrase
from datasources.schema import Batch, Problem, Schema

__all__ = ["EntityReader", "FileFault", "FormatReader", "InputFormat"]


class InputFormat(StrEnum):
    """The reference's values of `input`."""

    XML = "xml"
    CSV = "csv"
    TAB = "tab"
    PIPE = "pipe"
    KML = "kml"
    SHP = "shp"

    @property
    def words(self) -> str:
        """The format's name as it stands in a sentence."""
        return _WORDS[self]

    @property
    def has_schema(self) -> bool:
        """Whether its files say themselves what their entity type is."""
        return self not in (InputFormat.KML, InputFormat.SHP)


_WORDS = {
    InputFormat.XML: Phrase("entity XML"),
    InputFormat.CSV: Phrase("comma-separated text"),
    InputFormat.TAB: Phrase("tab-separated text"),
    InputFormat.PIPE: Phrase("pipe-separated text"),
    InputFormat.KML: "KML",
    InputFormat.SHP: Phrase("a zipped shapefile"),
}


def taken(faults: dict[int, Problem], numbers: range) -> dict[int, Problem]:
    """What is wrong with the entities of these numbers, by their place among them; it is taken out."""
    if not faults:
        return {}
    return {
        number - numbers.start: faults.pop(number) for number in sorted(faults) if number in numbers
    }


class FormatReader(Protocol):
    """What a format gives to `EntityReader`."""

    schema: Schema
    data_source_name: str
    problems: list[Problem]
    notes: list[Problem]

    def batches(self, size: int) -> Iterator[Batch]: ...

    def close(self) -> None: ...


class Source(Protocol):
    """The file under a reader: how far it is read, and how to let go of it."""

    bytes_read: int
    bytes_total: int
    bom: bool

    @property
    def bytes_done(self) -> int: ...

    def close(self) -> None: ...


class EntityReader:
    """A file as a schema and a stream of raw batches; a context manager that closes the file.

    What is wrong with an entity is in its batch's `faults`. `problems` takes in those that cannot be
    taken apart at all, which are in no batch (`Problem.is_row`); whoever iterates takes them out
    after each batch (`problems.clear()`), for they could be as many as the rows. A batch can be
    empty. Iterating raises FileFault where the file as a whole is
    at fault. The reader can be iterated once.
    """

    def __init__(self, source: Source, inner: FormatReader, batch_size: int) -> None:
        self._source = source
        self._inner = inner
        self._batch_size = batch_size

    @property
    def schema(self) -> Schema:
        """The schema as it stands in the file; `check_schema` says what is wrong with it."""
        return self._inner.schema

    @property
    def data_source_name(self) -> str:
        """The data set's name in XML; "" for text, which has none."""
        return self._inner.data_source_name

    @property
    def problems(self) -> list[Problem]:
        return self._inner.problems

    @property
    def notes(self) -> list[Problem]:
        """Warnings of the file as a whole: what was changed or left out. All once it is read."""
        return self._inner.notes

    @property
    def bytes_read(self) -> int:
        """Uncompressed bytes so far."""
        return self._source.bytes_read

    @property
    def bytes_total(self) -> int:
        """Bytes of the file as it is, compressed or not."""
        return self._source.bytes_total

    @property
    def bytes_done(self) -> int:
        """Of `bytes_total`, how many are consumed."""
        return self._source.bytes_done

    @property
    def bom(self) -> bool:
        """Whether the text begins with a byte order mark, which is tolerated."""
        return self._source.bom

    def __iter__(self) -> Iterator[Batch]:
        return self._inner.batches(self._batch_size)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._inner.close()
        self._source.close()
