"""What is made of a KML file's elements, Placemark after Placemark."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence

from datasources.formats.base import taken
from datasources.formats.feeder import Feeder, new_parser
from datasources.formats.kml_geometry import Shape, as_it_stands, read_points
from datasources.formats.kml_plan import OWN, Plan
from datasources.formats.kml_skim import placemarks
from datasources.formats.kml_survey import DTD_WORDS, local
from datasources.formats.polygons import PolygonLimits
from datasources.formats.skim import Skim
from datasources.formats.source import file_fault
from datasources.formats.text_bytes import MAX_VALUE
from datasources.phrases import Phrase
from datasources.schema import Batch, Problem, ValueFault

_SHOWN = 2000  # characters of coordinates that are none
_MAX_DEPTH = 200  # elements, one inside the other
_WORDS = {
    "Point": "POINT",
    "LineString": "LINESTRING",
    "LinearRing": "LINESTRING",
    "Polygon": "POLYGON",
    "MultiGeometry": "MULTI",
}
_NO_PLACE = {"Track": "a gx:Track", "MultiTrack": "a gx:MultiTrack", "Model": "a 3-D model"}
_TAG = re.compile(r"<!--.*?-->|<(style|script)\b.*?</\1\s*>|<[/!A-Za-z][^<>]*>", re.I | re.S)
_BREAK = re.compile(r"<\s*/?\s*(br|p|div|tr|li|h\d)\b[^<>]*>", re.I)

Row = Sequence[str | None]


class Handler:
    """What expat calls in the second reading."""

    def __init__(self, plan: Plan, limits: PolygonLimits) -> None:
        self.rows: list[Row] = []
        self._lines: list[int] = []
        self._faults: dict[int, Problem] = {}  # of Placemarks, by their number
        self._plan = plan
        self._limits = limits
        self._depth = 0
        self._inside = 0  # the depth of the Placemark at hand
        self._number = 0
        self._row: list[str | None] = []
        self._line = 0
        self._fault: Problem | None = None
        self._text: list[str] = []
        self._place: int | None = None  # in the row, of the text at hand
        self._wanted = False  # whether the text at hand is wanted at all
        self._data_place: int | None = None
        self._open: list[Shape] = []
        self._heights = self._markup = 0
        self._inner = False
        self._kinds: dict[str, str] = {}
        self._simple = ""  # <SimpleData>, with the prefix that the file gives it
        self._fields = plan.fields
        self._append = self._text.append
        self._ended_at = -1  # where the last end of a Placemark stands, in bytes
        self.feeder: Feeder | None = None
        self.parser = new_parser(DTD_WORDS)
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end

    def take(self, size: int) -> Batch:
        """The first `size` entities read."""
        first = self._number - len(self.rows) + 1
        rows, self.rows = self.rows[:size], self.rows[size:]
        lines, self._lines = self._lines[:size], self._lines[size:]
        columns: list[Sequence[str | None]] = (
            list(zip(*rows, strict=True)) if rows else [()] * self._plan.width
        )
        numbers = range(first, first + len(rows))
        return Batch(list(columns), numbers, lines, faults=taken(self._faults, numbers))

    def skim(self) -> Skim | None:
        """How plain Placemarks are taken: single points, with texts alone beside them."""
        plan = self._plan
        made = placemarks(list(plan.fields), simple=plan.simple)
        if made is None:
            return None
        pattern, names = made
        self._groups = names
        # For each place of a row the group of the match that goes there.
        sources = {
            **{place: names.index(f"own:{element}") for element, place in plan.own.items()},
            **{place: names.index(f"field:{name}") for name, place in plan.fields.items()},
        }
        first = 0 if not plan.makes_key else 1
        self._picked = [sources[place] for place in range(first, plan.place)]
        self._id_group = names.index("id")
        self._description = plan.own.get("description")
        return Skim(pattern, "</Placemark>", self._take_plain, lambda: self._ended_at)

    def _take_plain(self, match: re.Match[str], line: int) -> None:
        groups = match.groups("")
        self._number += 1
        row = [groups[group].strip() for group in self._picked]
        plan = self._plan
        if plan.takes_attribute:
            row.insert(0, groups[self._id_group].strip())
        elif plan.makes_key:
            row.insert(0, str(self._number))
        longitude, latitude = groups[-2:]
        row += [f"POINT ({longitude} {latitude})"] if plan.areas else [latitude, longitude]
        self.rows.append(row)
        self._lines.append(line)

    @property
    def _here(self) -> int:
        """The line that the parser stands in."""
        return self.feeder.line if self.feeder else self.parser.CurrentLineNumber

    def notes(self) -> Iterator[Problem]:
        if self._heights:
            yield Problem(
                "heights-dropped",
                Phrase("The heights of {heights:,} entities are left out.", heights=self._heights),
                Phrase(
                    "A place is longitude and latitude; keep a height as a field if you need it."
                ),
                warning=True,
            )
        if self._markup:
            yield Problem(
                "markup-dropped",
                Phrase(
                    "The descriptions of {markup:,} entities hold HTML; their plain text is loaded.",
                    markup=self._markup,
                ),
                Phrase("HTML cannot be stored. What its tables say is better kept in fields."),
                warning=True,
            )

    def check_size(self) -> None:
        """FileFault if the text being read is too long; called after each block."""
        if sum(map(len, self._text)) > MAX_VALUE:
            raise file_fault(
                "value-length",
                Phrase(
                    "A value of more than {most} MB begins in the Placemark of line {line}.",
                    most=MAX_VALUE // 1024 // 1024,
                    line=self._line,
                ),
                Phrase("Check that every element is closed."),
                row=self._number,
                line=self._line,
            )

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._inside:
            if name == self._simple:  # by far the most frequent
                self._place = self._fields[attributes.get("name", "")]
                self._wanted = True
                self.parser.CharacterDataHandler = self._append
                return
            kind = self._kinds.get(name) or self._learn(name)
            if kind == "SimpleData":
                self._listen(self._plan.fields[attributes.get("name", "")])
            elif kind != "-":
                self._within(kind, attributes)
        elif local(name) == "Placemark":
            self._start_placemark(attributes)
        if self._depth > _MAX_DEPTH:
            raise file_fault(
                "xml-depth",
                Phrase("Elements are nested more than {max_depth} deep.", max_depth=_MAX_DEPTH),
                Phrase("Take folders and geometries out of each other."),
                line=self._here,
            )

    def _learn(self, name: str) -> str:
        kind = local(name)
        kind = kind if kind in _INTERESTING else "-"
        if kind == "SimpleData":
            self._simple = name
        if len(self._kinds) < 1000:
            self._kinds[name] = kind
        return kind

    def _start_placemark(self, attributes: dict[str, str]) -> None:
        self._number += 1
        self._inside = self._depth
        self._line = self._here
        self._row = [None] * self._plan.width
        self._fault = None
        self._open.clear()
        if self._plan.takes_attribute:
            self._row[0] = attributes.get("id", "").strip()
        elif self._plan.makes_key:
            self._row[0] = str(self._number)

    def _listen(self, place: int | None) -> None:
        self._place = place
        self._wanted = True
        self._text.clear()
        self.parser.CharacterDataHandler = self._append

    def _within(self, kind: str, attributes: dict[str, str]) -> None:
        if kind == "coordinates":
            self._listen(None)
        elif kind in _WORDS:
            if kind != "LinearRing" or not self._in_polygon():
                self._open.append(Shape(_WORDS[kind]))
        elif kind in ("Data", "value"):
            self._start_data(kind, attributes)
        elif kind in ("innerBoundaryIs", "outerBoundaryIs"):
            self._inner = kind == "innerBoundaryIs"
        elif kind in OWN:
            if self._depth == self._inside + 1:
                self._listen(self._plan.own[kind])
        else:
            self._say(
                ValueFault(
                    "kml-geometry",
                    Phrase(
                        "The Placemark is {no_place}, which no type of geography can hold.",
                        no_place=_NO_PLACE[kind],
                    ),
                    Phrase("Save it as points, lines or polygons."),
                )
            )

    def _start_data(self, kind: str, attributes: dict[str, str]) -> None:
        if kind == "Data":
            self._data_place = self._plan.fields[attributes.get("name", "")]
        elif self._data_place is not None:
            self._listen(self._data_place)

    def _in_polygon(self) -> bool:
        return bool(self._open) and self._open[-1].word == "POLYGON"

    def _end(self, name: str) -> None:
        self._depth -= 1
        if not self._inside:
            return
        if self._wanted and name == self._simple:
            self._row[self._place or 0] = "".join(self._text).strip() or None
            self._text.clear()
            self._wanted = False
            self.parser.CharacterDataHandler = None
            return
        if self._wanted:
            self._end_text(name)
        if self._depth < self._inside:
            self._end_placemark()
            return
        kind = self._kinds[name] if name in self._kinds else self._learn(name)
        if kind in _WORDS and self._open and not (kind == "LinearRing" and self._in_polygon()):
            self._end_shape()
        elif kind == "Data":
            self._data_place = None

    def _end_text(self, name: str) -> None:
        text = "".join(self._text)
        self._text.clear()
        self._wanted = False
        self.parser.CharacterDataHandler = None
        if self._place is not None:
            if self._place == self._plan.own.get("description"):
                text = self._plain(text)
            self._row[self._place] = text.strip() or None
        elif self._open and local(name) == "coordinates":
            try:
                self._add_points(self._open[-1], text)
            except ValueFault as fault:
                self._say(fault, text)
                self._add_part(self._open[-1], as_it_stands(text))

    def _plain(self, text: str) -> str:
        """A description without its HTML."""
        if "<" not in text and "&" not in text:
            return text
        plain = _TAG.sub(" ", _BREAK.sub("\n", text))
        if plain == text:
            return text
        self._markup += 1
        lines = (" ".join(line.split()) for line in html.unescape(plain).split("\n"))
        return "\n".join(filter(None, lines))

    def _add_points(self, shape: Shape, text: str) -> None:
        points, heights = read_points(text)
        shape.points += len(points)
        shape.heights |= heights
        if not points:
            return
        self._add_part(shape, ", ".join(points))

    def _add_part(self, shape: Shape, points: str) -> None:
        part = f"({points})"
        if shape.word != "POLYGON":
            shape.parts = [part]
        elif self._inner:
            shape.parts.append(part)
        else:
            shape.parts.insert(0, part)

    def _end_shape(self) -> None:
        shape = self._open.pop()
        shape.polygons += shape.word == "POLYGON"
        settled = shape.settle()
        if settled is None:
            return
        if self._open:
            self._open[-1].take(settled)
        elif self._plan.areas:
            self._row[self._plan.place] = settled.text
            self._count(settled)
        else:
            longitude, _, latitude = settled.parts[0].strip("()").partition(" ")
            if longitude.startswith('"'):  # no point
                longitude, latitude = "", settled.parts[0].strip("()")
            self._row[self._plan.place : self._plan.place + 2] = [latitude, longitude]
            self._heights += settled.heights

    def _count(self, shape: Shape) -> None:
        self._heights += shape.heights
        if shape.polygons:
            name = self._plan.schema.names[self._plan.place]
            past = self._limits.add(shape.points, name, self._number, self._line)
            self._fault = self._fault or past

    def _end_placemark(self) -> None:
        self._inside = 0
        self._ended_at = self.parser.CurrentByteIndex
        if self._fault is not None:
            self._faults[self._number] = self._fault
            if self._fault.rule == "kml-geometry":  # what is beside it would be a part of the shape
                place = self._plan.place
                self._row[place:] = [None] * (self._plan.width - place)
        self.rows.append(self._row)
        self._lines.append(self._line)

    def _say(self, fault: ValueFault, text: str = "") -> None:
        """Note the first fault of a Placemark, which costs it; `text` is what stands there."""
        if self._fault is None:
            self._fault = Problem(
                fault.rule,
                fault.message,
                fault.advice,
                row=self._number,
                line=self._here,
                column=self._plan.schema.names[self._plan.place],
                value=" ".join(text[:_SHOWN].split()),
            )


_INTERESTING = frozenset(
    [
        *OWN,
        *_WORDS,
        *_NO_PLACE,
        "coordinates",
        "Data",
        "value",
        "SimpleData",
        "innerBoundaryIs",
        "outerBoundaryIs",
    ]
)
