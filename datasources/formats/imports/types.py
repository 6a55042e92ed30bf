"""The type of a column of text, told from all of its values."""

from __future__ import annotations

import math
import re
from datetime import date

from datasources.formats.imports.tables import Texts
from datasources.formats.names import IdField
from datasources.schema import EdmType

SAMPLES = 5
_SAMPLE = 60  # characters
_WHOLE = re.compile(r"-?(0|[1-9][0-9]{0,18})", re.ASCII)
_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)?(\.[0-9]+)?([eE][+-]?[0-9]{1,3})?", re.ASCII)
#: A number with a decimal comma, or without decimals; and one whose comma can be nothing else.
_COMMA = re.compile(r"-?(0|[1-9][0-9]*|[1-9][0-9]{0,2}(\.[0-9]{3})+)(,[0-9]+)?", re.ASCII)
_SURE = re.compile(r"-?(0,|[0-9.]*,([0-9]{1,2}|[0-9]{4,})$|[0-9]{4,},)", re.ASCII)
_DATE = re.compile(
    r"([0-9]{4}([-/])[0-9]{2}\2[0-9]{2})"
    r"([Tt ](?:[01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.,][0-9]+)?)?)?"
    r"\s?([Zz]|[+-](0[0-9]|1[0-4]):?[0-5][0-9])?",
    re.ASCII,
)
_WKT = re.compile(
    r"(POINT|LINESTRING|POLYGON|MULTIPOINT|MULTILINESTRING|MULTIPOLYGON|GEOMETRYCOLLECTION)"
    r"\s*(Z|M|ZM)?\s*(\(|EMPTY)",
    re.IGNORECASE,
)
_INT64 = range(-(2**63), 2**63)


def _is_whole(text: str) -> bool:
    return bool(_WHOLE.fullmatch(text)) and (len(text) < 19 or int(text) in _INT64)


def _is_number(text: str) -> bool:
    """Written as a number is, and not as a code: a number of more digits than a double keeps is
    one only with decimals or an exponent."""
    if not any(letter.isdigit() for letter in text) or not _NUMBER.fullmatch(text):
        return False
    return not text.lstrip("-").isdigit() or _is_whole(text)


def _is_boolean(text: str) -> bool:
    return text.lower() in ("true", "false")


def is_date(text: str) -> bool:
    """Whether a text is a date, or a date and time, as ISO 8601 writes it; in place of the hyphens
    it may have slashes, as GDAL writes into CSV."""
    found = _DATE.fullmatch(text)
    if not found:
        return False
    try:
        date.fromisoformat(found[1].replace("/", "-"))
    except ValueError:
        return False
    return True


def iso_date(text: str | None) -> str | None:
    """A date with its slashes as hyphens; any other text as it is."""
    if not text or "/" not in text or not is_date(text.strip()):
        return text
    return text.replace("/", "-")


def comma_number(text: str) -> float:
    """The number that a text with a decimal comma is; NaN for any other text."""
    if not _COMMA.fullmatch(text):
        return math.nan
    return float(text.replace(".", "").replace(",", "."))


def _is_wkt(text: str) -> bool:
    return bool(_WKT.match(text))


_TESTS = {
    EdmType.INT64: _is_whole,
    EdmType.DOUBLE: _is_number,
    EdmType.BOOLEAN: _is_boolean,
    EdmType.DATETIME: is_date,
    EdmType.GEOGRAPHY: _is_wkt,
}


class Look:
    """What is seen of one column: its type, how much of it is filled, whether it can be an ID."""

    def __init__(self, declared: EdmType | None) -> None:
        self.declared = declared
        self.filled = 0
        self.longest = 0
        self.samples: list[str] = []
        self.lowest: float | None = None
        self.highest: float | None = None
        self._possible = list(_TESTS) if declared is None else []
        self._may_have_commas = declared is None
        self._surely = False  # a value whose comma can only be that of decimals
        may_be_id = declared in (None, EdmType.STRING, EdmType.INT64)
        self._id: IdField | None = IdField() if may_be_id else None

    def add(self, texts: Texts) -> None:
        """Look at the values of some entities more."""
        present = [text for text in texts if text and not text.isspace()]
        self.filled += len(present)
        if self._id is not None:
            self._add_id(texts, len(present))
        if not present:
            return
        self.longest = max(self.longest, *map(len, present))
        self._sample(present)
        self._narrow(present)
        if self.type in (EdmType.INT64, EdmType.DOUBLE) or self._may_have_commas:
            self._measure(present)

    @property
    def type(self) -> EdmType:
        if self.declared is not None:
            return self.declared
        if self.has_decimal_commas:
            return EdmType.DOUBLE
        return self._possible[0] if self.filled and self._possible else EdmType.STRING

    @property
    def has_decimal_commas(self) -> bool:
        """Whether all values are numbers, written with commas for their decimals."""
        return self._surely and self._may_have_commas and not self._possible

    def fits_id(self, entities: int) -> bool:
        return self._id is not None and self._id.fits(entities)

    def _add_id(self, texts: Texts, filled: int) -> None:
        if filled < len(texts) or len(set(texts)) < len(texts):
            self._id = None  # lets go of its memory
        elif self._id is not None:
            self._id.add_all(texts)

    def _sample(self, present: list[str]) -> None:
        for text in present:
            if len(self.samples) >= SAMPLES:
                return
            shown = text if len(text) <= _SAMPLE else text[: _SAMPLE - 1] + "…"
            if shown not in self.samples:
                self.samples.append(shown)

    def _narrow(self, present: list[str]) -> None:
        if not self._possible and not self._may_have_commas:
            return
        stripped = [text.strip() for text in present]
        self._possible = [kind for kind in self._possible if all(map(_TESTS[kind], stripped))]
        if self._may_have_commas:
            self._may_have_commas = all(map(_COMMA.fullmatch, stripped))
            self._surely = self._surely or any(map(_SURE.match, stripped))

    def _measure(self, present: list[str]) -> None:
        read = comma_number if self._may_have_commas and not self._possible else float
        try:
            numbers = [number for text in present if math.isfinite(number := read(text.strip()))]
        except ValueError:
            return
        if numbers:
            low, high = min(numbers), max(numbers)
            self.lowest = low if self.lowest is None else min(low, self.lowest)
            self.highest = high if self.highest is None else max(high, self.highest)
