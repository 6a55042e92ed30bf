"""A question that a person asks: the answer as entities and as it came, or what came in its place."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from datasources.api import Client, ServiceError
from datasources.api.query import QueryOptions, near_route, selection
from datasources.query.model import RouteOptions
from tests.faulty import HTML, Behaviour, FaultyService, answer, hang, reset
from tests.live import LiveServer, service_path

KEY = "Aq3-a_key_that_is_seen_nowhere_9fK2LmZx7"
SHOPS = (
    "Bing Spatial Data Services, 1.0, Shop\n"
    "ID(Edm.String,primaryKey)|Name(Edm.String)|Latitude(Edm.Double)|Longitude(Edm.Double)"
    "|Seats(Edm.Int64)|IsOpen(Edm.Boolean)|Since(Edm.DateTime)\n"
    "O'Neil|Løven|57.003766|9.874434|12|true|2010-08-23T00:40:40\n"
    "b|Fish & chips|40.781604|-74.181775||false|\n"
)


@pytest.fixture
def client(faulty: FaultyService) -> Iterator[Client]:
    with Client(faulty.base_url, KEY, timeout=(2.0, 0.5), attempts=1) as made:
        yield made


def address(client: Client) -> str:
    return f"{client.base_url}/data/a/Shops/Shop"


def test_json_and_atom_say_the_same(live_sds: LiveServer) -> None:
    account = live_sds.account()
    url = f"{service_path(account.loaded('Shops', SHOPS))}/Shop"
    told = {}
    with Client(account.base_url, account.master_key) as client:
        for format in ("json", "atom"):
            told[format] = client.ask(url, QueryOptions(inlinecount=True, format=format))
            one = client.ask(url, QueryOptions(entity_id="O'Neil", format=format)).answer
            assert one is not None
            assert one.ids == ("O'Neil",)
            assert one.entities[0]["Since"] == "2010-08-23T00:40:40Z"
    json, atom = told["json"].answer, told["atom"].answer
    assert json is not None
    assert atom is not None
    assert json.ids == atom.ids == ("O'Neil", "b")
    assert json.entities == atom.entities
    assert json.columns == atom.columns
    assert json.total == atom.total == 2
    assert told["json"].body.startswith(b"{")
    assert told["atom"].content_type == "application/atom+xml"
    assert b"<feed" in told["atom"].body
    assert told["atom"].url.endswith("$format=atom&key={key}")


def test_a_query_that_is_wrong_keeps_what_the_service_said(live_sds: LiveServer) -> None:
    account = live_sds.account()
    url = f"{service_path(account.loaded('Shops', SHOPS))}/Shop"
    with Client(account.base_url, account.master_key) as client:
        told = client.ask(url, QueryOptions(filter="Nothing Eq 1"))
    assert told.status == 400
    assert told.answer is None
    assert told.error is not None
    assert "no property 'Nothing'" in told.error.message
    assert b"no property" in told.body


@pytest.mark.parametrize(
    ("body", "code"),
    [(HTML, "html"), (b'{"d":{"results":[{', "unreadable"), (b"", "unreadable"), (b"[]", "unreadable"), (b"<feed", "unreadable")],
)  # fmt: skip
def test_an_answer_that_is_none_is_told_and_kept(
    client: Client, faulty: FaultyService, body: bytes, code: str
) -> None:
    faulty.will(answer(200, body=body))
    told = client.ask(address(client), QueryOptions())
    assert told.error is not None
    assert told.error.code == code
    assert told.body == body


@pytest.mark.parametrize("behaviour", [hang, reset])
def test_no_answer_is_told_too(client: Client, faulty: FaultyService, behaviour: Behaviour) -> None:
    faulty.will(behaviour)
    told = client.ask(address(client), QueryOptions())
    assert told.status is None
    assert told.error is not None
    assert told.url.endswith("key={key}")
    assert told.seconds > 0


def test_a_key_that_is_echoed_is_taken_out(client: Client, faulty: FaultyService) -> None:
    faulty.will(answer(400, body=f"<p>no: key={KEY}</p>".encode()))
    told = client.ask(address(client), QueryOptions())
    assert KEY.encode() not in told.body
    assert KEY not in repr(told)


def test_the_key_goes_to_no_other_place(client: Client) -> None:
    with pytest.raises(ServiceError) as refused:
        client.ask("https://elsewhere.example/REST/v1/data/a/S/T", QueryOptions())
    assert refused.value.code == "foreign-link"


def test_every_option_is_written_as_the_reference_does(
    client: Client, faulty: FaultyService
) -> None:
    faulty.will(answer(200, body=b'{"d":{"results":[]}}'))
    way = RouteOptions(
        travel_mode="walking",
        optimize="timewithtraffic",
        avoid=frozenset({"tolls", "minimizehighways"}),
        heading=0,
        distance_before_first_turn=500,
    )
    chosen = selection(["Name", "__Distance"], common_with="POINT(1 2)")
    asked = QueryOptions(
        spatial_filter=near_route("5 Rue d'Or", "47.6,-122.3"), route=way, select=chosen
    )
    client.ask(address(client), asked)
    (seen,) = faulty.seen
    assert seen.query == {
        "spatialFilter": "nearRoute('5 Rue d''Or','47.6,-122.3')",
        "travelMode": "Walking",
        "optimize": "timeWithTraffic",
        "avoid": "minimizeHighways,tolls",
        "heading": "0",
        "distanceBeforeFirstTurn": "500",
        "$select": "Name,__Distance,intersection('POINT(1 2)')",
        "$format": "json",
        "key": KEY,
    }
    assert selection([], common_with="POINT(1 2)") == "*,intersection('POINT(1 2)')"
