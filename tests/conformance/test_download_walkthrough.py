"""Page "Download Data Source Walkthrough": its three steps in a row, in XML as there."""

from __future__ import annotations

import time

import pytest
from lxml import etree

from tests.conformance.fixtures import Loaded
from tests.conformance.forms import text_of, xml_job, xml_links
from tests.conformance.sample import ALL_IDS, ENTITY_TYPE
from tests.conformance.service import ENDED, Service, self_link, service_url

pytestmark = pytest.mark.xdist_group("conformance")


def test_the_walkthrough(coffee: Loaded, sds: Service) -> None:
    """Create the Download Data Source Job, Check Job Status, Get the downloaded data: in a row."""
    path = f"/Dataflows/DataSourceDownload/{coffee.url.split('/data/')[1]}"
    started = sds.get(path, "output=xml")
    job = xml_job(started, status=201)
    assert text_of(job, "Status") == "Pending"
    assert list(xml_links(job)) == [("self", "")]

    status_url = self_link(started)
    deadline = time.monotonic() + sds.job_deadline
    while text_of(job := xml_job(sds.get(status_url, "output=xml")), "Status") not in ENDED:
        assert time.monotonic() < deadline
        time.sleep(sds.poll_every)
    assert text_of(job, "Status") == "Completed"
    links = xml_links(job)
    assert list(links) == [("self", ""), ("output", "succeeded")]

    answer = sds.get(links["output", "succeeded"])
    root = etree.fromstring(answer.content)
    assert sorted(one.findtext("EntityID", "") for one in root.iter(ENTITY_TYPE)) == ALL_IDS


def test_what_was_downloaded_can_be_loaded(coffee: Loaded, sds: Service) -> None:
    """Get the downloaded data: schema and entities in the form of the sample input."""
    path = f"/Dataflows/DataSourceDownload/{coffee.url.split('/data/')[1]}"
    job = sds.completed(sds.get(path, "output=json"))
    url = next(str(link["url"]) for link in job["links"] if link.get("name") == "succeeded")
    again = sds.completed(
        sds.load(sds.new_name("Again"), sds.get(url).content, input="xml",
                 content_type="application/xml")
    )  # fmt: skip
    assert (again["totalEntityCount"], again["failedEntityCount"]) == (15, 0)
    both = [sds.get(f"{where}/{ENTITY_TYPE}", "$format=json").json()["d"]["results"]
            for where in (coffee.url, service_url(again))]  # fmt: skip
    for rows in both:
        for row in rows:
            del row["__metadata"]
    assert both[0] == both[1]
