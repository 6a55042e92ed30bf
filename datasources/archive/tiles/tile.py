"""One tile of a version: dots with their counts, lines, polygons, each with the value it is styled by."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from datasources.archive.tiles.columns import Column
from datasources.archive.tiles.dots import LAYER as DOTS
from datasources.archive.tiles.dots import dots_layer
from datasources.archive.tiles.index import MapIndex
from datasources.archive.tiles.mercator import Tile
from datasources.archive.tiles.mvt import LINE, POINT, POLYGON, Encoded, Layer, encode_tile
from datasources.archive.tiles.overview import overview_of
from datasources.archive.tiles.shapes import Drawn, shapes_of
from datasources.formats.geopackage import GeoPackageFile

#: Layers of the tile: the parts of shapes that are points lie in one of their own, for the entities
#: of `DOTS` are counted.
LAYERS = {POLYGON: "areas", LINE: "lines", POINT: "points"}

__all__ = ["DOTS", "LAYERS", "TileStyle", "tile_of"]


@dataclass(frozen=True, slots=True)
class TileStyle:
    """What tiles carry: a property's values (`by`) as categories or numbers, dots or clusters."""

    by: str = ""
    categories: bool = True
    clustered: bool = False

    @property
    def key(self) -> str:
        """The style as one word, for caches."""
        kind = "c" if self.categories else "n"
        return f"{'k' if self.clustered else 'd'}{kind if self.by else '-'}{self.by}"


def tile_of(
    index: MapIndex,
    tile: Tile,
    open_file: Callable[[], AbstractContextManager[GeoPackageFile]],
    *,
    column: Column | None = None,
    clustered: bool = False,
) -> bytes:
    """The bytes of a tile (MVT); empty where nothing lies in it.

    Layers: `dots` (points and shapes too small to be seen, with `n` entities each), `areas`, `lines`
    and `points` (parts of larger shapes). A feature's ID is the fid of its entity, of many the
    lowest; `v` is its value of `column`. The version's GeoPackage is opened only where shapes have
    to be read.
    """
    drawn = overview_of(index, tile)
    if drawn is None:
        with open_file() as file:
            drawn = shapes_of(index, file, tile)
    layers = [_layer(index, drawn, kind, column) for kind in LAYERS]
    return encode_tile([*layers, dots_layer(index, tile, column, clustered=clustered)])


def _layer(index: MapIndex, drawn: Drawn, kind: int, column: Column | None) -> Layer:
    chosen = drawn.types == kind
    places = drawn.places[chosen]
    ids = index.fids[places]
    attributes = {} if column is None else {"v": column.values[places]}
    types = np.full(len(ids), kind)
    return Layer(LAYERS[kind], ids, types, _part(drawn.geometry, chosen), attributes)


def _part(geometry: Encoded, chosen: npt.NDArray[np.bool_]) -> Encoded:
    if chosen.all():
        return geometry
    data = geometry.data[np.repeat(chosen, geometry.lengths)]
    return Encoded(data, geometry.lengths[chosen])
