"""Page "Load Data Source Data Schema and Sample Input", and its limits in "Helpful Tips"."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conformance.forms import results
from tests.conformance.service import Service, service_url

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
