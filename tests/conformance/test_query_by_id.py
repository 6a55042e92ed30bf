"""Page "Query by ID"."""

from __future__ import annotations

import pytest
from lxml import etree

from tests.conformance.fixtures import Loaded
from tests.conformance.forms import (
    ATOM,
    DATA,
    META,
    assert_order,
    check_entry,
    entries,
    feed,
    is_type,
    json_error,
    properties,
    results,
    text_of,
    xml_error,
)
from tests.conformance.sample import ALL_IDS, PROPERTIES

pytestmark = pytest.mark.xdist_group("conformance")

TYPE, NULL = f"{{{META}}}type", f"{{{META}}}null"
TWO = "$filter=entityId%20in('-22067','-7891')"
SELECT = "$select=Latitude,Longitude,AddressLine,PrimaryCity,PostalCode"


@pytest.fixture(scope="module")
def entry(coffee: Loaded) -> etree._Element:
    answer = coffee.one("-22067")
    assert answer.status_code == 200, answer.text
    is_type(answer, "application/atom+xml")
    root = etree.fromstring(answer.content)
    assert root.tag == f"{{{ATOM}}}entry"
    check_entry(root)
    return root


def test_one_entity_in_atom(entry: etree._Element, coffee: Loaded) -> None:
    """Examples: Atom response for one entity, a single entry; namespaces declared on it alone."""
    assert entry.nsmap == {None: ATOM, "d": DATA, "m": META}
    assert text_of(entry, "id", ATOM) == f"{coffee.query_url}('-22067')"
    assert list(properties(entry)) == list(PROPERTIES)


def test_types_in_atom(entry: etree._Element) -> None:
    """Examples: m:type on every property that is no string, on a string no attribute."""
    for name, element in properties(entry).items():
        edm = PROPERTIES[name]
        assert element.get(TYPE) == (None if edm == "Edm.String" else edm), name


def test_values_in_atom(entry: etree._Element) -> None:
    """Examples: Booleans as 0 and 1, dates without a zone, nulls marked, empty text bare."""
    found = properties(entry)
    assert found["EntityID"].text == "-22067"
    assert found["Latitude"].text == "57.003766"
    assert found["AddressLine"].text == "Løven"
    assert found["Open"].text == "700"
    assert found["IsWiFiHotSpot"].text == "0"
    assert found["CreatedDate"].text == "2010-11-03T00:00:00"
    assert found["LastUpdatedDate"].text == "2010-11-03T23:31:36"
    assert (found["SecondaryCity"].text, dict(found["SecondaryCity"].attrib)) == (None, {})
    assert found["SeatingCapacity"].text is None
    assert dict(found["SeatingCapacity"].attrib) == {TYPE: "Edm.Int64", NULL: "true"}


def test_one_entity_in_json(coffee: Loaded) -> None:
    """Examples: JSON response for one entity, its members beside the copyright."""
    answer = coffee.one("-22067", "$format=json")
    is_type(answer, "application/json")
    body = answer.json()["d"]
    assert list(body) == ["__copyright", "__metadata", *PROPERTIES]
    assert body["__metadata"] == {"uri": f"{coffee.query_url}('-22067')"}
    assert (body["Latitude"], body["Longitude"]) == (57.003766, 9.874434)
    assert body["SeatingCapacity"] is None
    assert body["SecondaryCity"] == ""  # a text without characters, not null
    assert '"Latitude":57.003766,"Longitude":9.874434' in answer.text
    assert body["IsWiFiHotSpot"] is False
    assert body["Open"] == 700
    assert r'"CreatedDate":"\/Date(1288742400000)\/"' in answer.text
    assert r'"LastUpdatedDate":"\/Date(1288827096000)\/"' in answer.text


def test_several_entities_in_atom(coffee: Loaded) -> None:
    """Examples: entityId in (…) gives a feed, in the order of the entity ID."""
    first, second = entries(coffee.query(f"{TWO}&{SELECT}"))
    assert list(first) == SELECT.partition("=")[2].split(",")
    assert [first["PostalCode"].text, second["PostalCode"].text] == ["9200", "07109"]
    assert [second["Latitude"].text, second["Longitude"].text] == ["40.781604", "-74.181775"]


def test_several_entities_in_json(coffee: Loaded) -> None:
    """Examples: the same in JSON."""
    first, second = results(coffee.query(f"{TWO}&{SELECT}&$format=json"))
    assert first["__metadata"]["uri"] == f"{coffee.query_url}('-22067')"
    assert (first["PrimaryCity"], second["PrimaryCity"]) == ("Aalborg", "Belleville")
    assert_order(second, ("__metadata", *SELECT.partition("=")[2].split(",")))


def test_select_of_one_entity(coffee: Loaded) -> None:
    """Template Parameters: query options; $select for one entity."""
    body = coffee.one("-7891", "$select=PrimaryCity&$format=json").json()["d"]
    assert list(body) == ["__copyright", "__metadata", "PrimaryCity"]


def test_ids_come_in_ascending_order(coffee: Loaded) -> None:
    """Response: without $orderby, by the entity ID."""
    rows = results(coffee.query("$format=json"))
    assert [row["EntityID"] for row in rows] == ALL_IDS


def test_50_ids_and_no_more(coffee: Loaded) -> None:
    """URL template: up to 50 entity IDs."""
    ids = [f"'{number}'" for number in range(49)] + ["'-661'"]
    rows = results(coffee.query(f"$format=json&$filter=entityid in({','.join(ids)})"))
    assert [row["EntityID"] for row in rows] == ["-661"]
    answer = coffee.query(f"$format=json&$filter=entityid in({','.join(ids)},'x')")
    assert "50" in json_error(answer, status=400)


def test_an_entity_that_there_is_not(coffee: Loaded) -> None:
    """URL template: an ID that no entity has."""
    assert "ID" in xml_error(coffee.one("nobody"), status=404)
    assert "ID" in json_error(coffee.one("nobody", "$format=json"), status=404)


def test_an_id_without_quotes(coffee: Loaded) -> None:
    """Template Parameters: entityTypeName('ID'); the error says how to write it."""
    answer = coffee.sds.get(f"{coffee.query_url}(-22067)", "$format=json")
    assert "single quotes" in json_error(answer, status=400)


@pytest.mark.parametrize("name", ["fourthcoffeeshops", "FOURTHCOFFEESHOPS"])
def test_the_entity_type_in_any_case(coffee: Loaded, name: str) -> None:
    """Template Parameters: names and values in any case."""
    feed(coffee.sds.get(f"{coffee.url}/{name}", "$Top=1"))


def test_an_entity_type_that_there_is_not(coffee: Loaded) -> None:
    """Template Parameters: entityTypeName, Required; the error names the one there is."""
    answer = coffee.sds.get(f"{coffee.url}/Bakeries", "$format=json")
    assert "FourthCoffeeShops" in json_error(answer, status=404)


def test_head(coffee: Loaded) -> None:
    """Supported HTTP Methods: GET, HEAD."""
    for url in (coffee.query_url, f"{coffee.query_url}('-22067')"):
        head = coffee.sds.send("HEAD", url, "$format=json")
        assert (head.status_code, head.content) == (200, b"")
        assert head.headers["Content-Length"] == str(
            len(coffee.sds.get(url, "$format=json").content)
        )
        assert coffee.sds.send("POST", url).status_code == 405


@pytest.mark.parametrize("query", ["isStaging=1", "isstaging=TRUE", "isStaged=1"])
def test_the_staged_version(coffee: Loaded, query: str) -> None:
    """Template Parameters: isStaging; there is none of these shops."""
    answer = coffee.query(f"{query}&$format=json", key=coffee.sds.master_key)
    assert "staged" in json_error(answer, status=404)
    for word in ("isStaging=0", "isStaging=false", "isStaging="):
        assert coffee.query(word).status_code == 200


def test_the_query_key_or_the_master_key(coffee: Loaded) -> None:
    """Template Parameters: queryKey, Required, case-sensitive."""
    for key in (coffee.sds.query_key, coffee.sds.master_key):
        assert coffee.query(key=key).status_code == 200
    xml_error(coffee.query(key=coffee.sds.query_key.swapcase()), status=401)
    xml_error(coffee.sds.get(coffee.query_url, key=""), status=401, auth="NoCredentials")
