"""Vector tiles of archived versions, made on demand, and what a map knows of a version.

A version's *map index* is made once, when it is archived: where its entities lie, in an order in
which every tile is a run of them, the shapes of the tiles that would be slow to make, and statistics
of each property (`build`, `index`, `overview`). With it and the version's GeoPackage any tile is cut
out in some milliseconds (`tile`); what was made is kept on this machine's disk within bounds
(`served`, `cache`).
"""

from datasources.archive.tiles.arrays import DamagedArrays
from datasources.archive.tiles.build import write_map_index
from datasources.archive.tiles.classes import METHODS, QUANTILES, classify
from datasources.archive.tiles.entities import (
    Entity,
    Matches,
    in_view,
    read_entities,
    read_entity,
    search,
)
from datasources.archive.tiles.index import FORMAT, MapIndex
from datasources.archive.tiles.mercator import Tile
from datasources.archive.tiles.served import (
    VersionFiles,
    column_of,
    etag,
    map_index_of,
    served_tile,
)
from datasources.archive.tiles.tile import TileStyle, tile_of

__all__ = [
    "FORMAT",
    "METHODS",
    "QUANTILES",
    "DamagedArrays",
    "Entity",
    "MapIndex",
    "Matches",
    "Tile",
    "TileStyle",
    "VersionFiles",
    "classify",
    "column_of",
    "etag",
    "in_view",
    "map_index_of",
    "read_entities",
    "read_entity",
    "search",
    "served_tile",
    "tile_of",
    "write_map_index",
]
