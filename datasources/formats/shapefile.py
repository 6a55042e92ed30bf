"""Reading a zipped shapefile: every record is an entity.

The reference takes .shp, .shx and .dbf in one zip and says nothing of how they become entities.
Chosen here:

- Entity type: the name of the .shp, made legal.
- Entity ID: a field named EntityID, ID or the like (`names.ID_NAMES`), if it is filled and unique;
  else the number of the record, in a property EntityID, with a warning.
- Properties: the fields of the .dbf. Whole numbers are Edm.Int64, other numbers Edm.Double, dates
  Edm.DateTime, logical fields Edm.Boolean, texts Edm.String. Names are made legal, with a warning.
- Place: Latitude and Longitude if the shapes are points; else one Edm.Geography, Geom. Fields that
  have those names are renamed. Heights and measures are left out, with a warning.
- The coordinate system is that of the .prj, transformed to WGS 84 by the best transformation that
  PROJ has here, which a warning names. Without a .prj the coordinates have to look like degrees.
- Texts are in the encoding of the .cpg, else of the .dbf's language driver, else UTF-8 if that is
  possible, else Windows-1252.
- Records marked as deleted in the .dbf are left out. A shape that is null has no location.
- Limits of polygons: a record counts as one, its points are counted together.

The parts are read by `dbf` and `shp`, which follow nothing in a file that was not held against its
length; so they are read in this process, without GDAL.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from datasources.formats.dbf import Field, Table
from datasources.formats.faults import file_fault
from datasources.formats.names import (
    ENTITY_ID,
    GEOGRAPHY,
    IdField,
    Names,
    entity_type,
    id_rank,
    key_note,
)
from datasources.formats.odd_shapes import UNREADABLE, Fault, moved, not_finite, outside
from datasources.formats.outlines import Outline
from datasources.formats.polygons import PolygonLimits
from datasources.formats.projection import (
    CrsFault,
    Projection,
    looks_like_degrees,
    projection,
    read_crs,
)
from datasources.formats.shapefile_parts import ShapefileParts
from datasources.formats.shapes import WktColumn
from datasources.formats.shp import POINT, POLYGON, ShapeFile, Shapes
from datasources.phrases import Phrase
from datasources.schema import Batch, EdmType, Problem, Property, Schema

_STEP = 5000  # records at a time
_SURE = 70  # percent, of an EPSG code that PROJ finds for a .prj


class ShapeReader:
    """Gives the schema of the layer, and batches of raw text with their geometries."""

    def __init__(self, parts: ShapefileParts, limits: PolygonLimits, type_name: str = "") -> None:
        self.problems: list[Problem] = []
        self.notes = parts.notes
        self.data_source_name = ""
        self._parts = parts
        self._limits = limits
        self._table = Table(parts.part(".dbf"), parts.encoding)
        try:
            self._shapes = ShapeFile(
                parts.part(".shp"), parts.part(".shx"), parts.shape_type, parts.records
            )
        except BaseException:
            self._table.close()
            raise
        try:
            self._is_point = self._shapes.kind == POINT
            self._projection = _projection(parts)
            self._key = self._find_key()
            self.schema = self._schema(type_name)
        except BaseException:
            self.close()
            raise
        self.notes.extend(
            Problem(rule, message, advice, warning=True)
            for rule, message, advice in self._projection.notes
        )

    def close(self) -> None:
        self._table.close()
        self._shapes.close()

    def _find_key(self) -> Field | None:
        """Of the fields whose names mean an entity ID, the best that is filled and unique."""
        wanted = [field for field in self._table.fields if id_rank(field.name) is not None]
        counted = [IdField() for _ in wanted]
        entities = 0
        step = self._table.fitting(_STEP)
        for start in range(0, self._table.count if wanted else 0, step):
            records = self._table.records(start, min(step, self._table.count - start))
            left = self._table.left(records)
            entities += len(left)
            for field, ids in zip(wanted, counted, strict=True):
                ids.add_all(self._table.column(field, records[left], start))
        fitting = [field for field, ids in zip(wanted, counted, strict=True) if ids.fits(entities)]
        return min(fitting, key=lambda field: id_rank(field.name) or 0, default=None)

    def _schema(self, type_name: str) -> Schema:
        names = Names()
        names.reserve(*(("Latitude", "Longitude") if self._is_point else (GEOGRAPHY,)))
        properties: list[Property] = []
        for field in self._table.fields:
            is_key = field is self._key
            legal = names.take(field.name)
            properties.append(Property(legal, EdmType.STRING if is_key else field.type, is_key))
        if self._key is None:
            legal = names.take(ENTITY_ID, what="entity ID")
            properties.insert(0, Property(legal, EdmType.STRING, is_key=True))
            passed = [one.name for one in self._table.fields if id_rank(one.name) is not None]
            said = Phrase("The entity ID is {name}, the number of the record.", name=legal)
            self.notes.append(key_note(said, passed))
        if self._is_point:
            properties.append(Property("Latitude", EdmType.DOUBLE))
            properties.append(Property("Longitude", EdmType.DOUBLE))
        else:
            properties.append(Property(GEOGRAPHY, EdmType.GEOGRAPHY))
        self.notes.extend(names.notes)
        named = type_name or entity_type([self._parts.name], "Shape", self.notes)
        return Schema(named, tuple(properties))

    def batches(self, size: int) -> Iterator[Batch]:
        """Records in columns; what is wrong with their shapes is in their faults."""
        parts, count = self._parts, self._table.count
        start = 0
        while start < count:
            step = self._shapes.fitting(start, min(self._table.fitting(size), count - start))
            yield self._batch(start, step)
            start += step
            parts.bytes_done = min(parts.bytes_total, parts.bytes_total * start // count)
        parts.bytes_done = parts.bytes_total

    def _batch(self, start: int, count: int) -> Batch:
        records = self._table.records(start, count)
        left = self._table.left(records)
        shapes = self._shapes.read(start + left)
        rows: list[int] = (left + start + 1).tolist()
        bad = dict.fromkeys(shapes.broken, UNREADABLE)
        kept = records if len(left) == len(records) else records[left]
        columns: list[Sequence[Any]] = [
            self._table.column(field, kept, start) for field in self._table.fields
        ]
        if self._key is None:
            columns.insert(0, list(map(str, rows)))
        geometries: Any = None
        if self._is_point:
            columns += self._places(shapes, bad)
        else:
            geometries = moved(shapes.geometries, self._projection, shapes.odd, bad)
            odd = {place: outline.text for place, outline in shapes.odd.items()}
            columns.append(WktColumn(geometries, odd))
        faults = self._limited(shapes, rows)
        column = "Latitude" if self._is_point else GEOGRAPHY
        for place, one in bad.items():
            faults[place] = Problem(
                one.rule, one.message, one.advice, row=rows[place], column=column, value=one.value
            )
        return Batch(columns, rows, [0] * len(rows), shapes=geometries, faults=faults)

    def _places(self, shapes: Shapes, bad: dict[int, Fault]) -> list[Sequence[str | None]]:
        """Latitudes and longitudes; what has none is a fault, by position."""
        import numpy as np

        given = found = shapes.coordinates
        if self._projection.transformer is not None:
            found = self._projection.points(given)
            lost = np.isfinite(given).all(axis=1) & ~np.isfinite(found).all(axis=1)
            for place in np.flatnonzero(lost).tolist():
                bad[place] = outside(Outline("POINT", [given[place : place + 1]]).text)
                found[place] = np.nan
        for place, outline in shapes.odd.items():
            bad[place] = not_finite(outline.text)
        longitudes, latitudes = found.T.tolist()
        return [
            [None if one != one else repr(one) for one in column]
            for column in (latitudes, longitudes)
        ]

    def _limited(self, shapes: Shapes, rows: list[int]) -> dict[int, Problem]:
        """The polygons that the plan does not allow, by position."""
        found: dict[int, Problem] = {}
        for place, points in enumerate(shapes.points if self._shapes.kind == POLYGON else ()):
            past = self._limits.add(points, GEOGRAPHY, rows[place]) if points else None
            if past is not None:
                found[place] = past
        return found


def _projection(parts: ShapefileParts) -> Projection:
    """From the .prj to WGS 84; FileFault where there is no way."""
    text, box = parts.coordinate_system, parts.box
    if not text.strip():
        return _assumed_degrees(box)
    try:
        found = read_crs(text)
    except CrsFault:
        raise file_fault(
            "crs-unknown",
            Phrase("The .prj file names a coordinate system that cannot be read."),
            Phrase(
                "Set the coordinate system in a GIS, or save the shapefile in WGS 84 (EPSG:4326)."
            ),
        ) from None
    code = found.to_epsg(min_confidence=_SURE)
    try:
        return projection(f"EPSG:{code}" if code else text, box)
    except CrsFault as fault:
        raise file_fault(*map(str, fault.args)) from None


def _assumed_degrees(box: tuple[float, float, float, float]) -> Projection:
    if not looks_like_degrees(box):
        west, south, east, _ = box
        raise file_fault(
            "crs-missing",
            Phrase(
                "The shapefile has no .prj, and its coordinates ({west:.6g} to {east:.6g}, {south:.6g} to {box:.6g}) are no degrees.",
                west=west,
                east=east,
                south=south,
                box=box[3],
            ),
            Phrase("Put the .prj file, which names the coordinate system, into the zip."),
        )
    note = (
        "crs-assumed",
        Phrase(
            "The shapefile has no .prj; its coordinates are taken for longitude and latitude in WGS 84."
        ),
        Phrase("Put the .prj file into the zip if they are not."),
    )
    return Projection(notes=[note])
