"""Page "Load Data Source Data Schema and Sample Input", and its limits in "Helpful Tips"."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conformance.forms import results
from tests.conformance.sample import pipe, xml_document
from tests.conformance.service import Service, service_url
from tests.live import LiveAccount, LiveServer

pytestmark = pytest.mark.xdist_group("conformance")

DATA = Path(__file__).parents[1] / "data"


@pytest.fixture(scope="module")
def name(sds: Service) -> str:
    """One data source that each form is loaded into in turn."""
    return sds.new_name("Forms")


@pytest.mark.parametrize(
    ("file", "input", "content_type"),
    [
        ("fourth_coffee.csv", "csv", "text/plain"),
        ("fourth_coffee.tab", "TAB", "text/plain"),
        ("fourth_coffee.pipe", "Pipe", "text/plain"),
        ("fourth_coffee.xml", "xml", "application/xml"),
        ("offices.kml", "kml", "application/xml"),
        ("offices_wgs84.zip", "shp", "application/octet-stream"),
    ],
    ids=["csv", "tab", "pipe", "xml", "kml", "shp"],
)
def test_each_form_of_input(
    sds: Service, name: str, file: str, input: str, content_type: str
) -> None:
    """Example data schema with entity data: each form, as its example has it; values in any case."""
    started = sds.load(name, (DATA / file).read_bytes(), input=input, content_type=content_type)
    job = sds.completed(started)
    count = 3 if file.startswith("offices") else 2
    assert (job["totalEntityCount"], job["failedEntityCount"]) == (count, 0)
    if count == 3:
        return
    url = f"{service_url(job)}/FourthCoffeeShops"
    rows = results(sds.get(url, "$format=json&$select=EntityID,Latitude,Longitude,StoreLayout"))
    assert [row["EntityID"] for row in rows] == ["-22066", "-22067"]
    assert rows[1]["Latitude"] == 57.00376611111
    assert rows[1]["Longitude"] == 9.87443416667
    assert rows[1]["StoreLayout"].startswith("POLYGON ((9.86445 57.13876")
    assert rows[0]["StoreLayout"] is None


# --- the rules of a schema, and of a row ---

PLACE = "Latitude(Edm.Double)|Longitude(Edm.Double)"
KEY = "ID(Edm.String,primaryKey)"
LONG_NAME = "N" * 50
MANY = "|".join(f"P{number}(Edm.String)" for number in range(349))
POLYGON = "POLYGON((10 50,12 50,12 52,10 52,10 50))"
#: Schemas that are refused, by what the page says of them; the words of the job's error.
BROKEN = {
    "Entity ID: none": (f"ID(Edm.String)|{PLACE}", "primaryKey"),
    "Entity ID: two": (f"{KEY}|Other(Edm.String,primaryKey)|{PLACE}", "ID, Other"),
    "Entity ID: no string": (f"ID(Edm.Int64,primaryKey)|{PLACE}", "Edm.String"),
    "Location properties: none": (f"{KEY}|Name(Edm.String)", "Latitude"),
    "Location properties: latitude alone": (f"{KEY}|Latitude(Edm.Double)", "Longitude"),
    "Location properties: two geographies": (
        f"{KEY}|A(Edm.Geography)|B(Edm.Geography)", "Edm.Geography",
    ),
    "Entity properties: more than 350": (f"{KEY}|{PLACE}|{MANY}|One(Edm.String)", "350"),
    "Entity properties: an unknown type": (f"{KEY}|{PLACE}|N(Edm.Single)", "Edm.Single"),
    "Property names: 51 characters": (f"{KEY}|{PLACE}|{LONG_NAME}N(Edm.String)", "50"),
    "Property names: a hyphen": (f"{KEY}|{PLACE}|Opening-Time(Edm.String)", "Opening-Time"),
    "Property names: a digit first": (f"{KEY}|{PLACE}|1st(Edm.String)", "1st"),
    "Property names: two underscores first": (f"{KEY}|{PLACE}|__Name(Edm.String)", "__Name"),
    "Property names: alike but for their case": (
        f"{KEY}|{PLACE}|City(Edm.String)|CITY(Edm.String)", "CITY",
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def account(live_sds: LiveServer) -> LiveAccount:
    return live_sds.account("unlimited")


@pytest.mark.own_server
@pytest.mark.parametrize("rule", BROKEN)
def test_schemas_that_are_refused(account: LiveAccount, rule: str) -> None:
    """Data Schema: each rule broken; the job is aborted, its error names what breaks it."""
    columns, words = BROKEN[rule]
    row = "|".join(["1"] * (columns.count("|") + 1))
    job = account.finish(account.load("Broken", pipe(row, columns=columns)))
    assert job["status"] == "Aborted"
    assert words in job["errorMessage"]


@pytest.mark.own_server
@pytest.mark.parametrize(
    "head", ["", "Bing Spatial Data Services, 2.0, Places\n", "Spatial Data, 1.0, Places\n"]
)
def test_the_version_string_is_needed(account: LiveAccount, head: str) -> None:
    """Version string: in a text format it comes first, and 1.0 is the only version."""
    body = f"{head}{KEY}|{PLACE}\na|1|1\n"
    job = account.finish(account.load("Broken", body))
    assert job["status"] == "Aborted"
    assert "Bing Spatial Data Services, 1.0" in job["errorMessage"]


@pytest.mark.own_server
def test_the_root_is_called_otherwise_than_the_data_set(account: LiveAccount) -> None:
    """XML data schema and input data, Important: two names."""
    body = xml_document("ShopData")  # as its root is called
    job = account.finish(account.load("Broken", body, input="xml"))
    assert job["status"] == "Aborted"
    assert "ShopData" in job["errorMessage"]


@pytest.mark.own_server
def test_schemas_at_the_limits_are_taken(account: LiveAccount) -> None:
    """Entity properties: 350, latitude and longitude beside; Property names: 50 characters, `_`."""
    columns = f"{KEY}|{PLACE}|{MANY}".replace("P0(", f"{LONG_NAME}(").replace("P1(", "_P1(")
    row = "|".join(["a", "1", "2", *(["x"] * 349)])
    job = account.loaded("Wide", pipe(row, columns=columns))
    (one,) = account.get(f"{service_url(job)}/Places", **{"$format": "json"}).json()["d"]["results"]
    assert (one[LONG_NAME], one["_P1"], len(one)) == ("x", "x", 353)


@pytest.mark.own_server
def test_values_at_the_limits_and_beyond(account: LiveAccount) -> None:
    """Entity ID: 50 characters; data types: 2,560 characters; what breaks a rule is left out."""
    rows = [
        f"{'i' * 50}|1|1|x", f"{'i' * 51}|1|1|x", f"long|1|1|{'x' * 2560}",
        f"longer|1|1|{'x' * 2561}", "nowhere|||x", "half|1||x", "north|91|1|x", "|1|1|x",
    ]  # fmt: skip
    job = account.loaded("Values", pipe(*rows))
    assert (job["totalEntityCount"], job["failedEntityCount"]) == (8, 6)
    answer = account.get(f"{service_url(job)}/Places", **{"$format": "json"}).json()
    assert [row["ID"] for row in answer["d"]["results"]] == ["i" * 50, "long"]


@pytest.mark.own_server
def test_a_position_is_calculated_where_only_a_geography_is_given(account: LiveAccount) -> None:
    """Location properties: with both in the schema, latitude and longitude may be left out."""
    columns = f"{KEY}|{PLACE}|Area(Edm.Geography)"
    rows = [f"given|7|8|{POLYGON}", f"left out|||{POLYGON}", "no area|1|2|"]
    job = account.loaded("Areas", pipe(*rows, columns=columns))
    answer = account.get(f"{service_url(job)}/Places", **{"$format": "json"}).json()
    found = {row["ID"]: (row["Latitude"], row["Longitude"]) for row in answer["d"]["results"]}
    assert found["given"] == (7, 8)
    assert found["left out"] == pytest.approx((51, 11))


@pytest.mark.own_server
def test_an_update_has_the_schema_in_use(account: LiveAccount) -> None:
    """Page: the data of an incremental update include the schema currently in use."""
    account.loaded("Kept", pipe("a|1|1|x"))
    other = pipe("a|1|1|5", columns=f"{KEY}|{PLACE}|Seats(Edm.Int64)")
    job = account.finish(account.load("Kept", other, operation="incremental"))
    assert job["status"] == "Aborted"
    assert "Seats" in job["errorMessage"] or "schema" in job["errorMessage"]
