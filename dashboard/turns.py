"""Requests take turns: a thread of waitress begins one while no other has just begun one.

Python runs one thread at a time, and SQLite lets go of it at every row: threads side by side hand
it to and fro a hundred times a request, and each takes longer than all would one after the other.
So one request is worked on at a time while they are short. One that takes long, for it waits for
another server or has much to do, is left to itself, and the next begins beside it.
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

    def __init__(self) -> None:
        super().__init__()
        self._begun: dict[int, float] = {}  # by thread, by the monotonic clock
        self._is_watched = False  # whether a thread waits for the turn to get long

    def add_task(self, task: Work) -> None:
        """Have a request answered, after those that came before it."""
        with self.lock:
            self.queue.append(task)
            self._call_next()

    def requests(self) -> int:
        """How many are being answered, or wait to be."""
        return len(self._begun) + len(self.queue)

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
                if self.queue and not self._is_taken():
                    self._begun[thread_no] = time.monotonic()
                    task: Work = self.queue.popleft()
                    self._call_next()
                    return task
                self._wait()
            self.stop_count -= 1
            self.threads.discard(thread_no)
            self.thread_exit_cv.notify()
            return None

    def _is_taken(self) -> bool:
        long_ago = time.monotonic() - LONG
        return any(begun > long_ago for begun in self._begun.values())

    def _call_next(self) -> None:
        """Wake a thread if one has something to do, or to wait for."""
        if self.queue and not (self._is_watched and self._is_taken()):
            self.queue_cv.notify()

    def _wait(self) -> None:
        """Until there is something to do; one thread waits for the turn's end, others sleep."""
        if not self.queue or self._is_watched:
            self.queue_cv.wait()
            return
        self._is_watched = True
        self.queue_cv.wait(LONG)
        self._is_watched = False
