"""What the process that reads an import does: tell its layers, look at one, read one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import astuple
from typing import Any

from datasources.formats.gis_worker import SEPARATOR
from datasources.formats.imports import geometries
from datasources.formats.imports.geometries import Extent
from datasources.formats.imports.tables import Chunk, Container, ImportFault, Said, Table, Texts
from datasources.formats.imports.types import Look, comma_number, iso_date
from datasources.formats.odd_shapes import moved
from datasources.formats.projection import Bounds, Projection, projection
from datasources.phrases import Phrase
from datasources.schema import EdmType

Json = dict[str, Any]
Frame = tuple[Json, bytes]
_LONGEST_JOINED = 64 * 1024 * 1024  # characters


def layers(container: Container) -> list[Json]:
    """The heads of all layers."""
    return [
        {"name": head.name, "entities": head.entities, "geometry": head.geometry}
        for head in container.heads
    ]


def pick(container: Container, name: str) -> str:
    """The layer of that name, or the only one; "" where it has to be chosen."""
    names = [head.name for head in container.heads]
    if not names:
        raise ImportFault(
            "empty-file",
            Phrase("The file holds no layer with rows."),
            Phrase("Choose a file with entities in it."),
        )
    if len(names) == 1:
        return names[0]
    if name and name not in names:
        raise ImportFault(
            "layer-unknown",
            Phrase("The file has no layer “{name}”.", name=name[:60]),
            Phrase("Choose one of: {names}.", names=", ".join(names[:20])),
        )
    return name


def look(table: Table, crs: str, told: Callable[[int], None]) -> Json:
    """All that a survey says of a layer, from all of its rows."""
    looks = [Look(field.type) for field in table.fields]
    extent = Extent()
    entities, readable = 0, 0
    changed: list[Said] = []
    for chunk in table.chunks(range(len(table.fields)), geometry=True):
        # Rows that cannot be taken apart say nothing of a column.
        bad = {at for at, fault in chunk.faults.items() if fault.is_row}
        for one, texts in zip(looks, chunk.columns, strict=True):
            one.add([text for at, text in enumerate(texts) if at not in bad] if bad else texts)
        readable += chunk.count - len(bad)
        changed += chunk.notes
        if chunk.wkb is not None:
            shapes, said = geometries.shapes_of(chunk)
            changed += [one for one in said if one not in changed]
            extent.add(shapes, chunk.odd.values())
        entities += chunk.count
        told(entities)
    notes = [*table.notes, *changed, *_commas(table, looks)]
    kind = extent.words or (table.geometry if table.geometry != "Unknown" else "")
    return {
        "name": table.name,
        "entities": entities,
        "geometry": kind,
        **_place(table, crs, extent, notes),
        "columns": [
            {
                "name": field.name,
                "type": one.type.value,
                "filled": one.filled,
                "fits_id": one.fits_id(readable),
                "longest": one.longest,
                "samples": one.samples,
                "lowest": one.lowest,
                "highest": one.highest,
            }
            for field, one in zip(table.fields, looks, strict=True)
        ],
        "notes": notes,
    }


def _commas(table: Table, looks: list[Look]) -> list[Said]:
    """The note of columns whose numbers have decimal commas, if there are any."""
    found = [
        field.name for field, one in zip(table.fields, looks, strict=True) if one.has_decimal_commas
    ]
    if not found:
        return []
    return [
        (
            "decimal-commas",
            Phrase("Numbers have decimal commas: {columns}.", columns=", ".join(found)[:200]),
            Phrase(
                "The check will offer to write them as points; or load the columns as Edm.String."
            ),
        )
    ]


def _place(table: Table, crs: str, extent: Extent, notes: list[Said]) -> Json:
    """What a survey says of where a layer is."""
    empty: Json = {"crs": "", "crs_code": "", "transformation": "", "bounds": None}
    if not table.geometry:
        return empty
    way = geometries.way_to_wgs84(table, crs, extent.bounds)
    if way is None:
        if extent.bounds is not None:
            notes.append(geometries.missing(extent.bounds))
        return empty
    notes.extend(way.notes)
    bounds = way.bounds(extent.bounds) if extent.bounds else None
    return {"crs": way.name, "crs_code": way.code, "transformation": way.words, "bounds": bounds}


class Reading:
    """One layer as frames of texts and geometries in WGS 84."""

    def __init__(self, table: Table, order: Json) -> None:
        self._table = table
        names = [field.name for field in table.fields]
        wanted: list[str] = order["columns"]
        absent = [name for name in wanted if name not in names]
        if absent:
            raise ImportFault(
                "column-missing",
                Phrase("The file has no column “{name}”.", name=absent[0][:60]),
                Phrase("Map its columns again."),
            )
        self._places = [names.index(name) for name in wanted]
        self._types = [EdmType(kind) for kind in order["types"]]
        self._geometry = bool(order["geometry"])
        self._pair = _pair(order, wanted)
        self.is_point = False
        self.notes = list(table.notes)
        self._way = Projection()
        self._commas = False, False  # of the columns of northing and easting
        if self._geometry:
            self._find_way(str(order["crs"]))
        elif self._pair and order["crs"]:
            self._way = projection(str(order["crs"]), self._columns_extent(self._pair))
            self.notes.extend(self._way.notes)

    def _find_way(self, crs: str) -> None:
        if not self._table.geometry:
            raise ImportFault(
                "geometry-missing",
                Phrase("The layer has no geometries."),
                Phrase("Name the columns of latitude and longitude."),
            )
        found = geometries.extent(self._table)
        self.is_point = found.words == "Point" or (
            not found.kinds and self._table.geometry == "Point"
        )
        way = geometries.way_to_wgs84(self._table, crs, found.bounds)
        if way is None:
            raise ImportFault(*geometries.missing(found.bounds or (0, 0, 0, 0)))
        self._way = way
        self.notes.extend(way.notes)

    def about(self) -> Json:
        return {"is_point": self.is_point, "count": self._table.count, "notes": self.notes}

    def frames(self) -> Iterator[Frame]:
        row = 1
        noted: list[Said] = []
        for chunk in self._table.chunks(self._places, geometry=self._geometry):
            frame: Json = {"row": row, "count": chunk.count, "lines": chunk.lines}
            row += chunk.count
            columns = [
                _as_type(texts, kind)
                for texts, kind in zip(chunk.columns, self._types, strict=True)
            ]
            blob = b""
            said = list(chunk.notes)
            if self._geometry:
                more, blob = self._with_shapes(chunk, frame, columns)
                said += more
            elif self._pair and self._way.transformer is not None:
                self._move_pair(columns)
            frame["notes"] = [one for one in said if one not in noted]
            noted += frame["notes"]
            frame["columns"] = [_joined(texts) for texts in columns]
            frame["faults"] = {str(place): astuple(one) for place, one in chunk.faults.items()}
            yield frame, blob

    def _with_shapes(
        self, chunk: Chunk, frame: Json, columns: list[Texts]
    ) -> tuple[list[Said], bytes]:
        import shapely

        shapes, said = geometries.shapes_of(chunk)
        shapes = moved(shapes, self._way, chunk.odd, chunk.faults)
        if self.is_point:
            latitudes, longitudes = _numbers(shapely.get_y(shapes)), _numbers(shapely.get_x(shapes))
            for place, outline in chunk.odd.items():
                chunk.faults.pop(place, None)  # the number says it itself
                ((longitudes[place], latitudes[place]),) = outline.parts[0].tolist()
            columns += [list(map(_repr, latitudes)), list(map(_repr, longitudes))]
            return said, b""
        packed = [one or b"" for one in shapely.to_wkb(shapes).tolist()]
        frame["sizes"] = [len(one) for one in packed]
        frame["odd"] = {str(place): outline.text for place, outline in chunk.odd.items()}
        return said, b"".join(packed)

    def _columns_extent(self, pair: tuple[int, int]) -> Bounds | None:
        """The extent of the columns of latitude (northing) and longitude (easting)."""
        northing, easting = Look(None), Look(None)
        places = [self._places[place] for place in pair]
        for chunk in self._table.chunks(places, geometry=False):
            northing.add(chunk.columns[0])
            easting.add(chunk.columns[1])
        self._commas = northing.has_decimal_commas, easting.has_decimal_commas
        west, east, south, north = (
            easting.lowest, easting.highest, northing.lowest, northing.highest,
        )  # fmt: skip
        if west is None or east is None or south is None or north is None:
            return None
        return west, south, east, north

    def _move_pair(self, columns: list[Texts]) -> None:
        """Eastings and northings become longitudes and latitudes; what is no number stays."""
        import numpy as np

        north, east = self._pair or (0, 0)
        y, x = (
            np.array([_float(text, commas=commas) for text in columns[place]])
            for place, commas in zip((north, east), self._commas, strict=True)
        )
        points = self._way.points(np.column_stack([x, y]))
        known = np.isfinite(points).all(axis=1).tolist()
        for place, there in ((north, points[:, 1]), (east, points[:, 0])):
            columns[place] = [
                repr(one) if well else text
                for one, well, text in zip(there.tolist(), known, columns[place], strict=True)
            ]


def _pair(order: Json, wanted: list[str]) -> tuple[int, int] | None:
    """The places of latitude and longitude among the columns wanted."""
    if not (order["latitude"] and order["longitude"]):
        return None
    return wanted.index(order["latitude"]), wanted.index(order["longitude"])


def _float(text: str | None, *, commas: bool) -> float:
    if commas:
        return comma_number((text or "").strip())
    try:
        return float(text or "nan")
    except ValueError:
        return float("nan")


def _as_type(texts: Texts, kind: EdmType) -> Texts:
    """Whole numbers that came as others lose their “.0”."""
    if kind is EdmType.DATETIME:
        return list(map(iso_date, texts))
    if kind is EdmType.INT64:
        return [text[:-2] if text and text.endswith(".0") else text for text in texts]
    return texts


def _numbers(column: Any) -> list[float | None]:
    return [None if one != one else one for one in column.astype(float).tolist()]


def _repr(number: float | None) -> str | None:
    return None if number is None else repr(number)


def _joined(texts: Sequence[str | None]) -> str | list[str | None]:
    """A column as one string, which JSON takes far quicker than thousands, where that can be."""
    joined = SEPARATOR.join([text or "" for text in texts])
    if len(joined) < _LONGEST_JOINED and joined.count(SEPARATOR) == len(texts) - 1:
        return joined
    return list(texts)
