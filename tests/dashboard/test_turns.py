"""Requests take turns: one at a time while they are short, side by side with one that is long."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import pytest

from dashboard.turns import LONG, Turns
from tests.live import eventually

WAIT = 20.0  # seconds, for what must come


class Piece:
    """Work that does as it is told, and says so."""

    def __init__(self, work: Callable[[], object] = lambda: None) -> None:
        self._work = work
        self.begun, self.done, self.cancelled = (threading.Event() for _ in range(3))

    def service(self) -> None:
        self.begun.set()
        try:
            self._work()
        finally:
            self.done.set()

    def cancel(self) -> None:
        self.cancelled.set()


@pytest.fixture
def turns() -> Iterator[Turns]:
    made = Turns(at_once=1)
    made.set_thread_count(4)
    yield made
    made.shutdown()


def test_short_ones_are_done_one_at_a_time_in_the_order_they_came(
    turns: Turns, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dashboard.turns.LONG", WAIT)  # none is, however slow the machine
    order: list[int] = []
    at_once, most, lock = 0, 0, threading.Lock()

    def work(number: int) -> None:
        nonlocal at_once, most
        with lock:
            at_once += 1
            most = max(most, at_once)
            order.append(number)
        with lock:
            at_once -= 1

    pieces = [Piece(lambda number=number: work(number)) for number in range(200)]  # type: ignore[misc]
    for piece in pieces:
        turns.add_task(piece)
    assert all(piece.done.wait(WAIT) for piece in pieces)
    assert order == sorted(order)
    assert most == 1


def test_nobody_stays_behind_those_that_take_long(turns: Turns) -> None:
    ended = threading.Event()
    long = [Piece(lambda: ended.wait(WAIT)) for _ in range(3)]
    for piece in long:
        turns.add_task(piece)
    assert all(piece.begun.wait(WAIT) for piece in long)
    short = [Piece() for _ in range(20)]
    for piece in short:
        turns.add_task(piece)
    assert all(piece.done.wait(WAIT) for piece in short)
    assert not any(piece.done.is_set() for piece in long)
    ended.set()


def test_one_more_than_there_are_threads_waits_for_the_first_that_ends(turns: Turns) -> None:
    ended = threading.Event()
    long = [Piece(lambda: ended.wait(WAIT)) for _ in range(4)]
    for piece in long:
        turns.add_task(piece)
    assert all(piece.begun.wait(WAIT) for piece in long)
    late = Piece()
    turns.add_task(late)
    assert not late.begun.wait(3 * LONG)
    ended.set()
    assert late.done.wait(WAIT)


def test_where_they_may_be_side_by_side_short_ones_are_too() -> None:
    turns = Turns(at_once=2)
    turns.set_thread_count(4)
    together = threading.Barrier(2, timeout=WAIT)
    pieces = [Piece(together.wait) for _ in range(8)]
    for piece in pieces:
        turns.add_task(piece)
    assert all(piece.done.wait(WAIT) for piece in pieces)
    assert not together.broken
    turns.shutdown()


def test_a_new_request_comes_after_those_that_wait_and_are_short(turns: Turns) -> None:
    assert turns.ahead() == 0
    ended = threading.Event()
    long = [Piece(lambda: ended.wait(WAIT)) for _ in range(4)]
    for piece in long:
        turns.add_task(piece)
    assert all(piece.begun.wait(WAIT) for piece in long)
    eventually(lambda: turns.ahead() == 0)  # all are long by now, and nobody waits
    late = Piece()
    turns.add_task(late)
    assert turns.ahead() == 1
    ended.set()
    assert late.done.wait(WAIT)


def test_one_that_fails_takes_nobody_with_it(turns: Turns) -> None:
    def fail() -> None:
        raise SystemExit("not this thread")

    turns.add_task(Piece(fail))
    after = [Piece() for _ in range(8)]
    for piece in after:
        turns.add_task(piece)
    assert all(piece.done.wait(WAIT) for piece in after)


def test_a_server_that_stops_answers_what_is_under_way_and_drops_the_rest() -> None:
    turns = Turns(at_once=1)
    turns.set_thread_count(1)
    ended = threading.Event()
    under_way, waiting = Piece(lambda: ended.wait(WAIT)), Piece()
    turns.add_task(under_way)
    assert under_way.begun.wait(WAIT)
    turns.add_task(waiting)

    def end_once_it_is_told_to_stop() -> None:
        eventually(lambda: turns.stop_count)
        ended.set()

    threading.Thread(target=end_once_it_is_told_to_stop).start()
    assert turns.shutdown(timeout=WAIT)
    assert under_way.done.is_set()
    assert waiting.cancelled.is_set()
    assert not waiting.begun.is_set()
