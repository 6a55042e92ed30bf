"""The repair of latitude and longitude in each other's column."""

from __future__ import annotations

from typing import ClassVar

from datasources.checks.repairs.base import Kind, Step, Tally, Texts, with_columns
from datasources.phrases import Phrase
from datasources.schema import Batch, Schema

SWAP = Kind(
    "swap",
    Phrase("Swap latitude and longitude"),
    Phrase(
        "Swaps the two where the latitude is outside -90 to 90 and both fit the other way round; in all rows, if three of four are so and none fits only as it is."
    ),
)


class Swap(Step):
    """The survey counts how many rows fit as they are, and how many only the other way round."""

    surveys: ClassVar[bool] = True

    def __init__(self, schema: Schema) -> None:
        super().__init__(schema)
        self._swapped = self._both = self._straight = 0

    def look(self, batch: Batch) -> None:
        for latitude, longitude in self._places(batch):
            if latitude is None or longitude is None:
                continue
            if _fits_swapped_alone(latitude, longitude):
                self._swapped += 1
            elif abs(latitude) <= 90 and abs(longitude) <= 180:
                self._both += abs(longitude) <= 90
                self._straight += abs(longitude) > 90

    def mend(self, batch: Batch, tally: Tally) -> Batch:
        latitude, longitude = self.schema.latitude_index, self.schema.longitude_index
        if latitude is None or longitude is None or not self._swapped:
            return batch
        places = [
            place
            for place, (north, east) in enumerate(self._places(batch))
            if north is not None and east is not None and self._is_swapped(north, east)
        ]
        if not places:
            return batch
        norths: list[str | None] = list(batch.columns[latitude])  # type: ignore[arg-type]
        easts: list[str | None] = list(batch.columns[longitude])  # type: ignore[arg-type]
        names = self.schema.names
        for place in places:
            before = f"{norths[place]}, {easts[place]}"
            norths[place], easts[place] = easts[place], norths[place]
            after = f"{norths[place]}, {easts[place]}"
            column = f"{names[latitude]}, {names[longitude]}"
            tally.at(SWAP.name, batch, place, column, before, after)
        return with_columns(batch, {latitude: norths, longitude: easts})

    def _is_swapped(self, latitude: float, longitude: float) -> bool:
        if _fits_swapped_alone(latitude, longitude):
            return True
        whole_file = not self._straight and self._swapped >= 3 * self._both
        return whole_file and abs(latitude) <= 90 and abs(longitude) <= 90

    def _places(self, batch: Batch) -> list[tuple[float | None, float | None]]:
        latitude, longitude = self.schema.latitude_index, self.schema.longitude_index
        if latitude is None or longitude is None:
            return []
        norths: Texts = batch.columns[latitude]  # type: ignore[assignment]
        easts: Texts = batch.columns[longitude]  # type: ignore[assignment]
        return [(_degrees(n), _degrees(e)) for n, e in zip(norths, easts, strict=True)]


def _fits_swapped_alone(latitude: float, longitude: float) -> bool:
    return 90 < abs(latitude) <= 180 and abs(longitude) <= 90


def _degrees(text: str | None) -> float | None:
    try:
        return float(text) if text and "_" not in text else None
    except ValueError:
        return None
