"""What Microsoft's .NET toolkit (BingMapsSDSToolkit) sends, and what it takes from the answers.

Its JSON reader is DataContractJsonSerializer: `__type` must be the first member for a job to have
its class, member names count letter for letter. Its XML reader is LINQ to XML: names with their
namespaces, `FirstNode` and `LastNode` whatever they are.
"""

from __future__ import annotations

import gzip
import http.client
import json
import time
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlsplit

import requests
from lxml import etree

ATOM = "{http://www.w3.org/2005/Atom}"
APP = "{http://www.w3.org/2007/app}"
BSI = "{http://schemas.microsoft.com/bing/spatial/2010/11/odata}"
META = "{http://schemas.microsoft.com/ado/2007/08/dataservices/metadata}"
REST = "http://schemas.microsoft.com/search/local/ws/rest/v1"
DEADLINE = 60.0  # seconds

Json = dict[str, Any]


class DotNetError(AssertionError):
    """Where the toolkit would have an exception of .NET."""


@dataclass
class Toolkit:
    """`base_url` stands for https://spatial.virtualearth.net/REST/v1."""

    base_url: str
    master_key: str = field(repr=False)
    query_key: str = field(repr=False)

    # --- ServiceHelper: a GET whose answer must be of the 2xx ---

    def stream(self, url: str) -> bytes:
        answer = requests.get(url, headers={"Accept-Encoding": "identity"}, timeout=60)
        if not answer.ok:
            raise DotNetError(f"WebException {answer.status_code}: {answer.text}")
        return answer.content

    # --- DataSourceManager ---

    def jobs(self, url: str) -> list[Json]:
        """DownloadDataflowJobs and DownloadDataServiceJobs: any `errorDetails` is an exception."""
        answer = _data_contract(self.stream(url))
        if answer.get("errorDetails") is not None:
            raise DotNetError("\n".join(answer["errorDetails"]))
        return list(answer["resourceSets"][0]["resources"])

    def job_list(self) -> list[Json]:
        return self.jobs(f"{self.base_url}/dataflows/listjobs?key={self.master_key}")

    def details(self, path: str = "", *, versions: bool = False) -> list[Json]:
        """GetDetails: each `app:workspace`, its dates and truth values parsed or left alone."""
        more = "&showAllVersions=true" if versions else ""
        url = f"{self.base_url}/data{path}?$format=atom{more}&key={self.master_key}"
        return _workspaces(self.stream(url))

    def public_sources(self) -> list[Json]:
        url = f"{self.base_url}/data/$GetPublicDataSourceList?$format=atom&key={self.query_key}"
        return _workspaces(self.stream(url))

    def upload(self, name: str, body: bytes, operation: str, more: str = "") -> Json:
        """Upload: gzip'd XML in chunks, with `Expect: 100-continue`, then the job to its end."""
        parts = urlsplit(self.base_url)
        connection = http.client.HTTPConnection(str(parts.hostname), parts.port, timeout=60)
        query = (
            f"loadOperation={operation}&dataSourceName={name}&setPublic=0&input=xml&output=json"
            f"&key={self.master_key}&clientApi=SDSToolkit&queryKey={self.query_key}{more}"
        )
        packed = gzip.compress(body)
        connection.request(
            "POST",
            f"{parts.path}/Dataflows/LoadDataSource?{query}",
            body=iter([packed[:100], packed[100:]]),
            headers={"Content-Type": "application/octet-stream", "Expect": "100-continue"},
            encode_chunked=True,
        )
        answer = connection.getresponse()
        text = answer.read()
        connection.close()
        if not 200 <= answer.status < 300:
            raise DotNetError("\n".join(_data_contract(text)["errorDetails"]))
        location = str(answer.headers["Location"])
        return self.monitor(f"{location}?output=json&key={self.master_key}")

    def monitor(self, url: str) -> Json:
        """MonitorStatus: casts to a DataflowJob, goes on while the status is `Pending`."""
        deadline = time.monotonic() + DEADLINE
        while True:
            answer = _data_contract(self.stream(url))
            job = dict(answer["resourceSets"][0]["resources"][0])
            if not job["__type"].startswith("DataflowJob:"):
                raise DotNetError("NullReferenceException: the job is no DataflowJob")
            if job["status"] != "Pending":
                return {**job, "errorDetails": answer.get("errorDetails", [])}
            assert time.monotonic() < deadline
            time.sleep(0.05)

    def publish(self, access_id: str, name: str) -> Json:
        return self._follow(f"/data/{access_id}/{name}/$commit", "DataSourcePublishFromStaged")

    def roll_back(self, job_id: str, name: str) -> Json:
        return self._follow(f"/Dataflows/DataSourceRollback/{job_id}/{name}", "DataSourceRollback")

    def _follow(self, path: str, description: str) -> Json:
        """The `self` link is followed as it is, without a key."""
        url = f"{self.base_url}{path}?output=json&key={self.master_key}&clientApi=SDSToolkit"
        job = self.jobs(url)[0]
        if job["description"].lower() != description.lower():
            raise DotNetError("the job is not followed: another description")
        (link,) = [link["url"] for link in job["links"] if link["role"].lower() == "self"]
        return self.monitor(link)

    def set_public(self, access_id: str, name: str, public: bool) -> Json:
        flag = f"setPublic={int(public)}&o=json"
        path = f"/data/{access_id}/{name}/$updatedatasource"
        return self.jobs(f"{self.base_url}{path}?{flag}&key={self.master_key}")[0]

    def delete(self, access_id: str, name: str, *, staging: bool = False) -> int:
        url = f"{self.base_url}/data/{access_id}/{name}?isStaging={int(staging)}"
        return requests.delete(f"{url}&key={self.master_key}&clientApi=x", timeout=60).status_code

    def download(self, access_id: str, name: str) -> tuple[str, str, list[str], list[Json]]:
        """Data source, entity type, columns (the key marked with *), and rows of what was there."""
        url = f"{self.base_url}/Dataflows/DataSourceDownload/{access_id}/{name}?output=json"
        answer = requests.get(f"{url}&key={self.master_key}&clientApi=x", timeout=60)
        location = answer.headers["location"]
        job = self.monitor(f"{location}?output=json&key={self.master_key}")
        output = next(
            link["url"]
            for link in job["links"]
            if link["role"] == "output" and link.get("name") == "succeeded"
        )
        return _data_set(self.stream(f"{output}?key={self.master_key}"))

    # --- QueryManager ---

    def query(self, url: str, options: str) -> list[Json]:
        """The Atom answer as `QueryResult`s; `options` begin with `?` and the spatial filter."""
        root = etree.fromstring(self.stream(f"{url}{options}&key={self.query_key}&clientApi=x"))
        return [_query_result(entry) for entry in root.iter(f"{ATOM}entry")]


def escape_data(text: str) -> str:
    """Uri.EscapeDataString."""
    return quote(text, safe="-_.~!*'()")


def _data_contract(data: bytes) -> Json:
    if data[:3] == b"\xef\xbb\xbf":
        raise DotNetError("SerializationException: byte order mark")
    answer: Json = json.loads(data)
    for resources in answer["resourceSets"]:
        for job in resources["resources"]:
            if next(iter(job)) != "__type" or not job["__type"].endswith(f":{REST}"):
                raise DotNetError("the type hint is not the first member: a plain DataServiceJob")
            for count in ("failedEntityCount", "processedEntityCount", "totalEntityCount"):
                if job.get(count, 0) is None:
                    raise DotNetError(f"SerializationException: {count} is null")
    return answer


def _workspaces(data: bytes) -> list[Json]:
    found = []
    for workspace in etree.fromstring(data).iter(f"{APP}workspace"):
        facts: Json = {"Updated": None, "IsPublic": False, "IsActive": False, "IsStaging": False}
        for name in ("updated", "uploaded"):  # the second one counts if both are there
            text = workspace.get(f"{BSI}{name}")
            if text is not None:
                facts["Updated"] = datetime.fromisoformat(text)
        for name, attribute in (
            ("IsPublic", "isPublic"), ("IsActive", "isActive"), ("IsStaging", "isStagingDataSource"),
        ):  # fmt: skip
            facts[name] = (workspace.get(f"{BSI}{attribute}") or "").lower() == "true"
        facts["DataSourceName"] = _child(workspace, f"{ATOM}title").text
        job_id, disclaimer = workspace.find(f"{ATOM}jobId"), workspace.find(f"{ATOM}disclaimer")
        facts["JobId"] = None if job_id is None else job_id.text
        facts["Disclaimer"] = None if disclaimer is None else disclaimer.text
        collection = _child(workspace, f"{APP}collection")
        facts["QueryUrl"] = collection.attrib[f"{APP}href"]
        facts["EntityTypeName"] = _child(collection, f"{ATOM}title").text
        found.append(facts)
    return found


def _child(element: etree._Element, name: str) -> etree._Element:
    child = element.find(name)
    if child is None:
        raise DotNetError(f"NullReferenceException: no {name}")
    return child


def _query_result(entry: etree._Element) -> Json:
    found: Json = {"EntityUrl": _child(entry, f"{ATOM}id").text, "Properties": {}}
    content = _child(entry, f"{ATOM}content")
    if content.text or not len(content):
        raise DotNetError("InvalidCastException: the first node is no element")
    for prop in content[0].iterdescendants():
        name = etree.QName(prop).localname
        if name.lower() in ("latitude", "longitude", "__distance"):
            found[name.lower()] = float(prop.text or "0")
            continue
        found["Properties"].setdefault(name, _node_value(prop))
    return found


def _node_value(prop: etree._Element) -> object:
    """ParseNodeValue: an element with any attribute must have `m:type`."""
    text = prop.text or ""
    if not prop.attrib:
        return text
    kind = prop.attrib[f"{META}type"]
    if kind == "Edm.Double":
        return float(text or "0")
    if kind == "Edm.Int64":
        return int(text or "0")
    if kind == "Edm.Boolean":
        return text.lower() in ("true", "1", "yes")
    if kind == "Edm.DateTime":
        return datetime.fromisoformat(text) if text else None
    return text or None if kind == "Edm.Geography" else text


def _data_set(data: bytes) -> tuple[str, str, list[str], list[Json]]:
    """ParseDataSource: the schema's nodes by their places, white space between them left out."""
    root = etree.fromstring(data, etree.XMLParser(remove_blank_text=True))
    schema = root[0]
    data_set = schema[0]
    entity = data_set[0][0][0]
    columns = {str(one.get("name")): str(one.get("type")) for one in entity[0][0]}
    if not all(kind.startswith("xs:") for kind in columns.values()):
        raise DotNetError("every type that is not written with xs: is read as a text")
    key = data_set[-1][-1].get("xpath")
    rows: list[Json] = [
        {etree.QName(cell).localname: cell.text or "" for cell in row} for row in root[1:]
    ]
    names = [f"{name}*" if name == key else name for name in columns]
    return str(schema.get("id")), str(entity.get("name")), names, rows
