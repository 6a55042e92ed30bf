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
