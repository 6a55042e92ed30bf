"""Geometries of KML as well-known text: longitude, latitude and height in, the first two out."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from datasources.phrases import Phrase
from datasources.schema import ValueFault

_ODD = re.compile(r"[^-+0-9.eE,\n]")
_NOT_FINITE = re.compile(r"\b(nan|inf)", re.IGNORECASE)
_ZERO = re.compile(r"[-+]?0?(?:\.0*)?")


@dataclass(slots=True)
class Shape:
    """A geometry as far as it is read: WKT's word for it, and the text in its parentheses."""

    word: str
    parts: list[str] = field(default_factory=list)
    members: list[Shape] = field(default_factory=list)  # of a MULTI or a collection
    points: int = 0
    polygons: int = 0
    heights: bool = False  # whether heights other than 0 were left out

    def take(self, member: Shape) -> None:
        self.members.append(member)
        self.points += member.points
        self.polygons += member.polygons
        self.heights |= member.heights

    @property
    def body(self) -> str:
        if self.word == "POLYGON":
            return f"({', '.join(self.parts)})"
        if not self.members:
            return self.parts[0]
        if self.word == "GEOMETRYCOLLECTION":
            return f"({', '.join(member.text for member in self.members)})"
        return f"({', '.join(member.body for member in self.members)})"

    @property
    def text(self) -> str:
        return f"{self.word} {self.body}"

    def settle(self) -> Shape | None:
        """What a geometry is once all of it is read: a MultiGeometry of one kind has its own word.

        None where it is empty.
        """
        if self.word != "MULTI":
            return self if self.parts else None
        words = {member.word for member in self.members}
        if len(self.members) < 2:
            return self.members[0] if self.members else None
        (word, *others) = words
        plain = not others and not word.startswith(("MULTI", "GEOMETRYCOLLECTION"))
        self.word = f"MULTI{word}" if plain else "GEOMETRYCOLLECTION"
        return self


def read_points(text: str) -> tuple[list[str], bool]:
    """The points of <coordinates>, each as `longitude latitude`, and whether heights were dropped.

    ValueFault where they are not tuples of two or three numbers.
    """
    tuples = text.split()
    if not tuples:
        return [], False
    joined = "\n".join(tuples)
    odd = _ODD.search(joined)
    if odd:
        raise _unreadable(joined, odd.start())
    counts = {one.count(",") for one in tuples}
    if counts == {1}:
        return joined.replace(",", " ").split("\n"), False
    if not counts <= {1, 2}:
        wrong = next(one for one in tuples if one.count(",") not in (1, 2))
        raise ValueFault(
            "kml-coordinates",
            Phrase(
                "“{wrong}” among the coordinates is not longitude,latitude or longitude,latitude,height.",
                wrong=wrong[:40],
            ),
            Phrase(
                "Write the numbers of a point with commas and no spaces between; spaces separate points."
            ),
        )
    cells = [one.split(",") for one in tuples]
    heights = any(len(one) == 3 and not _is_zero(one[2]) for one in cells)
    return [f"{one[0]} {one[1]}" for one in cells], heights


def _is_zero(height: str) -> bool:
    return height == "0" or _ZERO.fullmatch(height) is not None


def as_it_stands(text: str) -> str:
    """Coordinates that are none, in quotation marks: what is mended and what is not can be told."""
    return '"' + " ".join(text.replace('"', "'").split()) + '"'


def _unreadable(joined: str, at: int) -> ValueFault:
    begin = joined.rfind("\n", 0, at) + 1
    shown = joined[begin : begin + 40].split("\n")[0]
    if _NOT_FINITE.search(shown):
        return ValueFault(
            "geography-finite",
            Phrase(
                "The point “{shown}” has a coordinate that is not a finite number.", shown=shown
            ),
            Phrase("Leave the point out, or give it its place."),
        )
    return ValueFault(
        "kml-coordinates",
        Phrase("“{shown}” among the coordinates is no point.", shown=shown),
        Phrase(
            "Write decimal degrees: longitude,latitude and, if you like, a height, without spaces."
        ),
    )
