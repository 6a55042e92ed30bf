"""Questions that a person waits for: so many at once, so long, and given up on request.

What waits for a service is a thread of its own here, not the thread of the web request, which goes
on as soon as the answer is there, the time is over, or the person has cancelled. A service that is
slow to the end of its timeout can so hold neither all web threads nor more than a few of ours.
"""

# ruff: noqa: N818  the names say what happened

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from datasources.api.errors import ServiceError

T = TypeVar("T")


class NotAsked(ServiceError):
    """Nothing was sent: too many questions are waiting already."""

    code = "busy"
    can_retry = True


class GivenUp(ServiceError):
    """The wait was ended before the answer was there."""

    code = "given-up"
    can_retry = True


@dataclass(eq=False, slots=True)
class _Wait:
    """A question under way: its owner, what it is cancelled by, and what came of each part."""

    owner: int
    token: str
    open: int
    outcomes: list[Any]
    changed: threading.Condition
    cancelled: bool = False


@dataclass(slots=True)
class Desk:
    """Where questions are put. A person has `each` open at most, and `most` web requests wait at
    once, which has to be less than there are threads for them."""

    each: int = 3
    most: int = 4
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _open: Counter[int] = field(default_factory=Counter)
    _waits: list[_Wait] = field(default_factory=list)

    def ask(
        self, owner: int, parts: Sequence[Callable[[], T]], *, seconds: float, token: str = ""
    ) -> list[T]:
        """What each part gives, all asked at the same time.

        owner: the person's ID. token: what `cancel` names it by. Raises NotAsked where too many
        wait already, GivenUp once `seconds` are over or the person has cancelled, and whatever a
        part raises. A part that nobody waits for any more goes on to its own end, and counts as
        open until then.
        """
        changed = threading.Condition()
        wait = _Wait(owner, token, len(parts), [None] * len(parts), changed)
        self._begin(wait)
        for place, part in enumerate(parts):
            threading.Thread(
                target=self._run, args=(wait, place, part), name="question", daemon=True
            ).start()
        with changed:
            answered = changed.wait_for(lambda: not wait.open or wait.cancelled, timeout=seconds)
        with self._lock:
            self._waits.remove(wait)
        if wait.cancelled:
            raise GivenUp("Cancelled. Nothing was changed; ask again whenever you like.")
        if not answered:
            raise GivenUp(
                f"No answer came within {seconds:.0f} seconds, so the wait was ended. Ask for less "
                "(a smaller area, fewer entities a page), or try again later.",
                code="too-late",
            )
        for outcome in wait.outcomes:
            if isinstance(outcome, BaseException):
                raise outcome
        return wait.outcomes

    def cancel(self, owner: int, token: str) -> bool:
        """Ends a person's wait; gives whether there was one in this process."""
        with self._lock:
            found = [wait for wait in self._waits if (wait.owner, wait.token) == (owner, token)]
        for wait in found:
            with wait.changed:
                wait.cancelled = True
                wait.changed.notify_all()
        return bool(found)

    def _begin(self, wait: _Wait) -> None:
        with self._lock:
            if self._open[wait.owner] >= self.each:
                raise NotAsked(
                    "Your earlier queries are still waiting for the service. Wait for them to end, "
                    "which takes some seconds, and ask again.",
                    sent=False,
                )
            if len(self._waits) >= self.most or self._open.total() >= 4 * self.most:
                raise NotAsked(
                    "The site is asking as many questions as it can at once. Ask again in some "
                    "seconds.",
                    sent=False,
                )
            self._open[wait.owner] += wait.open
            self._waits.append(wait)

    def _run(self, wait: _Wait, place: int, part: Callable[[], Any]) -> None:
        try:
            outcome: Any = part()
        except BaseException as error:  # noqa: BLE001  it is raised in the thread that waits
            outcome = error
        with self._lock:
            self._open[wait.owner] -= 1
            if self._open[wait.owner] <= 0:
                del self._open[wait.owner]
        with wait.changed:
            wait.outcomes[place] = outcome
            wait.open -= 1
            wait.changed.notify_all()
