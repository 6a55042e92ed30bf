"""The query endpoint over plain HTTP: who may query, and the forms of the answer."""

from __future__ import annotations

import json
import re
from xml.etree import ElementTree

import pytest

from tests.live import LiveAccount, LiveServer, service_path
from tests.sds.endpoints.sample import pipe

ATOM = "{http://www.w3.org/2005/Atom}"
DATA = "{http://schemas.microsoft.com/ado/2007/08/dataservices}"
META = "{http://schemas.microsoft.com/ado/2007/08/dataservices/metadata}"


@pytest.fixture
def url(account: LiveAccount) -> str:
    return f"{service_path(account.loaded('Coffee', pipe()))}/CoffeeShops"


def test_a_query_answers_an_atom_feed(account: LiveAccount, url: str) -> None:
    answer = account.get(url)
    assert answer.headers["Content-Type"].startswith("application/atom+xml")
    assert answer.text.count("xmlns") == 3
    feed = ElementTree.fromstring(answer.content)
    assert feed.tag == f"{ATOM}feed"
    entries = feed.findall(f"{ATOM}entry")
    assert [entry.findtext(f"{ATOM}id") for entry in entries] == [
        f"{url}('-661')", f"{url}('-715')", f"{url}('22067')",
    ]  # fmt: skip
    content = entries[0].find(f"{ATOM}content")
    assert content is not None
    (properties,) = content
    assert properties.tag == f"{META}properties"
    found = {item.tag.removeprefix(DATA): item for item in properties}
    assert found["EntityID"].text == "-661"
    assert found["EntityID"].attrib == {}
    assert found["Latitude"].attrib == {f"{META}type": "Edm.Double"}
    assert found["Open"].text == "0"
    assert found["Since"].text == "2010-11-03T00:00:00"
    assert found["Seats"].attrib == {f"{META}type": "Edm.Int64", f"{META}null": "true"}


def test_one_entity_is_an_entry_or_its_members(account: LiveAccount, url: str) -> None:
    entry = ElementTree.fromstring(account.get(f"{url}('-715')").content)
    assert entry.tag == f"{ATOM}entry"
    assert entry.findtext(f"{ATOM}id") == f"{url}('-715')"
    members = account.get(f"{url}('-715')", **{"$format": "json"}).json()["d"]
    assert members["__metadata"] == {"uri": f"{url}('-715')"}
    assert members["Since"] == "/Date(1288827097000)/"
    assert members["Open"] is True
    assert account.get(f"{url}('none')").status_code == 404


def test_the_uri_of_an_odd_entity_id_finds_it_again(account: LiveAccount) -> None:
    odd = "O'Hara/1 ü?#%"
    job = account.loaded("Odd", pipe([(odd, 1, 2, "Odd", "", "", "")]))
    answer = account.get(f"{service_path(job)}/CoffeeShops", **{"$format": "json"})
    uri = answer.json()["d"]["results"][0]["__metadata"]["uri"]
    assert account.get(uri, **{"$format": "JSON"}).json()["d"]["EntityID"] == odd


def test_a_name_of_every_allowed_sign_can_be_reached_by_its_links(account: LiveAccount) -> None:
    job = account.loaded("~`!$^_={}9", pipe())
    service = service_path(job)
    assert account.get(service).status_code == 200
    assert account.get(f"{service}/CoffeeShops").status_code == 200


def test_json_with_a_count_and_a_callback(account: LiveAccount, url: str) -> None:
    options = {"$format": "json", "$inlinecount": "allpages", "$top": "1"}
    answer = account.get(url, **options).json()["d"]
    assert list(answer) == ["__copyright", "__count", "results"]
    assert answer["__count"] == "3"
    called = account.get(url, jsonp="My.callback", jsonso="abc'</script>", **options)
    assert called.headers["Content-Type"].startswith("application/javascript")
    match = re.fullmatch(r"My\.callback\((.*),(\"[^\"]*\")\)", called.text, re.DOTALL)
    assert match is not None
    assert json.loads(match[1]) == {"d": answer}
    assert json.loads(match[2]) == "abc'</script>"
    assert "</script" not in called.text
    unsafe = account.get(url, jsonp="alert(1)//", **options)
    assert unsafe.status_code == 400
    assert (
        "jsonp: this is not the name of a JavaScript function" in unsafe.json()["errorDetails"][0]
    )


def test_options_that_are_wrong_are_named(account: LiveAccount, url: str) -> None:
    for name, value in (
        ("$filter", "Nothing eq 1"), ("$top", "-1"), ("$orderby", "Name"), ("$format", "yaml"),
        ("spatialFilter", "nearby(1)"), ("$select", "Nothing"), ("isStaging", "maybe"),
    ):  # fmt: skip
        answer = account.get(url, **{name: value, "output": "json"})
        assert answer.status_code == 400, (name, answer.text)
        assert answer.json()["errorDetails"][0].startswith(name), answer.text


def test_a_query_key_shuts_out_the_accounts_other_keys(
    account: LiveAccount, live_sds: LiveServer, url: str
) -> None:
    assert account.get(url, key=account.query_key).status_code == 200
    account.loaded("Coffee", pipe(), queryKey=account.query_key)
    third = json.loads(live_sds.command("sds_account", "add-key", account.name))["key"]
    live_sds.keys.append(third)
    assert account.get(url, key=account.query_key).status_code == 200
    assert account.get(url, key=account.master_key).status_code == 200
    assert account.get(url, key=third).status_code == 401


def test_a_staged_version_is_never_public(account: LiveAccount, live_sds: LiveServer) -> None:
    service = service_path(account.loaded("Coffee", pipe(), setPublic="1"))
    account.loaded("Coffee", pipe(), operation="completeStaging")
    stranger = live_sds.account()
    assert stranger.get(f"{service}/CoffeeShops").status_code == 200
    assert stranger.get(f"{service}/CoffeeShops", isStaging="1").status_code == 401
    assert account.get(f"{service}/CoffeeShops", isStaging="1").status_code == 200
    versions = stranger.get(service, showAllVersions="1")
    assert versions.text.count("<app:workspace") == 1


def test_an_entity_type_in_any_case_and_no_other(account: LiveAccount, url: str) -> None:
    assert account.get(url.replace("CoffeeShops", "coffeeSHOPS")).status_code == 200
    assert account.get(url.replace("CoffeeShops", "Teashops")).status_code == 404
