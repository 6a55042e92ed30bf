"""Arrays in one file, read where they lie (mmap): opening costs no more than the pages looked at.

The file: a magic word, the length of a JSON head, the head, then the arrays, each at a multiple of
64 bytes. The head holds facts of any kind and, of each array, its type, its shape and its place.
Numbers are little-endian.
"""

from __future__ import annotations

import json
import mmap
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

import numpy as np
import numpy.typing as npt

MAGIC = b"CAIRNARR"
_ALIGNED = 64  # bytes
_LENGTH = struct.Struct("<Q")

AnyArray = npt.NDArray[Any]


class DamagedArrays(Exception):  # noqa: N818  named as people read it
    """A file that holds no arrays, or not all of them."""


def write_arrays(path: Path, facts: Mapping[str, Any], arrays: Mapping[str, AnyArray]) -> None:
    """Writes a new file."""
    parts = {name: np.ascontiguousarray(_little(array)) for name, array in arrays.items()}
    places, at = {}, 0
    for name, part in parts.items():
        places[name] = {"type": part.dtype.str, "shape": part.shape, "at": at}
        at += _padded(part.nbytes)
    head = json.dumps({"facts": facts, "arrays": places}, ensure_ascii=False).encode()
    start = len(MAGIC) + _LENGTH.size
    with path.open("wb") as file:
        file.write(MAGIC + _LENGTH.pack(len(head)) + head)
        file.write(bytes(_padded(start + len(head)) - start - len(head)))
        for part in parts.values():
            file.write(part.tobytes())
            file.write(bytes(_padded(part.nbytes) - part.nbytes))


class Arrays:
    """An opened file: its `facts`, and `arrays["name"]` without copying.

    What was read stays readable after the file is deleted. Raises FileNotFoundError or
    DamagedArrays.
    """

    facts: dict[str, Any]

    def __init__(self, path: Path) -> None:
        with path.open("rb") as file:
            try:
                self._bytes = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
            except ValueError as error:  # an empty file
                raise DamagedArrays(path.name) from error
        start = len(MAGIC) + _LENGTH.size
        try:
            if self._bytes[: len(MAGIC)] != MAGIC:
                raise DamagedArrays(path.name)
            (length,) = _LENGTH.unpack(self._bytes[len(MAGIC) : start])
            head = json.loads(self._bytes[start : start + length])
            self.facts = head["facts"]
            first = _padded(start + length)
            self._arrays = {
                name: np.frombuffer(
                    self._bytes,
                    dtype=np.dtype(place["type"]),
                    count=int(np.prod(place["shape"])),
                    offset=first + place["at"],
                ).reshape(place["shape"])
                for name, place in head["arrays"].items()
            }
        except (ValueError, KeyError, TypeError, struct.error) as error:
            raise DamagedArrays(path.name) from error

    def __getitem__(self, name: str) -> AnyArray:
        return self._arrays[name]

    def __contains__(self, name: str) -> bool:
        return name in self._arrays

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        """The mapping goes with the last array that looks at it."""


def _little(array: AnyArray) -> AnyArray:
    return array.astype(array.dtype.newbyteorder("<"), copy=False)


def _padded(length: int) -> int:
    return -(-length // _ALIGNED) * _ALIGNED
