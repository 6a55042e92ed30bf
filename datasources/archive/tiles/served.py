"""Tiles as they are served: from the cache, or made of a version's archive and its map index.

Opened indexes and the columns that tiles are styled by stay in memory for a while: a map asks for
dozens of tiles of one version.
"""

from __future__ import annotations

import gzip
import io
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from functools import lru_cache
from typing import Generic, TypeVar

import numpy as np
from django.conf import settings

from datasources.archive.geopackage import open_geopackage
from datasources.archive.tiles.cache import DiskCache
from datasources.archive.tiles.columns import Column, read_column
from datasources.archive.tiles.index import FORMAT, MapIndex, open_map_index
from datasources.archive.tiles.mercator import Tile
from datasources.archive.tiles.tile import TileStyle, tile_of

T = TypeVar("T")
LEVEL = 4  # of gzip
_INDEXES, _COLUMNS = 16, 12  # kept in memory


@dataclass(frozen=True, slots=True)
class VersionFiles:
    """Where the archive and the map index of a version lie in the storage."""

    archive: str
    index: str


def etag(files: VersionFiles, tile: Tile, style: TileStyle) -> str:
    """What a tile is known by: it never changes."""
    return f"{FORMAT}.{files.index.rpartition('/')[2]}.{style.key}.{tile.z}.{tile.x}.{tile.y}"


def served_tile(files: VersionFiles, tile: Tile, style: TileStyle) -> bytes:
    """The gzip'd bytes of a tile.

    Raises FileNotFoundError where the version is no longer kept, KeyError where it has no property
    to be styled by like that, GeoPackageFault or DamagedArrays where its files are damaged.
    """
    key = etag(files, tile, style)
    found = _cache().get(key)
    if found is not None:
        return found
    # Before the tile's turn in the cache comes: the column has one of its own.
    column = column_of(files, style.by, categories=style.categories) if style.by else None
    return _cache().get_or_make(key, lambda: _made(files, tile, style, column))


def map_index_of(path: str) -> MapIndex:
    """A version's opened map index. Raises FileNotFoundError or DamagedArrays."""

    def read() -> MapIndex:
        with open_map_index(path) as index:
            return index

    return _indexes.get(path, read)


def _made(files: VersionFiles, tile: Tile, style: TileStyle, column: Column | None) -> bytes:
    body = tile_of(
        map_index_of(files.index),
        tile,
        lambda: open_geopackage(files.archive),
        column=column,
        clustered=style.clustered,
    )
    return gzip.compress(body, LEVEL, mtime=0)


def column_of(files: VersionFiles, name: str, *, categories: bool) -> Column:
    """A property of all entities, as tiles carry it. Raises what `served_tile` does."""
    key = f"{FORMAT} {files.index} {name} {categories}"

    def make() -> bytes:
        with open_geopackage(files.archive) as file:
            column = read_column(map_index_of(files.index), file, name, categories=categories)
        out = io.BytesIO()
        np.save(out, column.values, allow_pickle=False)
        return out.getvalue()

    def read() -> Column:
        kept = io.BytesIO(_cache().get_or_make(key, make))
        return Column(np.load(kept, allow_pickle=False), categories)

    return _columns.get(key, read)


@lru_cache(maxsize=1)
def _cache() -> DiskCache:
    return DiskCache(settings.TILE_CACHE_DIR, settings.TILE_CACHE_BYTES)


class _Few(Generic[T]):
    """The things used last, by key; each made once, however many threads ask."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: OrderedDict[Hashable, T] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        made = make()
        with self._lock:
            self._kept[key] = made
            self._kept.move_to_end(key)
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
        return made


_indexes: _Few[MapIndex] = _Few(_INDEXES)
_columns: _Few[Column] = _Few(_COLUMNS)
