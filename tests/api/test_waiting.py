"""A person waits so long and no longer, and nobody can have all threads wait for them."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from datasources.api.waiting import Desk, GivenUp, NotAsked
from tests.live import eventually

LONG = 60.0  # seconds, for what comes soon


class Slow:
    """A part that answers when it is told to."""

    def __init__(self) -> None:
        self.begun = threading.Event()
        self.may_end = threading.Event()

    def __call__(self) -> str:
        self.begun.set()
        assert self.may_end.wait(LONG)
        return "answered"


@pytest.fixture
def behind() -> Callable[..., Future[list[str]]]:
    """Puts a question in a thread of its own, as a web request does."""
    pool = ThreadPoolExecutor(8)

    def ask(desk: Desk, owner: int, part: Slow, token: str = "") -> Future[list[str]]:
        asked = pool.submit(desk.ask, owner, [part], seconds=LONG, token=token)
        assert part.begun.wait(LONG)
        return asked

    return ask


def test_parts_are_asked_at_the_same_time_and_answered_in_order() -> None:
    meeting = threading.Barrier(2)
    parts = [
        lambda: (meeting.wait(LONG) and "a") or "a",
        lambda: (meeting.wait(LONG) and "b") or "b",
    ]
    assert Desk().ask(1, parts, seconds=LONG) == ["a", "b"]


def test_what_a_part_raises_is_raised() -> None:
    def broken() -> str:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        Desk().ask(1, [broken], seconds=LONG)


def test_the_wait_ends_though_the_part_goes_on() -> None:
    desk, part = Desk(each=1), Slow()
    with pytest.raises(GivenUp) as told:
        desk.ask(1, [part], seconds=0.05)
    assert told.value.code == "too-late"
    with pytest.raises(NotAsked):
        desk.ask(1, [lambda: "more"], seconds=LONG)
    assert desk.ask(2, [lambda: "somebody else"], seconds=LONG) == ["somebody else"]
    part.may_end.set()
    eventually(lambda: not desk._open)
    assert desk.ask(1, [lambda: "again"], seconds=LONG) == ["again"]


def test_a_person_has_so_many_open_and_no_more(behind: Callable[..., Future[list[str]]]) -> None:
    desk, parts = Desk(each=2, most=8), [Slow(), Slow()]
    asked = [behind(desk, 1, part) for part in parts]
    with pytest.raises(NotAsked) as told:
        desk.ask(1, [Slow()], seconds=LONG)
    assert "earlier queries" in told.value.message
    for part in parts:
        part.may_end.set()
    assert [one.result(LONG) for one in asked] == [["answered"]] * 2


def test_all_together_have_so_many_waiting_and_no_more(
    behind: Callable[..., Future[list[str]]],
) -> None:
    desk, parts = Desk(each=2, most=3), [Slow() for _ in range(3)]
    asked = [behind(desk, owner, part) for owner, part in enumerate(parts)]
    with pytest.raises(NotAsked) as told:
        desk.ask(9, [Slow()], seconds=LONG)
    assert "as many questions as it can" in told.value.message
    for part in parts:
        part.may_end.set()
    assert all(one.result(LONG) for one in asked)


def test_a_wait_is_cancelled_by_its_owner_alone(behind: Callable[..., Future[list[str]]]) -> None:
    desk, part = Desk(), Slow()
    asked = behind(desk, 1, part, "token")
    assert not desk.cancel(2, "token")
    assert not desk.cancel(1, "another")
    assert desk.cancel(1, "token")
    with pytest.raises(GivenUp) as told:
        asked.result(LONG)
    assert told.value.code == "given-up"
    part.may_end.set()
    assert not desk.cancel(1, "token"), "it is over"
