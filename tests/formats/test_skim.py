"""Elements taken from the text at once are those that the parser would have read, to the line."""

from __future__ import annotations

import io
import random

import pytest

from datasources.formats import FileFault, InputFormat, feeder, open_entities
from datasources.schema import Problem
from tests.formats.files import xml

PLAIN = 5000  # entities that fill several blocks
ODD_XML = [
    "<ID>o1</ID><Name>a &amp; b</Name>",
    "<Name>first</Name><ID>o2</ID>",
    "<ID>o3</ID><Name><![CDATA[</Shops><Shops><ID>no</ID></Shops>]]></Name>",
    "<ID>o4</ID><!-- </Shops><Shops><ID>no</ID></Shops> -->",
    "<ID>o5</ID><Name/><Latitude />",
    "<ID>o6</ID><ID>again</ID>",
    "<ID>o7</ID><Name>x<b>y</b></Name>",
    "<ID>o8</ID><Nobody>1</Nobody>",
    "<ID>o9</ID>\r\n<Name>two\r\nlines</Name>\r",
    "<ID>o10</ID><name>case</name>",
    "<ID>o11</ID><Name>\u00a0 wide \u4e2d</Name>",
    '<ID a="b">o12</ID>',
    "<ID>o13</ID> text between <Name>x</Name>",
    "<ID>o14</ID><Name></Name>",
]
BROKEN_XML = [
    "<ID>b1</ID><Name>]]></Name>",
    "<ID>b2</ID><Name>\x07</Name>",
    "<ID>b3</Name>",
    "<ID>b4</ID></Shops></Coffee>",
    "<ID>b5</ID><Name>\uffff</Name>",
    "<ID>b6</ID><Name>&nobody;</Name>",
    "<ID>b7</ID><?pi </Shops><Shops><ID>no</ID></Shops>",
]


def everything(
    file: io.BytesIO, format: InputFormat
) -> tuple[list[tuple[object, ...]], list[Problem], Problem | None]:
    """Each row with its number and line, the problems, and what ended it."""
    found: list[tuple[object, ...]] = []
    problems: list[Problem] = []
    try:
        with open_entities(file, format) as reader:
            for batch in reader:
                columns = [[value or None for value in column] for column in batch.columns]
                found += zip(batch.rows, batch.lines, *columns, strict=True)
                problems += reader.problems
                reader.problems.clear()
            problems += [*reader.problems, *reader.notes]
    except FileFault as fault:
        return found, problems, fault.problem
    return found, problems, None


def assert_same(file: io.BytesIO, format: InputFormat, monkeypatch: pytest.MonkeyPatch) -> int:
    """Read with and without the short way; gives the number of rows."""
    quick = everything(io.BytesIO(file.getvalue()), format)
    with monkeypatch.context() as patch:
        patch.setattr(feeder, "plain_text", lambda _: None)
        slow = everything(io.BytesIO(file.getvalue()), format)
    count = len(slow[0])
    assert quick[1] == slow[1]
    assert quick[2] == slow[2]
    # A fault ends the two at other batches.
    assert quick[0] == slow[0] or slow[2] is not None
    return count


def shops(odd: dict[int, str]) -> io.BytesIO:
    return xml(*[odd.get(n, f"<ID>{n}</ID>\n<Name>Shop {n}</Name>") for n in range(PLAIN)])


@pytest.mark.parametrize("odd", ODD_XML, ids=lambda odd: odd[4:7].strip("<>"))
def test_an_odd_entity_among_plain_ones(odd: str, monkeypatch: pytest.MonkeyPatch) -> None:
    file = shops({PLAIN // 2: odd, PLAIN // 2 + 7: odd})
    assert assert_same(file, InputFormat.XML, monkeypatch) >= PLAIN - 2


@pytest.mark.parametrize("broken", BROKEN_XML, ids=lambda broken: broken[4:6])
def test_a_broken_entity_among_plain_ones(broken: str, monkeypatch: pytest.MonkeyPatch) -> None:
    file = shops({PLAIN - 100: broken})
    assert_same(file, InputFormat.XML, monkeypatch)
    assert everything(file, InputFormat.XML)[2] is not None


def test_all_odd_entities_in_any_order(monkeypatch: pytest.MonkeyPatch) -> None:
    chance = random.Random(7)
    for _ in range(3):
        file = shops({chance.randrange(PLAIN): chance.choice(ODD_XML) for _ in range(100)})
        assert_same(file, InputFormat.XML, monkeypatch)


def test_an_xml_without_line_breaks(monkeypatch: pytest.MonkeyPatch) -> None:
    content = shops({PLAIN - 9: "<ID>x</Name>"}).getvalue().replace(b"\n", b"")
    file = io.BytesIO(content)
    with monkeypatch.context() as patch:
        patch.setattr(feeder, "plain_text", lambda _: None)
        slow = everything(io.BytesIO(content), InputFormat.XML)[2]
    quick = everything(file, InputFormat.XML)[2]
    assert slow is not None
    assert quick is not None
    assert (quick.rule, quick.line, quick.value) == (slow.rule, slow.line, slow.value)


ODD_KML = [
    "<name>a &amp; b</name><Point><coordinates>1,2</coordinates></Point>",
    "<Point><coordinates>1,2</coordinates></Point><name>after</name>",
    "<name><![CDATA[</Placemark><Placemark>]]></name><Point><coordinates>1,2</coordinates></Point>",
    "<!-- </Placemark><Placemark> --><Point><coordinates>3,4</coordinates></Point>",
    "<name> spaced\n</name><Point>\n<coordinates> 1.5,-2e1,0.000 \n</coordinates></Point>",
    "<Point><coordinates>1,2,30</coordinates></Point>",
    "<Point><coordinates>1,2 3,4</coordinates></Point>",
    "<Point><coordinates>1</coordinates></Point>",
    "<name>no place</name>",
    "<ExtendedData><Data name='new'><value>1</value></Data></ExtendedData>"
    "<Point><coordinates>1,2</coordinates></Point>",
    '<ExtendedData><SchemaData schemaUrl="#s"><SimpleData name="Size">7</SimpleData>'
    '<SimpleData name="ID">x1</SimpleData></SchemaData></ExtendedData>'
    "<Point><coordinates>1,2</coordinates></Point>",
    "<description>&lt;b&gt;bold&lt;/b&gt;</description><Point><coordinates>1,2</coordinates></Point>",
    "<styleUrl>#a</styleUrl><visibility>1</visibility><Point><coordinates>1,2</coordinates></Point>",
    "<Polygon><outerBoundaryIs><LinearRing><coordinates>0,0 0,1 1,1 0,0</coordinates></LinearRing>"
    "</outerBoundaryIs></Polygon>",
    "</Placemark></Document><Document><name>D</name><Placemark>"
    "<Point><coordinates>5,6</coordinates></Point>",
]


def places(odd: dict[int, str], field: str) -> io.BytesIO:
    """A KML file of fields in SchemaData, or in Data."""

    def fields(n: int) -> str:
        if field == "Data":
            return "".join(f'<Data name="{a}"><value>{b}</value></Data>' for a, b in _values(n))
        inside = "".join(f'<SimpleData name="{a}">{b}</SimpleData>' for a, b in _values(n))
        return f'<SchemaData schemaUrl="#s">\n{inside}</SchemaData>'

    marks = [
        odd.get(n)
        or f"<name>P {n}</name>\n<ExtendedData>{fields(n)}</ExtendedData>\n"
        f"<Point><coordinates>{n % 90},{n % 80}</coordinates></Point>"
        for n in range(PLAIN)
    ]
    body = "\n".join(f'<Placemark id="m{n}">{mark}</Placemark>' for n, mark in enumerate(marks))
    head = '<?xml version="1.0"?>\n<kml xmlns="http://www.opengis.net/kml/2.2"><Document>'
    return io.BytesIO(f"{head}<name>Top</name>\n{body}\n</Document></kml>".encode())


def _values(n: int) -> list[tuple[str, str]]:
    values = [("ID", f"i{n}"), ("Size", str(n)), ("Note", "")]
    return values if n % 3 else values[:2]


@pytest.mark.parametrize("field", ["Data", "SimpleData"])
@pytest.mark.parametrize("odd", range(len(ODD_KML)))
def test_an_odd_placemark_among_plain_ones(
    odd: int, field: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = places({PLAIN // 2: ODD_KML[odd], PLAIN - 5: ODD_KML[odd]}, field)
    assert assert_same(file, InputFormat.KML, monkeypatch) >= PLAIN - 2


def test_repeated_ids_are_seen_in_plain_placemarks(monkeypatch: pytest.MonkeyPatch) -> None:
    file = places({}, "SimpleData")
    again = io.BytesIO(file.getvalue().replace(b">i4000<", b">i30<"))
    assert_same(again, InputFormat.KML, monkeypatch)
    with open_entities(again, InputFormat.KML) as reader:
        (note,) = [one for one in reader.notes if one.rule == "entity-id"]
    assert "ID cannot be it" in note.message


def test_both_readings_of_a_kml_file_count_as_progress() -> None:
    file, told = places({}, "Data"), list[tuple[int, int]]()
    with open_entities(file, InputFormat.KML, looking=lambda *at: told.append(at)) as reader:
        assert len(told) > 2
        assert max(told)[0] <= reader.bytes_total / 2 + 1
        done = [reader.bytes_done for _ in reader]
    assert done == sorted(done)
    assert done[0] >= reader.bytes_total / 2
    assert reader.bytes_done == reader.bytes_total
