"""Markup fed to expat block by block, and what expat says of it in words that help."""

from __future__ import annotations

from xml.parsers import expat

from datasources.formats.source import ByteSource, FileFault, file_fault
from datasources.formats.text import encoding_fault, line_breaks

_UTF8 = ("utf-8", "utf8", "us-ascii", "ascii")
_MAX_TOKEN = 4 * 1024 * 1024  # bytes of one tag, which expat keeps and reads again and again


def new_parser(instead_of_dtd: str) -> expat.XMLParserType:
    """A parser that takes UTF-8 alone and refuses a DTD, without which there are no entities."""
    # UTF-8 whatever the declaration says: see declared.
    parser = expat.ParserCreate("UTF-8")
    parser.buffer_text = True
    parser.buffer_size = 64 * 1024

    def declared(_version: str, encoding: str | None, _standalone: int) -> None:
        if encoding is not None and encoding.lower() not in _UTF8:
            raise file_fault(
                "encoding",
                f"The XML declares the encoding {encoding}; only UTF-8 is read.",
                'Save it as UTF-8, with encoding="UTF-8" in line 1.',
                line=1,
                value=encoding,
            )

    def doctype(*_: object) -> None:
        raise file_fault(
            "xml-dtd",
            "The XML has a DTD (<!DOCTYPE …>), which is refused.",
            f"Remove it: {instead_of_dtd}.",
            line=parser.CurrentLineNumber,
        )

    parser.XmlDeclHandler = declared
    parser.StartDoctypeDeclHandler = doctype
    return parser


class Feeder:
    """Feeds a source's blocks to a parser; FileFault where they are not well-formed."""

    def __init__(self, source: ByteSource, parser: expat.XMLParserType) -> None:
        self._blocks = source.blocks()
        self._parser = parser
        self._before = b""
        self._fed = 0

    def feed(self) -> bool:
        """Parse a block; False after the last."""
        block = next(self._blocks, b"")
        try:
            self._parser.Parse(block, not block)
        except expat.ExpatError as error:
            raise self._explained(error, block) from None
        self._before = block[-8:]
        self._fed += len(block)
        if block and self._fed - self._parser.CurrentByteIndex > _MAX_TOKEN:
            raise file_fault(
                "xml-token",
                f"A tag of more than {_MAX_TOKEN // 1024 // 1024} MB stands in line "
                f"{self._parser.CurrentLineNumber}.",
                "Check that every < of a value is written &lt; and every tag is closed with >.",
                line=self._parser.CurrentLineNumber,
            )
        return bool(block)

    def _explained(self, error: expat.ExpatError, block: bytes) -> FileFault:
        words = expat.ErrorString(error.code)
        at = self._parser.ErrorByteIndex - self._fed
        around = self._before + block
        wrong = _bad_byte(around, at + len(self._before))
        if wrong is not None:
            # The line of the error, where expat stopped, plus the lines up to the wrong byte.
            reached = max(0, at + len(self._before))
            line = error.lineno + line_breaks(around[reached:wrong])
            return encoding_fault(around, wrong, line)
        if not block:
            return file_fault(
                "xml-cut-off",
                f"The XML ends in line {error.lineno} with elements still open.",
                "The file was cut off: export, copy or download it again.",
                line=error.lineno,
            )
        return file_fault(
            "xml-malformed",
            f"The XML cannot be read at line {error.lineno}, column {error.offset + 1}: {words}.",
            "Write < as &lt; and & as &amp; in values, and close every element.",
            line=error.lineno,
            value=around[max(0, at + len(self._before)) :][:60].decode("utf-8", "replace"),
        )


def _bad_byte(around: bytes, at: int) -> int | None:
    """Where, near the place that the parser stopped at, a byte is not UTF-8."""
    begin = max(0, at)
    while begin and around[begin] & 0xC0 == 0x80:
        begin -= 1
    try:
        around[begin : begin + 4096].decode("utf-8")
    except UnicodeDecodeError as error:
        cut = begin + error.start
        near = cut - at < 256 and error.reason != "unexpected end of data"
        return cut if near else None
    return None
