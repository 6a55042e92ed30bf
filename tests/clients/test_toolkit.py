"""Microsoft's .NET toolkit manages and queries a data source, with the host changed alone."""

from __future__ import annotations

from datetime import datetime

import pytest

from tests.clients.conftest import NAME, Shops
from tests.clients.toolkit import DotNetError, Toolkit, escape_data
from tests.conformance.sample import PROPERTIES, SHOPS, xml_document
from tests.live import LiveAccount, LiveServer, eventually

BOM = b"\xef\xbb\xbf"


@pytest.fixture
def account(live_sds: LiveServer) -> LiveAccount:
    return live_sds.account()


@pytest.fixture
def toolkit(account: LiveAccount) -> Toolkit:
    return Toolkit(account.base_url, account.master_key, account.query_key)


def document(*shops: dict[str, str]) -> bytes:
    """As XmlWriter of .NET begins it: with a byte order mark."""
    return BOM + xml_document("Toolkit", shops or SHOPS).encode()


def test_the_life_of_a_data_source(toolkit: Toolkit, account: LiveAccount) -> None:
    """Upload, stage, publish, roll back, make public, download, delete."""
    first = toolkit.upload("Coffee", document(), "Complete", "&description=" + escape_data("É & x"))
    assert (first["status"], first["totalEntityCount"]) == ("Completed", 15)
    assert first["description"] == "É & x"
    (details,) = toolkit.details()
    assert (details["DataSourceName"], details["EntityTypeName"]) == ("Coffee", "FourthCoffeeShops")
    access_id = details["QueryUrl"].split("/data/")[1].split("/")[0]

    staged = toolkit.upload("Coffee", document(*SHOPS[:3]), "CompleteStaging")
    assert staged["status"] == "Completed"
    versions = toolkit.details(f"/{access_id}/Coffee", versions=True)
    assert [(one["IsActive"], one["IsStaging"]) for one in versions] == [
        (True, False),
        (False, True),
    ]
    assert toolkit.publish(access_id, "Coffee")["status"] == "Completed"
    assert toolkit.roll_back(first["id"], "Coffee")["status"] == "Completed"

    assert toolkit.set_public(access_id, "Coffee", True)["status"] == "Created"
    public = eventually(toolkit.public_sources)
    assert [one["Disclaimer"] for one in public if one["DataSourceName"] == "Coffee"] != [None]

    name, entity_type, columns, rows = toolkit.download(access_id, "Coffee")
    assert (name, entity_type) == ("Coffee", "FourthCoffeeShops")
    assert columns == ["EntityID*", *list(PROPERTIES)[1:]]
    assert len(rows) == 15
    assert toolkit.upload("Coffee", document(), "Incremental", f"&accessId={access_id}")["id"]

    words = {job["description"] for job in toolkit.job_list()}
    assert {"DataSourceRollback", "DataSourceAccess", "DataSourceIncremental"} <= words
    assert toolkit.delete(access_id, "Coffee") == 202
    account.idle()
    assert toolkit.details() == []


def test_an_upload_that_is_refused_tells_why(toolkit: Toolkit) -> None:
    with pytest.raises(DotNetError, match="dataSourceName"):
        toolkit.upload("a%2Fb", document(), "Complete")


def test_an_aborted_job_tells_why(toolkit: Toolkit) -> None:
    job = toolkit.upload("Broken", document(SHOPS[0], SHOPS[0]), "Complete")
    assert job["status"] == "Aborted"
    assert job["errorDetails"]


@pytest.fixture
def reader(shops: Shops) -> Toolkit:
    account = shops.account
    return Toolkit(account.base_url, account.master_key, account.query_key)


def test_entities_near_a_place(reader: Toolkit, shops: Shops) -> None:
    """FindNearByRequest: five decimals at most, and the distance is always asked for."""
    options = "?spatialFilter=nearby(40.83275,-74.31633,5)&$select=*,__Distance&$top=3"
    found = reader.query(shops.query_url, options)
    assert [one["Properties"]["EntityID"] for one in found] == ["-8051", "-8174", "-8181"]
    assert found[0]["__distance"] == pytest.approx(2.197, abs=0.01)
    assert found[0]["latitude"] == 40.820685


def test_values_by_their_types(reader: Toolkit, shops: Shops) -> None:
    """ParseNodeValue, also of texts and numbers that are not there."""
    options = "?&$filter=entityId%20in%20('-22067')"
    (one,) = reader.query(shops.query_url, options)
    values = one["Properties"]
    assert (values["Open"], values["SeatingCapacity"]) == (700, 0)
    assert values["IsWiFiHotSpot"] is False
    assert values["LastUpdatedDate"] == datetime(2010, 11, 3, 23, 31, 36)
    assert (values["AddressLine"], values["SecondaryCity"]) == ("Løven", "")
    assert one["EntityUrl"].endswith(f"/{NAME}/FourthCoffeeShops('-22067')")


@pytest.mark.parametrize(
    ("condition", "count"),
    [
        ("startsWith(PrimaryCity,'West')%20eq%20true", 2),
        ("PrimaryCity%20eq%20'" + escape_data("Clearwater") + "'", 5),
        ("IsWiFiHotSpot%20eq%20true", 4),
        ("CreatedDate%20ge%202010-11-03T00:00:00.0000000Z", 1),
        ("SeatingCapacity%20eq%20null", 15),
        ("(Open%20ge%20600%20And%20PrimaryCity%20ne%20'Aalborg')", 3),
        ("not%20(Open%20ge%20600%20Or%20IsWiFiHotSpot%20eq%20true)", 7),
        ("PrimaryCity%20in%20('Roseland','Aalborg')", 2),
        ("DisplayName%20eq%20'" + escape_data("O''Hara & Söhne #1") + "'", 0),
    ],
)
def test_filters(reader: Toolkit, shops: Shops, condition: str, count: int) -> None:
    """FilterExpression and FilterGroup."""
    options = f"?&$top=250&$inlinecount=allpages&$filter={condition}"
    assert len(reader.query(shops.query_url, options)) == count


def test_a_box_and_a_shape(reader: Toolkit, shops: Shops) -> None:
    """FindInBoundingBoxRequest and IntersectionSearchRequest."""
    box = "?spatialFilter=bbox(27,-83,28,-82)&$select=DisplayName,__Distance&$orderby=DisplayName"
    assert len(reader.query(shops.query_url, box)) == 5
    shape = "?spatialFilter=intersects('POLYGON ((-83 27, -82 27, -82 28, -83 28, -83 27))')"
    assert len(reader.query(shops.query_url, shape)) == 5
