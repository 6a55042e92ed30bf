"""Reading entity XML: a .NET DataSet document with its schema inside, one element an entity.

pyexpat directly: it streams, keeps exact lines and is told to refuse a DTD, without which there
are no entities to expand.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from datasources.formats.base import taken
from datasources.formats.feeder import Feeder, new_parser
from datasources.formats.skim import MAX_FIELDS, SPACE, Skim, optional
from datasources.formats.source import ByteSource, FileFault, file_fault
from datasources.formats.text_bytes import MAX_VALUE
from datasources.formats.xml_schema import Node, local, read_schema
from datasources.phrases import Phrase
from datasources.schema import Batch, Problem, Schema

_MAX_DEPTH = 64  # elements, one inside the other
_MAX_NODES = 20_000  # elements of a schema

Row = Sequence[str | None]


class XmlReader:
    """Gives the schema, which stands first in the root element, and batches of raw text."""

    def __init__(self, source: ByteSource) -> None:
        self.problems: list[Problem] = []
        self.notes: list[Problem] = []
        self._handler = _Handler()
        self._feeder = Feeder(source, self._handler.parser)
        self._handler.feeder = self._feeder
        while self._handler.schema is None:
            if not self._feeder.feed():
                raise file_fault(
                    "xml-schema",
                    Phrase("The file holds no xs:schema."),
                    Phrase(
                        "Put the schema first in the root element, as the reference's sample does."
                    ),
                )
        self.schema: Schema = self._handler.schema
        self._feeder.skim = self._handler.skim()
        self.data_source_name = self._handler.data_source_name

    def close(self) -> None:
        """Nothing to let go of beside the source."""

    def batches(self, size: int) -> Iterator[Batch]:
        """Entities in columns; what breaks the document's form is in their faults."""
        handler = self._handler
        more = True
        while more:
            more = self._feeder.feed()
            handler.check_size()
            while len(handler.rows) >= size or (not more and handler.rows):
                yield handler.take(size)


class _Handler:
    """What expat calls. Depth 1 is the root, 2 an entity (or the schema), 3 a property."""

    def __init__(self) -> None:
        self.schema: Schema | None = None
        self.data_source_name = ""
        self.rows: list[Row] = []
        self._lines: list[int] = []
        self._sizes: list[int] = []  # of entities' texts, 0 where that is not known
        self._faults: dict[int, Problem] = {}  # of entities, by their number
        self._depth = 0
        self._root = ""
        self._nodes: list[Node] = []
        self._count = 0
        self._places: dict[str, int] = {}
        self._width = 0
        self._number = 0
        self._row: list[str | None] = []
        self._line = 0
        self._fault: Problem | None = None
        self._place: int | None = None
        self._text: list[str] = []
        self._lost = ""  # why the value at hand goes into no column
        self._ended_at = -1  # where the last end of an entity stands, in bytes
        self.feeder: Feeder | None = None
        self.parser = new_parser(Phrase("entity XML has its schema in xs:schema"))
        self.parser.StartElementHandler = self._start_root

    def take(self, size: int) -> Batch:
        """The first `size` entities read."""
        first = self._number - len(self.rows) + 1
        rows, self.rows = self.rows[:size], self.rows[size:]
        lines, self._lines = self._lines[:size], self._lines[size:]
        columns: list[Sequence[str | None]] = (
            list(zip(*rows, strict=True)) if rows else [()] * self._width
        )
        sizes, self._sizes = self._sizes[:size], self._sizes[size:]
        plain = bool(sizes) and all(sizes)
        numbers = range(first, first + len(rows))
        return Batch(
            list(columns),
            numbers,
            lines,
            longest=max(sizes) if plain else 0,
            markup=not plain,
            faults=taken(self._faults, numbers),
        )

    def skim(self) -> Skim | None:
        """How entities are taken that have nothing but the schema's properties in its order."""
        schema = self.schema
        if schema is None or len(schema.properties) > MAX_FIELDS:
            return None
        name = re.escape(schema.entity_type)
        properties = "".join(map(optional, schema.names))
        pattern = re.compile(f"{SPACE}()<{name}>{SPACE}{properties}</{name}>")
        return Skim(pattern, f"</{schema.entity_type}>", self._take_plain, self._last_end)

    def _last_end(self) -> int:
        return self._ended_at

    def _take_plain(self, match: re.Match[str], line: int) -> None:
        self._number += 1
        self.rows.append(match.groups()[1:])
        self._lines.append(line)
        self._sizes.append(match.end() - match.start())

    @property
    def _here(self) -> int:
        """The line that the parser stands in."""
        return self.feeder.line if self.feeder else self.parser.CurrentLineNumber

    # Before the schema, and in it.

    def _start_root(self, name: str, _attributes: dict[str, str]) -> None:
        self._root = name
        if local(name).lower() == "schema":
            raise file_fault(
                "xml-root",
                Phrase("The root element is the schema itself."),
                Phrase("Put the schema and the entities into one root element."),
                line=self._here,
            )
        self.parser.StartElementHandler = self._start_in_schema
        self.parser.EndElementHandler = self._end_in_schema

    def _start_in_schema(self, name: str, attributes: dict[str, str]) -> None:
        line = self._here
        plain = {local(key): value for key, value in attributes.items()}
        node = Node(local(name), plain, line)
        if self._nodes:
            self._nodes[-1].children.append(node)
        elif node.name != "schema":
            raise file_fault(
                "xml-schema",
                Phrase("The element {name} stands where the schema has to be.", name=name),
                Phrase("Put xs:schema first in the root element, as the reference's sample does."),
                line=line,
                value=name,
            )
        self._nodes.append(node)
        self._count += 1
        if len(self._nodes) > _MAX_DEPTH or self._count > _MAX_NODES:
            raise self._too_deep()

    def _too_deep(self) -> FileFault:
        return file_fault(
            "xml-depth",
            Phrase(
                "Elements are nested more than {max_depth} deep, or the schema has more than {max_nodes:,} of them.",
                max_depth=_MAX_DEPTH,
                max_nodes=_MAX_NODES,
            ),
            Phrase("Write schema and entities as the reference's sample does."),
            line=self._here,
        )

    def _end_in_schema(self, _name: str) -> None:
        if not self._nodes:
            return  # the root element, closed without a schema
        node = self._nodes.pop()
        if self._nodes:
            return
        self.schema, self.data_source_name = read_schema(self._root, node)
        self._width = len(self.schema.properties)
        self._places = {name: place for place, name in enumerate(self.schema.names)}
        self._depth = 1
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end

    # Entities.

    def _start(self, name: str, _attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth == 3:
            self._start_property(name)
        elif self._depth == 2:
            self._start_entity(name)
        elif self._depth > _MAX_DEPTH:
            raise self._too_deep()
        else:
            self._text.append(f"<{name}>")
            self._say(
                "html" if name.lower() in _HTML else "xml-nested",
                Phrase("The value holds an element, <{name}>; values are plain text.", name=name),
                Phrase("Write < as &lt; in a value. HTML cannot be stored at all."),
            )

    def _start_entity(self, name: str) -> None:
        assert self.schema is not None  # noqa: S101  # handlers are set after the schema is read
        self._number += 1
        self._line = self._here
        self._row = [None] * self._width
        self._fault = None
        if name != self.schema.entity_type and local(name) != self.schema.entity_type:
            self._say(
                "xml-unknown-entity",
                Phrase(
                    "The element is named {name}; the entity type is {entity_type}.",
                    name=name,
                    entity_type=self.schema.entity_type,
                ),
                Phrase("Give all entities the name that the schema gives their type."),
            )

    def _start_property(self, name: str) -> None:
        place = self._places.get(name)
        if place is None:
            place = self._place_ignoring_case(name)
        self._place = place
        self._text = []
        self._lost = ""
        self.parser.CharacterDataHandler = self._text.append
        if place is None:
            self._lost = "xml-unknown-property"
            self._say(
                self._lost,
                Phrase("The schema has no property {name}.", name=name),
                Phrase("Add it to the schema, or remove it from the entity."),
                name,
            )
        elif self._row[place] is not None:
            self._lost = "xml-repeated-property"
            self._say(
                self._lost,
                Phrase("The entity has {name} twice.", name=name),
                Phrase("Keep one of them."),
                name,
            )

    def check_size(self) -> None:
        """FileFault if the value being read is too long; called after each block."""
        if sum(map(len, self._text)) > MAX_VALUE:
            raise file_fault(
                "value-length",
                Phrase(
                    "A value of more than {most} MB begins in the entity of line {line}.",
                    most=MAX_VALUE // 1024 // 1024,
                    line=self._line,
                ),
                Phrase("Check that every element is closed."),
                row=self._number,
                line=self._line,
            )

    def _place_ignoring_case(self, name: str) -> int | None:
        assert self.schema is not None  # noqa: S101
        place = self.schema.index(local(name))
        if place is not None:
            self._places[name] = place
        return place

    def _end(self, name: str) -> None:
        self._depth -= 1
        if self._depth == 2:
            self._end_property()
        elif self._depth == 1:
            self._end_entity()
        elif self._depth > 2:
            self._text.append(f"</{name}>")

    def _end_property(self) -> None:
        self.parser.CharacterDataHandler = None
        text = "".join(self._text)
        if not self._lost and self._place is not None:
            self._row[self._place] = text or None
        elif self._fault is not None and self._fault.rule == self._lost:
            # No column can hold it.
            self._fault = replace(self._fault, value=self._fault.value or text)
        self._text = []

    def _end_entity(self) -> None:
        self._ended_at = self.parser.CurrentByteIndex
        if self._fault is not None:
            self._faults[self._number] = self._fault
        self.rows.append(self._row)
        self._sizes.append(0)
        self._lines.append(self._line)

    def _say(self, rule: str, message: str, advice: str, column: str = "") -> None:
        """Note the first fault of an entity, which costs it."""
        if self._fault is None:
            if not column and self._place is not None and self._depth > 2 and self.schema:
                column = self.schema.names[self._place]
            self._fault = Problem(
                rule,
                message,
                advice,
                row=self._number,
                line=self._here,
                column=column,
            )


_HTML = frozenset(
    [
        "a",
        "abbr",
        "b",
        "big",
        "body",
        "br",
        "button",
        "center",
        "code",
        "div",
        "em",
        "font",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "head",
        "hr",
        "html",
        "i",
        "iframe",
        "img",
        "input",
        "li",
        "link",
        "meta",
        "ol",
        "p",
        "pre",
        "script",
        "small",
        "span",
        "strong",
        "style",
        "sub",
        "sup",
        "table",
        "tbody",
        "td",
        "th",
        "thead",
        "tr",
        "tt",
        "u",
        "ul",
    ]
)
