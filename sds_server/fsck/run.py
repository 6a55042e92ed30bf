"""The whole check, one finding after the other."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import chain

from sds_server.fsck import jobs, stored
from sds_server.fsck.findings import Finding


def run(
    *, repair: bool, deep: bool, note: Callable[[str], None] = lambda words: None
) -> Iterator[Finding]:
    """Every finding; with `repair`, those that can be mended safely are.

    deep: also reads every version through. note: told what is being read.
    """
    findings = chain(
        jobs.look(), stored.look_at_files(), stored.look_at_versions(deep=deep, note=note)
    )
    for found in findings:
        if repair and found.mend is not None:
            found.mend()
            found.mended = True
        yield found
