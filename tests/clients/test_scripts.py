"""Scripts in C#, R, PHP and Python that people wrote for the service, each in its own manner."""

from __future__ import annotations

import csv
import io
import json
import time
from collections.abc import Iterator

import pytest
import requests
from lxml import etree

from tests.clients.conftest import NAME, Shops
from tests.conformance.sample import pipe, xml_document
from tests.live import LiveAccount, LiveServer, service_path

REST = "{http://schemas.microsoft.com/search/local/ws/rest/v1}"
CSV = """Bing Spatial Data Services, 1.0, Shop
EntityID(Edm.String,primaryKey),Latitude(Edm.Double),Longitude(Edm.Double),Name(Edm.String)
a,47.6,-122.3,"First, and best"
"""


@pytest.fixture
def account(live_sds: LiveServer) -> LiveAccount:
    return live_sds.account()


def test_the_references_sample_code_loads_and_waits(account: LiveAccount) -> None:
    """C#: XML asked for and `Location` taken; then JSON, and a link whose role is `dataSource`."""
    answer = requests.post(
        f"{account.base_url}/Dataflows/LoadDataSource?dataSourceName=MyShopsSample"
        f"&loadOperation=complete&input=xml&output=xml&key={account.master_key}",
        data=xml_document("MyShops").encode(),
        headers={"Content-Type": "application/xml"},
        timeout=60,
    )
    assert answer.status_code == 201
    status_url = f"{answer.headers['Location']}?key={account.master_key}"
    deadline = time.monotonic() + 60
    job = {"status": "Pending"}
    while job["status"] != "Completed":
        assert job["status"] != "Aborted"
        assert time.monotonic() < deadline
        status = requests.get(status_url, timeout=60)
        assert status.status_code == 200
        job = status.json()["resourceSets"][0]["resources"][0]
    (url,) = [link["url"] for link in job["links"] if link["role"] == "dataSource"]
    assert url.endswith("/MyShopsSample")


def test_the_references_sample_code_reads_atom_by_its_prefixes(shops: Shops) -> None:
    """C#: `entry`, `content`, `m:properties`, `d:DisplayName` are looked for as written."""
    text = requests.get(
        f"{shops.query_url}?spatialFilter=nearby(40.83,-74.31,3)&key={shops.account.query_key}",
        timeout=60,
    ).text
    for element in ("<entry>", "<content ", "<m:properties>", "<d:DisplayName>", "<d:Latitude "):
        assert element in text
    found = requests.get(
        f"{shops.query_url}?$filter=IsWiFiHotSpot Eq True&key={shops.account.query_key}", timeout=60
    )
    assert found.text.count("<entry>") == 4


def test_an_r_script_loads_lists_and_deletes(account: LiveAccount) -> None:
    """R: httr guesses text/csv, jsonlite reads `statusCode`, xml2 the titles; DELETE has no body."""
    content = requests.post(
        f"{account.base_url}/Dataflows/LoadDataSource?dataSourceName=R_shops"
        f"&loadOperation=complete&input=csv&key={account.master_key}",
        data=CSV.encode(),
        headers={"Content-Type": "text/csv", "Accept": "application/json, text/xml, */*"},
        timeout=60,
    ).json()
    assert content["statusCode"] == 201
    account.idle()
    listed = requests.get(f"{account.base_url}/data?key={account.master_key}", timeout=60)
    root = etree.fromstring(listed.content)
    (workspace,) = [one for one in root if etree.QName(one).localname == "workspace"]
    assert workspace[0].text == "R_shops"
    url = workspace[-1].attrib.values()[0].rsplit("/", 1)[0]
    gone = requests.delete(f"{url}?key={account.master_key}", timeout=60)
    assert (gone.status_code, gone.text) == (202, "")


def test_an_r_script_cuts_the_callback_off_by_counting(shops: Shops) -> None:
    """R: substr(content, 35, nchar(content) - 1): one bracket at the end, and no semicolon."""
    callback = "Microsoft_Maps_Network_QueryAPI_2"
    content = requests.get(
        f"{shops.query_url}?$select=*,__Distance&$filter=Open%20eq%20700"
        f"&key={shops.account.query_key}&$format=json&jsonp={callback}"
        "&spatialFilter=bbox(36.94,-80.67,62.11,20)&$top=300",
        timeout=60,
    ).text
    rows = json.loads(content[34:-1])["d"]["results"]
    assert {row["EntityID"] for row in rows} == {"-22067", "-8174"}


def test_a_php_script_walks_the_xml(account: LiveAccount) -> None:
    """PHP: SimpleXML by element names, from `Response` on, the link by its name alone."""
    answer = requests.post(
        f"{account.base_url}/Dataflows/LoadDataSource?description=MyJob&input=pipe&output=xml"
        f"&dataSourceName=Php&loadOperation=complete&key={account.master_key}",
        data=pipe("a|1|1|x").encode(),
        timeout=60,
    )
    root = etree.fromstring(answer.content)
    path = f"{REST}ResourceSets/{REST}ResourceSet/{REST}Resources/{REST}DataflowJob/{REST}"
    job_id, status = root.findtext(f"{path}Id"), root.findtext(f"{path}Status")
    assert root.findtext(f"{REST}StatusDescription") == "Created"
    while status == "Pending":
        url = f"{account.base_url}/Dataflows/LoadDataSource/{job_id}?output=xml"
        root = etree.fromstring(requests.get(f"{url}&key={account.master_key}", timeout=60).content)
        status = root.findtext(f"{path}Status")
    assert root.findtext(f"{path}Description") == "MyJob"
    links = [link for link in root.iterfind(f"{path}Link") if link.get("name") == "service"]
    assert str(links[0].text).endswith("/Php")


@pytest.fixture(scope="module")
def many(live_sds: LiveServer) -> tuple[str, str]:
    """A data source of more than a page, and the key to query it with."""
    account = live_sds.account()
    job = account.loaded(NAME, pipe(*(f"{n}|1|1|x" for n in range(600)), entity_type="Shop-CH"))
    return f"{service_path(job)}/Shop-CH", account.query_key


def pages(url: str, key: str) -> Iterator[list[str]]:
    """Python: 100,000 are asked for, and while 250 come there are more."""
    skip = 0
    while True:
        query = f"?$filter=Name%20Eq%20%27x%27&$top=100000&$format=json&key={key}&$skip={skip}"
        results = requests.get(f"{url}{query}", timeout=60).json()["d"]["results"]
        yield [row["ID"] for row in results]
        if len(results) != 250:
            return
        skip += 250


def test_a_crawler_asks_for_everything_at_once(many: tuple[str, str]) -> None:
    found = list(pages(*many))
    assert [len(page) for page in found] == [250, 250, 100]
    assert len({one for page in found for one in page}) == 600


def test_curl_takes_a_download_into_a_spreadsheet(
    many: tuple[str, str], live_sds: LiveServer
) -> None:
    """curl: names with hyphens in every path; a count is a text."""
    url, key = many
    counted = requests.get(f"{url}?$top=1&$inlinecount=allpages&$format=json&key={key}", timeout=60)
    assert counted.json()["d"]["__count"] == "600"
    one = requests.get(f"{url}('7')?$format=json&key={key}", timeout=60).json()["d"]
    sheet = io.StringIO()
    csv.DictWriter(sheet, ["ID", "Name"], extrasaction="ignore").writerow(one)
    assert sheet.getvalue() == "7,x\r\n"
    metadata = requests.get(f"{url.rsplit('/', 1)[0]}/$metadata?key={key}", timeout=60)
    assert 'EntityType Name="Shop-CH"' in metadata.text
