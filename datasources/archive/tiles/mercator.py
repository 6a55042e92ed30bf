"""Web Mercator in whole numbers: the world is 2³² steps wide, x to the east, y to the south.

A place's *code* interleaves the bits of x and y (a Morton code), so that the places of any tile are
a run of sorted codes. Latitudes beyond the map's edge (85.0511°) are taken to it: a pole is counted
in the outermost tiles. Longitude 180 is the last step of the world, -180 the first.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

BITS = 32
WORLD = 1 << BITS
MAX_ZOOM = 20
EXTENT = 4096  # steps of a tile's own coordinates
EDGE = 85.0511287798066  # degrees

Floats = npt.NDArray[np.float64]
Steps = npt.NDArray[np.uint32]
Codes = npt.NDArray[np.uint64]

_SPREAD = (
    (16, 0x0000FFFF0000FFFF),
    (8, 0x00FF00FF00FF00FF),
    (4, 0x0F0F0F0F0F0F0F0F),
    (2, 0x3333333333333333),
    (1, 0x5555555555555555),
)


@dataclass(frozen=True, slots=True)
class Tile:
    """A tile's address; y counts from the north."""

    z: int
    x: int
    y: int

    @property
    def is_there(self) -> bool:
        """Whether there is such a tile."""
        if not 0 <= self.z <= MAX_ZOOM:
            return False
        count = 1 << self.z
        return 0 <= self.x < count and 0 <= self.y < count

    @property
    def codes(self) -> tuple[int, int]:
        """The first code of the tile, and the first after it."""
        below = 2 * (BITS - self.z)
        code = int(interleave(np.array([self.x], np.uint64), np.array([self.y], np.uint64))[0])
        return code << below, (code + 1) << below

    @property
    def shift(self) -> int:
        """A place's steps shifted right by so many bits are steps of tiles of this zoom."""
        return BITS - self.z

    def box(self, margin: float = 0.0) -> tuple[float, float, float, float]:
        """West, north, east, south in steps of the world, `margin` tiles wider on every side."""
        side = WORLD >> self.z
        return (
            (self.x - margin) * side,
            (self.y - margin) * side,
            (self.x + 1 + margin) * side,
            (self.y + 1 + margin) * side,
        )


def project(longitudes: Floats, latitudes: Floats) -> tuple[Floats, Floats]:
    """Degrees as shares of the world's width, 0 to 1 from west to east and from north to south."""
    sines = np.sin(np.radians(np.clip(latitudes, -EDGE, EDGE)))
    with np.errstate(divide="ignore"):
        y = 0.5 - np.log((1 + sines) / (1 - sines)) / (4 * np.pi)
    return longitudes / 360 + 0.5, y


def unproject(x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """Shares of the world's width as degrees: longitudes, latitudes."""
    return (x - 0.5) * 360, np.degrees(2 * np.arctan(np.exp(np.pi * (1 - 2 * y))) - np.pi / 2)


def to_steps(shares: Floats) -> Steps:
    """Shares of the world's width as steps within it."""
    return np.clip(shares * WORLD, 0, WORLD - 1).astype(np.uint32)


def interleave(x: npt.NDArray[np.uint64], y: npt.NDArray[np.uint64]) -> Codes:
    """Morton codes: the bits of y at odd places, those of x at even ones."""
    return _spread(x) | (_spread(y) << np.uint64(1))


def _spread(values: npt.NDArray[np.uint64]) -> Codes:
    """The lower 32 bits of each value with a 0 before each bit."""
    spread = values & np.uint64(WORLD - 1)
    for by, mask in _SPREAD:
        spread = (spread | (spread << np.uint64(by))) & np.uint64(mask)
    return spread
