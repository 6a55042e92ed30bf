"""Distances: exact ones on the WGS 84 ellipsoid, and fast ones that say which exact ones to take.

The exact distance is the geodesic (Karney's method, through pyproj). The fast one is the
great-circle distance on a sphere of the mean radius, whose error against the geodesic stays under
`SLACK`; so it can rule entities in or out, and only those in doubt need the exact one.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from pyproj import Geod

Floats = npt.NDArray[np.float64]

SLACK = 0.007  # the ellipsoid departs from the sphere by 0.56 % at most
_RADIUS = 6371.0088  # km
_SMALLEST_RADIUS = 6335.0  # km, of curvature, along a meridian at the equator
_WGS84 = Geod(ellps="WGS84")


def geodesic(latitude: float, longitude: float, latitudes: Floats, longitudes: Floats) -> Floats:
    """Kilometres from one point to many, on the WGS 84 ellipsoid."""
    _, _, metres = _WGS84.inv(
        np.full(len(latitudes), longitude), np.full(len(latitudes), latitude), longitudes, latitudes
    )
    kilometres: Floats = np.asarray(metres) / 1000.0
    return kilometres


def spherical(latitude: float, longitude: float, latitudes: Floats, longitudes: Floats) -> Floats:
    """Kilometres from one point to many, on a sphere; within `SLACK` of the geodesic."""
    phi, phis = math.radians(latitude), np.radians(latitudes)
    turn = np.radians(longitudes - longitude)
    chord = np.sin((phis - phi) / 2) ** 2 + math.cos(phi) * np.cos(phis) * np.sin(turn / 2) ** 2
    kilometres: Floats = 2 * _RADIUS * np.arcsin(np.sqrt(np.minimum(chord, 1.0)))
    return kilometres


def reach(
    latitude: float, longitude: float, kilometres: float
) -> tuple[float, float, float, float]:
    """A box (south, west, north, east) that holds all points within a distance.

    `west > east` where it crosses the antimeridian; all longitudes where it reaches a pole.
    """
    angle = kilometres / _SMALLEST_RADIUS * 1.01
    half = math.degrees(angle)
    south, north = max(latitude - half, -90.0), min(latitude + half, 90.0)
    if south <= -90 or north >= 90:
        return south, -180.0, north, 180.0
    ratio = math.sin(angle) / math.cos(math.radians(latitude))
    if ratio >= 1:
        return south, -180.0, north, 180.0
    width = math.degrees(math.asin(ratio)) * 1.01
    if width >= 180:
        return south, -180.0, north, 180.0
    west, east = longitude - width, longitude + width
    return south, west + 360 if west < -180 else west, north, east - 360 if east > 180 else east


def within(rough: Floats, kilometres: float, exact: Callable[[npt.NDArray[np.intp]], Floats]) -> npt.NDArray[np.intp]:  # fmt: skip
    """Positions whose exact distance is at most `kilometres`; exact ones are asked only in doubt."""
    sure = rough * (1 + SLACK) <= kilometres
    doubt = np.flatnonzero(~sure & (rough * (1 - SLACK) <= kilometres))
    if len(doubt):
        sure[doubt[exact(doubt) <= kilometres]] = True
    return np.flatnonzero(sure)


def nearest(rough: Floats, count: int) -> npt.NDArray[np.intp]:
    """Positions among which the `count` nearest by exact distance surely are, ties included."""
    if count >= len(rough):
        return np.arange(len(rough))
    limit = np.partition(rough, count - 1)[count - 1] * (1 + SLACK) if count else 0.0
    return np.flatnonzero(rough * (1 - SLACK) <= limit)
