"""The two lines of a text file that hold its schema.

Source: "Load Data Source Data Schema and Sample Input". Line 1 names the entity type, line 2 its
properties. `ID(Edm.String,primaryKey)` has a comma, which is no separator inside parentheses.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator

from datasources.formats.source import FileFault, file_fault
from datasources.phrases import Phrase
from datasources.schema import EdmType, Property

EXAMPLE = "Bing Spatial Data Services, 1.0, EntityTypeName"

_VERSION_LINE = re.compile(
    r"""\s*"?\s* bing\s+spatial\s+data\s+services \s*[,|\t]\s* "?(?P<version>[^,|\t"]*)"?
        (?: \s*[,|\t]\s* "?(?P<name>[^,|\t"]*) )? "? [\s",|\t]*""",
    re.IGNORECASE | re.VERBOSE,
)
_COLUMN = re.compile(r"([^()]*)\(([^()]*)\)")
_TYPES = {kind.value.lower(): kind for kind in EdmType}
#: What people write for the types, and what they mean; in lower case, without "Edm.".
_MEANT = {
    **dict.fromkeys(["text", "varchar", "nvarchar", "char", "guid"], EdmType.STRING),
    **dict.fromkeys(["int", "integer", "long", "short", "byte", "int16", "int32"], EdmType.INT64),
    **dict.fromkeys(["float", "single", "decimal", "real", "number", "numeric"], EdmType.DOUBLE),
    **dict.fromkeys(["bool", "bit", "logical"], EdmType.BOOLEAN),
    **dict.fromkeys(["date", "time", "timestamp", "datetimeoffset"], EdmType.DATETIME),
    **dict.fromkeys(["geometry", "geom", "wkt", "shape", "anytype"], EdmType.GEOGRAPHY),
    **{f"geography{kind}": EdmType.GEOGRAPHY for kind in ("point", "linestring", "polygon")},
}


def read_version_line(line: str) -> str:
    """The entity type's name from line 1; spacing is free, and spreadsheets' commas do no harm."""
    match = _VERSION_LINE.fullmatch(line.strip("\r\n"))
    if not match:
        raise file_fault(
            "version-line",
            Phrase("Line 1 is not the line that names the schema's version and the entity type."),
            Phrase("Write as line 1: {example}", example=EXAMPLE),
            line=1,
            value=line.strip(),
        )
    if match["version"].strip() != "1.0":
        raise file_fault(
            "schema-version",
            Phrase(
                "Line 1 says schema version “{version}”; there is only 1.0.",
                version=match["version"].strip(),
            ),
            Phrase("Write as line 1: {example}", example=EXAMPLE),
            line=1,
            value=line.strip(),
        )
    return (match["name"] or "").strip()


def read_header(line: str, delimiter: str, line_number: int) -> tuple[Property, ...]:
    """The properties from line 2; FileFault if one has no type or an unknown one."""
    cells = [_bare(cell) for cell in _split(line.strip("\r\n"), delimiter)]
    while cells and not cells[-1]:
        cells.pop()  # spreadsheets fill short lines up
    return tuple(
        _read_column(cell, position, line_number) for position, cell in enumerate(cells, start=1)
    )


def _split(line: str, delimiter: str) -> Iterator[str]:
    """The cells of the header: separators in parentheses or quotes separate nothing."""
    cell: list[str] = []
    depth, quoted = 0, False
    for character in line:
        if character == delimiter and depth <= 0 and not quoted:
            yield "".join(cell)
            cell, depth = [], 0
            continue
        depth += (character == "(") - (character == ")")
        quoted ^= character == '"'
        cell.append(character)
    yield "".join(cell)


def _bare(cell: str) -> str:
    return cell.strip().strip('"').strip()


def _read_column(cell: str, position: int, line: int) -> Property:
    match = _COLUMN.fullmatch(cell)
    if not match:
        name = cell.partition("(")[0] or "Name"
        raise file_fault(
            "column-header",
            Phrase(
                "Column {position} of the header, “{cell}”, does not give a name and a type.",
                position=position,
                cell=cell,
            )
            if cell
            else Phrase("Column {position} of the header is empty.", position=position),
            Phrase(
                "Write {name}(Edm.String), or another of {types}.",
                name=name,
                types=_all_types(),
            ),
            line=line,
            column=cell[:50],
            value=cell,
        )
    name, (kind, *marks) = match[1].strip(), [part.strip() for part in match[2].split(",")]
    for mark in marks:
        if mark.lower() != "primarykey":
            raise file_fault(
                "column-header",
                Phrase(
                    "Column {position}, {name}, has “{mark}” beside its type.",
                    position=position,
                    name=name,
                    mark=mark,
                ),
                Phrase(
                    "Write {name}({kind}), or {name}({kind},primaryKey) for the entity ID.",
                    name=name,
                    kind=kind,
                ),
                line=line,
                column=name,
                value=cell,
            )
    found = _TYPES.get(kind.lower())
    if found is None:
        raise unknown_type(kind, position, name, line)
    return Property(name, found, is_key=bool(marks))


def unknown_type(kind: str, position: int, name: str, line: int) -> FileFault:
    """The fault of a type that is not the reference's, with the one that was likely meant."""
    nearest = nearest_type(kind)
    advice = Phrase("The types are {types}.", types=_all_types())
    if nearest:
        write = Phrase("Write {name}({type}).", name=name, type=nearest.value)
        advice = Phrase.sentences(write, advice)
    shown = f"“{kind}”" if kind else Phrase("an empty type")
    return file_fault(
        "unknown-type",
        Phrase(
            "Column {position}, {name}, has {shown}, which is no type of the reference.",
            position=position,
            name=name,
            shown=shown,
        ),
        advice,
        line=line,
        column=name,
        value=kind,
    )


def nearest_type(kind: str) -> EdmType | None:
    """The type that someone who wrote `kind` probably meant."""
    word = kind.lower().rpartition(".")[2].rpartition(":")[2]
    if word in _MEANT:
        return _MEANT[word]
    known = {found.value.lower().removeprefix("edm."): found for found in EdmType}
    close = difflib.get_close_matches(word, [*known, *_MEANT], n=1)
    return (known.get(close[0]) or _MEANT[close[0]]) if close else None


def _all_types() -> str:
    return ", ".join(kind.value for kind in EdmType)
