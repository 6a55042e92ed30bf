"""Reading vector tiles (MVT 2.1), slowly and by the letter of the specification."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

TYPES = {1: "point", 2: "line", 3: "polygon"}


@dataclass(frozen=True)
class Feature:
    """A feature as the specification describes it; `geometry` in the tile's steps."""

    id: int
    type: str
    properties: dict[str, Any]
    geometry: BaseGeometry


@dataclass
class Layer:
    name: str = ""
    extent: int = 0
    version: int = 0
    features: list[Feature] = field(default_factory=list)


def decode(data: bytes) -> dict[str, Layer]:
    """The layers of a tile, by name."""
    layers = [_layer(body) for number, body in _fields(data) if number == 3]
    assert len({layer.name for layer in layers}) == len(layers)
    return {layer.name: layer for layer in layers}


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7


def _fields(data: bytes) -> Iterator[tuple[int, Any]]:
    at = 0
    while at < len(data):
        head, at = _varint(data, at)
        number, wire = head >> 3, head & 7
        if wire == 0:
            value, at = _varint(data, at)
            yield number, value
        elif wire == 1:
            yield number, data[at : at + 8]
            at += 8
        else:
            assert wire == 2, wire
            length, at = _varint(data, at)
            assert at + length <= len(data)
            yield number, data[at : at + length]
            at += length


def _numbers(data: bytes) -> list[int]:
    numbers, at = [], 0
    while at < len(data):
        value, at = _varint(data, at)
        numbers.append(value)
    return numbers


def _value(data: bytes) -> Any:
    ((number, value),) = _fields(data)
    if number == 1:
        return value.decode()
    if number == 3:
        return struct.unpack("<d", value)[0]
    assert number in (5, 6), number
    return value if number == 5 else (value >> 1) ^ -(value & 1)


def _layer(data: bytes) -> Layer:
    layer = Layer()
    keys: list[str] = []
    values: list[Any] = []
    raw: list[dict[int, Any]] = []
    for number, value in _fields(data):
        if number == 1:
            layer.name = value.decode()
        elif number == 2:
            raw.append(dict(_fields(value)))
        elif number == 3:
            keys.append(value.decode())
        elif number == 4:
            values.append(_value(value))
        elif number == 5:
            layer.extent = value
        elif number == 15:
            layer.version = value
    for one in raw:
        tags = _numbers(one.get(2, b""))
        properties = {
            keys[key]: values[place] for key, place in zip(tags[::2], tags[1::2], strict=True)
        }
        layer.features.append(
            Feature(one[1], TYPES[one[3]], properties, _geometry(one[3], _numbers(one[4])))
        )
    return layer


def _paths(numbers: list[int]) -> list[tuple[list[tuple[int, int]], bool]]:
    """Runs of places, each with whether it was closed."""
    paths: list[tuple[list[tuple[int, int]], bool]] = []
    x = y = at = 0
    while at < len(numbers):
        command, count = numbers[at] & 7, numbers[at] >> 3
        at += 1
        if command == 7:
            assert count == 1
            paths[-1] = (paths[-1][0], True)
            continue
        assert command in (1, 2)
        assert count > 0
        for _ in range(count):
            x += (numbers[at] >> 1) ^ -(numbers[at] & 1)
            y += (numbers[at + 1] >> 1) ^ -(numbers[at + 1] & 1)
            at += 2
            if command == 1:
                paths.append(([], False))
            paths[-1][0].append((x, y))
    return paths


def _area(ring: list[tuple[int, int]]) -> float:
    """The surveyor's formula, in steps whose y points to the south."""
    return (
        sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(ring, [*ring[1:], ring[0]], strict=True)) / 2
    )


def _geometry(kind: int, numbers: list[int]) -> BaseGeometry:
    paths = _paths(numbers)
    if kind == 1:
        assert all(len(path) == 1 and not closed for path, closed in paths)
        return shapely.MultiPoint([path[0] for path, _ in paths])
    if kind == 2:
        assert all(len(path) >= 2 and not closed for path, closed in paths)
        return shapely.MultiLineString([path for path, _ in paths])
    polygons: list[tuple[list[tuple[int, int]], list[list[tuple[int, int]]]]] = []
    for ring, closed in paths:
        assert closed
        assert len(ring) >= 3
        if _area(ring) > 0:
            polygons.append((ring, []))
        else:  # a hole turns the other way, and follows its outer ring
            assert _area(ring) < 0
            polygons[-1][1].append(ring)
    return shapely.MultiPolygon(polygons)
