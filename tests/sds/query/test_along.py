"""Near a route: the distance to it is the geodesic to its nearest point, wherever it runs."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import shapely
from pyproj import Geod

from datasources.query.along import pieces
from datasources.query.model import AlongRoute, BBox

GEOD = Geod(ellps="WGS84")

ROUTES = {
    "town": [(-95.1194, 29.5386), (-95.09, 29.54), (-95.06, 29.555), (-95.01831, 29.5431)],
    "long": [(9.2, 45.4), (11.3, 48.1), (13.4, 52.5)],
    "antimeridian": [(179.7, -16.8), (179.95, -16.7), (-179.9, -16.75), (-179.6, -16.9)],
    "equator": [(-0.2, -0.1), (0.1, 0.1), (0.4, -0.05)],
    "north": [(25.0, 70.9), (25.8, 71.1), (27.0, 70.7)],
    "back": [(2.30, 48.80), (2.40, 48.80), (2.30, 48.801)],
    "point": [(2.3, 48.8), (2.3, 48.8)],
    "twice": [(2.3, 48.8), (2.3, 48.8), (2.35, 48.82), (2.35, 48.82)],
}


def brute(route: list[tuple[float, float]], lat: float, lon: float) -> tuple[float, float]:
    """Kilometres from the start to the nearest point of the route, and from there to a point.

    Each stretch is walked along its geodesic, closer and closer to the nearest point.
    """
    best = (float("inf"), 0.0)
    done = 0.0
    for (lon1, lat1), (lon2, lat2) in itertools.pairwise(route):
        azimuth, _, length = GEOD.inv(lon1, lat1, lon2, lat2)
        low, high = 0.0, length
        for _ in range(8):
            at = np.linspace(low, high, 101)
            size = len(at)
            lons, lats, _ = GEOD.fwd([lon1] * size, [lat1] * size, [azimuth] * size, at)
            away = np.array(GEOD.inv(lons, lats, [lon] * size, [lat] * size)[2])
            nearest = int(away.argmin())
            best = min(best, (float(away[nearest]), done + float(at[nearest])))
            low, high = at[max(nearest - 1, 0)], at[min(nearest + 1, 100)]
        done += length
    return best[1] / 1000, best[0] / 1000


def measured(route: AlongRoute, lat: list[float], lon: list[float]) -> dict[int, tuple[float, float]]:  # fmt: skip
    """By position of each point within reach: kilometres along the route, and from it."""
    found: dict[int, tuple[float, float]] = {}
    lats, lons = np.array(lat), np.array(lon)
    for piece in pieces(route):
        inside, along, away = piece.measure(lats, lons)
        for index, *place in zip(inside.tolist(), along.tolist(), away.tolist(), strict=True):
            if index not in found or place[1] < found[index][1]:
                found[index] = (place[0], place[1])
    return found


@pytest.mark.parametrize("name", ROUTES)
def test_what_is_near_a_route_is_found_with_its_distances(name: str) -> None:
    corners = ROUTES[name]
    route = AlongRoute(shapely.LineString(corners))
    chance = np.random.default_rng(20261124)
    line = np.array(corners)
    line[:, 0] = np.unwrap(line[:, 0], period=360)
    steps = chance.integers(0, len(line) - 1, 150)
    share = chance.random(150)[:, None]
    places = line[steps] + (line[steps + 1] - line[steps]) * share
    places += chance.normal(0, 0.012, places.shape) / [np.cos(np.radians(line[0, 1])), 1]
    lons = ((places[:, 0] + 180) % 360 - 180).tolist()
    lats = places[:, 1].tolist()
    found = measured(route, lats, lons)
    for index, (lat, lon) in enumerate(zip(lats, lons, strict=True)):
        along, away = brute(corners, lat, lon)
        if away > 1.6001:
            assert index not in found
        elif away < 1.5999:
            assert found[index][1] == pytest.approx(away, abs=1e-4)  # 0.1 m
            if name not in ("back", "twice", "point"):
                assert found[index][0] == pytest.approx(along, abs=0.05)
    assert len(found) > 10


def test_every_piece_has_a_box_that_holds_what_is_within_reach() -> None:
    for corners in ROUTES.values():
        for piece in pieces(AlongRoute(shapely.LineString(corners))):
            size = len(piece.latitudes)
            for azimuth in range(0, 360, 15):
                lons, lats, _ = GEOD.fwd(
                    piece.longitudes, piece.latitudes, [azimuth] * size, [1600.0] * size
                )
                for lat, lon in zip(lats, lons, strict=True):
                    assert holds(piece.box, lat, lon)


def holds(box: BBox, lat: float, lon: float) -> bool:
    inside = (
        box.west <= lon <= box.east if box.west <= box.east else lon >= box.west or lon <= box.east
    )
    return inside and box.south <= lat <= box.north


def test_a_long_route_is_searched_in_small_pieces() -> None:
    found = list(pieces(AlongRoute(shapely.LineString(ROUTES["long"]))))
    kilometres = found[-1].kilometres[-1]
    assert 800 < kilometres < 900
    assert len(found) == int(kilometres // 12) + 1
    assert all(piece.box.north - piece.box.south < 0.2 for piece in found)
    assert found[0].kilometres[0] == 0
    for one, following in itertools.pairwise(found):
        assert one.kilometres[-1] == following.kilometres[0]


@pytest.mark.parametrize("latitude", [0.0, 45.0, 89.95, -90.0])
def test_a_route_at_a_pole_breaks_nothing(latitude: float) -> None:
    route = AlongRoute(shapely.LineString([(10, latitude), (170, latitude), (-100, latitude)]))
    for piece in pieces(route):
        piece.measure(np.array([latitude, 89.99]), np.array([10.0, -50.0]))
