"""What other services answered, kept for a while: their terms ask for it, and paging needs the
same route for every page."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

import shapely

from datasources.query.model import RouteOptions
from sds_server.places.model import Geocoder, Place, PlacesFault, Router

PLACES = 20_000
PLACE_SECONDS = 30 * 86_400.0
UNKNOWN_SECONDS = 3600.0
ROUTE_SECONDS = 900.0
ROUTE_POINTS = 2_000_000  # of all routes kept, some 32 MB

Clock = Callable[[], float]
T = TypeVar("T")


class Kept(Generic[T]):
    """Values by key until they are too old or, the least used first, too many. For any thread."""

    def __init__(self, most: int, clock: Clock) -> None:
        self._most, self._clock = most, clock
        self._weight = 0
        self._lock = threading.Lock()
        self._kept: OrderedDict[Hashable, tuple[float, int, T]] = OrderedDict()

    def get(self, key: Hashable) -> tuple[T] | None:
        """The value in a tuple (it may be None), or None."""
        with self._lock:
            found = self._kept.get(key)
            if found is None:
                return None
            if found[0] < self._clock():
                self._drop(key)
                return None
            self._kept.move_to_end(key)
            return (found[2],)

    def put(self, key: Hashable, value: T, seconds: float, weight: int = 1) -> None:
        with self._lock:
            self._drop(key)
            self._kept[key] = (self._clock() + seconds, weight, value)
            self._weight += weight
            while self._weight > self._most and len(self._kept) > 1:
                self._drop(next(iter(self._kept)))

    def _drop(self, key: Hashable) -> None:
        found = self._kept.pop(key, None)
        self._weight -= found[1] if found else 0


class RememberedPlaces:
    """A `Geocoder` that asks another once for an address, and so many times a second at most.

    `per_second` is of this process (0: no bound); who would wait longer than `patience` seconds
    is refused with 503.
    """

    def __init__(
        self,
        geocoder: Geocoder,
        *,
        per_second: float,
        patience: float,
        clock: Clock = time.monotonic,
        wait: Callable[[float], None] = time.sleep,
    ) -> None:
        self._geocoder = geocoder
        self._pause = 1 / per_second if per_second > 0 else 0.0
        self._patience, self._clock, self._wait = patience, clock, wait
        self._kept: Kept[Place | None] = Kept(PLACES, clock)
        self._lock = threading.Lock()
        self._free_at = 0.0

    def find(self, address: str) -> Place | None:
        """See `Geocoder.find`."""
        key = address.casefold()
        kept = self._kept.get(key)
        if kept is None:
            self._take_turn()
            kept = self._kept.get(key)  # another thread may have asked meanwhile
        if kept is None:
            kept = (self._geocoder.find(address),)
            seconds = UNKNOWN_SECONDS if kept[0] is None else PLACE_SECONDS
            self._kept.put(key, kept[0], seconds)
        return kept[0]

    def _take_turn(self) -> None:
        if not self._pause:
            return
        with self._lock:
            now = self._clock()
            pause = max(self._free_at - now, 0.0)
            if pause > self._patience:
                raise PlacesFault(
                    "Too many addresses are being looked up just now. Try again later.", 503
                )
            self._free_at = now + pause + self._pause
        if pause:
            self._wait(pause)


class RememberedRoutes:
    """A `Router` that gives the same route for some minutes, so that pages of one query agree."""

    def __init__(self, router: Router, clock: Clock = time.monotonic) -> None:
        self._router = router
        self._kept: Kept[shapely.LineString] = Kept(ROUTE_POINTS, clock)

    def route(self, start: Place, end: Place, options: RouteOptions) -> shapely.LineString:
        """See `Router.route`."""
        ends = (start.latitude, start.longitude, end.latitude, end.longitude)
        kept = self._kept.get((ends, options))
        if kept is None:
            line = self._router.route(start, end, options)
            self._kept.put((ends, options), line, ROUTE_SECONDS, len(line.coords))
            return line
        return kept[0]
