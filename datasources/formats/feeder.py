"""Markup fed to expat block by block, and what expat says of it in words that help."""

from __future__ import annotations

from xml.parsers import expat

from datasources.formats.skim import MAX_ELEMENT, Skim, plain_text
from datasources.formats.source import ByteSource, FileFault, file_fault
from datasources.formats.text_bytes import encoding_fault, line_breaks
from datasources.phrases import Phrase

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
                Phrase(
                    "The XML declares the encoding {encoding}; only UTF-8 is read.",
                    encoding=encoding,
                ),
                Phrase('Save it as UTF-8, with encoding="UTF-8" in line 1.'),
                line=1,
                value=encoding,
            )

    def doctype(*_: object) -> None:
        raise file_fault(
            "xml-dtd",
            Phrase("The XML has a DTD (<!DOCTYPE …>), which is refused."),
            Phrase("Remove it: {instead}.", instead=instead_of_dtd),
            line=parser.CurrentLineNumber,
        )

    parser.XmlDeclHandler = declared
    parser.StartDoctypeDeclHandler = doctype
    return parser


class Feeder:
    """Feeds a source's blocks to a parser; FileFault where they are not well-formed.

    Once `skim` is set, elements that fit its pattern go to it and not to the parser.
    """

    def __init__(self, source: ByteSource, parser: expat.XMLParserType) -> None:
        self._blocks = source.blocks()
        self._parser = parser
        self._before = b""
        self._fed = 0
        self.skim: Skim | None = None
        self._rest = b""  # of an element that is not all there yet
        self._skipped = 0  # lines that the parser was not given
        self._resumed = 0  # the parser's line from which on it was given more

    @property
    def line(self) -> int:
        """Where the parser stands."""
        return self._parser.CurrentLineNumber + self._skipped

    def feed(self) -> bool:
        """Parse a block; False after the last."""
        block = next(self._blocks, b"")
        if self.skim is None or not block:
            rest, self._rest = self._rest, b""
            if rest:
                self._parse(rest)
            self._parse(block)
            return bool(block)
        data = self._rest + block
        closing = self.skim.closing.encode()
        end = data.rfind(closing) + len(closing)
        if end < len(closing):
            self._rest = data
            if len(data) > MAX_ELEMENT:
                self.skim = None
            return True
        self._rest = data[end:]
        self._skim(data[:end], self.skim)
        return True

    def _skim(self, data: bytes, skim: Skim) -> None:
        """Take what fits; `data` ends with the end of an element."""
        text = plain_text(data)
        if text is None:
            self._parse(data)
            return
        at = 0
        while at < len(text):
            if self._is_at_rest(skim):
                at = self._match(text, at, skim)
            if at < len(text):
                end = text.index(skim.closing, at) + len(skim.closing)
                self._parse(text[at:end].encode())
                at = end

    def _is_at_rest(self, skim: Skim) -> bool:
        """Whether the last that the parser saw is the end tag of an element, so that it is neither
        in a comment nor waiting for the rest of a tag."""
        return skim.ended_at() + len(skim.closing.encode()) == self._fed

    def _match(self, text: str, at: int, skim: Skim) -> int:
        """Take elements from there on; gives where the first stands that does not fit."""
        parsed = self._parser.CurrentLineNumber
        # Where the text goes on, the parser's last event being the end of an element.
        line = parsed + self._skipped
        scanner = skim.pattern.scanner(text, at)  # type: ignore[attr-defined]  # not in typeshed
        while match := scanner.match():
            begin, after = match.start(1), match.end()
            line += text.count("\n", at, begin)
            skim.take(match, line)
            line += text.count("\n", begin, after)
            at = after
        self._skipped, self._resumed = line - parsed, parsed
        return at

    def _parse(self, block: bytes) -> None:
        try:
            self._parser.Parse(block, not block)
        except expat.ExpatError as error:
            raise self._explained(error, block) from None
        self._before = block[-8:]
        self._fed += len(block)
        if block and self._fed - self._parser.CurrentByteIndex > _MAX_TOKEN:
            raise file_fault(
                "xml-token",
                Phrase(
                    "A tag of more than {most} MB stands in line {line}.",
                    most=_MAX_TOKEN // 1024 // 1024,
                    line=self.line,
                ),
                Phrase(
                    "Check that every < of a value is written &lt; and every tag is closed with >."
                ),
                line=self.line,
            )

    def _explained(self, error: expat.ExpatError, block: bytes) -> FileFault:
        lineno = error.lineno + self._skipped
        words = expat.ErrorString(error.code)
        at = self._parser.ErrorByteIndex - self._fed
        around = self._before + block
        wrong = _bad_byte(around, at + len(self._before))
        if wrong is not None:
            # The line of the error, where expat stopped, plus the lines up to the wrong byte.
            reached = max(0, at + len(self._before))
            line = lineno + line_breaks(around[reached:wrong])
            return encoding_fault(around, wrong, line)
        if not block:
            return file_fault(
                "xml-cut-off",
                Phrase("The XML ends in line {line} with elements still open.", line=lineno),
                Phrase("The file was cut off: export, copy or download it again."),
                line=lineno,
            )
        # In a line of which a part was skipped, the parser's column is not the file's.
        cut = bool(self._skipped) and error.lineno == self._resumed
        why = words  # in the English of expat
        message = Phrase("The XML cannot be read at line {line}: {why}.", line=lineno, why=why)
        if not cut:
            message = Phrase(
                "The XML cannot be read at line {line}, column {column}: {why}.",
                line=lineno,
                column=error.offset + 1,
                why=why,
            )
        return file_fault(
            "xml-malformed",
            message,
            Phrase("Write < as &lt; and & as &amp; in values, and close every element."),
            line=lineno,
            value=around[max(0, at + len(self._before)) :][:60].decode("utf-8", "replace"),
        )


def _bad_byte(around: bytes, at: int) -> int | None:
    """Where, near the place that the parser stopped at, a byte is not UTF-8."""
    begin = max(0, min(at, len(around) - 1))
    while begin and around[begin] & 0xC0 == 0x80:
        begin -= 1
    try:
        around[begin : begin + 4096].decode("utf-8")
    except UnicodeDecodeError as error:
        cut = begin + error.start
        near = cut - at < 256 and error.reason != "unexpected end of data"
        return cut if near else None
    return None
