"""The mapping that fills itself in: which column is the ID, where the place is, names and types."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from datasources.formats.imports.surveys import Column, Layer
from datasources.formats.mapping import ColumnMapping, Mapping
from datasources.formats.names import ENTITY_ID, GEOGRAPHY, Names, id_rank, legal_name
from datasources.schema import EdmType, Schema

_LATITUDES = ("latitude", "lat", "breite", "breitengrad", "latitud", "latitudine", "ycoord", "y")
_LONGITUDES = (
    "longitude", "long", "lon", "lng", "laenge", "lange", "langengrad", "laengengrad", "longitud",
    "longitudine", "xcoord", "x",
)  # fmt: skip
_NORTHINGS = ("northing", "northings", "hochwert", "y", "ycoord")
_EASTINGS = ("easting", "eastings", "rechtswert", "x", "xcoord")
_ID_ENDINGS = ("id", "code", "key", "ref", "no", "nr", "number", "reference")
_ROW_IDS = ("fid", "ogcfid", "objectid", "gid", "gmlid")  # numbers of a file's own making


def suggest_mapping(
    layer: Layer,
    *,
    entity_type: str = "",
    remembered: Mapping | None = None,
    current: Schema | None = None,
) -> Mapping:
    """What most likely is meant to be loaded of a layer that was looked at.

    `remembered` is the mapping of the last file: it holds for the columns that are still there.
    `current` is the schema of the data source to update: columns called as its properties become
    these, whatever their case.
    """
    if remembered is not None:
        kept = _remembered(layer, remembered)
        if kept is not None:
            return kept
    return _Suggestion(layer, entity_type, current).mapping()


def _remembered(layer: Layer, old: Mapping) -> Mapping | None:
    """The old mapping, without columns that are gone; None if too little of it is left."""
    columns = tuple(column for column in old.columns if layer.column(column.source))
    if old.columns and not columns:
        return None
    gone = any(
        name and layer.column(name) is None for name in (old.id_column, old.latitude, old.longitude)
    )
    if gone or (old.use_geometry and not layer.geometry):
        return None
    crs = old.crs if layer.needs_crs or not layer.geometry else ""
    return replace(old, columns=columns, layer=layer.name, crs=crs)


class _Suggestion:
    def __init__(self, layer: Layer, entity_type: str, current: Schema | None) -> None:
        self.layer = layer
        self.current = current
        self.names = Names()
        self.entity_type = (
            (current.entity_type if current else "")
            or legal_name(entity_type)
            or legal_name(layer.name)
            or "Entity"
        )
        self.use_geometry = bool(layer.geometry)
        self.latitude, self.longitude = ("", "") if self.use_geometry else self._pair()

    def mapping(self) -> Mapping:
        id_column = self._id_column()
        geography = self._geography()
        if self.use_geometry:
            taken = ("Latitude", "Longitude") if self.layer.is_point else (geography,)
            self.names.reserve(*taken)
        elif self.latitude:
            self.names.reserve("Latitude", "Longitude")
        if not id_column:
            self.names.reserve(ENTITY_ID)
        return Mapping(
            self.entity_type,
            tuple(self._columns(id_column)),
            id_column,
            self.use_geometry,
            self.latitude,
            self.longitude,
            self.layer.name,
            geography=geography,
        )

    def _columns(self, id_column: str) -> Iterable[ColumnMapping]:
        shaped = self.use_geometry or bool(self.latitude)
        empty = sum(not column.filled for column in self.layer.columns)
        mostly_empty = empty * 2 > len(self.layer.columns)  # such as the 23 fields of GPX
        matched = self._matched(id_column)
        for column in self.layer.columns:
            if column.name in (self.latitude, self.longitude):
                is_latitude = column.name == self.latitude
                name = "Latitude" if is_latitude else "Longitude"
                yield ColumnMapping(column.name, name, EdmType.DOUBLE)
                continue
            if _is_row_number(column) and column.name != id_column:
                continue
            if mostly_empty and not column.filled and column.name not in matched:
                continue
            if column.name in matched:
                name, kind = matched[column.name]
            else:
                name, kind = self.names.take(column.name), column.type
            if column.name == id_column:
                kind = EdmType.STRING
            elif kind is EdmType.GEOGRAPHY and column.name not in matched:
                kind, shaped = (EdmType.STRING if shaped else kind), True
            yield ColumnMapping(column.name, name, kind)

    def _matched(self, id_column: str) -> dict[str, tuple[str, EdmType]]:
        """Columns that are properties of the data source already; their names are taken."""
        found: dict[str, tuple[str, EdmType]] = {}
        if self.current is None:
            return found
        for column in self.layer.columns:
            at = self.current.index(column.name)
            at = self.current.index(column.legal_name) if at is None else at
            if column.name == id_column:
                at = self.current.key_index
            if at is None or column.name in (self.latitude, self.longitude):
                continue
            prop = self.current.properties[at]
            is_free = all(prop.name != name for name, _ in found.values())
            is_place = self.use_geometry and prop.name.lower() in self._places()
            if is_free and not is_place and (column.name == id_column or not prop.is_key):
                found[column.name] = (prop.name, prop.type)
        self.names.reserve(*(name for name, _ in found.values()))
        return found

    def _places(self) -> tuple[str, ...]:
        if self.layer.is_point:
            return ("latitude", "longitude")
        return (self._geography().lower(),)

    def _geography(self) -> str:
        at = self.current.geography_index if self.current else None
        return self.current.properties[at].name if self.current and at is not None else GEOGRAPHY

    def _id_column(self) -> str:
        """The column that fits and whose name says most that it is the ID; "" for none."""
        fitting = [column for column in self.layer.columns if column.fits_id]
        if self.current is not None:
            key = self.current.key.name.lower()
            for column in fitting:
                if key in (column.name.lower(), column.legal_name.lower()):
                    return column.name
        ranked = sorted(
            (rank, column.name)
            for column in fitting
            if (rank := id_rank(column.name)) is not None and not _is_row_number(column)
        )
        if ranked:
            return ranked[0][1]
        named = [column for column in fitting if not _is_row_number(column)]
        for column in named:
            words = column.legal_name.lower().split("_")
            if words[-1] in _ID_ENDINGS or column.name.endswith(("ID", "Id")):
                return column.name
        own = [column.name for column in fitting if _is_row_number(column)]
        return own[0] if own else ""

    def _pair(self) -> tuple[str, str]:
        """The columns of latitude and longitude, in degrees; else of northing and easting."""
        latitude = self._called(_LATITUDES, 90)
        longitude = self._called(_LONGITUDES, 180)
        if latitude and longitude:
            return latitude, longitude
        northing, easting = self._called(_NORTHINGS, None), self._called(_EASTINGS, None)
        return (northing, easting) if northing and easting else ("", "")

    def _called(self, names: tuple[str, ...], most: float | None) -> str:
        """The column of numbers with the first of these names, all of them within ±most."""
        numeric = {
            _bare(column.name): column
            for column in reversed(self.layer.columns)
            if column.type in (EdmType.INT64, EdmType.DOUBLE) and column.filled
        }
        for name in names:
            column = numeric.get(name)
            if column is not None and (most is None or _within(column, most)):
                return column.name
        return ""


def _within(column: Column, most: float) -> bool:
    low, high = column.lowest, column.highest
    return low is not None and high is not None and -most <= low and high <= most


def _bare(name: str) -> str:
    return legal_name(name).lower().replace("_", "")


def _is_row_number(column: Column) -> bool:
    return _bare(column.name) in _ROW_IDS
