"""Shops on a live server, as an account of the team sees them, and a person who asks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from datasources.models import Account, DataSource, Key
from datasources.query.tree import Tree
from tests.live import LiveAccount, LiveServer, service_path
from tests.views.fixtures import MakeKey
from tests.views.sources import make_source, make_version

SHOPS = (
    "Bing Spatial Data Services, 1.0, Shop\n"
    "ShopID(Edm.String,primaryKey)|City(Edm.String)|Seats(Edm.Int64)|Area(Edm.Double)|"
    "Open(Edm.Boolean)|Opened(Edm.DateTime)|Zone(Edm.Geography)|"
    "Latitude(Edm.Double)|Longitude(Edm.Double)\n"
    "a|Oslo|40|12.5|true|2020-02-29T08:30:00||59.91|10.75\n"
    "b|O'Hara & Co|25||false|2021-01-01T00:00:00|POLYGON((5 60,6 60,6 61,5 61,5 60))|60.39|5.32\n"
    "c|Tromsø|||||69.65|18.96\n"
    "d|Bergen|7|1.5|true|||60.4|5.33\n"
).replace("c|Tromsø|||||69", "c|Tromsø||||||69")
PROPERTIES = [
    {"name": name, "type": f"Edm.{kind}", "is_key": name == "ShopID"}
    for name, kind in (
        ("ShopID", "String"), ("City", "String"), ("Seats", "Int64"), ("Area", "Double"),
        ("Open", "Boolean"), ("Opened", "DateTime"), ("Zone", "Geography"), ("Latitude", "Double"),
        ("Longitude", "Double"),
    )
]  # fmt: skip


@dataclass
class Explorer:
    """A signed-in browser at the explorer of an account."""

    client: Client
    account: Account
    said: list[str] = field(default_factory=list)  # all that it was sent

    def page(self, query: Any = "", **given: Any) -> str:
        answer = self.client.get(reverse("explore", args=[self.account.pk]), query or given)
        assert answer.status_code == 200
        return self._kept(answer)

    def compose(self, **given: Any) -> Any:
        answer = self.client.post(reverse("explore_compose", args=[self.account.pk]), given)
        assert answer.status_code == 200
        self._kept(answer)
        return answer.json()

    def ask(self, status: int = 200, **given: Any) -> str:
        answer = self.asked(**given)
        assert answer.status_code == status, answer.content.decode()
        return answer.content.decode()

    def asked(self, **given: Any) -> Any:
        address = reverse("explore_ask", args=[self.account.pk])
        answer = self.client.post(address, given, headers={"HX-Request": "true"})
        self._kept(answer)
        return answer

    def _kept(self, answer: Any) -> str:
        self.said += [answer.content.decode(), *answer.headers.values()]
        return self.said[-len(answer.headers) - 1]


Explore = Callable[[str], Explorer]


@pytest.fixture
def explorer(account: Account, clients: dict[str, Client]) -> Explorer:
    """As a viewer, whose role is the lowest that explores."""
    return Explorer(clients["viewer"], account)


@dataclass
class Shops:
    """The data source, its key, and the account on the live server."""

    source: DataSource
    key: Key
    remote: LiveAccount

    @property
    def given(self) -> dict[str, Any]:
        return {"source": self.source.pk, "key": self.key.pk}


@pytest.fixture
def shops(account: Account, make_key: MakeKey, live_sds: LiveServer) -> Shops:
    """Four shops, published on a live server."""
    remote = live_sds.account()
    job = remote.loaded("Shops", SHOPS)
    account.service.base_url = remote.base_url
    account.service.save()
    key = make_key("Master", shared=True, secret=remote.master_key)
    query_url = f"{service_path(job)}/Shop"
    source = make_source(
        account, "Shops", query_url=query_url, master_key=key, entity_type="Shop",
        properties=PROPERTIES, access_id=query_url.split("/data/")[1].split("/")[0],
    )  # fmt: skip
    make_version(source, remote_job_id=job["id"], entity_count=4, properties=PROPERTIES)
    return Shops(source, key, remote)


def one(name: str, operator: str, value: str = "", **more: Any) -> Tree:
    """A condition of the builder."""
    return {"property": name, "op": operator, "value": value, "not": False, **more}


def found_in(page: str) -> set[str]:
    """The shops that an answer shows, by their IDs."""
    assert "note-failed" not in page, page
    return {key for key in "abcd" if f">{key}</td>" in page}
