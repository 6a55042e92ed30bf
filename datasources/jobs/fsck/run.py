"""The whole check, one finding after the other."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import chain

from datasources.jobs.fsck.findings import Finding
from datasources.jobs.fsck.kept import look_at_kept
from datasources.jobs.fsck.strays import look_at_storage
from datasources.jobs.fsck.stuck import look_at_work


def run(
    *, repair: bool, deep: bool, note: Callable[[str], None] = lambda words: None
) -> Iterator[Finding]:
    """Every finding; with `repair`, what is safe is mended.

    deep: also reads every kept file through. note: told what is being read.
    """
    for found in chain(look_at_kept(deep=deep, note=note), look_at_storage(), look_at_work()):
        if repair and found.mend is not None:
            found.mend()
            found.mended = True
        yield found
