"""Service documents, metadata and entities have the shape of the reference's examples."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from lxml import etree

from datasources.schema import EdmType, Property, Schema
from sds_server.wire.edmx import EDM, EDMX, METADATA, Described, metadata_document
from sds_server.wire.entities import (
    ATOM,
    Found,
    entry_xml,
    feed_xml,
    found_json,
    json_date,
    types_of,
)
from sds_server.wire.service import (
    APP,
    BSI,
    Workspace,
    directory_json,
    service_document,
    source_json,
    sources_json,
)
from sds_server.wire.text import (
    Brand,
    entity_key,
    number_text,
    position_text,
    segment,
    to_json,
)

BRAND = Brand("© Owner", "")
MOMENT = datetime(2013, 2, 25, 19, 44, 10, tzinfo=UTC)
SCHEMA = Schema(
    "FourthCoffeeShops",
    (
        Property("Name", EdmType.STRING),
        Property("EntityID", EdmType.STRING, is_key=True),
        Property("Latitude", EdmType.DOUBLE),
        Property("Longitude", EdmType.DOUBLE),
        Property("IsWiFiHotSpot", EdmType.BOOLEAN),
        Property("Seats", EdmType.INT64),
        Property("CreatedDate", EdmType.DATETIME),
    ),
)
PUBLISHED = Workspace(
    name="FourthCoffeeSample",
    entity_type="FourthCoffeeShops",
    query_url="https://host/REST/v1/data/20/FourthCoffeeSample/FourthCoffeeShops",
    is_public=True,
    is_staging=False,
    is_active=True,
    updated=MOMENT,
    job_id="9cdf",
)


def names(root: etree._Element) -> list[str]:
    return [f"{item.prefix}:{etree.QName(item).localname}" for item in root.iter()]


def test_a_workspace_as_in_the_example_of_all_versions() -> None:
    root = etree.fromstring(service_document([PUBLISHED], BRAND))
    assert names(root) == [
        "app:service", "bsi:copyright", "app:workspace", "atom:title", "atom:jobId",
        "app:collection", "atom:title",
    ]  # fmt: skip
    workspace = root[1]
    assert dict(workspace.attrib) == {
        f"{{{BSI}}}isStagingDataSource": "false",
        f"{{{BSI}}}isActive": "true",
        f"{{{BSI}}}isPublic": "true",
        f"{{{BSI}}}updated": "2013-02-25T19:44:10Z",
    }
    assert dict(workspace[2].attrib) == {f"{{{APP}}}href": PUBLISHED.query_url}


def test_the_json_of_information_has_public_as_text_and_of_the_directory_as_truth() -> None:
    listed = json.loads(sources_json([PUBLISHED], BRAND))["d"]
    assert list(listed) == ["Copyright", "DataSources"]
    assert listed["DataSources"] == [
        {
            "Name": "FourthCoffeeSample",
            "IsPublic": "true",
            "Updated": "Mon, 25 Feb 2013 19:44:10 GMT",
            "EntitySets": ["FourthCoffeeShops"],
        }
    ]
    assert json.loads(source_json(PUBLISHED, BRAND))["d"]["IsPublic"] == "true"
    assert json.loads(directory_json([PUBLISHED], BRAND))["d"]["DataSources"][0]["IsPublic"] is True


def test_metadata_as_in_their_example() -> None:
    described = Described("FourthCoffeeSample", SCHEMA, True, "9cdf")
    root = etree.fromstring(metadata_document([described]))
    assert (root.tag, root.get("Version")) == (f"{{{EDMX}}}Edmx", "1.0")
    first, second = root[0]
    assert (first.tag, first.get("Namespace")) == (
        f"{{{EDM}}}Schema",
        "FourthCoffeeSampleDataSource",
    )
    entity = first[0]
    assert entity[0][0].get("Name") == "EntityID"
    assert dict(entity[1].attrib) == {
        "Name": "EntityID", "Type": "Edm.String", "Nullable": "false", "MaxLength": "2560",
        "Unicode": "true", "FixedLength": "false",
    }  # fmt: skip
    properties = {item.get("Name"): dict(item.attrib) for item in entity[1:]}
    assert properties["Latitude"] == {"Name": "Latitude", "Type": "Edm.Double"}
    assert properties["Seats"] == {"Name": "Seats", "Type": "Edm.Int64", "Nullable": "true"}
    container = second[0]
    assert second.get("Namespace") == "FourthCoffeeSample"
    assert dict(container.attrib) == {
        "Name": "FourthCoffeeSampleContext",
        f"{{{METADATA}}}IsDefaultEntityContainer": "true",
        "IsPublic": "true",
        "JobID": "9cdf",
    }
    assert dict(container[0].attrib) == {
        "Name": "FourthCoffeeShops",
        "EntityType": "FourthCoffeeSampleDataSource.FourthCoffeeShops",
    }


def test_a_geography_alone_has_latitude_and_longitude_in_its_metadata() -> None:
    schema = Schema(
        "Areas",
        (Property("Id", EdmType.STRING, is_key=True), Property("Shape", EdmType.GEOGRAPHY)),
    )
    root = etree.fromstring(metadata_document([Described("Areas", schema, False, "1")]))
    found = [item.get("Name") for item in root.iter(f"{{{EDM}}}Property")]
    assert found == ["Id", "Latitude", "Longitude", "Shape"]


FOUND = Found(
    base_url="https://host/REST/v1/data/20/FourthCoffeeSample",
    entity_type=SCHEMA.entity_type,
    types=types_of(SCHEMA),
    ids=["-715"],
    columns={
        "Name": [None], "EntityID": ["-715"], "Latitude": [41.0], "IsWiFiHotSpot": [True],
        "Seats": [None], "CreatedDate": ["2010-11-03T23:31:37.5Z"],
        "__Distance": [2.1973406823609512],
    },
    total=46,
)  # fmt: skip


def test_a_feed_declares_its_namespaces_once_and_marks_types_and_nulls() -> None:
    xml = feed_xml(FOUND, BRAND, MOMENT)
    assert xml.count(b"xmlns") == 3
    root = etree.fromstring(xml)
    entry = root.find(f"{{{ATOM}}}entry")
    assert entry is not None
    assert [etree.QName(item).localname for item in entry] == ["id", "title", "updated", "content"]
    assert entry[0].text == f"{FOUND.base_url}/FourthCoffeeShops('-715')"
    text = xml.decode()
    for element in (
        "<d:Name/>",
        "<d:EntityID>-715</d:EntityID>",
        '<d:Latitude m:type="Edm.Double">41.000000</d:Latitude>',
        '<d:IsWiFiHotSpot m:type="Edm.Boolean">1</d:IsWiFiHotSpot>',
        '<d:Seats m:type="Edm.Int64" m:null="true"/>',
        '<d:CreatedDate m:type="Edm.DateTime">2010-11-03T23:31:37.5</d:CreatedDate>',
        '<d:__Distance m:type="Edm.Double">2.19734068236095</d:__Distance>',
    ):
        assert element in text, element


def test_a_single_entry_stands_alone() -> None:
    root = etree.fromstring(entry_xml(FOUND, BRAND, MOMENT))
    assert root.tag == f"{{{ATOM}}}entry"
    assert [etree.QName(item).localname for item in root] == [
        "id", "title", "updated", "content", "rights",
    ]  # fmt: skip


def test_json_of_entities() -> None:
    answer = json.loads(found_json(FOUND, BRAND, single=False))["d"]
    assert answer["__count"] == "46"
    (entity,) = answer["results"]
    assert next(iter(entity)) == "__metadata"
    assert entity["CreatedDate"] == "/Date(1288827097500)/"
    assert entity["Seats"] is None
    single = json.loads(found_json(FOUND, BRAND, single=True))["d"]
    assert list(single)[:2] == ["__copyright", "__metadata"]


def test_an_empty_text_is_answered_as_one_and_no_number_as_null() -> None:
    text = found_json(FOUND, BRAND, single=False)
    assert '"Name":""' in text
    assert '"Seats":null' in text


def test_json_is_ascii_with_each_solidus_escaped() -> None:
    name = 'Løven </script> \u2028 😀 \\ " \x7f'
    found = replace(FOUND, ids=["a/b"], columns={"Name": [name], "EntityID": ["a/b"]})
    text = found_json(found, BRAND, single=True)
    assert text.isascii()
    assert "L\\u00f8ven <\\/script> \\u2028 \\ud83d\\ude00" in text
    assert json.loads(text)["d"]["Name"] == name
    assert to_json({"a": "ø/"}) == '{"a":"\\u00f8\\/"}'


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.0, "0"), (5.0, "5"), (-1.5, "-1.5"), (1e16, "1E+16"), (1.5e-7, "1.5E-07"), (2.5e300, "2.5E+300"),
     (0.1 + 0.2, "0.30000000000000004")],
)  # fmt: skip
def test_doubles_have_the_form_of_the_service(value: float, text: str) -> None:
    assert number_text(value) == text
    assert float(number_text(value)) == value


@pytest.mark.parametrize(
    ("degrees", "text"),
    [(40.78724, "40.787240"), (-74.29372, "-74.293720"), (57.00376611111, "57.00376611111"),
     (0.0, "0.000000"), (180.0, "180.000000"), (-1e-7, "-0.0000001"), (1.5e-12, "0.0000000000015")],
)  # fmt: skip
def test_positions_have_six_decimals_or_all_they_have(degrees: float, text: str) -> None:
    assert position_text(degrees) == text


def test_dates_before_1970_and_with_decimals_are_milliseconds() -> None:
    assert json_date("1970-01-01T00:00:00Z") == "/Date(0)/"
    assert json_date("1969-12-31T23:59:59Z") == "/Date(-1000)/"
    assert json_date("2010-11-03T23:31:37.1234567Z") == "/Date(1288827097123)/"


def test_names_and_ids_are_encoded_where_a_url_needs_it() -> None:
    assert segment("~`!$^_={}") == "~%60!$%5E_=%7B%7D"
    assert entity_key("O'Hara/1") == "('O%27%27Hara%2F1')"
