"""Which hashes have been seen before, exactly, in memory that hardly grows with their number."""

from __future__ import annotations

import os
import tempfile
import weakref
from collections.abc import Collection, Sequence
from typing import Any

#: Up to this many hashes a set does, and numpy is not even imported.
FEW = 20_000
#: Bytes of a filter that is right for a million hashes, and of the smallest.
LARGE_FILTER, SMALL_FILTER = 8 * 1024 * 1024, 1024 * 1024
#: At 53 bits a hash, six of which it sets, one in 700,000 new hashes looks known.
_BITS_PER_HASH, _SET = 53, 6
_CHUNK = 512 * 1024  # bytes


class SeenHashes:
    """Takes 64-bit hashes in batches, and says which of them came before.

    The hashes themselves go to a temporary file, 8 bytes each. In memory stay Bloom filters, the
    first of `size` bytes, each further one twice as large; only for hashes that they seem to know
    is the file read through.
    """

    def __init__(self, size: int = LARGE_FILTER) -> None:
        self._few: set[int] | None = set()
        self._size = size
        self._filters: list[_Filter] = []
        self._log: Any = None
        self.count = 0

    def add(self, hashes: Sequence[int]) -> set[int]:
        """Take in the hashes of a batch; gives those that were there before it."""
        self.count += len(hashes)
        if self._few is not None:
            found = self._few.intersection(hashes)
            self._few.update(hashes)
            if len(self._few) > FEW:
                few, self._few = self._few, None
                self._log = tempfile.TemporaryFile(prefix="cairn-ids-")  # noqa: SIM115  # closed below
                weakref.finalize(self, self._log.close)
                self._keep(_array(few))
            return found
        new = _array(hashes)
        *older, last = self._filters
        places = last.places(new)
        known = last.knows(places)
        for one in older:
            known |= one.knows(one.places(new))
        found = self._among_all(new[known]) if known.any() else set()
        self._keep(new, places)
        return found

    def _keep(self, new: Any, places: Any = None) -> None:
        """`places` are those of the last filter, if they are known."""
        if not self._filters or self._filters[-1].is_full:
            self._filters.append(_Filter(self._size))
            self._size *= 2
            places = None
        last = self._filters[-1]
        last.add(last.places(new) if places is None else places)
        self._log.seek(0, os.SEEK_END)
        self._log.write(new.tobytes())

    def _among_all(self, sought: Any) -> set[int]:
        import numpy as np

        sought = np.unique(sought)
        found: set[int] = set()
        self._log.seek(0)
        while chunk := self._log.read(_CHUNK):
            every = np.frombuffer(chunk, dtype=np.int64)
            places = np.minimum(np.searchsorted(sought, every), len(sought) - 1)
            found.update(every[sought[places] == every].tolist())
        return found


class _Filter:
    """A Bloom filter; hashes of Python's strings need no further mixing."""

    def __init__(self, size: int) -> None:
        import numpy as np

        self._bits = np.zeros(size, dtype=np.uint8)
        self._mask = np.uint64(size * 8 - 1)
        self._room = size * 8 // _BITS_PER_HASH

    @property
    def is_full(self) -> bool:
        return self._room <= 0

    def places(self, hashes: Any) -> tuple[Any, Any]:
        """For each hash its bits: which bytes, and the bit in each."""
        import numpy as np

        words = hashes.view(np.uint64)
        step = (words >> np.uint64(32)) | np.uint64(1)
        turns = np.arange(_SET, dtype=np.uint64)[:, None]
        places = (words + turns * step) & self._mask
        bit = np.uint8(1) << (places & np.uint64(7)).astype(np.uint8)
        return (places >> np.uint64(3)).astype(np.intp), bit

    def knows(self, places: tuple[Any, Any]) -> Any:
        """Which of the hashes with these places may be in it; the others are certainly not."""
        byte, bit = places
        return ((self._bits[byte] & bit) != 0).all(axis=0)

    def add(self, places: tuple[Any, Any]) -> None:
        """Take in the hashes with these places."""
        import numpy as np

        byte, bit = places
        np.bitwise_or.at(self._bits, byte.ravel(), bit.ravel())
        self._room -= byte.shape[1]


def _array(hashes: Collection[int]) -> Any:
    import numpy as np

    return np.fromiter(hashes, dtype=np.int64, count=len(hashes))
