"""Leases: who is at work on a row, so that nothing is done twice and nothing is left undone.

A lease is two columns, `lease_owner` and `leased_until`. It is taken by one atomic UPDATE, renewed
by a thread while the work lasts, and free again when it is let go or runs out. Whoever has lost
one (a machine that slept, say) must not write any more: `Lease.update` sees to that.
"""

from __future__ import annotations

import os
import secrets
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import OperationalError, connection, models
from django.db.models import Q
from django.utils import timezone


class LeaseLostError(Exception):
    """Somebody else works on the row now."""


def is_free() -> Q:
    """Rows that nobody works on."""
    return Q(leased_until=None) | Q(leased_until__lt=timezone.now())


class Lease:
    """A row that is ours to work on, until it is let go."""

    def __init__(self, row: models.Model, owner: str) -> None:
        self.row = row
        self.owner = owner

    @property
    def _mine(self) -> models.QuerySet[Any]:
        manager = type(self.row)._default_manager
        return manager.filter(pk=self.row.pk, lease_owner=self.owner)

    def update(self, **values: Any) -> None:
        """Writes to the row, here and in the database; raises LeaseLostError if it is no longer ours."""
        if not self._mine.update(**values):
            raise LeaseLostError(f"{self.row.pk} was taken over")
        for name, value in values.items():
            setattr(self.row, name, value)

    def renew(self) -> bool:
        return bool(self._mine.update(leased_until=_until()))

    def let_go(self) -> None:
        self._mine.update(lease_owner="", leased_until=None)


@contextmanager
def take(row: models.Model) -> Iterator[Lease | None]:
    """Takes the row's lease and renews it while the block runs; None if somebody else has it.

    The row is read again once it is ours: what was read before may be old.
    """
    owner = f"{socket.gethostname()[:40]}:{os.getpid()}:{secrets.token_hex(6)}"
    rows = type(row)._default_manager.filter(is_free(), pk=row.pk)
    if not rows.update(lease_owner=owner, leased_until=_until()):
        yield None
        return
    row.refresh_from_db()
    lease = Lease(row, owner)
    stop = threading.Event()
    beat = threading.Thread(target=_renew_until, args=(lease, stop), daemon=True)
    beat.start()
    try:
        yield lease
    finally:
        stop.set()
        beat.join()
        lease.let_go()


def _until() -> Any:
    return timezone.now() + timedelta(seconds=settings.LEASE_SECONDS)


def _renew_until(lease: Lease, stop: threading.Event) -> None:
    try:
        while not stop.wait(settings.LEASE_SECONDS / 4):
            try:
                if not lease.renew():
                    return
            except OperationalError:  # a busy database: the next beat comes before the lease ends
                continue
    finally:
        connection.close()
