"""The bytes of a text: in chunks of whole lines, decoded, and what is said of those that are no text."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from datasources.formats.source import ByteSource, FileFault, file_fault
from datasources.phrases import Phrase

#: Of one value, in characters: 100,000 points of two long numbers.
MAX_VALUE = 8 * 1024 * 1024

_PIECE = 128 * 1024  # bytes

#: UTF-8 is the reference's; with `cp1252`, lines that are not UTF-8 are read as Windows-1252.
Encoding = Literal["utf-8", "cp1252"]


def line_breaks(text: str | bytes) -> int:
    """Line breaks in a value: CRLF, LF or CR."""
    if isinstance(text, bytes):
        return text.count(b"\n") + text.count(b"\r") - text.count(b"\r\n")
    if "\n" not in text and "\r" not in text:
        return 0
    return text.count("\n") + text.count("\r") - text.count("\r\n")


def line_chunks(source: ByteSource) -> Iterator[bytes]:
    """The bytes of a source in chunks of whole lines; FileFault where a line has no end."""
    line, rest = 1, b""
    for block in _pieces(source):
        end = max(block.rfind(b"\n"), block.rfind(b"\r", 0, len(block) - 1)) + 1
        if not end:
            rest += block
            if len(rest) > 2 * MAX_VALUE:
                raise file_fault(
                    "line-length",
                    Phrase(
                        "Line {line} is longer than {most} MB.",
                        line=line,
                        most=2 * MAX_VALUE // 1024 // 1024,
                    ),
                    Phrase("Check that the file is text, with a line for each entity."),
                    line=line,
                )
            continue
        whole, rest = rest + block[:end], block[end:]
        yield whole
        line += line_breaks(whole) if b"\r" in whole else whole.count(b"\n")
    if rest:
        yield rest


def _pieces(source: ByteSource) -> Iterator[bytes]:
    """Blocks that are no larger than what the memory at hand holds: it is not asked for anew."""
    for block in source.blocks():
        for start in range(0, len(block), _PIECE):
            yield block[start : start + _PIECE]


def decode(block: bytes, line: int, encoding: Encoding = "utf-8") -> str:
    """The text of a block that begins on `line`; FileFault names the line of a wrong byte."""
    nul = block.find(b"\0")
    if nul >= 0:
        place = line + line_breaks(block[:nul])
        raise file_fault(
            "nul-byte",
            Phrase("A NUL byte stands in line {place}: this is no UTF-8 text.", place=place),
            Phrase(
                "Save the file as UTF-8. NUL bytes are usual in UTF-16 and in files that are no text."
            ),
            line=place,
        )
    try:
        return block.decode()
    except UnicodeDecodeError as error:
        if encoding == "cp1252":
            return "".join(_either(part, line + n) for n, part in enumerate(block.splitlines(True)))
        place = line + line_breaks(block[: error.start])
        raise encoding_fault(block, error.start, place) from None


def _either(part: bytes, line: int) -> str:
    """A line as UTF-8 if it can be, else as Windows-1252: files of both are made by pasting."""
    try:
        return part.decode()
    except UnicodeDecodeError:
        try:
            return part.decode("cp1252")
        except UnicodeDecodeError as error:
            raise _not_1252(part[error.start], line) from None


def _not_1252(byte: int, line: int) -> FileFault:
    return file_fault(
        "encoding",
        Phrase(
            "Byte 0x{byte:02X} in line {line} is no character of Windows-1252 either.",
            byte=byte,
            line=line,
        ),
        Phrase("Find out which encoding the file has, and save it as UTF-8."),
        line=line,
    )


def encoding_fault(block: bytes, at: int, line: int) -> FileFault:
    """The fault of a byte that is not UTF-8, and which encoding the file probably has."""
    begin = max(block.rfind(b"\n", 0, at), at - 30) + 1
    around = block[begin : at + 20].split(b"\n")[0]
    likely: Phrase | None = None
    try:
        shown = around.decode("cp1252")
        if shown.isprintable():
            likely = Phrase(
                "Read as Windows-1252 it says “{text}”, so that is likely its encoding.", text=shown
            )
    except UnicodeDecodeError:
        shown = around.decode("utf-8", "replace")
    said = Phrase("Byte 0x{byte:02X} in line {line} is not UTF-8.", byte=block[at], line=line)
    return file_fault(
        "encoding",
        Phrase.sentences(said, likely) if likely else said,
        Phrase(
            "Save the file as UTF-8 (in Excel: CSV UTF-8; in a text editor: save with encoding)."
        ),
        line=line,
        value=shown,
    )
