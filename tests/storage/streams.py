"""Run as a module: moves a large file into a bucket and out again, and prints the memory it took.

Arguments: the bucket's options of STORAGES as JSON, and the file's bytes. The file is random, and
exists nowhere whole in this process.
"""

from __future__ import annotations

import hashlib
import json
import random
import resource
import sys

PIECE = 1024 * 1024


class Incoming:
    """A body as it comes from a socket: it cannot be read twice."""

    def __init__(self, size: int) -> None:
        self.left = size
        self.digest = hashlib.sha256()
        self._random = random.Random(7)

    def read(self, size: int = PIECE) -> bytes:
        chunk = self._random.randbytes(min(size, self.left, PIECE))
        self.left -= len(chunk)
        self.digest.update(chunk)
        return chunk

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return False

    closed = False


def peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def main(options: dict[str, object], size: int) -> None:
    import django
    from django.core.files.base import File

    django.setup()
    from dashboard.storage.bucket import BucketFiles

    files = BucketFiles(**options)
    files.save("small", File(Incoming(1000), "small"))
    with files.open("small") as stored:
        stored.read()
    before = peak()
    incoming = Incoming(size)
    files.save("large", File(incoming, "large"))
    sent = incoming.digest.hexdigest()
    with files.local_copy("large", sent), files.open_sealed("large", sent) as stored:
        while stored.read(PIECE):
            pass
    print(json.dumps({"size": files.size("large"), "grown": peak() - before}))


if __name__ == "__main__":
    main(json.loads(sys.argv[1]), int(sys.argv[2]))
