"""Running the tasks of a lane whose queue is in Redis (RQ, by django-tasks-rq)."""

from __future__ import annotations

import logging
import threading

import django_rq
from django_tasks_rq import Job
from redis.exceptions import RedisError
from rq import SimpleWorker
from rq.exceptions import DequeueTimeout
from rq.timeouts import TimerDeathPenalty

log = logging.getLogger("cairn.worker")

WAIT = 1  # seconds that Redis is asked to hold an answer back while the queue is empty
PAUSE = 2.0  # seconds, while Redis is away
KEEP_FAILED = 7 * 24 * 3600  # seconds


class _ThreadWorker(SimpleWorker):
    """RQ's worker for a thread: it forks nothing, and sets no signals."""

    death_penalty_class = TimerDeathPenalty  # the other kind is an alarm signal
    log_result_lifespan = False


class RedisRunner:
    """Runs one task at a time of a lane in Redis.

    A task that dies with its worker stays among RQ's started ones until RQ cleans up; nothing
    waits for that: its row is due again once the lease has run out.
    """

    def __init__(self, lane: str) -> None:
        self._queue = django_rq.get_queue(lane, job_class=Job)
        self._worker: _ThreadWorker | None = None

    def run_next(self, stopping: threading.Event) -> None:
        """Waits a moment for a task, and runs it if one came; rests while Redis is away."""
        try:
            self._run_next()
        except RedisError as error:
            log.warning("Redis is in the way: %s", type(error).__name__)
            stopping.wait(PAUSE)

    def _run_next(self) -> None:
        worker = self._registered()
        worker.heartbeat()
        if worker.should_run_maintenance_tasks:
            worker.run_maintenance_tasks()  # type: ignore[no-untyped-call]
        try:
            found = self._queue.dequeue_any(
                [self._queue],
                WAIT,
                connection=self._queue.connection,
                job_class=Job,
                death_penalty_class=_ThreadWorker.death_penalty_class,
            )
        except DequeueTimeout:
            return
        if found is None:
            return
        job, queue = found
        job.failure_ttl = KEEP_FAILED
        worker.execute_job(job, queue)
        if job.is_failed:
            log.error("%s failed", job.func_name)

    def _registered(self) -> _ThreadWorker:
        """RQ's record of this thread, made when Redis first answers."""
        if self._worker is None:
            worker = _ThreadWorker(
                [self._queue],
                connection=self._queue.connection,
                job_class=Job,
                log_job_description=False,
            )
            worker.register_birth()  # type: ignore[no-untyped-call]
            self._worker = worker
        return self._worker

    def close(self) -> None:
        """Takes the thread off RQ's list of workers."""
        if self._worker is not None:
            try:
                self._worker.register_death()  # type: ignore[no-untyped-call]
            except RedisError:  # its record there runs out by itself
                log.info("Redis was away when the worker ended")
