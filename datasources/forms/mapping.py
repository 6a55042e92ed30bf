"""What a person says of an imported file: its layer, what its columns mean, and where things are."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from datasources.formats import Column, ColumnMapping, Layer, Mapping, check_mapping
from datasources.schema import EdmType, Problem

#: The types as people choose them.
TYPE_WORDS: dict[EdmType, str | Promise] = {
    EdmType.STRING: _("Text"),
    EdmType.INT64: _("Whole number"),
    EdmType.DOUBLE: _("Number"),
    EdmType.BOOLEAN: _("Yes or no"),
    EdmType.DATETIME: _("Date and time"),
    EdmType.GEOGRAPHY: _("Geography (WKT)"),
}
GEOMETRY, COLUMNS, NONE = "geometry", "columns", "none"


@dataclass(slots=True)
class Row:
    """One column of the file, and what becomes of it."""

    index: int
    column: Column
    entities: int
    name: str = ""
    kind: str = EdmType.STRING.value
    used: bool = True
    errors: list[Problem] = field(default_factory=list)

    @property
    def empty(self) -> int:
        """In how many rows the column is empty."""
        return max(0, self.entities - self.column.filled)

    @property
    def types(self) -> list[tuple[str, str | Promise, bool]]:
        """The types to choose from: value, words, whether it is chosen."""
        return [(kind.value, words, kind.value == self.kind) for kind, words in TYPE_WORDS.items()]


class MappingForm:
    """The mapping of one layer as a form: a row for each column of the file.

    Not a Django form: its fields are the file's columns, hundreds of them in some files, and what
    is wrong with them is said by `check_mapping`, which knows the file.
    """

    def __init__(self, layer: Layer, mapping: Mapping, data: QueryDict | None = None) -> None:
        self.layer = layer
        self.mapping = mapping if data is None else _read(layer, mapping, data)
        self.errors: list[Problem] = []
        self.rows = self._rows()

    def is_valid(self) -> bool:
        """Whether the file can be read so; else the faults stand in `errors` and in the rows."""
        self.errors = []
        by_name = {row.column.name: row for row in self.rows}
        by_property = {row.name.lower(): row for row in self.rows if row.used}
        for problem in check_mapping(self.mapping, self.layer):
            if problem.rule == "id-unfit" and self._holds_ids:
                continue
            row = by_name.get(problem.column) or by_property.get(problem.column.lower())
            (row.errors if row is not None else self.errors).append(problem)
        return not self.errors and not any(row.errors for row in self.rows)

    @property
    def _holds_ids(self) -> bool:
        """Whether the ID column is one but for some gaps and repeats: these the check reports row
        by row, and its repairs mend."""
        column = self.layer.column(self.mapping.id_column)
        return column is not None and column.filled * 2 > self.layer.entities

    @property
    def place(self) -> str:
        """Where the location comes from."""
        if self.mapping.use_geometry:
            return GEOMETRY
        return COLUMNS if self.mapping.latitude or self.mapping.longitude else NONE

    @property
    def has_geometry(self) -> bool:
        return bool(self.layer.geometry)

    @property
    def names(self) -> list[str]:
        """The columns of the file."""
        return [column.name for column in self.layer.columns]

    def _rows(self) -> list[Row]:
        used = {column.source: column for column in self.mapping.columns}
        rows = []
        for index, column in enumerate(self.layer.columns):
            row = Row(index, column, self.layer.entities, column.legal_name, column.type.value)
            chosen = used.get(column.name)
            row.used = chosen is not None
            if chosen is not None:
                row.name, row.kind = chosen.name, chosen.type.value
            rows.append(row)
        return rows


def _read(layer: Layer, before: Mapping, data: QueryDict) -> Mapping:
    """The mapping as it was typed; what `check_mapping` has to say of it comes later."""
    columns = []
    for index, column in enumerate(layer.columns):
        if f"use_{index}" not in data:
            continue
        kind = data.get(f"type_{index}", "")
        columns.append(
            ColumnMapping(
                source=column.name,
                name=data.get(f"name_{index}", "").strip() or column.legal_name,
                type=EdmType(kind) if kind in set(EdmType) else column.type,
            )
        )
    place = data.get("place", GEOMETRY if layer.geometry else COLUMNS)
    from_columns = place == COLUMNS
    return replace(
        before,
        entity_type=data.get("entity_type", "").strip(),
        columns=tuple(columns),
        id_column=data.get("id_column", ""),
        use_geometry=place == GEOMETRY,
        latitude=data.get("latitude", "") if from_columns else "",
        longitude=data.get("longitude", "") if from_columns else "",
        layer=before.layer or layer.name,
        # That of a geometry was stated when the file was looked at.
        crs=before.crs if layer.geometry else data.get("crs", "").strip() if from_columns else "",
    )
