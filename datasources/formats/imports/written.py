"""Coordinates as they are written in GML, GPX and MIF, looked at before GDAL reads them.

GDAL takes a text that is no number for 0, and passes over points without a latitude: entities would
end up off Africa, or nowhere, and nobody would know. The markup itself is looked at on the way.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any
from xml.parsers import expat

from datasources.formats.imports.kinds import ImportFormat
from datasources.formats.imports.tables import ImportFault
from datasources.phrases import Phrase

_BLOCK = 256 * 1024  # bytes
_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?", re.ASCII)
_NOT_FINITE = re.compile(r"[-+]?(nan|inf|infinity)", re.IGNORECASE)
#: Elements of GML that hold numbers and nothing else, where they stand in one of these.
_NUMBERS = frozenset(
    {"pos", "posList", "coordinates", "X", "Y", "radius", "startAngle", "endAngle"}
)
_GEOMETRIES = frozenset(
    {
        "Point", "LineString", "LinearRing", "LineStringSegment", "Arc", "ArcString", "ArcByBulge",
        "ArcByCenterPoint", "Circle", "CircleByCenterPoint", "CubicSpline", "GeodesicString",
        "Geodesic", "Box", "coord",
    }
)  # fmt: skip
_POINTS = frozenset({"wpt", "rtept", "trkpt"})
_MIF_NUMBERS = frozenset({"point", "line", "rect", "roundrect", "ellipse", "arc", "center"})
_MIF_WORDS = frozenset(
    {
        *_MIF_NUMBERS, "none", "pline", "multiple", "region", "text", "multipoint", "collection",
        "pen", "brush", "symbol", "font", "smooth", "justify", "spacing", "angle", "label",
    }
)  # fmt: skip


def check_written(path: str, format: ImportFormat) -> str:
    """The name of the coordinate system that GML gives its first geometry; "" where there is none.

    Raises ImportFault, which names the line, where a coordinate is no finite number; of markup
    also where it is not well-formed or has a DTD: that is where entities that grow without end, or
    lead to other files, are declared."""
    if format is ImportFormat.GML:
        names: list[str] = []
        _parse(path, lambda parser: _gml(parser, names))
        return names[0] if names else ""
    if format is ImportFormat.GPX:
        _parse(path, _gpx)
    elif format is ImportFormat.MAPINFO and path.endswith(".mif"):
        _check_mif(Path(path))
    return ""


def _check(numbers: Iterable[str], line: int) -> None:
    for text in numbers:
        if not _NUMBER.fullmatch(text) or not math.isfinite(float(text)):
            raise _no_number(text, line)


def _no_number(text: str, line: int) -> ImportFault:
    if _NOT_FINITE.match(text) or _NUMBER.fullmatch(text):
        return ImportFault(
            "geography-finite",
            Phrase(
                "Line {line}: “{text}” among the coordinates is not a finite number.",
                line=line,
                text=text[:40],
            ),
            Phrase("Leave the point out, or give it its place."),
        )
    return ImportFault(
        "coordinates",
        Phrase("Line {line}: “{text}” stands where a number has to be.", line=line, text=text[:40]),
        Phrase("Write coordinates as numbers, with a point before the decimals."),
    )


# Markup.


def _parse(path: str, listen: Callable[[Any], None]) -> None:
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse_doctype
    listen(parser)
    try:
        with open(path, "rb") as file:
            parser.ParseFile(file)
    except expat.ExpatError as error:
        raise ImportFault(
            "xml",
            Phrase(
                "Line {line}: the XML is not well-formed ({why}).",
                line=error.lineno,
                why=expat.ErrorString(error.code),
            ),
            Phrase("The file may be cut off: export or copy it again."),
        ) from None


def _refuse_doctype(*_: Any) -> None:
    raise ImportFault(
        "doctype",
        Phrase("The file has a DOCTYPE, which is not read: it may lead to other files."),
        Phrase("Remove the line that begins with <!DOCTYPE."),
    )


def _gml(parser: Any, names: list[str]) -> None:
    texts: list[str] = []
    parents: list[str] = []
    begin, separators = 0, ""

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal begin, separators
        bare = name.rpartition(":")[2]
        if not names and attributes.get("srsName"):
            names.append(attributes["srsName"])
        if parents and parents[-1] in _GEOMETRIES and bare in _NUMBERS:
            begin = parser.CurrentLineNumber
            separators = _separators(attributes) if bare == "coordinates" else " "
            texts.clear()
            parser.CharacterDataHandler = texts.append
        parents.append(bare)

    def end(_name: str) -> None:
        parents.pop()
        if parser.CharacterDataHandler is None:
            return
        parser.CharacterDataHandler = None
        text = "".join(texts)
        for separator in separators:
            text = text.replace(separator, " ")
        if separators:
            _check(text.split(), begin)

    parser.StartElementHandler = start
    parser.EndElementHandler = end


def _separators(attributes: dict[str, str]) -> str:
    """What stands between the numbers of gml:coordinates; "" if they have decimal commas or the like."""
    plain = attributes.get("decimal", ".") == "."
    return attributes.get("cs", ",") + attributes.get("ts", " ") if plain else ""


def _gpx(parser: Any) -> None:
    def start(name: str, attributes: dict[str, str]) -> None:
        if name.rpartition(":")[2] not in _POINTS:
            return
        for coordinate, words in (("lat", Phrase("latitude")), ("lon", Phrase("longitude"))):
            text = attributes.get(coordinate, "").strip()
            if not text:
                raise ImportFault(
                    "coordinates",
                    Phrase(
                        "Line {line}: the point has no {missing}.",
                        line=parser.CurrentLineNumber,
                        missing=words,
                    ),
                    Phrase(
                        "Give every point its {missing} ({coordinate}), or leave the point out.",
                        missing=words,
                        coordinate=coordinate,
                    ),
                )
            _check([text], parser.CurrentLineNumber)

    parser.StartElementHandler = start


# MapInfo's text.


def _check_mif(path: Path) -> None:
    is_data = False
    with path.open(encoding="latin-1") as file:
        for number, line in enumerate(file, start=1):
            word, *others = line.split() or [""]
            if not is_data:
                is_data = word.lower() == "data"
            elif word.lower() in _MIF_NUMBERS:
                _check(others, number)
            elif word and word.lower() not in _MIF_WORDS and not word.startswith(('"', "(")):
                _check([word, *others], number)
