"""The repair of `yes` and `no`."""

from __future__ import annotations

from datasources.checks.repairs.base import Kind, Step, Tally, Texts, with_columns
from datasources.phrases import Phrase
from datasources.schema import Batch, EdmType

BOOLEANS = Kind(
    "booleans",
    Phrase("Write yes and no as true and false"),
    Phrase("In Boolean columns, yes, y, t and on become true; no, n, f and off become false."),
)
_MEANT = {
    **dict.fromkeys(["yes", "y", "t", "on"], "true"),
    **dict.fromkeys(["no", "n", "f", "off"], "false"),
}


class Booleans(Step):
    """`__deleteEntity` is left alone: what deletes an entity is not guessed."""

    def mend(self, batch: Batch, tally: Tally) -> Batch:
        changed: dict[int, Texts] = {}
        for index, prop in enumerate(self.schema.properties):
            if prop.type is not EdmType.BOOLEAN or index == self.schema.deletes_index:
                continue
            texts: Texts = batch.columns[index]  # type: ignore[assignment]
            mended = [_MEANT.get(text.strip().lower(), text) if text else text for text in texts]
            if mended != list(texts):
                tally.compare(BOOLEANS.name, batch, prop.name, texts, mended)
                changed[index] = mended
        return with_columns(batch, changed)
