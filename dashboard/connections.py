"""Open connections: a browser keeps half a dozen, for whatever it asks for next.

A process holds many, so that nobody is kept out by those who merely have a page open. When they get
to be very many, those at rest are closed; their browsers connect again without a word.
"""

from __future__ import annotations

import logging
from typing import Any

log = logging.getLogger("cairn.web")

MOST = 1000  # of a process; who comes then waits until another one ends
CROWDED = 500  # from so many on those at rest give way
AT_REST = 5.0  # seconds since the last byte came
LOOK_EVERY = 5  # seconds
_OTHER_FILES = 500  # that a process may have open: versions, databases, bodies that are spooled


def allow_many() -> int:
    """Raises this process's limit of open files as far as it may and need be; gives how many
    connections that leaves room for."""
    try:
        import resource
    except ImportError:  # not on Windows, which has no such limit
        return MOST
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST + _OTHER_FILES
    if soft != resource.RLIM_INFINITY and soft < wanted:
        soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    if soft == resource.RLIM_INFINITY:
        return MOST
    return min(MOST, max(soft - _OTHER_FILES, soft // 2))


def make_room(server: Any) -> None:
    """Has a server of waitress close connections at rest while it is crowded."""
    usual = server.maintenance

    def maintenance(now: float) -> None:
        usual(now)
        channels = list(server.active_channels.values())
        if len(channels) < CROWDED:
            return
        resting = [channel for channel in channels if _is_at_rest(channel, now)]
        for channel in resting:
            channel.will_close = True
        log.info("%s connections are open, %s at rest are closed", len(channels), len(resting))

    server.maintenance = maintenance


def _is_at_rest(channel: Any, now: float) -> bool:
    """Whether nothing of a request or an answer is under way."""
    is_busy = channel.requests or channel.request is not None or channel.total_outbufs_len
    return not is_busy and channel.last_activity < now - AT_REST
