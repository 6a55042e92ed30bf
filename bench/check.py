"""How long checking a file takes, and in how much memory.

`python -m bench.check FILE FORMAT` prints one line of JSON: seconds of wall time inside
`check_file`, seconds of processor time of the whole process, and its peak memory in MB.
"""

from __future__ import annotations

import json
import resource
import sys
import time

from datasources.checks import check_file
from datasources.formats import InputFormat
from datasources.schema import PLAN_LIMITS


def main(path: str, format: str) -> None:
    start = time.perf_counter()
    report = check_file(path, InputFormat(format), limits=PLAN_LIMITS["unlimited"])
    seconds = time.perf_counter() - start
    usage = resource.getrusage(resource.RUSAGE_SELF)
    print(
        json.dumps(
            {
                "seconds": round(seconds, 3),
                "cpu_seconds": round(usage.ru_utime + usage.ru_stime, 3),
                "peak_mb": round(usage.ru_maxrss / 1024, 1),
                "entities": report.entities,
                "bytes": report.bytes,
                "ok": report.ok,
                "rules": [group.examples[0].rule for group in report.groups],
            }
        )
    )


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
