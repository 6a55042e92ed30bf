"""`python -m tests.fuzz [--seconds S] [--seed N] [--readers check,import,wkt] [--replay FILE]`."""

from __future__ import annotations

import argparse
import json
import random
import sys
from pathlib import Path

from tests.fuzz.run import Finding, Reading, fuzz
from tests.fuzz.seeds import READERS, Seed

FINDINGS = Path("fuzz-findings")


def main() -> int:
    parser = argparse.ArgumentParser(prog="make fuzz", description=__doc__)
    parser.add_argument("--seconds", type=float, default=60.0, help="of all readers together")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    parser.add_argument("--readers", default=",".join(READERS))
    parser.add_argument("--replay", type=Path, help="a finding, to be read again")
    given = parser.parse_args()
    if given.replay:
        return _replay(given.replay)
    print(f"Seed {given.seed}, {given.seconds:g} seconds")
    done, findings = fuzz(
        given.seed, seconds=given.seconds, readers=frozenset(given.readers.split(","))
    )
    for finding in findings:
        _tell(finding, finding.save(FINDINGS))
    print(f"{done} files read, {len(findings)} findings")
    return 1 if findings else 0


def _tell(finding: Finding, path: Path) -> None:
    print(f"\n{path}: {finding.what.strip()}")


def _replay(path: Path) -> int:
    about = json.loads(path.with_name(f"{path.name}.json").read_text())
    reading = Reading()
    try:
        what = reading.read(Seed(path.name, about["reader"], about["format"], path.read_bytes()))
    finally:
        reading.end()
    print(what or "read without a finding")
    return 1 if what else 0


if __name__ == "__main__":
    sys.exit(main())
