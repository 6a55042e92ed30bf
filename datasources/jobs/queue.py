"""The way onto the task queue."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db import InterfaceError, OperationalError, close_old_connections
from django.db.models import F, QuerySet
from django.db.models.functions import Greatest
from django_tasks.base import Task

from datasources.jobs.leases import is_free
from datasources.jobs.steps import in_seconds

log = logging.getLogger("cairn.jobs")

AGAIN = 2.0  # seconds, after trouble of the queue or the database
AWAY = 10.0  # seconds, after trouble of the files' bucket


def enqueue(task: Task[Any, Any], *args: object) -> bool:
    """Puts a task on the queue. The rows are the truth: should this fail, the sweep steps in."""
    try:
        task.enqueue(*args)
    except Exception:  # noqa: BLE001  whatever the queue's trouble, the row is already written
        log.warning("The task queue did not take %s: the sweep will", task.name)
        return False
    return True


@contextmanager
def again_soon(rows: QuerySet[Any], time_field: str = "next_look_at") -> Iterator[None]:
    """Where the database or the files' bucket is in the way of a task, has its row taken up again
    in seconds.

    Else the row would be due only when a whole lease has passed, as if the task had been lost. A
    bucket that is away costs none of the row's tries, for its outage may be long.
    """
    try:
        yield
    except (OperationalError, InterfaceError):
        close_old_connections()
        rows.filter(is_free()).update(**{time_field: in_seconds(AGAIN)})
        raise
    except ConnectionError:
        values: dict[str, Any] = {time_field: in_seconds(AWAY)}
        if _counts_tries(rows):
            values["tries"] = Greatest(F("tries") - 1, 0)
        rows.filter(is_free()).update(**values)
        raise


def _counts_tries(rows: QuerySet[Any]) -> bool:
    try:
        rows.model._meta.get_field("tries")
    except FieldDoesNotExist:
        return False
    return True
