"""An account with the shops of the reference's sample in it."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from tests.conformance.sample import ENTITY_TYPE, xml_document
from tests.live import LiveAccount, LiveServer, service_path

#: As data sources in the field are named: the page of the reference has no hyphen.
NAME = "Filialdaten-CH"


@dataclass(frozen=True)
class Shops:
    """A data source and where it is queried."""

    account: LiveAccount
    query_url: str

    @property
    def access_id(self) -> str:
        return self.query_url.split("/")[-3]


@pytest.fixture(scope="session")
def shops(live_sds: LiveServer) -> Shops:
    account = live_sds.account()
    job = account.loaded(NAME, xml_document("Filialdaten"), input="xml", queryKey=account.query_key)
    return Shops(account, f"{service_path(job)}/{ENTITY_TYPE}")
