"""Which hashes have been seen before, exactly, in memory that hardly grows with their number."""

from __future__ import annotations

import tempfile
import weakref
from collections.abc import Collection
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

    def add(self, hashes: Collection[int]) -> set[int]:
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
        known = self._seems_known(new)
        found = self._among_all(new[known]) if known.any() else set()
        self._keep(new)
        return found

    def _seems_known(self, new: Any) -> Any:
        import numpy as np

        known = np.zeros(len(new), dtype=bool)
        for one in self._filters:
            known |= one.knows(new)
        return known

    def _keep(self, new: Any) -> None:
        if not self._filters or self._filters[-1].is_full:
            self._filters.append(_Filter(self._size))
            self._size *= 2
        self._filters[-1].add(new)
        self._log.seek(0, 2)
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

    def knows(self, hashes: Any) -> Any:
        """Which of them may be in it; those that are not are certainly not."""
        byte, bit = self._places(hashes)
        return ((self._bits[byte] & bit) != 0).all(axis=0)

    def add(self, hashes: Any) -> None:
        import numpy as np

        byte, bit = self._places(hashes)
        np.bitwise_or.at(self._bits, byte.ravel(), bit.ravel())
        self._room -= len(hashes)

    def _places(self, hashes: Any) -> tuple[Any, Any]:
        """For each hash its bits: which bytes, and the bit in each."""
        import numpy as np

        words = hashes.view(np.uint64)
        step = (words >> np.uint64(32)) | np.uint64(1)
        turns = np.arange(_SET, dtype=np.uint64)[:, None]
        places = (words + turns * step) & self._mask
        bit = np.uint8(1) << (places & np.uint64(7)).astype(np.uint8)
        return (places >> np.uint64(3)).astype(np.intp), bit


def _array(hashes: Collection[int]) -> Any:
    import numpy as np

    return np.fromiter(hashes, dtype=np.int64, count=len(hashes))
