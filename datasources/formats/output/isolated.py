"""Starting the process that writes a GIS file through GDAL or Arrow, and feeding it."""

from __future__ import annotations

import json
import marshal
import os
import subprocess
import sys
import threading
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import IO, cast

import datasources
from datasources.formats.faults import FileFault, file_fault
from datasources.formats.output.kinds import OutputFormat
from datasources.formats.output.worker import LENGTH, schema_as_json
from datasources.phrases import Phrase
from datasources.schema import Batch, Schema

_PATIENCE = 300.0  # seconds for one batch, and for the end
#: What the process gets of ours: no settings, and so no secrets.
_ENVIRONMENT = ("PATH", "LANG", "LC_ALL", "SYSTEMROOT", "TEMP", "TMP", "TMPDIR", "LD_LIBRARY_PATH")


def write_apart(path: str, format: OutputFormat, schema: Schema, batches: Iterable[Batch]) -> int:
    """Write typed batches in a process of its own, which takes its memory with it when it ends.

    FileFault where it fails, crashes or takes too long.
    """
    process = _start()
    order = {"format": format.value, "path": path, **schema_as_json(schema)}
    try:
        with suppress(BrokenPipeError):  # its answer says why
            _send(process, json.dumps(order).encode() + b"\n")
            for batch in batches:
                data = marshal.dumps([list(column) for column in batch.columns])
                _send(process, LENGTH.pack(len(data)) + data)
            _send(process, LENGTH.pack(0))
        return _answer(process, format)
    finally:
        process.kill()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None and not pipe.closed:
                _shut(pipe)
        process.wait()


def _start() -> subprocess.Popen[bytes]:
    root = str(Path(datasources.__file__).parent.parent)
    return subprocess.Popen(
        [sys.executable, "-m", "datasources.formats.output.worker"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=root,
        env={
            **{name: os.environ[name] for name in _ENVIRONMENT if name in os.environ},
            "PYTHONPATH": os.pathsep.join(filter(None, [root, *sys.path])),
            "PROJ_NETWORK": "OFF",
            "ARROW_DEFAULT_MEMORY_POOL": "system",
            "OPENBLAS_NUM_THREADS": "1",
            "OMP_NUM_THREADS": "1",
        },
    )


def _send(process: subprocess.Popen[bytes], data: bytes) -> None:
    late = threading.Timer(_PATIENCE, process.kill)
    late.start()
    try:
        stdin = cast(IO[bytes], process.stdin)
        stdin.write(data)
        stdin.flush()
    finally:
        late.cancel()


def _answer(process: subprocess.Popen[bytes], format: OutputFormat) -> int:
    late = threading.Timer(_PATIENCE, process.kill)
    late.start()
    try:
        line = cast(IO[bytes], process.stdout).readline()
    finally:
        late.cancel()
    answer = json.loads(line) if line.endswith(b"\n") else {}
    if "count" in answer:
        return int(answer["count"])
    raise _fault(format, str(answer.get("fault", "")))


def _fault(format: OutputFormat, words: str) -> FileFault:
    why = words or Phrase("what writes it stopped, or ran without end.")
    return file_fault(
        "not-written",
        Phrase("The file could not be written as {format}: {why}", format=format.words, why=why),
        Phrase("Choose another format, GeoPackage say, and tell whoever runs this site."),
    )


def _shut(pipe: IO[bytes]) -> None:
    with suppress(BrokenPipeError):  # what was still to be sent has no reader any more
        pipe.close()
