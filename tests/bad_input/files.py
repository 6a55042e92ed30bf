"""Files that are wrong, each in one way, and what has to be said of them wherever they are brought."""

from __future__ import annotations

import gzip
import random
from collections.abc import Callable
from dataclasses import dataclass

VERSION = "Bing Spatial Data Services, 1.0, Shops\n"
HEADER = (
    "ID(Edm.String,primaryKey)|Name(Edm.String)|Latitude(Edm.Double)|Longitude(Edm.Double)"
    "|Area(Edm.Geography)\n"
)
GOOD = VERSION + HEADER + "1|Oslo|59.91|10.75|\n2|Bergen|60.39|5.32|\n"

XML = """<?xml version="1.0" encoding="utf-8"?>
{doctype}<ShopData>
<xs:schema id="Data" xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:msdata="urn:schemas-microsoft-com:xml-msdata">
<xs:element name="Data" msdata:IsDataSet="true"><xs:complexType><xs:choice maxOccurs="unbounded">
<xs:element name="Shops"><xs:complexType><xs:sequence>
<xs:element name="ID" type="xs:string" /><xs:element name="Name" type="xs:string" minOccurs="0" />
<xs:element name="Latitude" type="xs:double" /><xs:element name="Longitude" type="xs:double" />
<xs:element name="Area" type="xs:anyType" minOccurs="0" />
</xs:sequence></xs:complexType></xs:element></xs:choice></xs:complexType>
<xs:unique name="Key" msdata:PrimaryKey="true"><xs:selector xpath=".//Shops" /><xs:field xpath="ID" /></xs:unique>
</xs:element></xs:schema>
<Shops><ID>1</ID><Name>Oslo</Name><Latitude>59.91</Latitude><Longitude>10.75</Longitude></Shops>
<Shops><ID>2</ID><Name>{name}</Name><Latitude>60.39</Latitude><Longitude>5.32</Longitude></Shops>
</ShopData>
"""
LAUGHS = (
    '<!DOCTYPE ShopData [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">'
    '<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;"><!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;">]>\n'
)


@dataclass(frozen=True, slots=True)
class BadFile:
    """A file, the rule it breaks, where, and words of what is said: what is wrong, what to do.

    `costs` is what the fault costs: the whole `file`, or the `entity` it stands in.
    """

    rule: str
    make: Callable[[], bytes]
    what: str
    advice: str
    format: str = "pipe"
    costs: str = "file"
    row: int | None = None
    line: int | None = None
    column: str = ""
    plan: str = "enterprise"


def _text(text: str, encoding: str = "utf-8") -> Callable[[], bytes]:
    return lambda: text.encode(encoding)


def _row(row: str) -> Callable[[], bytes]:
    """A third entity, in row 3 and line 5."""
    return _text(GOOD + row + "\n")


def _wide() -> bytes:
    names = "|".join(f"P{number}(Edm.String)" for number in range(348))
    return f"{VERSION}{HEADER.strip()}|{names}\n1|Oslo|59.91|10.75||{'|' * 347}\n".encode()


def _many() -> bytes:
    rows = "".join(f"{number}|Shop|1|2|\n" for number in range(2501))
    return f"{VERSION}{HEADER}{rows}".encode()


def _packed(megabytes: int, value: str) -> bytes:
    """Rows with a value of 1 MB each, packed once: a gzip file may be many, one after the other."""
    row = gzip.compress(f"|{value}|1|2|\n".encode())
    rows = (gzip.compress(str(number).encode()) + row for number in range(megabytes))
    return gzip.compress(f"{VERSION}{HEADER}".encode()) + b"".join(rows)


def _over_300_mb() -> bytes:
    noise = f"{random.Random(7).getrandbits(100_000):x}"
    return _packed(302, noise + "x" * (1024 * 1024 - len(noise)))


def _bomb() -> bytes:
    return _packed(302, "x" * 1024 * 1024)


BAD_FILES: dict[str, BadFile] = {
    "another format than chosen": BadFile(
        "wrong-format",
        _text(GOOD),
        "looks like pipe-separated text, not comma-separated text",
        "Choose the format the file is in",
        format="csv",
    ),
    "text chosen as XML": BadFile(
        "wrong-format",
        _text(GOOD),
        "looks like pipe-separated text, not entity XML",
        "Choose the format the file is in",
        format="xml",
    ),
    "XML chosen as text": BadFile(
        "wrong-format",
        _text(XML.format(doctype="", name="Bergen")),
        "looks like entity XML, not pipe-separated text",
        "Choose the format the file is in",
    ),
    "a web page": BadFile(
        "html-file",
        _text("<!DOCTYPE html><html><body>Sign in</body></html>"),
        "is a web page (HTML), not entity data",
        "open it in a browser",
        format="xml",
    ),
    "not UTF-8": BadFile(
        "encoding",
        _text(GOOD + "3|Tromsø|1|2|\n", "latin-1"),
        "Byte 0xF8 in line 5 is not UTF-8. Read as Windows-1252 it says “3|Tromsø|1|2|”",
        "Save the file as UTF-8",
        line=5,
    ),
    "UTF-16": BadFile(
        "encoding", _text(GOOD, "utf-16"), "is UTF-16; only UTF-8 is read", "Save it as UTF-8"
    ),
    "blank": BadFile(
        "version-line", _text("\n \n"), "Line 1 is not the line", "Write as line 1", line=1
    ),
    "one line": BadFile(
        "header-missing", _text(VERSION), "ends after line 1", "Write the properties in line 2"
    ),
    "header only": BadFile(
        "no-entities",
        _text(VERSION + HEADER),
        "has a schema and no entities",
        "Write at least one entity",
    ),
    "no primary key": BadFile(
        "primary-key-missing",
        _text(GOOD.replace(",primaryKey", "")),
        "No property is marked as the primary key",
        "ID(Edm.String,primaryKey)",
    ),
    "an unknown type": BadFile(
        "unknown-type",
        _text(GOOD.replace("Edm.Geography", "Edm.Shape")),
        "Column 5, Area, has “Edm.Shape”, which is no type",
        "Write Area(Edm.Geography)",
        column="Area",
    ),
    "351 properties": BadFile(
        "too-many-properties",
        _wide,
        "351 properties beside latitude and longitude",
        "Remove columns",
    ),
    "a duplicate entity ID": BadFile(
        "duplicate-id",
        _row("1|Again|1|2|"),
        "The entity ID “1” is used already in row 1 (line 3)",
        "Give every entity an ID of its own",
        row=3,
        line=5,
    ),
    "more entities than the plan allows": BadFile(
        "too-many-entities", _many, "2,500", "several data sources", plan="basic"
    ),
    "over 300 MB unpacked": BadFile(
        "too-large", _over_300_mb, "larger than 300 MB once unpacked", "Split it into several loads"
    ),
    "a gzip bomb": BadFile("bomb", _bomb, "more than 500 times its size", "send them uncompressed"),
    "a truncated gzip": BadFile(
        "truncated",
        lambda: gzip.compress(GOOD.encode())[:-20],
        "ends too early",
        "copy or download it",
    ),
    "a DTD": BadFile(
        "xml-dtd",
        _text(XML.format(doctype='<!DOCTYPE D SYSTEM "file:///etc/passwd">\n', name="x")),
        "has a DTD",
        "Remove it",
        format="xml",
        line=2,
    ),
    "an entity bomb": BadFile(
        "xml-dtd",
        _text(XML.format(doctype=LAUGHS, name="&d;")),
        "has a DTD",
        "Remove it",
        format="xml",
        line=2,
    ),
    "broken XML": BadFile(
        "xml-malformed",
        _text(XML.format(doctype="", name="Fish & Chips")),
        "The XML cannot be read at line 13",
        "& as &amp;",
        format="xml",
        line=13,
    ),
    "an overlong entity ID": BadFile(
        "id-length",
        _row("x" * 51 + "|Tromsø|1|2|"),
        "has 51 characters; 50 is the most",
        "Shorten it",
        costs="entity",
        row=3,
        line=5,
        column="ID",
    ),
    "no entity ID": BadFile(
        "id-missing",
        _row("|Tromsø|1|2|"),
        "The entity has no ID",
        "Give every entity an ID",
        costs="entity",
        row=3,
        line=5,
        column="ID",
    ),
    "latitude 91": BadFile(
        "latitude-range",
        _row("3|Tromsø|91|2|"),
        "Latitude 91 is outside the range from -90 to 90",
        "may be swapped",
        costs="entity",
        row=3,
        line=5,
        column="Latitude",
    ),
    "a broken WKT": BadFile(
        "geography-text",
        _row("3|Tromsø|1|2|POLYGON ((0 0, 1 1"),
        "opens 2 parentheses and closes 0",
        "may have been cut off",
        costs="entity",
        row=3,
        line=5,
        column="Area",
    ),
    "HTML in a value": BadFile(
        "html",
        _row("3|<b>Tromsø</b>|1|2|"),
        "The text holds HTML (<b>)",
        "Keep plain text or a URL",
        costs="entity",
        row=3,
        line=5,
        column="Name",
    ),
    "HTML in an element": BadFile(
        "html",
        _text(XML.format(doctype="", name="<b>Tromsø</b>")),
        "The value holds an element, <b>",
        "HTML cannot be stored",
        format="xml",
        costs="entity",
        row=2,
        line=13,
        column="Name",
    ),
    "a control character": BadFile(
        "control-character",
        _row("3|Trom\x0bsø|1|2|"),
        "Character 5 is the control character U+000B",
        "Remove it",
        costs="entity",
        row=3,
        line=5,
        column="Name",
    ),
    "a ragged row": BadFile(
        "ragged-row",
        _row("3|Tromsø|1"),
        "The row has 3 values; the header has 5 columns",
        "Write the separator for empty values too",
        costs="entity",
        row=3,
        line=5,
    ),
}
