"""Files that are almost right: small changes of good ones, the same for the same seed."""

from __future__ import annotations

import io
import random
import zipfile
from collections.abc import Callable, Sequence

NUMBERS = [b"0", b"-1", b"1e999", b"NaN", b"9" * 400, b"2147483648", b"-9223372036854775809"]
TOKENS = [
    b"\0", b"\xff", b"\xef\xbb\xbf", b"\xff\xfe", b"\r", b"\n\n", b"|", b'"', b"'", b"<", b">", b"&",
    b"<![CDATA[", b"]]>", b"<!--", b"-->", b"<?x ?>", b"&#0;", b"&#x110000;", b"<!DOCTYPE a [<!ENTITY b 'c'>]>",
    b"POLYGON ((", b"EMPTY", b"{}", b"[[", b"null", b"\\u0000", b"\xc3", b"\xed\xa0\x80", b"\xf4\x90\x80\x80",
]  # fmt: skip
NESTED = [(b"<a>", b"</a>"), (b"[", b"]"), (b'{"a":', b"}"), (b"GEOMETRYCOLLECTION (", b")")]


def mutated(chance: random.Random, data: bytes, others: Sequence[bytes]) -> bytes:
    """A file changed in one to four ways; `others` are good files to take pieces from."""
    for _ in range(chance.choice([1, 1, 1, 2, 2, 4])):
        inside = data.startswith(b"PK\x03\x04") and chance.random() < 0.7
        data = _inside_zip(chance, data, others) if inside else _changed(chance, data, others)
    return data


def _changed(chance: random.Random, data: bytes, others: Sequence[bytes]) -> bytes:
    way: Callable[[random.Random, bytes, Sequence[bytes]], bytes] = chance.choice(WAYS)
    return way(chance, data, others)


def _inside_zip(chance: random.Random, data: bytes, others: Sequence[bytes]) -> bytes:
    """A member changed, left out, repeated or renamed; the zip around it is sound."""
    out = io.BytesIO()
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
            infos = old.infolist()
            chosen = chance.choice(infos)
            for info in infos:
                content, name = old.read(info), info.filename
                if info is chosen:
                    fate = chance.randrange(8)
                    if fate == 0:
                        continue
                    if fate == 1:
                        name = chance.choice(
                            ["../" + name, "a/" + name, name.upper(), "x", "/" + name]
                        )
                    else:
                        content = _changed(chance, content, others)
                new.writestr(
                    name, content, chance.choice([zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED])
                )
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, EOFError, RuntimeError):
        return data
    except Exception as error:  # zlib.error, and whatever a broken zip brings
        if type(error).__name__ != "error":
            raise
        return data
    return out.getvalue()


def _place(chance: random.Random, data: bytes) -> int:
    return chance.randrange(len(data) + 1)


def _flip(chance: random.Random, data: bytes, _: Sequence[bytes]) -> bytes:
    changed = bytearray(data)
    for _number in range(chance.choice([1, 1, 2, 8])):
        if changed:
            changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
    return bytes(changed)


def _overwrite(chance: random.Random, data: bytes, _: Sequence[bytes]) -> bytes:
    """Four bytes as a number that counts or points somewhere."""
    at = _place(chance, data[:-4])
    number = chance.choice([0, 1, 2**16, 2**31 - 1, 2**31, 2**32 - 1, len(data)])
    order = chance.choice(["little", "big"])
    return data[:at] + number.to_bytes(4, order) + data[at + 4 :]  # type: ignore[arg-type]  # either word


def _truncate(chance: random.Random, data: bytes, _: Sequence[bytes]) -> bytes:
    return data[: _place(chance, data)]


def _cut(chance: random.Random, data: bytes, _: Sequence[bytes]) -> bytes:
    at = _place(chance, data)
    return data[:at] + data[at + chance.choice([1, 2, 10, 100]) :]


def _repeat(chance: random.Random, data: bytes, _: Sequence[bytes]) -> bytes:
    at, length = _place(chance, data), chance.choice([1, 4, 40, 400])
    return data[:at] + data[at : at + length] * chance.choice([2, 3, 50]) + data[at + length :]


def _insert(chance: random.Random, data: bytes, _: Sequence[bytes]) -> bytes:
    at = _place(chance, data)
    return data[:at] + chance.choice(TOKENS) + data[at:]


def _number(chance: random.Random, data: bytes, _: Sequence[bytes]) -> bytes:
    """A digit turned into a number that nobody expects."""
    digits = [at for at in range(len(data)) if data[at : at + 1].isdigit()]
    if not digits:
        return data
    at = chance.choice(digits)
    return data[:at] + chance.choice(NUMBERS) + data[at + 1 :]


def _nest(chance: random.Random, data: bytes, _: Sequence[bytes]) -> bytes:
    at, (opening, closing) = _place(chance, data), chance.choice(NESTED)
    depth = chance.choice([10, 300, 20_000])
    return data[:at] + opening * depth + closing * chance.choice([0, depth]) + data[at:]


def _splice(chance: random.Random, data: bytes, others: Sequence[bytes]) -> bytes:
    other = chance.choice(others)
    begin = _place(chance, other)
    at = _place(chance, data)
    return data[:at] + other[begin : begin + chance.choice([10, 100, 1000])] + data[at:]


WAYS = [_flip, _flip, _overwrite, _truncate, _cut, _repeat, _insert, _insert, _number, _number, _nest, _splice]  # fmt: skip
