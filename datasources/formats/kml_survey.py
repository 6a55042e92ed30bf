"""The first reading of a KML file: what there is, so that the schema stands before any entity."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from datasources.formats.feeder import Feeder, new_parser
from datasources.formats.kml_skim import OWN, placemarks
from datasources.formats.names import IdField, id_rank
from datasources.formats.skim import Skim
from datasources.formats.source import ByteSource, FileFault, file_fault
from datasources.phrases import Phrase
from datasources.schema import EdmType

DTD_WORDS = Phrase("KML needs none")
_TYPES = {
    **dict.fromkeys(["int", "uint", "short", "ushort", "long"], EdmType.INT64),
    **dict.fromkeys(["float", "double"], EdmType.DOUBLE),
    **dict.fromkeys(["bool", "boolean"], EdmType.BOOLEAN),
}
_AREAS = frozenset(["LineString", "LinearRing", "Polygon", "MultiGeometry"])
_TEXTS = frozenset(["description", "address", "phoneNumber"])
_MAX_TRIES = 20  # patterns
_OVERLAYS = frozenset(["GroundOverlay", "ScreenOverlay", "PhotoOverlay"])
_MAX_FIELDS = 2000
_CONTAINERS = frozenset(["Document", "Folder"])


def local(name: str) -> str:
    """An element's name without its prefix."""
    return name.rpartition(":")[2]


@dataclass(slots=True)
class Survey:
    """What a KML file holds. `fields` are of ExtendedData, in the order in which they occur."""

    document: str = ""
    placemarks: int = 0
    overlays: int = 0
    own: set[str] = field(default_factory=set)  # of name, description, address, phoneNumber
    fields: dict[str, EdmType] = field(default_factory=dict)
    areas: bool = False  # whether there is any geometry but single points
    ids: dict[str, IdField] = field(default_factory=dict)  # fields that may be the entity ID
    attribute: IdField = field(default_factory=IdField)  # the id of <Placemark id="…">
    simple: bool = False  # whether fields stand in SimpleData


def survey(source: ByteSource, looking: Callable[[int, int], None] | None = None) -> Survey:
    """Read all of a KML file; FileFault where it is not well-formed or asks for other files.

    `looking` is told, after each block, how far it is: bytes done and bytes in all.
    """
    reading = _Reading()
    reading.feeder = feeder = Feeder(source, reading.parser)
    while feeder.feed():
        reading.check_fields()
        feeder.skim = reading.skim(feeder.skim)
        if looking is not None:
            looking(source.bytes_done, source.bytes_total)
    reading.flush()
    return reading.found


class _Reading:
    """Only starts of elements are looked at: the ends would double the time.

    So a text reaches until the next start of an element, with the space between them.
    """

    def __init__(self) -> None:
        self.found = Survey()
        self.parser = new_parser(DTD_WORDS)
        self.parser.StartElementHandler = self._root
        self._text: list[str] = []
        self._flush_to: Callable[[str], None] | None = None
        self._field = ""
        self._known: dict[str, str] = {}
        self._simple = ""  # <SimpleData>, with the prefix that the file gives it
        self._settled: set[str] = set()  # fields that need no further look
        self._container = False
        self._ended_at = -1  # where the last end of a Placemark stands, in bytes
        self._known_fields = -1  # fields of the pattern at hand
        self._tries = 0
        self._matched = 0  # Placemarks, since the last block
        self._taken: list[tuple[int, IdField]] = []  # groups that may be the entity ID
        self.feeder: Feeder | None = None

    @property
    def _here(self) -> int:
        """The line that the parser stands in."""
        return self.feeder.line if self.feeder else self.parser.CurrentLineNumber

    def skim(self, before: Skim | None) -> Skim | None:
        """How plain Placemarks are taken, once there are some; made anew when fields have come."""
        found = self.found
        matched, self._matched = self._matched, 0
        if before is not None and not matched:
            self._tries = _MAX_TRIES  # no file for this
            self._known_fields = -1
        elif not found.placemarks or self._known_fields == len(found.fields):
            return before
        self._tries += 1
        self._known_fields = len(found.fields)
        made = placemarks(list(found.fields), simple=found.simple)
        if made is None or self._tries > _MAX_TRIES:
            self._known_fields = len(found.fields)
            self.parser.EndElementHandler = None
            return None
        pattern, groups = made
        self._taken = [(groups.index(f"field:{name}"), ids) for name, ids in found.ids.items()]
        self.parser.EndElementHandler = self._end
        return Skim(pattern, "</Placemark>", self._take_plain, lambda: self._ended_at)

    def _end(self, name: str) -> None:
        if name == "Placemark":
            self._ended_at = self.parser.CurrentByteIndex

    def _take_plain(self, match: re.Match[str], _line: int) -> None:
        if self._flush_to is not None:
            self.flush()
        found = self.found
        groups = match.groups()
        found.placemarks += 1
        self._matched += 1
        self._container = False
        found.attribute.add((groups[1] or "").strip())
        for element, text in zip(OWN, groups[2:], strict=False):
            if text is not None:
                found.own.add(element)
        for group, ids in self._taken:
            text = groups[group]
            if text is not None:
                ids.add(text.strip())

    def _root(self, name: str, attributes: dict[str, str]) -> None:
        if local(name) not in ("kml", "Document", "Folder", "Placemark"):
            raise file_fault(
                "kml-root",
                Phrase("The root element is {name}, not kml.", name=name),
                Phrase("Choose the format the file is in."),
                line=self._here,
                value=name,
            )
        self.parser.StartElementHandler = self._start
        self._start(name, attributes)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if self._flush_to is not None:
            self.flush()
        if name == self._simple and attributes.get("name") in self._settled:
            return
        kind = self._known.get(name) or self._learn(name)
        if kind == "SimpleData":
            field = attributes.get("name", "")
            if field not in self.found.fields:
                self._add_field(field, EdmType.STRING)
            if field in self.found.ids:
                self._listen(self.found.ids[field].add)
        elif kind != "-":
            self._other(kind, attributes)

    def _learn(self, name: str) -> str:
        """The local name of an element of interest, "-" of another."""
        kind = local(name)
        kind = kind if kind in _INTERESTING else "-"
        if kind == "SimpleData":
            self._simple = name
            self.found.simple = True
        if len(self._known) < 1000:
            self._known[name] = kind
        return kind

    def _other(self, kind: str, attributes: dict[str, str]) -> None:
        found = self.found
        if kind == "Data":
            self._field = attributes.get("name", "")
            if self._field not in found.fields:
                self._add_field(self._field, EdmType.STRING)
        elif kind == "value":
            if self._field in found.ids:
                self._listen(found.ids[self._field].add)
            self._field = ""
        elif kind == "Placemark":
            found.placemarks += 1
            self._container = False
            found.attribute.add(attributes.get("id", "").strip())
        elif kind == "name":
            self._name()
        elif kind in _TEXTS:
            found.own.add(kind)
        elif kind in _AREAS:
            found.areas = True
        else:
            self._rare(kind, attributes)

    def _rare(self, kind: str, attributes: dict[str, str]) -> None:
        if kind == "NetworkLink":
            raise self._network_link()
        if kind == "SimpleField":
            type_word = attributes.get("type", "").rpartition(":")[2].lower()
            self._add_field(attributes.get("name", ""), _TYPES.get(type_word, EdmType.STRING))
        elif kind in _OVERLAYS:
            self.found.overlays += 1
        elif kind in _CONTAINERS:
            self._container = True

    def _add_field(self, name: str, kind: EdmType) -> None:
        self.found.fields[name] = kind
        if id_rank(name) is None:
            self._settled.add(name)
        elif name not in self.found.ids:
            self.found.ids[name] = IdField()

    def _name(self) -> None:
        if not self._container:
            self.found.own.add("name")
        elif not self.found.document:
            self._listen(self._take_document)

    def _take_document(self, text: str) -> None:
        self.found.document = self.found.document or text

    def _listen(self, to: Callable[[str], None]) -> None:
        self._flush_to = to
        self.parser.CharacterDataHandler = self._text.append

    def flush(self) -> None:
        if self._flush_to is not None:
            self._flush_to("".join(self._text).strip())
        self._flush_to = None
        self._text.clear()
        self.parser.CharacterDataHandler = None

    def check_fields(self) -> None:
        """FileFault where there are too many to keep; called after each block."""
        found = self.found
        if len(found.fields) > _MAX_FIELDS:
            raise file_fault(
                "too-many-properties",
                Phrase(
                    "The Placemarks have more than {max_fields:,} different fields.",
                    max_fields=_MAX_FIELDS,
                ),
                Phrase("Keep 350 at most."),
            )

    def _network_link(self) -> FileFault:
        return file_fault(
            "kml-network-link",
            Phrase(
                "Line {here} has a NetworkLink: its data lie elsewhere, and nothing is fetched.",
                here=self._here,
            ),
            Phrase(
                "Open the file in Google Earth or a GIS, and save the places themselves as KML."
            ),
            line=self._here,
        )


_INTERESTING = (
    _AREAS
    | _TEXTS
    | _OVERLAYS
    | _CONTAINERS
    | {"SimpleData", "Data", "value", "Placemark", "name", "NetworkLink", "SimpleField"}
)
