"""How the columns of an imported file become the properties of an entity type."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

from datasources.formats.names import ENTITY_ID
from datasources.schema import EdmType, Property, Schema


@dataclass(frozen=True, slots=True)
class ColumnMapping:
    """One column of the file that is loaded: `source` as the file names it, `name` as the API."""

    source: str
    name: str
    type: EdmType


@dataclass(frozen=True, slots=True)
class Mapping:
    """What becomes of one layer of an imported file; columns it does not name are left out.

    `id_column` is a column of the file, which has to be in `columns`; "" makes a property EntityID
    that numbers the rows. The place is the geometry of the layer (`use_geometry`: Latitude and
    Longitude if all are points, else `geography`), or the columns `latitude` and `longitude`, whose
    properties are called so whatever `columns` says of them, or is left to the columns' own names
    and types. `crs` ("EPSG:27700") stands in for a coordinate system that the file does not name,
    or corrects the one it names; with `latitude` and `longitude` these are northing and easting
    in it.
    """

    entity_type: str
    columns: tuple[ColumnMapping, ...]
    id_column: str = ""
    use_geometry: bool = True
    latitude: str = ""
    longitude: str = ""
    layer: str = ""
    crs: str = ""
    geography: str = "Geom"

    @property
    def loaded(self) -> tuple[ColumnMapping, ...]:
        """The columns as they are loaded: the entity ID as text, the place by its own names."""
        place = (
            {} if self.use_geometry else {self.latitude: "Latitude", self.longitude: "Longitude"}
        )
        place.pop("", None)
        found = []
        for column in self.columns:
            name = place.pop(column.source, "")
            if name:
                column = ColumnMapping(column.source, name, EdmType.DOUBLE)
            elif column.source == self.id_column:
                column = ColumnMapping(column.source, column.name, EdmType.STRING)
            found.append(column)
        found += [ColumnMapping(source, name, EdmType.DOUBLE) for source, name in place.items()]
        return tuple(found)

    def as_json(self) -> dict[str, Any]:
        """The mapping as it is kept with an upload, and with the data source for the next one."""
        return {
            "entity_type": self.entity_type,
            "columns": [
                {"source": column.source, "name": column.name, "type": column.type.value}
                for column in self.columns
            ],
            "id_column": self.id_column,
            "use_geometry": self.use_geometry,
            "latitude": self.latitude,
            "longitude": self.longitude,
            "layer": self.layer,
            "crs": self.crs,
            "geography": self.geography,
        }

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> Self:
        """The mapping that `as_json` gave."""
        columns = tuple(
            ColumnMapping(column["source"], column["name"], EdmType(column["type"]))
            for column in kept["columns"]
        )
        return cls(**{**kept, "columns": columns})

    def schema(self, *, is_point: bool) -> Schema:
        """The entity type that the mapping makes; `is_point`: all geometries are single points."""
        properties = [
            Property(column.name, column.type, column.source == self.id_column)
            for column in self.loaded
        ]
        if not self.id_column:
            properties.insert(0, Property(ENTITY_ID, EdmType.STRING, is_key=True))
        if self.use_geometry and is_point:
            properties += [
                Property("Latitude", EdmType.DOUBLE),
                Property("Longitude", EdmType.DOUBLE),
            ]
        elif self.use_geometry:
            properties.append(Property(self.geography, EdmType.GEOGRAPHY))
        return Schema(self.entity_type, tuple(properties))
