"""Checking a batch of entities: every rule of the reference for a row."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import compress
from typing import Any

from datasources.phrases import Phrase
from datasources.schema import geography, values
from datasources.schema.crossings import find_crossings
from datasources.schema.types import (
    MAX_ENTITY_ID,
    MAX_STRING,
    Batch,
    EdmType,
    Problem,
    Schema,
    Value,
    ValueFault,
)

_CUT = 80  # characters of a value that a problem shows


@dataclass(slots=True)
class Checked:
    """The good entities of a batch, typed, and what was wrong with the others.

    The columns of `batch` are those of `schema`, which is the file's without `__deleteEntity`;
    `batch.deleted` has the positions of the entities to delete. `latitudes` and `longitudes`
    (degrees) locate every entity of `batch`: as given, else the centroid of its geography, 0.0 for
    one to delete. `geometries` are those of all rows, good and bad, None where there is none that
    could be read; it is empty where the schema has no geography.
    """

    batch: Batch
    problems: list[Problem]
    latitudes: Sequence[float]
    longitudes: Sequence[float]
    schema: Schema
    geometries: Sequence[Any] = ()


def check_batch(
    schema: Schema, raw: Batch, *, incremental: bool = False, advise: bool = False
) -> Checked:
    """Type and check a batch of raw text; a schema that `check_schema` accepts is presumed.

    In an incremental load an entity whose `__deleteEntity` is 1 or true needs only its ID.
    With `advise`, warnings too are among the problems; looking for them takes its time.
    Repeated IDs are not looked for here: see SeenIds.
    """
    return _Check(schema, raw, incremental, advise).run()


class _Check:
    def __init__(self, schema: Schema, raw: Batch, incremental: bool, advise: bool) -> None:
        self.schema = schema
        self.deletes = schema.deletes_index
        self.raw = raw
        self.columns: list[Sequence[Value]] = []
        self.geometries: Sequence[Any] = ()
        self.harmless = 0 < raw.longest <= MAX_STRING and not raw.markup
        # By position, then by column: a position stands here only if it has a fault.
        self.faults: dict[int, dict[int, ValueFault]] = {}
        self.advise = advise
        self.warnings: list[Problem] = []
        self.deleted = self._find_deleted() if incremental else frozenset[int]()

    def run(self) -> Checked:
        for index, prop in enumerate(self.schema.properties):
            self._read_column(index, prop.type)
        self._check_ids()
        latitudes, longitudes = self._locate()
        self._forgive_deleted()
        return self._result(latitudes, longitudes)

    def _fault(self, position: int, index: int, fault: ValueFault) -> None:
        told = self.raw.faults.get(position)
        if told is not None and told.column == self.schema.properties[index].name:
            return  # the reader has said what is wrong there
        self.faults.setdefault(position, {}).setdefault(index, fault)

    def _advise(self, index: int, geometries: Sequence[Any]) -> None:
        for position, fault in find_crossings(geometries).items():
            self.warnings.append(self._problem(position, index, fault, warning=True))

    def _find_deleted(self) -> frozenset[int]:
        index = self.deletes
        if index is None:
            return frozenset()
        flags, _ = values.read_column(EdmType.BOOLEAN, self._texts(index))
        return frozenset(compress(range(len(flags)), flags))

    def _texts(self, index: int) -> values.Texts:
        return self.raw.columns[index]  # type: ignore[return-value]  # raw batches hold text

    def _read_column(self, index: int, kind: EdmType) -> None:
        texts = self._texts(index)
        column: Sequence[Value]
        if kind is EdmType.GEOGRAPHY and self.raw.shapes is not None:
            self.geometries, faults = geography.check_shapes(self.raw.shapes, texts)
            column = texts
        elif kind is EdmType.GEOGRAPHY:
            self.geometries, faults = geography.read_column(texts)
            column = [
                text.strip() if text and geometry is not None else None
                for text, geometry in zip(texts, self.geometries, strict=True)
            ]
        else:
            is_flag = index == self.deletes
            column, faults = values.read_column(
                EdmType.BOOLEAN if is_flag else kind, texts, harmless=self.harmless
            )
        if kind is EdmType.GEOGRAPHY and self.advise:
            self._advise(index, self.geometries)
        for position, fault in faults.items():
            self._fault(position, index, fault)
        self.columns.append(column)

    def _check_ids(self) -> None:
        index = self.schema.key_index
        ids = self._texts(index)
        present: list[str] = [entity_id for entity_id in ids if entity_id]
        longest = max(map(len, present), default=0)
        blank = len(present) < len(ids) or any(map(str.isspace, present))
        if not blank and longest <= MAX_ENTITY_ID:
            return
        for position, entity_id in enumerate(ids):
            if not entity_id or entity_id.isspace():
                self._fault(position, index, _NO_ID)
            elif len(entity_id) > MAX_ENTITY_ID:
                self._fault(position, index, _long_id(entity_id))

    def _locate(self) -> tuple[list[float], list[float]]:
        """Latitude and longitude of every row; faults where there are none."""
        count = len(self.raw)
        latitude_index, longitude_index = self.schema.latitude_index, self.schema.longitude_index
        if latitude_index is None or longitude_index is None:
            if self._all_have_shapes():
                return geography.centroids(self.geometries)
            nothing: list[Value] = [None] * count
            return self._fill(nothing, nothing, self.schema.geography_index or 0)
        latitudes = self._in_range(latitude_index, 90)
        longitudes = self._in_range(longitude_index, 180)
        if None not in latitudes and None not in longitudes:
            return list(latitudes), list(longitudes)  # type: ignore[arg-type]  # no None in them
        return self._fill(latitudes, longitudes, latitude_index, longitude_index)

    def _all_have_shapes(self) -> bool:
        index = self.schema.geography_index
        without_fault = all(index not in faults for faults in self.faults.values())
        return without_fault and all(shape is not None for shape in self.geometries)

    def _in_range(self, index: int, most: int) -> Sequence[Value]:
        column: Sequence[Any] = self.columns[index]
        present = column if None not in column else [v for v in column if v is not None]
        if not present or (min(present) >= -most and max(present) <= most):
            return column
        swapped = self.schema.latitude_index if most == 180 else self.schema.longitude_index
        for position, value in enumerate(column):
            if value is not None and not -most <= value <= most:
                other = (
                    self.columns[swapped][position]
                    if swapped is not None and swapped < len(self.columns)
                    else None
                )
                self._fault(position, index, _out_of_range(value, most, other))
        return column

    def _fill(
        self, latitudes: Sequence[Value], longitudes: Sequence[Value], index: int, other: int = -1
    ) -> tuple[list[float], list[float]]:
        """Centroids where latitude and longitude are not given."""
        found: list[tuple[float, float]] = []
        for position, (latitude, longitude) in enumerate(zip(latitudes, longitudes, strict=True)):
            geometry = self.geometries[position] if len(self.geometries) else None
            place = (0.0, 0.0)
            if isinstance(latitude, float) and isinstance(longitude, float):
                place = latitude, longitude
            elif position in self.raw.faults:
                pass  # it is why there may be none
            elif latitude is not None or longitude is not None:
                absent = index if latitude is None else other
                self._fault(position, absent, _HALF_LOCATION)
            elif geometry is not None:
                place = geography.centroid(geometry)
            elif not self._has_location_fault(position):
                self._fault(position, index, _NO_LOCATION)
            found.append(place)
        return [place[0] for place in found], [place[1] for place in found]

    def _has_location_fault(self, position: int) -> bool:
        """Whether a value that could not be read is why a row has no location."""
        faults = self.faults.get(position, {})
        places = (
            self.schema.latitude_index,
            self.schema.longitude_index,
            self.schema.geography_index,
        )
        return any(place in faults for place in places)

    def _forgive_deleted(self) -> None:
        """An entity to delete needs its ID and nothing else."""
        key = self.schema.key_index
        for position in self.deleted:
            faults = self.faults.pop(position, {})
            if key in faults:
                self.faults[position] = {key: faults[key]}

    def _result(self, latitudes: list[float], longitudes: list[float]) -> Checked:
        columns = list(self.columns)
        if self.deletes is not None:
            del columns[self.deletes]
        rows, lines, deleted = self.raw.rows, self.raw.lines, self.deleted
        for position in deleted:
            latitudes[position] = longitudes[position] = 0.0
        bad = self.faults.keys() | self.raw.faults.keys()
        if bad:
            good = [position not in bad for position in range(len(self.raw))]
            columns = [list(compress(column, good)) for column in columns]
            rows, lines = list(compress(rows, good)), list(compress(lines, good))
            latitudes, longitudes = (
                list(compress(latitudes, good)),
                list(compress(longitudes, good)),
            )
            kept = compress(range(len(good)), good)
            deleted = frozenset(new for new, old in enumerate(kept) if old in self.deleted)
        batch = Batch(columns, rows, lines, deleted)
        return Checked(
            batch,
            [*self._problems(), *self.warnings],
            latitudes,
            longitudes,
            self.schema.without_deletes(),
            self.geometries,
        )

    def _problems(self) -> Iterable[Problem]:
        for position in sorted(self.faults.keys() | self.raw.faults.keys()):
            if position in self.raw.faults:
                yield self.raw.faults[position]
            for index, fault in sorted(self.faults.get(position, {}).items()):
                yield self._problem(position, index, fault)

    def _problem(
        self, position: int, index: int, fault: ValueFault, *, warning: bool = False
    ) -> Problem:
        return Problem(
            fault.rule,
            fault.message,
            fault.advice,
            row=self.raw.rows[position],
            line=self.raw.lines[position] or None,
            column=self.schema.properties[index].name,
            value=(self._texts(index)[position] or "")[:_CUT],
            warning=warning,
        )


_NO_ID = ValueFault(
    "id-missing", Phrase("The entity has no ID."), Phrase("Give every entity an ID of its own.")
)
_NO_LOCATION = ValueFault(
    "location-missing",
    Phrase("The entity has no location."),
    Phrase("Give it a latitude and a longitude, or a geography if the schema has one."),
)
_HALF_LOCATION = ValueFault(
    "location-incomplete",
    Phrase("Of latitude and longitude only one is given."),
    Phrase("Give both, or neither if the entity has a geography."),
)


def _long_id(entity_id: str) -> ValueFault:
    return ValueFault(
        "id-length",
        Phrase(
            "The entity ID has {count} characters; {most} is the most.",
            count=len(entity_id),
            most=MAX_ENTITY_ID,
        ),
        Phrase("Shorten it; it must stay unique."),
    )


def _out_of_range(value: float, most: int, other: Value) -> ValueFault:
    name, rule = ("Latitude", "latitude-range") if most == 90 else ("Longitude", "longitude-range")
    swapped = most == 90 and abs(value) <= 180 and isinstance(other, float) and abs(other) <= 90
    return ValueFault(
        rule,
        Phrase(
            "{name} {value:g} is outside the range from -{most} to {most}.",
            name=name,
            value=value,
            most=most,
        ),
        Phrase("Latitude and longitude may be swapped.")
        if swapped
        else Phrase("Write decimal degrees (WGS 84); projected coordinates have to be converted."),
    )
