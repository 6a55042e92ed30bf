"""Whether a process can answer: its database, the store, and the queue of the dashboard's tasks."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import suppress

from django.conf import settings

from sds_server import files
from sds_server.models import SdsAccount
from sds_server.store import UnknownVersion, store

logger = logging.getLogger("cairn.sds")

OK = "ok"
_QUEUE_SECONDS = 2
_NO_VERSION = "0" * 32


class NotReady(Exception):  # noqa: N818  # a state, not an error
    """A part cannot be used; the words say why, without an address or a secret."""


def readiness() -> dict[str, str]:
    """Each part with `OK`, or what is wrong with it. All are looked at, whatever the first says."""
    return {name: _state(name, look) for name, look in _PARTS.items()}


def _state(name: str, look: Callable[[], None]) -> str:
    try:
        look()
    except NotReady as error:
        return str(error)
    except Exception as error:  # noqa: BLE001  # whatever it is, the part cannot be used
        logger.warning("Not ready: %s: %s", name, type(error).__name__)
        return f"cannot be reached ({type(error).__name__})"
    return OK


def _database() -> None:
    """Reachable, with our tables in it."""
    SdsAccount.objects.exists()


def _store() -> None:
    """Files can be written on this machine, those of jobs and versions can be asked for."""
    path = files.storage().scratch(files.log_name(_NO_VERSION))
    try:
        path.write_bytes(b"\0")
    except OSError as error:
        raise NotReady(f"the folder of files takes none: {error.strerror}") from None
    finally:
        path.unlink(missing_ok=True)
    files.storage().exists(files.log_name(_NO_VERSION))
    with suppress(UnknownVersion):
        store().open(_NO_VERSION).__exit__(None, None, None)


def _queue() -> None:
    """Redis, where TASKS_URL names one; else the queue is a table, and that was looked at."""
    if settings.API_ONLY or not settings.TASKS_URL:
        return
    import redis  # of a deployment with Redis alone

    client = redis.Redis.from_url(
        settings.TASKS_URL,
        socket_timeout=_QUEUE_SECONDS,
        socket_connect_timeout=_QUEUE_SECONDS,
    )
    try:
        client.ping()
    finally:
        client.close()


_PARTS: dict[str, Callable[[], None]] = {
    "database": _database,
    "store": _store,
    "queue": _queue,
}
