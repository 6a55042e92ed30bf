"""The repairs of numbers: separators of thousands, and commas for decimals.

“1,234” can be 1234 or 1.234. What a comma means is decided for each column, over all its rows:

- decimals, if a value says so by itself (12,5 or 0,125 or 1.234,5) and none says otherwise;
- thousands, if a value says so by itself (1,234,567 or 1,234.5) and none says otherwise; if the
  column is of whole numbers; or if other values have a point for their decimals;
- decimals in latitudes and longitudes, which never have thousands.

If nothing tells, or values contradict each other, the column is left alone. A space or an
apostrophe between groups of three digits always separates thousands.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import ClassVar

from datasources.checks.repairs.base import Kind, Step, Tally, Texts, with_columns
from datasources.phrases import Phrase
from datasources.schema import Batch, EdmType, Problem, Property, Schema

THOUSANDS = Kind(
    "thousands",
    Phrase("Remove separators of thousands"),
    Phrase(
        "In columns of numbers, 1,234,567 and 1 234 567 become 1234567, where it is certain that they are no decimals."
    ),
)
DECIMALS = Kind(
    "decimals",
    Phrase("Write decimal commas as points"),
    Phrase(
        "In columns of numbers, 12,5 becomes 12.5, where the column leaves no doubt that its commas are decimal ones."
    ),
)
_SPACED = re.compile(
    r"[+-]?\d{1,3}(?P<mark>[ \u00a0\u2009\u202f'’])\d{3}(?:(?P=mark)\d{3})*(?P<rest>[.,]\d+)?"
)
_MARKS = re.compile(r"[ \u00a0\u2009\u202f'’]")
_THOUSANDS = re.compile(r"[+-]?[1-9]\d{0,2}(?:(?:,\d{3}){2,}(?:\.\d*)?|(?:,\d{3})+\.\d*)")
_POINT_THOUSANDS = re.compile(r"[+-]?[1-9]\d{0,2}(?:\.\d{3}){2,}")
_BOTH = re.compile(r"[+-]?[1-9]\d{0,2}(?:\.\d{3})+,\d+")
_EITHER = re.compile(r"[+-]?[1-9]\d{0,2},\d{3}")
_COMMA = re.compile(r"[+-]?\d*,\d+")
_POINT_EITHER = re.compile(r"[+-]?[1-9]\d{0,2}\.\d{3}")
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_PLACES = ("latitude", "longitude")


@dataclass(slots=True)
class Style:
    """What the values of one column say of its commas."""

    decimals: int = 0
    thousands: int = 0
    either: int = 0
    points: bool = False  # for decimals
    points_either: str = ""  # the first such as 1.234, which is 1234 to whoever writes 1,5
    example: str = ""  # of `either`
    whole: bool = False
    is_place: bool = False

    def take(self, texts: Texts) -> None:
        for text in texts:
            if text and ("," in text or "." in text or not text.isdigit()):
                self._take(text.strip())

    def _take(self, text: str) -> None:
        if _SPACED.fullmatch(text):
            text = _MARKS.sub("", text)
        if "," not in text:
            if _POINT_THOUSANDS.fullmatch(text):
                self.decimals += 1
            elif _POINT_EITHER.fullmatch(text):
                self.points_either = self.points_either or text
            elif "." in text and _NUMBER.fullmatch(text):
                self.points = True
        elif _THOUSANDS.fullmatch(text):
            self.thousands += 1
        elif _EITHER.fullmatch(text):
            self.either += 1
            self.example = self.example or text
        elif _BOTH.fullmatch(text) or _COMMA.fullmatch(text):
            self.decimals += 1

    @property
    def comma(self) -> str:
        """What a comma is: "thousands", "decimals", or "" where nothing tells."""
        if self.decimals and self.thousands:
            return ""
        if self.is_place:
            return "" if self.thousands or not self.decimals + self.either else "decimals"
        if self.decimals:
            torn = (self.points_either and not self.points) or (self.points and self.either)
            return "" if torn or self.whole else "decimals"
        if self.thousands:
            return "thousands"
        return "thousands" if self.either and (self.whole or self.points) else ""

    @property
    def is_undecided(self) -> bool:
        if self.is_place:
            return bool(self.thousands and self.decimals)
        commas = self.decimals + self.thousands + self.either
        return bool(commas and not self.comma and not (self.whole and not self.either))


class Numbers(Step):
    """Columns of Edm.Int64 and Edm.Double; `chosen` holds the names of one repair or both."""

    surveys: ClassVar[bool] = True

    def __init__(self, schema: Schema, chosen: Collection[str]) -> None:
        super().__init__(schema)
        self._thousands = THOUSANDS.name in chosen
        self._decimals = DECIMALS.name in chosen
        self._styles = {
            index: _style(prop)
            for index, prop in enumerate(schema.properties)
            if prop.type in (EdmType.INT64, EdmType.DOUBLE) and index != schema.deletes_index
        }

    def look(self, batch: Batch) -> None:
        for index, style in self._styles.items():
            style.take(batch.columns[index])  # type: ignore[arg-type]  # raw text

    def mend(self, batch: Batch, tally: Tally) -> Batch:
        changed: dict[int, Texts] = {}
        for index, style in self._styles.items():
            texts: Texts = batch.columns[index]  # type: ignore[assignment]
            name = self.schema.properties[index].name
            if self._thousands:
                mended = [_joined(text, style) if text else text for text in texts]
                if mended != list(texts):
                    tally.compare(THOUSANDS.name, batch, name, texts, mended)
                    changed[index] = texts = mended
            if self._decimals and style.comma == "decimals":
                mended = [_pointed(text) if text and "," in text else text for text in texts]
                if mended != list(texts):
                    tally.compare(DECIMALS.name, batch, name, texts, mended)
                    changed[index] = mended
        return with_columns(batch, changed)

    def doubts(self) -> list[Problem]:
        """A warning for each column whose commas are left alone because nothing tells what they are."""
        found = []
        for index, style in self._styles.items():
            if style.is_undecided:
                found.append(_doubt(self.schema.properties[index].name, style))
        return found


def _style(prop: Property) -> Style:
    return Style(whole=prop.type is EdmType.INT64, is_place=prop.name.lower() in _PLACES)


def _joined(text: str, style: Style) -> str:
    """A number without separators of thousands; the text itself if it has none for certain."""
    if style.is_place or text.isdigit():
        return text
    bare = text.strip()
    mended = bare
    if _SPACED.fullmatch(bare):
        mended = _MARKS.sub("", bare)
    elif style.comma == "thousands" and (_THOUSANDS.fullmatch(bare) or _EITHER.fullmatch(bare)):
        mended = bare.replace(",", "")
    elif style.comma == "decimals" and _POINT_THOUSANDS.fullmatch(bare):
        mended = bare.replace(".", "")
    return text if mended == bare else mended


def _pointed(text: str) -> str:
    """A number with a decimal point; the text itself if it has no decimal comma."""
    bare = text.strip()
    if _BOTH.fullmatch(bare):
        bare = bare.replace(".", "")
    mended = bare.replace(",", ".") if _COMMA.fullmatch(bare) else ""
    return mended if _NUMBER.fullmatch(mended) else text


def _doubt(name: str, style: Style) -> Problem:
    example = style.example
    if style.either:
        message = Phrase(
            "{name} holds values such as “{example}”, which may be {one} or {other}: its other values do not tell which.",
            name=name,
            example=example,
            one=example.replace(",", ""),
            other=example.replace(",", "."),
        )
    else:
        message = Phrase(
            "{name} has commas for thousands in some values, and for decimals in others.", name=name
        )
    if style.points_either and not style.thousands:
        example = style.points_either
        message = Phrase(
            "{name} has commas for decimals, and values such as “{example}”, which may be {example} or {other}.",
            name=name,
            example=example,
            other=example.replace(".", ""),
        )
    return Problem(
        "number-commas",
        message,
        Phrase(
            "No repair is offered for them. Write the numbers without separators of thousands and with a point before the decimals."
        ),
        column=name,
        value=example,
        warning=True,
    )
