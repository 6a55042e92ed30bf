"""Page "Get Downloaded Data"."""

from __future__ import annotations

import pytest
from lxml import etree

from tests.conformance.downloads import Download
from tests.conformance.fixtures import Loaded
from tests.conformance.forms import is_type, json_error
from tests.conformance.sample import ALL_IDS, ENTITY_TYPE, PROPERTIES, XSD_TYPES
from tests.conformance.service import Service

pytestmark = pytest.mark.xdist_group("conformance")

XS = "http://www.w3.org/2001/XMLSchema"
MSDATA = "urn:schemas-microsoft-com:xml-msdata"


@pytest.fixture(scope="module")
def root(download: Download, sds: Service) -> etree._Element:
    answer = sds.get(download.file_url)
    assert answer.status_code == 200
    is_type(answer, "application/xml")
    return etree.fromstring(answer.content)


def test_the_schema_comes_first(root: etree._Element, coffee: Loaded) -> None:
    """Example of Downloaded Entity Data: xs:schema, the data set's name, the entity type."""
    schema = root[0]
    assert (schema.tag, schema.prefix) == (f"{{{XS}}}schema", "xs")
    (data_set,) = schema
    assert data_set.get("name") == schema.get("id") == coffee.name
    assert data_set.get(f"{{{MSDATA}}}IsDataSet") == "true"
    assert etree.QName(root).localname != coffee.name
    (choice,) = data_set[0]
    assert dict(choice.attrib) == {"minOccurs": "0", "maxOccurs": "unbounded"}
    assert choice[0].get("name") == ENTITY_TYPE
    columns = choice[0][0][0]
    assert {one.get("name"): one.get("type") for one in columns} == {
        name: f"xs:{XSD_TYPES[edm]}" for name, edm in PROPERTIES.items()
    }


def test_the_primary_key_comes_last_in_the_schema(root: etree._Element) -> None:
    """Example of Downloaded Entity Data: xs:unique, in which the .NET toolkit reads the last field."""
    unique = root[0][0][-1]
    assert (unique.tag, unique.prefix) == (f"{{{XS}}}unique", "xs")
    assert unique.get(f"{{{MSDATA}}}PrimaryKey") == "true"
    assert unique[0].get("xpath") == f".//{ENTITY_TYPE}"
    assert (unique[-1].tag, unique[-1].get("xpath")) == (f"{{{XS}}}field", "EntityID")


def test_an_element_for_each_entity(root: etree._Element) -> None:
    """Example of Downloaded Entity Data: values by property; nulls are left out."""
    rows = {one.findtext("EntityID"): one for one in root[1:]}
    assert sorted(map(str, rows)) == ALL_IDS
    assert {one.tag for one in root[1:]} == {ENTITY_TYPE}
    shop = rows["-22067"]
    assert shop.findtext("AddressLine") == "Løven"
    assert float(shop.findtext("Latitude", "")) == 57.003766
    assert shop.findtext("IsWiFiHotSpot") == "false"
    assert shop.findtext("Open") == "700"
    assert shop.find("SeatingCapacity") is None
    assert shop.findtext("LastUpdatedDate", "").startswith("2010-11-03T23:31:36")


def test_the_master_key_must_be_added(download: Download, sds: Service) -> None:
    """Page: to download the data, add the data source's master key to the URL."""
    json_error(sds.get(download.file_url, key=""), status=401, auth="NoCredentials")
    assert sds.get(download.file_url, key=sds.query_key).status_code == 401


def test_the_url_by_the_name_of_the_data_source(
    root: etree._Element, coffee: Loaded, sds: Service
) -> None:
    """Page: the download URL has the data source's name where ours has the job's ID."""
    for word in ("DataSourceDownload", "Download"):  # the page has both
        path = f"/dataflows/{word}/{coffee.name}/output/succeeded"
        assert len(etree.fromstring(sds.get(path).content)) == len(root)


@pytest.mark.own_server
def test_a_file_is_gzipped_where_asked(download: Download, sds: Service) -> None:
    """Page: a download may be large; `Accept-Encoding` has it compressed, nothing else does."""
    plain = sds.get(download.file_url)
    assert "Content-Encoding" not in plain.headers
    packed = sds.send("GET", download.file_url, headers={"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert packed.content == plain.content
    head = sds.send("HEAD", download.file_url)
    assert (head.status_code, head.content) == (200, b"")
