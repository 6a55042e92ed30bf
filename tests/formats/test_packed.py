"""Compressed files: what is unpacked, and what is refused before it does harm."""

from __future__ import annotations

import gzip
import io
import tracemalloc
import zipfile
from collections import deque

import pytest

from datasources.formats import InputFormat, detect_format, open_entities
from datasources.formats.source import FileFault
from tests.formats.files import (
    delimited,
    fault,
    gzipped,
    pipe,
    read,
    xml,
    zipped,
    zipped_as,
)

GOOD = "1|Aalborg|57.0|9.8"


def test_the_one_member_of_a_zip_is_read() -> None:
    file = zipped_as({"folder/shops.txt": pipe(GOOD).getvalue(), "__MACOSX/._shops.txt": b"x"})
    assert len(read(file)[1][0]) == 1


@pytest.mark.parametrize(
    ("members", "rule", "words"),
    [
        ({"a.txt": b"1", "b.txt": b"2"}, "zip-members", "holds 2 files"),
        ({"../a.txt": b"1"}, "zip-path", "leads out"),
        ({"/etc/a.txt": b"1"}, "zip-path", "leads out"),
        ({"C:\\a.txt": b"1"}, "zip-path", "leads out"),
        ({}, "zip-empty", "empty"),
    ],
)
def test_other_zips_are_refused(members: dict[str, bytes], rule: str, words: str) -> None:
    problem = fault(zipped_as(members))
    assert problem.rule == rule
    assert words in problem.message


def test_a_zipped_shapefile_or_workbook_is_recognised() -> None:
    assert "shapefile" in fault(zipped_as({"a.shp": b"", "a.shx": b"", "a.dbf": b""})).advice
    assert "Excel" in fault(zipped_as({"[Content_Types].xml": b"", "xl/a.xml": b""})).advice


@pytest.mark.parametrize("keep", [20, 200, -4])
def test_a_truncated_gzip_is_said_to_be_cut_off(keep: int) -> None:
    content = gzipped(pipe(*(f"{n}|{n * 7919}|1|2" for n in range(500)))).getvalue()[:keep]
    problem = fault(io.BytesIO(content))
    assert problem.rule == "truncated"
    assert "again" in problem.advice


def test_a_damaged_gzip_or_zip_is_refused() -> None:
    content = bytearray(gzipped(pipe(GOOD)).getvalue())
    content[-8] ^= 0xFF  # the checksum
    assert fault(io.BytesIO(bytes(content))).rule == "broken-archive"
    assert (
        fault(io.BytesIO(zipped(a=pipe(GOOD).getvalue()).getvalue()[:60])).rule == "broken-archive"
    )


def test_an_encrypted_zip_is_refused() -> None:
    content = bytearray(zipped(a=b"1").getvalue())
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(signature) + offset] |= 1
    assert fault(io.BytesIO(bytes(content))).rule == "zip-encrypted"


def test_what_is_packed_twice_is_refused() -> None:
    assert fault(gzipped(gzipped(pipe(GOOD)))).rule == "packed-twice"


def bomb(megabytes: int, *, level: int = 1, value: int = 1000) -> io.BytesIO:
    """A gzip of one endless value: a two hundredth of its size, at level 6 a thousandth."""
    stream = io.BytesIO()
    with gzip.GzipFile(fileobj=stream, mode="wb", compresslevel=level) as packed:
        packed.write(pipe("1|A|1|2").getvalue())
        row = b"2|" + b"x" * value + b"|1|2\n"
        for _ in range(megabytes):
            packed.write(row * (1_000_000 // value))
    return stream


def test_a_gzip_bomb_is_stopped_at_the_limit_in_little_memory() -> None:
    file = bomb(60)
    tracemalloc.start()
    try:
        with open_entities(file, InputFormat.PIPE, max_uncompressed=20 * 1024 * 1024) as reader:
            with pytest.raises(FileFault) as caught:
                deque(reader, maxlen=0)
            assert reader.bytes_read <= 21 * 1024 * 1024
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert caught.value.problem.rule == "too-large"
    assert "20 MB" in caught.value.problem.message
    assert peak < 16 * 1024 * 1024


def test_a_gzip_bomb_of_one_line_is_stopped() -> None:
    stream = io.BytesIO()
    with gzip.GzipFile(fileobj=stream, mode="wb", compresslevel=1) as packed:
        packed.write(pipe().getvalue())
        for _ in range(40):
            packed.write(b"x" * 1024 * 1024)
    assert fault(stream).rule == "line-length"


def test_what_unpacks_to_more_than_any_real_data_is_a_bomb_whatever_the_limit() -> None:
    file = bomb(20, level=6, value=100_000)
    with open_entities(file, InputFormat.PIPE, max_uncompressed=None) as reader:
        with pytest.raises(FileFault) as caught:
            deque(reader, maxlen=0)
        assert reader.bytes_read < 12 * 1024 * 1024
    assert caught.value.problem.rule == "bomb"
    assert "500 times its size" in caught.value.problem.message
    assert "uncompressed" in caught.value.problem.advice


def test_a_zip_that_says_it_is_too_large_is_not_unpacked() -> None:
    with pytest.raises(FileFault) as caught:
        open_entities(zipped(a=b"x" * 2000), InputFormat.PIPE, max_uncompressed=1000)
    assert caught.value.problem.rule == "too-large"


def test_progress_is_in_bytes_of_the_packed_file() -> None:
    file = gzipped(pipe(*(f"{n}|{n * 7919}|1|2" for n in range(5000))))
    with open_entities(file, InputFormat.PIPE) as reader:
        total = len(file.getvalue())
        assert reader.bytes_total == total
        assert 0 < reader.bytes_done <= total
        assert sum(map(len, reader)) == 5000
        assert reader.bytes_done == total
        assert reader.bytes_read > total


@pytest.mark.parametrize(
    ("file", "format"),
    [
        (pipe(GOOD), InputFormat.PIPE),
        (delimited("\t"), InputFormat.TAB),
        (delimited(","), InputFormat.CSV),
        (xml(), InputFormat.XML),
        (io.BytesIO(b"name,lat,lon\n1,2,3\n"), InputFormat.CSV),
    ],
)
def test_the_format_is_seen_in_the_bytes_packed_or_not(
    file: io.BytesIO, format: InputFormat
) -> None:
    assert detect_format(file.getvalue(), "wrong.name") is format
    assert detect_format(b"\xef\xbb\xbf" + file.getvalue()) is format
    assert detect_format(gzipped(file).getvalue()[:2000]) is format
    assert detect_format(zipped(member=file.getvalue()).getvalue()[:2000]) is format


@pytest.mark.parametrize("head", [b"", b"<html><body>", b"<!DOCTYPE html>", b"\x1f\x8bxx"])
def test_other_files_have_no_format(head: bytes) -> None:
    assert detect_format(head) is None


def test_the_name_decides_only_where_the_bytes_do_not() -> None:
    assert detect_format(b"one word", "cities.tsv") is InputFormat.TAB
    assert detect_format(b"one word", "cities.csv.gz") is InputFormat.CSV
    assert detect_format(b"one word") is None


def test_zip_files_made_by_streaming_are_recognised() -> None:
    class Unseekable(io.BytesIO):
        def seekable(self) -> bool:
            return False

        def seek(self, *_: int) -> int:
            raise io.UnsupportedOperation

        def tell(self) -> int:
            raise io.UnsupportedOperation

    stream = Unseekable()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.txt", pipe(GOOD).getvalue())
    assert detect_format(stream.getvalue()) is InputFormat.PIPE
    assert len(read(io.BytesIO(stream.getvalue()))[1][0]) == 1


@pytest.mark.parametrize("offset", [0xFFFFFFF0, 0x7FFFFFFF], ids=["negative", "beyond"])
def test_a_zip_whose_index_points_anywhere_is_a_fault(offset: int) -> None:
    data = bytearray(zipped(data=b"x" * 100).getvalue())
    at = data.index(b"PK\x01\x02")
    data[at + 42 : at + 46] = offset.to_bytes(4, "little")
    assert fault(io.BytesIO(bytes(data))).rule == "broken-archive"


def test_a_member_without_a_name_is_no_data() -> None:
    assert fault(zipped_as({".": b"x"})).rule == "version-line"
