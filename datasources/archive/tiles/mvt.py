"""Writing Mapbox Vector Tiles 2.1 with numpy: thousands of features at once, no loop over them.

A feature of the format is a message of varints and nothing else, so that a layer is one long column
of numbers, turned into bytes in one go.
Source: https://github.com/mapbox/vector-tile-spec/tree/master/2.1
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from datasources.archive.tiles.mercator import EXTENT

POINT, LINE, POLYGON = 1, 2, 3

Bytes = npt.NDArray[np.uint8]
Numbers = npt.NDArray[np.uint64]
Lengths = npt.NDArray[np.int64]

# Of the format: field number << 3 | wire type.
_TILE_LAYER, _NAME, _FEATURE, _KEY, _VALUE, _EXTENT, _VERSION = (
    0x1A,
    0x0A,
    0x12,
    0x1A,
    0x22,
    0x28,
    0x78,
)
_ID, _TAGS, _TYPE, _GEOMETRY = 0x08, 0x12, 0x18, 0x22
_MOVE_TO, _LINE_TO, _CLOSE = 1, 2, 15


@dataclass(frozen=True, slots=True)
class Encoded:
    """Geometries of features as the format writes them: their bytes in one row, and how many each."""

    data: Bytes
    lengths: Lengths

    def __len__(self) -> int:
        return len(self.lengths)


@dataclass(frozen=True, slots=True)
class Layer:
    """A layer of a tile: features with an ID, a type, a geometry, and a value of some attributes.

    `attributes` are columns as long as there are features: whole numbers or floats, where NaN is
    no value, or texts, where None is none.
    """

    name: str
    ids: npt.NDArray[Any]
    types: npt.NDArray[Any]
    geometry: Encoded
    attributes: Mapping[str, npt.NDArray[Any]] = field(default_factory=dict)


def encode_tile(layers: list[Layer]) -> bytes:
    """The bytes of a tile; layers without features are left out."""
    return b"".join(_layer(layer) for layer in layers if len(layer.ids))


def _layer(layer: Layer) -> bytes:
    tags, values = _tags(layer.attributes, len(layer.ids))
    name = layer.name.encode()
    body = b"".join(
        [
            bytes([_VERSION, 2, _NAME]) + varint(len(name)) + name,
            _features(layer, tags),
            *(_field(_KEY, key.encode()) for key in layer.attributes),
            *(_field(_VALUE, value) for value in values),
            bytes([_EXTENT]) + varint(EXTENT),
        ]
    )
    return _field(_TILE_LAYER, body)


def _field(tag: int, body: bytes) -> bytes:
    return bytes([tag]) + varint(len(body)) + body


def _tags(
    attributes: Mapping[str, npt.NDArray[Any]], count: int
) -> tuple[npt.NDArray[np.int64], list[bytes]]:
    """Which value each feature has of each attribute (-1: none), and the layer's values."""
    tags = np.full((count, len(attributes)), -1, dtype=np.int64)
    values: list[bytes] = []
    for place, column in enumerate(attributes.values()):
        there = _present(column)
        distinct, which = np.unique(column[there], return_inverse=True)
        tags[there, place] = which + len(values)
        values += [_value(one) for one in distinct.tolist()]
    return tags, values


def _present(column: npt.NDArray[Any]) -> npt.NDArray[np.bool_]:
    if column.dtype.kind == "f":
        there: npt.NDArray[np.bool_] = ~np.isnan(column)
        return there
    if column.dtype.kind == "O":
        return np.array([value is not None for value in column], dtype=bool)
    return np.ones(len(column), dtype=bool)


def _value(value: str | float) -> bytes:
    if isinstance(value, str):
        return _field(0x0A, value.encode())
    if isinstance(value, float):
        return b"\x19" + struct.pack("<d", value)
    return b"\x28" + varint(value) if value >= 0 else b"\x30" + varint(-2 * value - 1)


def _features(layer: Layer, tags: npt.NDArray[np.int64]) -> bytes:
    """All features: before each geometry a head of varints, some of which are lengths."""
    count, width = tags.shape
    sizes = layer.geometry.lengths.astype(np.uint64)
    there = np.repeat(tags >= 0, 2, axis=1)  # a tag is two numbers: the key's place, the value's
    pairs = np.zeros((count, 2 * width), dtype=np.uint64)
    pairs[:, 0::2] = np.arange(width)
    pairs[:, 1::2] = np.maximum(tags, 0)
    tag_bytes = (varint_lengths(pairs) * there).sum(axis=1).astype(np.uint64)
    ids = layer.ids.astype(np.uint64)
    lengths = (
        1 + varint_lengths(ids)
        + 1 + varint_lengths(tag_bytes) + tag_bytes.astype(np.int64)
        + 2
        + 1 + varint_lengths(sizes) + sizes.astype(np.int64)
    )  # fmt: skip

    def same(number: int) -> Numbers:
        return np.full((count, 1), number, dtype=np.uint64)

    def column(values: npt.NDArray[Any]) -> Numbers:
        return values.astype(np.uint64).reshape(-1, 1)

    before = [
        same(_FEATURE),
        column(lengths),
        same(_ID),
        column(ids),
        same(_TAGS),
        column(tag_bytes),
    ]
    after = [same(_TYPE), column(layer.types), same(_GEOMETRY), column(sizes)]
    head = np.hstack([*before, pairs, *after])
    kept = np.ones(head.shape, dtype=bool)
    kept[:, len(before) : len(before) + 2 * width] = there
    head_bytes, cell_lengths = varints(head[kept])
    head_lengths = np.add.reduceat(cell_lengths, starts_of(kept.sum(axis=1)))
    return _alternating(Encoded(head_bytes, head_lengths), layer.geometry).tobytes()


def _alternating(heads: Encoded, bodies: Encoded) -> Bytes:
    """The first head, the first body, the second head …"""
    both = heads.lengths + bodies.lengths
    starts = starts_of(both)
    out = np.empty(int(both.sum()), dtype=np.uint8)
    for part, at in ((heads, starts), (bodies, starts + heads.lengths)):
        own = starts_of(part.lengths)
        out[np.arange(len(part.data)) + np.repeat(at - own, part.lengths)] = part.data
    return out


# --- geometries ---


def encode_points(x: npt.NDArray[np.int64], y: npt.NDArray[np.int64]) -> Encoded:
    """One point a feature."""
    numbers = np.empty((len(x), 3), dtype=np.uint64)
    numbers[:, 0] = 1 << 3 | _MOVE_TO
    numbers[:, 1], numbers[:, 2] = zigzag(x), zigzag(y)
    data, lengths = varints(numbers.ravel())
    return Encoded(data, lengths.reshape(-1, 3).sum(axis=1))


def encode_paths(
    places: npt.NDArray[np.int64], paths: Lengths, owners: Lengths, *, closed: bool
) -> Encoded:
    """Lines, or rings without their last place, of features.

    Args:
        places: x and y of all of them, in rows.
        paths: how many places each path has; two at least, three if it is closed.
        owners: how many paths each feature has; one at least.
    """
    starts = starts_of(paths)
    steps = np.diff(places, axis=0, prepend=np.zeros((1, 2), dtype=np.int64))
    first_paths = starts_of(owners)
    # Within a feature the pen stays where the path before ended; before the first it is at 0, 0.
    steps[starts[first_paths]] = places[starts[first_paths]]
    extra = 3 if closed else 2  # MoveTo, LineTo, ClosePath
    sizes = 2 * paths + extra
    at = starts_of(sizes)
    numbers = np.zeros(int(sizes.sum()), dtype=np.uint64)
    numbers[at] = 1 << 3 | _MOVE_TO
    numbers[at + 3] = ((paths - 1) << 3 | _LINE_TO).astype(np.uint64)
    if closed:
        numbers[at + sizes - 1] = _CLOSE
    is_first = np.zeros(len(places), dtype=bool)
    is_first[starts] = True
    slots = (
        np.repeat(at - 2 * starts, paths) + 2 * np.arange(len(places)) + np.where(is_first, 1, 2)
    )
    numbers[slots], numbers[slots + 1] = zigzag(steps[:, 0]), zigzag(steps[:, 1])
    data, lengths = varints(numbers)
    by_path = np.add.reduceat(lengths, at)
    return Encoded(data, np.add.reduceat(by_path, first_paths))


# --- varints ---


def zigzag(values: npt.NDArray[np.int64]) -> Numbers:
    """Signed numbers as unsigned ones, the small ones small."""
    return ((values << 1) ^ (values >> 63)).astype(np.uint64)


def varint(value: int) -> bytes:
    """One number of seven bits a byte, the lowest first."""
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def varint_lengths(values: npt.NDArray[Any]) -> Lengths:
    """How many bytes each number takes."""
    lengths = np.ones(values.shape, dtype=np.int64)
    most = int(values.max(initial=0))
    bound = 7
    while most >> bound:
        lengths += values >= (1 << bound)
        bound += 7
    return lengths


def varints(values: Numbers) -> tuple[Bytes, Lengths]:
    """Numbers as bytes in one row, and how many each takes."""
    lengths = varint_lengths(values)
    out = np.empty(int(lengths.sum()), dtype=np.uint8)
    at, left, rest = starts_of(lengths), lengths, values
    while len(rest):
        more = left > 1
        out[at] = (rest & np.uint64(0x7F)).astype(np.uint8) | (more.astype(np.uint8) << 7)
        at, left, rest = at[more] + 1, left[more] - 1, rest[more] >> np.uint64(7)
    return out, lengths


def starts_of(lengths: npt.NDArray[Any]) -> Lengths:
    """Where each part begins, of parts that follow each other."""
    starts: Lengths = np.cumsum(lengths, dtype=np.int64) - lengths
    return starts
