"""The process that reads what fuzzing made: one case after the other, with little memory.

A case on standard input is a line of JSON (`reader`, `format`, `length`) and so many bytes; the
answer is a line of JSON: `seconds`, and `trace` of an exception that must not be.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import time
import traceback
import warnings

from tests.fuzz.seeds import READERS

MEMORY = 4 * 1024 * 1024 * 1024  # bytes of address space; libraries alone map more than one


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    warnings.simplefilter("ignore")
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # libraries may write to standard output
    while line := sys.stdin.buffer.readline():
        case = json.loads(line)
        data = sys.stdin.buffer.read(case["length"])
        begin, trace = time.monotonic(), ""
        try:
            READERS[case["reader"]](case["format"], data)
        except BaseException:  # noqa: BLE001  # whatever it is, it is told
            trace = traceback.format_exc()
        answers.write(json.dumps({"seconds": time.monotonic() - begin, "trace": trace}) + "\n")
        answers.flush()


if __name__ == "__main__":
    main()
