"""Distances are geodesics on WGS 84, and the fast ones never rule out what the exact ones take."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod

from sds_server.store.distance import SLACK, geodesic, nearest, reach, spherical, within

GEOD = Geod(ellps="WGS84")

latitudes = st.floats(-90, 90) | st.sampled_from([-90.0, -89.9999, 0.0, 89.9999, 90.0])
longitudes = st.floats(-180, 180) | st.sampled_from([-180.0, -179.9999, 0.0, 179.9999, 180.0])


def array(*values: float) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return np.array(values, dtype=float)


@settings(max_examples=500, deadline=None)
@given(latitudes, longitudes, latitudes, longitudes)
def test_any_two_points_are_as_far_apart_as_the_geodesic(
    lat: float, lon: float, lat2: float, lon2: float
) -> None:
    metres = GEOD.inv(lon, lat, lon2, lat2)[2]
    exact = geodesic(lat, lon, array(lat2), array(lon2))[0]
    assert exact == pytest.approx(metres / 1000, abs=1e-9)
    rough = spherical(lat, lon, array(lat2), array(lon2))[0]
    assert rough * (1 - SLACK) - 1e-6 <= exact <= rough * (1 + SLACK) + 1e-6


@pytest.mark.parametrize(
    ("points", "kilometres"),
    [
        # Figures known beforehand: quarter meridian, a degree of the equator, Flinders Peak to
        # Buninyong (on WGS 84), across the antimeridian, and from pole to pole.
        ((0, 0, 90, 0), 10001.965729),
        ((0, 0, 0, 1), 111.319491),
        ((-37.95103342, 144.42486789, -37.65282114, 143.92649553), 54.972271),
        ((0, 179.5, 0, -179.5), 111.319491),
        ((90, 0, -90, 0), 20003.931459),
    ],
)
def test_distances_that_are_known(points: tuple[float, ...], kilometres: float) -> None:
    lat, lon, lat2, lon2 = points
    assert geodesic(lat, lon, array(lat2), array(lon2))[0] == pytest.approx(kilometres, abs=2e-6)


@settings(max_examples=300, deadline=None)
@given(latitudes, longitudes, st.floats(0.16, 1000), st.floats(0, 360), st.floats(0, 1))
def test_the_box_around_a_circle_holds_it(
    lat: float, lon: float, kilometres: float, azimuth: float, part: float
) -> None:
    lon2, lat2, _ = GEOD.fwd(lon, lat, azimuth, kilometres * 1000 * part)
    south, west, north, east = reach(lat, lon, kilometres)
    assert south <= lat2 <= north
    if abs(lat2) < 89.999999:
        inside = west <= lon2 <= east if west <= east else lon2 >= west or lon2 <= east
        assert inside or abs(abs(lon2) - 180) < 1e-9


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.tuples(latitudes, longitudes), min_size=1, max_size=40),
    latitudes,
    longitudes,
    st.floats(0.16, 1000),
    st.integers(1, 10),
)
def test_the_exact_distance_decides_who_is_within_and_who_is_nearest(
    points: list[tuple[float, float]], lat: float, lon: float, kilometres: float, count: int
) -> None:
    lats, lons = array(*(one for one, _ in points)), array(*(two for _, two in points))
    exact, rough = geodesic(lat, lon, lats, lons), spherical(lat, lon, lats, lons)
    inside = within(rough, kilometres, lambda at: geodesic(lat, lon, lats[at], lons[at]))
    assert inside.tolist() == np.flatnonzero(exact <= kilometres).tolist()
    chosen = set(nearest(rough, count).tolist())
    assert set(np.argsort(exact, kind="stable")[:count].tolist()) <= chosen | {
        at for at in range(len(exact)) if exact[at] == np.sort(exact)[min(count, len(exact)) - 1]
    }
