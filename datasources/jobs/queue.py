"""The way onto the task queue."""

from __future__ import annotations

import logging
from typing import Any

from django_tasks.base import Task

log = logging.getLogger("cairn.jobs")


def enqueue(task: Task[Any, Any], *args: object) -> None:
    """Puts a task on the queue. The rows are the truth: should this fail, the sweep steps in."""
    try:
        task.enqueue(*args)
    except Exception:  # noqa: BLE001  whatever the queue's trouble, the row is already written
        log.warning("The task queue did not take %s: the sweep will", task.name)
