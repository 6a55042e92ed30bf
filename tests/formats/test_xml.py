"""Entity XML: the DataSet form, as the reference, .NET and people write it."""

from __future__ import annotations

import io

import pytest

from datasources.formats import InputFormat, open_entities
from datasources.schema import EdmType, check_batch, check_schema
from tests.formats import files
from tests.formats.files import xml

ENTITY = "<ID>1</ID><Name>Aalborg</Name><Latitude>57.0</Latitude><Longitude>9.8</Longitude>"

DOT_NET = """\ufeff<?xml version="1.0" encoding="utf-8" standalone="yes"?>
<CoffeeData>
  <xs:schema id="Coffee" xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:msdata="urn:schemas-microsoft-com:xml-msdata">
    <xs:element name="Coffee" msdata:IsDataSet="true" msdata:UseCurrentLocale="true">
      <xs:complexType>
        <xs:choice minOccurs="0" maxOccurs="unbounded">
          <xs:element name="Shops">
            <xs:complexType>
              <xs:sequence>
                <xs:element name="ID" type="xs:string" minOccurs="0" />
                <xs:element name="Open" type="xs:boolean" minOccurs="0" />
                <xs:element name="Since" type="xs:dateTime" minOccurs="0" msdata:DateTimeMode="Utc" />
                <xs:element name="Latitude" type="xs:double" minOccurs="0" />
                <xs:element name="Longitude" type="xs:double" minOccurs="0" />
                <xs:element name="Size" minOccurs="0"><xs:simpleType><xs:restriction base="xs:string"><xs:maxLength value="9" /></xs:restriction></xs:simpleType></xs:element>
                <xs:element name="__deleteEntity" type="xs:string" minOccurs="0" />
              </xs:sequence>
            </xs:complexType>
          </xs:element>
        </xs:choice>
      </xs:complexType>
      <xs:unique name="Constraint1" msdata:PrimaryKey="true">
        <xs:selector xpath=".//Shops" />
        <xs:field xpath="ID" />
      </xs:unique>
    </xs:element>
  </xs:schema>
  <Shops>
    <ID>1</ID>
    <Open>True</Open>
    <Since>2010-11-11T01:19:36.4350494Z</Since>
    <Latitude>57</Latitude>
    <Longitude>9.8</Longitude>
  </Shops>
  <Shops>
    <ID>2</ID>
    <__deleteEntity>True</__deleteEntity>
  </Shops>
</CoffeeData>
"""


def read(file: io.BytesIO, batch_size: int = 5000):  # type: ignore[no-untyped-def]
    return files.read(file, InputFormat.XML, batch_size)


def fault(file: io.BytesIO):  # type: ignore[no-untyped-def]
    return files.fault(file, InputFormat.XML)


def test_what_dot_net_writes_is_read() -> None:
    schema, (raw,), problems = read(io.BytesIO(DOT_NET.encode()))
    assert not problems
    assert not check_schema(schema)
    assert schema.properties[5].type is EdmType.STRING
    checked = check_batch(schema, raw, incremental=True)
    assert not checked.problems
    assert checked.batch.deleted == {1}
    assert [column[0] for column in checked.batch.columns] == [
        "1",
        True,
        "2010-11-11T01:19:36.4350494Z",
        57.0,
        9.8,
        None,
    ]
    assert list(raw.lines) == [28, 35]


def test_absent_elements_are_null_and_order_is_free() -> None:
    _, (batch,), _ = read(xml("<Longitude>1</Longitude><ID>a</ID>", "<Name/><ID>b</ID>"))
    assert list(batch.columns[0]) == ["a", "b"]
    assert list(batch.columns[1]) == [None, None]
    assert list(batch.columns[3]) == ["1", None]


def test_names_are_compared_without_case() -> None:
    assert read(xml("<id>a</id>"))[1][0].columns[0][0] == "a"


def test_values_keep_markup_characters_and_spaces() -> None:
    _, (batch,), _ = read(xml("<ID>a</ID><Name> A &amp; <![CDATA[B | <C]]>\n</Name>"))
    assert batch.columns[1][0] == " A & B | <C\n"


def test_batches_are_no_larger_than_asked_for() -> None:
    _, batches, _ = read(xml(*(f"<ID>{number}</ID>" for number in range(25))), batch_size=10)
    assert [len(batch) for batch in batches] == [10, 10, 5]
    assert list(batches[2].rows) == [21, 22, 23, 24, 25]
    assert batches[2].lines[0] == 23


def test_an_element_in_a_value_costs_the_entity() -> None:
    _, (batch,), (problem,) = read(xml("<ID>a</ID><Name>x <b>y</b></Name>", "<ID>c</ID>"))
    assert list(batch.columns[1]) == ["x <b>y</b>", None]
    assert list(batch.faults) == [0]
    assert (problem.rule, problem.row, problem.line, problem.column) == ("html", 1, 3, "Name")
    assert "<b>" in problem.message


@pytest.mark.parametrize(
    ("entity", "rule", "words"),
    [
        ("<ID>a</ID><Nmae>x</Nmae>", "xml-unknown-property", "no property Nmae"),
        ("<ID>a</ID><ID>x</ID>", "xml-repeated-property", "ID twice"),
        ("<ID>a</ID><Name><Part>x</Part></Name>", "xml-nested", "<Part>"),
    ],
)
def test_what_does_not_fit_the_schema_costs_the_entity(entity: str, rule: str, words: str) -> None:
    _, (batch,), (problem,) = read(xml(ENTITY, entity))
    assert batch.columns[0][1] == "a"
    # What no column can hold is told with the problem.
    assert problem.value == ("" if rule == "xml-nested" else "x")
    assert (problem.rule, problem.row, problem.line) == (rule, 2, 4)
    assert words in problem.message
    assert problem.advice


def test_an_element_of_another_name_is_no_entity() -> None:
    file = io.BytesIO(xml(ENTITY).getvalue().replace(b"</CoffeeData>", b"<Shop/></CoffeeData>"))
    problem = read(file)[2][0]
    assert problem.rule == "xml-unknown-entity"
    assert "entity type is Shops" in problem.message


def test_a_dtd_and_its_entities_are_refused() -> None:
    bomb = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>\n'
    problem = fault(xml("<ID>&b;</ID>", before='<?xml version="1.0"?>\n' + bomb))
    assert (problem.rule, problem.line) == ("xml-dtd", 2)
    assert fault(xml("<ID>&b;</ID>")).rule == "xml-malformed"


def test_malformed_xml_is_named_with_line_and_column() -> None:
    problem = fault(xml(ENTITY, "<ID>1</ID><Name>A & B</Name>"))
    assert (problem.rule, problem.line) == ("xml-malformed", 4)
    assert "line 4, column 27" in problem.message
    assert "&amp;" in problem.advice
    assert problem.value.startswith("& B" if problem.value[0] == "&" else " B")


def test_xml_that_was_cut_off_says_so() -> None:
    content = xml(ENTITY, ENTITY).getvalue()
    problem = fault(io.BytesIO(content[:-30]))
    assert problem.rule == "xml-cut-off"
    assert "again" in problem.advice


@pytest.mark.parametrize("many", [0, 20_000])
def test_a_byte_that_is_not_utf8_is_named_with_its_line(many: int) -> None:
    entities = [ENTITY] * many + ["<ID>1</ID><Name>Løven</Name>"]
    problem = fault(io.BytesIO(xml(*entities).getvalue().decode().encode("cp1252")))
    assert (problem.rule, problem.line) == ("encoding", 3 + many)
    assert "0xF8" in problem.message
    assert "Windows-1252" in problem.message


def test_other_declared_encodings_are_refused() -> None:
    problem = fault(xml(ENTITY, before='<?xml version="1.0" encoding="ISO-8859-1"?>\n'))
    assert problem.rule == "encoding"
    assert "ISO-8859-1" in problem.message


@pytest.mark.parametrize("page", ["<!DOCTYPE html>\n<html>", "\n<HTML><body>", "<!-- x --><html>"])
def test_a_web_page_is_recognised(page: str) -> None:
    problem = fault(io.BytesIO(page.encode()))
    assert problem.rule == "html-file"
    assert "web page" in problem.message


def test_kml_is_recognised() -> None:
    problem = fault(io.BytesIO(b'<?xml version="1.0"?><kml xmlns="x"></kml>'))
    assert "looks like KML" in problem.message


@pytest.mark.parametrize(
    ("file", "rule", "words"),
    [
        (xml(ENTITY, root="Coffee"), "xml-root-name", "both named Coffee"),
        (io.BytesIO(b"<a><b/></a>"), "xml-schema", "<"),
        (io.BytesIO(b"<a></a>"), "xml-schema", "no xs:schema"),
        (io.BytesIO(b'<a><xs:schema id="x"></xs:schema></a>'), "xml-data-set", "IsDataSet"),
        (xml(properties='<xs:element name="N" type="xs:int" />'), "unknown-type", "xs:int"),
        (
            xml(key='<xs:unique msdata:PrimaryKey="true"><xs:field xpath="Key" /></xs:unique>'),
            "primary-key-unknown",
            "Key is no property",
        ),
    ],
)
def test_a_file_without_a_right_schema_is_refused(file: io.BytesIO, rule: str, words: str) -> None:
    problem = fault(file)
    assert problem.rule == rule
    assert words in problem.message or words == "<"
    assert problem.advice


def test_an_unknown_type_is_answered_with_the_one_meant() -> None:
    problem = fault(xml(properties='<xs:element name="N" type="xs:decimal" />'))
    assert 'type="xs:double"' in problem.advice


def test_two_entity_types_are_refused() -> None:
    content = xml(ENTITY).getvalue().decode()
    table = content[content.index('<xs:element name="Shops">') : content.index("</xs:choice>")]
    twice = content.replace(table, table + table.replace("Shops", "Cafes"))
    assert fault(io.BytesIO(twice.encode())).rule == "xml-entity-types"


def test_a_schema_without_a_primary_key_is_read_and_reported() -> None:
    schema = read(xml(ENTITY, key=""))[0]
    assert [problem.rule for problem in check_schema(schema)] == ["primary-key-missing"]


@pytest.mark.parametrize(
    "file",
    [
        xml(properties="<xs:sequence>" * 5000 + "</xs:sequence>" * 5000),
        xml(properties='<xs:element name="A" type="xs:string" />' * 25_000),
        xml("<ID>a</ID>" + "<a>" * 5000 + "</a>" * 5000),
    ],
)
def test_elements_nested_without_end_are_refused(file: io.BytesIO) -> None:
    assert fault(file).rule == "xml-depth"


def test_a_value_or_a_tag_without_end_is_refused() -> None:
    long = "x" * 9 * 1024 * 1024
    problem = fault(xml(ENTITY, f"<ID>{long}</ID>"))
    assert (problem.rule, problem.row, problem.line) == ("value-length", 2, 4)
    problem = fault(xml(ENTITY, f'<ID a="{long}">a</ID>'))
    assert (problem.rule, problem.line) == ("xml-token", 4)


def test_problems_can_be_taken_away_while_reading() -> None:
    with open_entities(xml(*["<No/>"] * 50_000), InputFormat.XML, batch_size=1000) as reader:
        count = 0
        for batch in reader:
            assert len(reader.problems) < 30_000
            count += len(batch) + len(reader.problems)
            reader.problems.clear()
        assert count + len(reader.problems) == 50_000
