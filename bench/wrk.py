"""Load with wrk, on loopback alone: how many answers a second, and how long each took."""

from __future__ import annotations

import re
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

SECONDS = 4
_UNITS = {"us": 0.001, "ms": 1.0, "s": 1000.0, "m": 60_000.0}
#: Sends the paths of a file one after the other.
_ROTATE = """
local paths = {}
for line in io.lines("PATHS") do paths[#paths + 1] = line end
local at = 0
request = function()
  at = at % #paths + 1
  return wrk.format("GET", paths[at])
end
"""


@dataclass(frozen=True)
class Load:
    """What a run of wrk saw: answers a second, the median latency (ms), and all answers."""

    per_second: float
    median: float
    answers: int


def load(url: str, clients: int, seconds: int = SECONDS) -> Load:
    """Ask for one URL again and again. Raises if any answer was a refusal."""
    return _run(["-c", str(clients), "-d", f"{seconds}s", "--latency", url])


def load_of_many(urls: list[str], clients: int, seconds: int) -> Load:
    """Ask for many URLs of one server in turn."""
    parts = [urlsplit(url) for url in urls]
    with tempfile.TemporaryDirectory() as name:
        paths, script = Path(name, "paths"), Path(name, "rotate.lua")
        paths.write_text("".join(f"{part.path}?{part.query}\n" for part in parts))
        script.write_text(_ROTATE.replace("PATHS", str(paths)))
        site = f"{parts[0].scheme}://{parts[0].netloc}"
        words = ["-c", str(clients), "-d", f"{seconds}s", "--latency", "-s", str(script), site]
        return _run(words)


def _run(words: list[str]) -> Load:
    done = subprocess.run(
        ["wrk", "-t1", "--timeout", "30s", *words], check=True, capture_output=True, text=True
    )
    said = done.stdout
    if "Non-2xx" in said or "Socket errors" in said:
        raise SystemExit(f"wrk {words[-1]}: {said}")
    median = re.search(r"50%\s+([\d.]+)(us|ms|s|m)", said)
    answers = re.search(r"(\d+) requests in", said)
    rate = re.search(r"Requests/sec:\s+([\d.]+)", said)
    if not (median and answers and rate):
        raise SystemExit(f"wrk said nothing that can be read: {said}")
    return Load(float(rate[1]), float(median[1]) * _UNITS[median[2]], int(answers[1]))
