"""The process that reads an import, seen from ours: what it gets, and what becomes of its end."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import IO, Any, cast

import datasources
from datasources.formats.faults import FileFault, file_fault
from datasources.formats.gis_worker import FRAME
from datasources.formats.imports.drivers import skipped
from datasources.formats.imports.kinds import ImportFormat
from datasources.phrases import Phrase
from datasources.phrases.stored import Decoder

_PATIENCE = 120.0  # seconds for one frame
_MAX_FRAME = 512 * 1024 * 1024  # bytes
#: What the process gets of ours: no settings, and so no secrets.
_KEPT = ("PATH", "LANG", "LC_ALL", "SYSTEMROOT", "TEMP", "TMP", "TMPDIR", "LD_LIBRARY_PATH")

Json = dict[str, Any]


def environment(format: ImportFormat) -> dict[str, str]:
    """The environment of the process: GDAL with the one driver, and nothing over the network."""
    root = str(Path(datasources.__file__).parent.parent)
    return {
        **{name: os.environ[name] for name in _KEPT if name in os.environ},
        "PYTHONPATH": os.pathsep.join(filter(None, [root, *sys.path])),
        "GDAL_SKIP": ",".join(skipped(format)),
        "GDAL_NUM_THREADS": "1",
        "GDAL_PAM_ENABLED": "NO",
        "CPL_VSIL_CURL_ALLOWED_EXTENSIONS": ".none",
        "GDAL_HTTP_PROXY": "127.0.0.1:9",
        "GDAL_HTTP_TIMEOUT": "1",
        "OGR_GPKG_NUM_THREADS": "1",
        "OGR_FLATGEOBUF_STREAM_BASE_IMPL": "YES",  # its own fails at a shape that is empty
        "OGR_SQLITE_LOAD_EXTENSIONS": "",
        "GML_FIELDTYPES": "ALWAYS_STRING",
        "GML_SKIP_RESOLVE_ELEMS": "ALL",
        "GML_DOWNLOAD_SCHEMA": "NO",
        "OGR_GEOJSON_MAX_OBJ_SIZE": "200",
        "PROJ_NETWORK": "OFF",
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
        "MALLOC_ARENA_MAX": "2",
        "ARROW_DEFAULT_MEMORY_POOL": "system",
    }


class Process:
    """A running reading; what it sends is data, never objects."""

    def __init__(self, order: Json, format: ImportFormat) -> None:
        self._format = format
        self._late = False
        self._process = subprocess.Popen(
            [sys.executable, "-m", "datasources.formats.imports.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=str(Path(datasources.__file__).parent.parent),
            env=environment(format),
        )
        stdin = cast(IO[bytes], self._process.stdin)
        try:
            stdin.write(json.dumps({**order, "format": format.value}).encode() + b"\n")
            stdin.close()
        except BrokenPipeError:
            self.end()
            raise self._crashed() from None

    def frame(self) -> tuple[Json, bytes]:
        """The next frame; FileFault where the process says so, ends or takes too long."""
        timer = threading.Timer(_PATIENCE, self._give_up)
        timer.start()
        try:
            text_length, blob_length = FRAME.unpack(self._exactly(FRAME.size))
            if text_length + blob_length > _MAX_FRAME:
                raise self._crashed()
            frame = cast(Json, json.loads(self._exactly(text_length), cls=Decoder))
            blob = self._exactly(blob_length)
        finally:
            timer.cancel()
        if "fault" in frame:
            raise file_fault(*map(str, frame["fault"]))
        return frame, blob

    def end(self) -> None:
        self._process.kill()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None and not pipe.closed:
                pipe.close()
        self._process.wait()

    def _give_up(self) -> None:
        self._late = True
        self._process.kill()

    def _exactly(self, count: int) -> bytes:
        data = cast(IO[bytes], self._process.stdout).read(count)
        if len(data) < count:
            raise self._crashed()
        return data

    def _crashed(self) -> FileFault:
        """Why the process ended, from how it ended."""
        self._process.kill()
        code = self._process.wait()
        if self._late or code == -getattr(signal, "SIGXCPU", 24):
            return file_fault(
                "import-time",
                Phrase("Reading the file takes longer than it may; it was stopped."),
                Phrase("Simplify it or split it; if it is small, it is likely damaged."),
            )
        if code == -signal.SIGABRT and self._format.is_spreadsheet:
            return file_fault(
                "import-memory",
                Phrase("Reading the spreadsheet takes more memory than it may."),
                Phrase(
                    "Something may stand in a cell far from the others: delete the empty rows and columns, or save the sheet as CSV UTF-8."
                ),
            )
        return file_fault(
            "import-crash",
            Phrase(
                "The file could not be read as {format}: it made the reader stop.",
                format=self._format.words,
            ),
            Phrase("It is likely damaged: open it in the program that made it, and save it again."),
        )
