"""What every import is to the process that reads it: layers of fields, in chunks of raw text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from datasources.formats.odd_shapes import Fault
from datasources.formats.outlines import Outline
from datasources.phrases import Phrase
from datasources.schema import EdmType

CHUNK = 2000  # entities

Texts = Sequence[str | None]
Said = tuple[str, str, str]  # rule, message, advice


class ImportFault(Exception):  # noqa: N818  # "fault" is the word of this product
    """What is wrong with the file as a whole: rule, message and advice."""

    def __init__(self, rule: str, message: str, advice: str = "") -> None:
        super().__init__(rule, message, advice)


@dataclass(frozen=True, slots=True)
class Field:
    """A column of a layer; `type` None where it is told from the texts of all rows."""

    name: str
    type: EdmType | None = None


@dataclass(frozen=True, slots=True)
class Head:
    """A layer before it is opened; `geometry` as the file declares it, "" if it has none."""

    name: str
    entities: int
    geometry: str = ""


@dataclass(slots=True)
class Chunk:
    """Some thousand entities: their texts by field, their geometries as WKB in the file's own
    coordinates (None where absent), and what is wrong with single ones, by place. `odd` are the
    geometries of which shapely can make no shape, `notes` what only the values show."""

    columns: list[Texts]
    count: int
    wkb: Any = None  # an array of bytes or None
    lines: list[int] | None = None
    faults: dict[int, Fault] = field(default_factory=dict)
    odd: dict[int, Outline] = field(default_factory=dict)
    notes: list[Said] = field(default_factory=list)


class Table(Protocol):
    """One layer, opened."""

    name: str
    fields: list[Field]
    count: int  # as the file says; -1 if it does not
    geometry: str
    crs: str  # as PROJ reads it; "" if the file names none
    notes: list[Said]

    def chunks(self, places: Sequence[int], *, geometry: bool) -> Iterator[Chunk]:
        """The fields at these places, and the geometries if asked for."""


class Container(Protocol):
    """A file, opened."""

    heads: list[Head]

    def open(self, name: str) -> Table: ...


def distinct(names: Sequence[str], notes: list[Said]) -> list[str]:
    """The names of columns, none of them empty, none twice."""
    found: list[str] = []
    taken: set[str] = set()
    for place, name in enumerate(names, start=1):
        bare = " ".join(name.split()) or f"Column {place}"
        made, number = bare, 1
        while made.lower() in taken:
            number += 1
            made = f"{bare} {number}"
        if made != bare or not name.strip():
            notes.append(
                (
                    "column-name",
                    Phrase(
                        "Column {place} has no name; it is called “{made}” here.",
                        place=place,
                        made=made[:60],
                    )
                    if made == bare
                    else Phrase(
                        "Column {place}: “{name}” stands twice in the header; it is called “{made}” "
                        "here.",
                        place=place,
                        name=bare[:60],
                        made=made[:60],
                    ),
                    Phrase("Give each column of the file a name of its own."),
                )
            )
        taken.add(made.lower())
        found.append(made)
    return found
