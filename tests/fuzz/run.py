"""Makes cases, has them read in another process, and keeps those that must not be."""

from __future__ import annotations

import contextlib
import json
import random
import select
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from tests.fuzz.mutate import mutated
from tests.fuzz.seeds import Seed, all_seeds

PATIENCE = 10.0  # seconds for a small file
START = 60.0  # seconds for the first case, with which all libraries are loaded


@dataclass(frozen=True)
class Finding:
    """A case that brought an exception, a crash or a hang; `number` of `seed` makes it again."""

    case: Seed
    seed: int
    number: int
    what: str

    def save(self, folder: Path) -> Path:
        """Write the file, and what it did beside it; gives its path."""
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{self.seed}-{self.number}-{self.case.reader}-{self.case.name}"
        path.write_bytes(self.case.data)
        about = {"reader": self.case.reader, "format": self.case.format, "what": self.what}
        path.with_name(f"{path.name}.json").write_text(json.dumps(about, indent=1))
        return path


class Reading:
    """The other process, started again after a crash or a hang."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None

    def read(self, case: Seed) -> str:
        """What is wrong with the reading of a case; "" if nothing is."""
        patience = PATIENCE
        if self._process is None:
            patience = START
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.fuzz.worker"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
        process = self._process
        assert process.stdin
        assert process.stdout
        order = {"reader": case.reader, "format": case.format, "length": len(case.data)}
        try:
            process.stdin.write(json.dumps(order).encode() + b"\n" + case.data)
            process.stdin.flush()
        except BrokenPipeError:
            pass
        if not select.select([process.stdout], [], [], patience)[0]:
            self.end()
            return f"took more than {patience:g} seconds"
        line = process.stdout.readline()
        if not line:
            status = process.wait()
            self.end()
            return f"ended the process with {status}"
        return str(json.loads(line)["trace"])

    def end(self) -> None:
        if self._process is not None:
            self._process.kill()
            for pipe in (self._process.stdin, self._process.stdout):
                if pipe:
                    with contextlib.suppress(BrokenPipeError):
                        pipe.close()
            self._process.wait()
        self._process = None


def cases(seed: int, readers: frozenset[str]) -> Iterator[tuple[int, Seed]]:
    """Changed files without end, by number; each depends on `seed` and its number alone."""
    seeds = [one for one in all_seeds() if one.reader in readers]
    others = [one.data for one in seeds]
    for number in count():
        chance = random.Random(f"{seed}-{number}")
        chosen = seeds[number % len(seeds)]
        data = mutated(chance, chosen.data, others)
        yield number, Seed(chosen.name, chosen.reader, chosen.format, data)


def fuzz(
    seed: int,
    *,
    seconds: float | None = None,
    number: int | None = None,
    readers: frozenset[str] = frozenset({"check", "import", "wkt"}),
) -> tuple[int, list[Finding]]:
    """Read cases for so long or so many; gives how many were read, and the findings."""
    reading, findings = Reading(), []
    begin, done = time.monotonic(), 0
    try:
        for at, case in cases(seed, readers):
            late = seconds is not None and time.monotonic() - begin > seconds
            if late or (number is not None and at >= number):
                break
            done += 1
            what = reading.read(case)
            if what:
                findings.append(Finding(case, seed, at, what))
    finally:
        reading.end()
    return done, findings
