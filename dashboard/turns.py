"""Requests take turns: a thread of waitress begins one while few others have just begun.

Python runs one thread at a time, and SQLite lets go of it at every row: threads side by side hand
it to and fro a hundred times a request, and each takes longer than all would one after the other.
So where data are in files one request is worked on at a time while they are short. One that takes
long, for it waits for another server or has much to do, is left to itself, and the next begins
beside it. Where data are in a database server, requests mostly wait for that, side by side.
"""

from __future__ import annotations

import time
from typing import Protocol

from waitress.task import ThreadedTaskDispatcher

LONG = 0.01  # seconds


class Work(Protocol):
    """A connection with a request to answer."""

    def service(self) -> None: ...
    def cancel(self) -> None: ...


class Turns(ThreadedTaskDispatcher):  # type: ignore[misc]  # waitress has no types
    """A dispatcher of waitress, by as many threads as `set_thread_count` says."""

    def __init__(self, at_once: int) -> None:
        """`at_once`: how many requests may be worked on, but for those that take long."""
        super().__init__()
        self._at_once = at_once
        self._begun: dict[int, float] = {}  # by thread, by the monotonic clock
        self._is_watched = False  # whether a thread waits for one under way to get long

    def add_task(self, task: Work) -> None:
        """Have a request answered, after those that came before it."""
        with self.lock:
            self.queue.append(task)
            self._call_next()

    def ahead(self) -> int:
        """How many requests a new one would come after, but for those that take long."""
        with self.lock:
            return len(self.queue) + len(self._short())

    def handler_thread(self, thread_no: int) -> None:
        """What each thread does until it is told to stop."""
        while (task := self._next(thread_no)) is not None:
            try:
                task.service()
            except BaseException:
                self.logger.exception("Exception when servicing %r", task)

    def _next(self, thread_no: int) -> Work | None:
        """The request whose turn it is, None if there will be none."""
        with self.lock:
            self._begun.pop(thread_no, None)
            while not self.stop_count:
                wait = self._wait_for_turn()
                if self.queue and not wait:
                    self._begun[thread_no] = time.monotonic()
                    task: Work = self.queue.popleft()
                    self._call_next()
                    return task
                self._rest(wait)
            self.stop_count -= 1
            self.threads.discard(thread_no)
            self.thread_exit_cv.notify()
            return None

    def _short(self) -> list[float]:
        """When those under way began that are not long yet."""
        long_ago = time.monotonic() - LONG
        return [begun for begun in self._begun.values() if begun > long_ago]

    def _wait_for_turn(self) -> float:
        """Seconds until one more may begin, if none that is under way ends before."""
        short = self._short()
        if len(short) < self._at_once:
            return 0.0
        return max(min(short) + LONG - time.monotonic(), 1e-4)

    def _call_next(self) -> None:
        """Wake a thread if one has something to do, or to wait for."""
        if self.queue and not (self._is_watched and self._wait_for_turn()):
            self.queue_cv.notify()

    def _rest(self, wait: float) -> None:
        """Until there is something to do; one thread waits for the turn, the others sleep."""
        if not self.queue or self._is_watched:
            self.queue_cv.wait()
            return
        self._is_watched = True
        self.queue_cv.wait(wait)
        self._is_watched = False
