"""Repairs of text: spaces around it, and the encoding it was saved in."""

from __future__ import annotations

from array import array
from typing import Any, ClassVar

from datasources.checks.repairs.base import Kind, Step, Tally, Texts, with_columns
from datasources.phrases import Phrase
from datasources.schema import Batch, EdmType, Schema

TRIM = Kind(
    "trim",
    Phrase("Trim spaces"),
    Phrase(
        "Removes spaces, tabs and line breaks before and after texts. An entity ID keeps them where two IDs differ in nothing else."
    ),
)
WINDOWS_1252 = Kind(
    "windows-1252",
    Phrase("Read as Windows-1252"),
    Phrase(
        "Reads lines that are not UTF-8 as Windows-1252, the older encoding of Windows and Excel, and writes the copy as UTF-8."
    ),
)


class Trim(Step):
    """Texts and entity IDs without spaces around them; other types may have them.

    The survey finds different IDs that would be the same: 16 bytes are kept of each entity.
    """

    surveys: ClassVar[bool] = True

    def __init__(self, schema: Schema) -> None:
        super().__init__(schema)
        self._hashes = array("q")  # of an ID trimmed, and as it is, in turn
        self._padded = False
        self._clashing: Any = None

    def look(self, batch: Batch) -> None:
        ids: Texts = batch.columns[self.schema.key_index]  # type: ignore[assignment]
        stripped = [entity_id.strip() if entity_id else "" for entity_id in ids]
        self._padded = self._padded or stripped != [entity_id or "" for entity_id in ids]
        for short, entity_id in zip(stripped, ids, strict=True):
            self._hashes.append(hash(short))
            self._hashes.append(hash(entity_id or ""))

    def mend(self, batch: Batch, tally: Tally) -> Batch:
        changed: dict[int, Texts] = {}
        key = self.schema.key_index
        for index, prop in enumerate(self.schema.properties):
            if prop.type is not EdmType.STRING or (index == key and not self._padded):
                continue
            texts: Texts = batch.columns[index]  # type: ignore[assignment]
            mended = [text.strip() if text else text for text in texts]
            if index == key:
                mended = self._apart(texts, mended)
            if mended != list(texts):
                tally.compare(TRIM.name, batch, prop.name, texts, mended)
                changed[index] = mended
        return with_columns(batch, changed)

    def _apart(self, ids: Texts, mended: list[str | None]) -> list[str | None]:
        """IDs trimmed, but for those that spaces alone tell from another."""
        import numpy as np

        if self._clashing is None:
            pairs = np.unique(np.frombuffer(self._hashes, np.int64).reshape(-1, 2), axis=0)
            found, counts = np.unique(pairs[:, 0], return_counts=True)
            self._clashing = set(found[counts > 1].tolist())
        return [
            old if old and hash(new) in self._clashing else new
            for old, new in zip(ids, mended, strict=True)
        ]


class Windows1252(Step):
    """Tells which texts are now read otherwise: the reader itself did it."""

    def mend(self, batch: Batch, tally: Tally) -> Batch:
        for prop, column in zip(self.schema.properties, batch.columns, strict=True):
            texts: list[str] = [text or "" for text in column]  # type: ignore[misc]  # raw text
            if "".join(texts).isascii():
                continue
            before = [text if text.isascii() else _misread(text) for text in texts]
            tally.compare(WINDOWS_1252.name, batch, prop.name, before, texts)
        return batch


def _misread(text: str) -> str:
    """How a text of Windows-1252 looks where it is taken for UTF-8."""
    return text.encode("cp1252", "replace").decode("utf-8", "replace")
