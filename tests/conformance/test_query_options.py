"""Page "Query Options"."""

from __future__ import annotations

import json
import re

import pytest

from tests.conformance.fixtures import Loaded
from tests.conformance.forms import META, feed, is_type, json_error, results, xml_error
from tests.conformance.sample import ALL_IDS, PROPERTIES, pipe
from tests.conformance.service import Service, service_url

pytestmark = pytest.mark.xdist_group("conformance")

BOX = "spatialFilter=bbox(20,-90,60,20)"


@pytest.fixture(scope="module")
def many(sds: Service) -> str:
    """The query URL of a data source with more entities than a page can hold."""
    job = sds.completed(sds.load(sds.new_name("Many"), pipe(*(f"{n}|1|1|x" for n in range(260)))))
    return f"{service_url(job)}/Places"


def ids(coffee: Loaded, query: str) -> list[str]:
    rows = results(coffee.query(f"$format=json&$select=EntityID&{query}"))
    return [row["EntityID"] for row in rows]


@pytest.mark.parametrize("query", ["", "$format=", "$format=atom", "$FORMAT=Atom", "$format"])
def test_atom_is_the_default(coffee: Loaded, query: str) -> None:
    """OData Query Options: $format, the default is Atom."""
    feed(coffee.query(query))


@pytest.mark.parametrize(
    "query",
    [
        "$format=json",
        "%24format=JSON",
        "$Format=Json",
        "$format=json&$format=atom",
        "?&$format=json",
    ],
)
def test_json(coffee: Loaded, query: str) -> None:
    """OData Query Options: $format=json, its name in any case; given twice, the first counts."""
    assert len(results(coffee.query(query))) == 15


def test_a_format_that_is_not_offered(coffee: Loaded) -> None:
    """OData Query Options: $format, JSON and Atom."""
    assert "$format" in xml_error(coffee.query("$format=csv"), status=400)


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("Open Eq 700", ["-22067", "-8174"]),
        ("open eq 700 AND IsWiFiHotSpot EQ 0 and PrimaryCity Ne 'Aalborg'", ["-8174"]),
        ("Open Gt 700", ["-8181"]),
        ("Open Ge 700", ["-22067", "-8174", "-8181"]),
        ("Open Lt 700", ["-8051"]),
        ("Open Le 600", ["-8051"]),
        ("Open Eq 600 Or Open Eq 800", ["-8051", "-8181"]),
        ("(Open Eq 600 or Open Eq 800) and PrimaryCity eq 'Roseland'", ["-8051"]),
        ("Not (Open Lt 800) and Open Ne null", ["-8181"]),
        ("StartsWith(PrimaryCity,'West')", ["-7884", "-8174"]),
        ("startswith(PrimaryCity,'West') eq true", ["-7884", "-8174"]),
        ("EndsWith(PrimaryCity,'Caldwell')", ["-8174", "-8181"]),
        ("PrimaryCity eq 'O''Hara; --'", []),
        ("CreatedDate eq 2010-11-03T00:00:00", ["-22067"]),
        ("CreatedDate ge datetime'2010-11-03T00:00:00Z'", ["-22067"]),
        # As the map control and store locators write values of another type.
        ("PostalCode eq 9200", ["-22067"]),
        ("Open eq '700'", ["-22067", "-8174"]),
        ("IsWiFiHotSpot Eq '0' And Open Ge 700", ["-22067", "-8174", "-8181"]),
        ("IsWheelchairAccessible Eq TRUE And IsWiFiHotSpot Eq 1", ["-660"]),
        # A text that is not there is the empty text.
        ("AddressLine ne '' and AddressLine ne null", ["-22067", "-7891"]),
        ("AddressLine gt ''", ["-22067", "-7891"]),
        ("AddressLine eq '' and StoreType eq 'Coffee Shop'", ["-660", "-661"]),
        ("AddressLine lt '1' and StoreType eq 'Coffee Shop'", ["-660", "-661"]),
        ("PostalCode in ('','9200') and StoreType ne null", ["-22067", "-660", "-661"]),
        ("not (StoreType eq 'Coffee Shop' or StoreType eq '')", ["-22067"]),
    ],
)
def test_filters(coffee: Loaded, condition: str, expected: list[str]) -> None:
    """Supported $filter Comparison Operators, Wildcard Search Functions: each, in any case."""
    assert sorted(ids(coffee, f"$filter={condition}")) == sorted(expected)


def test_a_negated_wildcard_finds_empty_texts(coffee: Loaded) -> None:
    """Wildcard Search Functions: Not of one, as the map control's notStartsWith has it."""
    found = ids(coffee, "$filter=not startsWith(AddressLine,'148')%20eq%20true")
    assert sorted([*found, "-7891"]) == ALL_IDS


@pytest.mark.parametrize(
    "condition",
    [
        "Nothing eq 1",
        "Open eq",
        "Open is 700",
        "(Open eq 700",
        "StartsWith(PrimaryCity,'West') and Open eq 700",
        "Open eq 700 or EndsWith(PrimaryCity,'x')",
    ],
)
def test_filters_that_are_refused(coffee: Loaded, condition: str) -> None:
    """Wildcard Search Functions: no And or Or beside one; and what is no condition at all."""
    answer = coffee.query(f"$format=json&$filter={condition}")
    assert "$filter" in json_error(answer, status=400)


@pytest.mark.parametrize("query", ["$inlinecount=allpages", "$INLINECOUNT=AllPages"])
def test_a_count(coffee: Loaded, query: str) -> None:
    """OData Query Options: $inlinecount, the count of all pages."""
    body = coffee.query(f"{query}&$top=2&$format=json").json()["d"]
    assert str(body["__count"]) == "15"
    assert len(body["results"]) == 2
    count = feed(coffee.query(f"{query}&$top=2")).find(f"{{{META}}}count")
    assert count is not None
    assert count.text == "15"


@pytest.mark.parametrize("query", ["$inlinecount=none", "$inlinecount=", ""])
def test_no_count(coffee: Loaded, query: str) -> None:
    """OData Query Options: $inlinecount, none [default]."""
    assert "__count" not in coffee.query(f"{query}&$format=json").json()["d"]


def test_orders(coffee: Loaded) -> None:
    """OData Query Options: $orderby, up to three properties, ascending; with a filter only."""
    opened = f"{BOX}&$filter=Open ge 600"
    assert ids(coffee, f"{opened}&$orderby=Open")[-1] == "-8181"
    assert ids(coffee, f"{opened}&$orderby=Open desc")[0] == "-8181"
    three = ids(coffee, f"{opened}&$OrderBy=Open,PrimaryCity%20desc,EntityID")
    assert three == ["-8051", "-8174", "-22067", "-8181"]


@pytest.mark.parametrize(
    "query",
    [
        "$orderby=PrimaryCity",
        f"{BOX}&$orderby=Latitude",
        f"{BOX}&$orderby=Open,PrimaryCity,EntityID,AddressLine",
        f"{BOX}&$orderby=Nothing",
        f"{BOX}&$orderby=Open%20sideways",
    ],
)
def test_orders_that_are_refused(coffee: Loaded, query: str) -> None:
    """OData Query Options: $orderby needs a filter, three properties at most, no latitude."""
    assert "$orderby" in json_error(coffee.query(f"{query}&$format=json"), status=400)


@pytest.mark.parametrize("query", ["", "$select=*", "$select=", "$SELECT=*"])
def test_everything_is_selected_by_default(coffee: Loaded, query: str) -> None:
    """OData Query Options: $select, all properties if it is not given or is an asterisk."""
    row = results(coffee.query(f"{query}&$top=1&$format=json"))[0]
    assert list(row) == ["__metadata", *PROPERTIES]


@pytest.mark.parametrize("quote", ["'", ""])
def test_an_intersection_is_selected(coffee: Loaded, quote: str) -> None:
    """OData Query Options: $select=intersection(geography); the example has it without quotes."""
    box = "POLYGON((9.86445 57.13876,9.89266 57.13876, 9.89266 56.94234,9.86445 56.94234,9.86445 57.13876))"
    query = f"$select=intersection({quote}{box}{quote})&$filter=PrimaryCity eq 'Aalborg'"
    (row,) = results(coffee.query(f"{query}&$format=json"))
    assert list(row) == ["__metadata", "__IntersectedGeom"]
    assert row["__IntersectedGeom"].startswith("POINT")


def test_a_property_that_there_is_not(coffee: Loaded) -> None:
    """OData Query Options: $select names properties of the data source."""
    answer = coffee.query("$select=Nothing&$format=json")
    assert "$select" in json_error(answer, status=400)


def test_pages_neither_skip_nor_repeat(coffee: Loaded) -> None:
    """OData Query Options: $skip and $top give a subset, page after page."""
    pages = [ids(coffee, f"$skip={start}&$top=4") for start in range(0, 20, 4)]
    assert [len(page) for page in pages] == [4, 4, 4, 3, 0]
    assert sum(pages, []) == ALL_IDS  # noqa: RUF017  # five short lists


@pytest.mark.parametrize("query", ["$top=", "$skip=", "$top=25", "$top=250&$skip=0"])
def test_top_and_skip_that_change_nothing(coffee: Loaded, query: str) -> None:
    """OData Query Options: $top 25 by default, 250 at most; empty is not given."""
    assert ids(coffee, query) == ALL_IDS


@pytest.mark.parametrize(
    "query", ["$top=-1", "$top=many", "$skip=-1", "$skip=1.5", "$inlinecount=some"]
)
def test_numbers_that_are_refused(coffee: Loaded, query: str) -> None:
    """OData Query Options: the values of $top, $skip and $inlinecount; the error names which."""
    words = json_error(coffee.query(f"{query}&$format=json"), status=400)
    assert query.partition("=")[0] in words


@pytest.mark.own_server
@pytest.mark.parametrize("top", ["251", "100000"])
def test_more_than_the_most_gives_the_most(many: str, sds: Service, top: str) -> None:
    """OData Query Options: $top, at most 250; applications in the field ask for 100,000."""
    rows = results(sds.get(many, f"$top={top}&$select=ID&$format=json"))
    assert len(rows) == 250
    assert len(results(sds.get(many, f"$top={top}&$skip=250&$select=ID&$format=json"))) == 10


def test_a_callback_with_its_state(coffee: Loaded) -> None:
    """Query by ID, Template Parameters: jsonp and jsonso, the state as the second argument."""
    plain = coffee.query("$top=1&$format=json").json()
    answer = coffee.query("$top=1&$format=json&jsonp=Page.show&jsonso=abc3144sd")
    is_type(answer, "application/javascript")
    match = re.fullmatch(r"Page\.show\((.*),\"abc3144sd\"\);?", answer.text, re.DOTALL)
    assert match is not None
    assert json.loads(match[1]) == plain
    alone = coffee.query("$top=1&$format=json&JSONP=$show_1")
    assert alone.text.startswith('$show_1({"d":')
    assert alone.text.rstrip(";").endswith("})")
    is_type(coffee.query("$top=1&$format=json&jsonp=&jsonso=1"), "application/json")


@pytest.mark.parametrize("name", ["alert(1)//", "1st", "a b", "a..b", "%3Cscript%3E", "a-b"])
def test_a_callback_that_is_no_name(coffee: Loaded, name: str) -> None:
    """Query by ID, Template Parameters: jsonp is the name of a function, and no script."""
    answer = coffee.query(f"$format=json&jsonp={name}")
    assert "jsonp" in json_error(answer, status=400)


def test_unknown_parameters_change_nothing(coffee: Loaded) -> None:
    """OData Query Options: what is no option, as real clients send it, is left aside."""
    assert ids(coffee, "clientApi=BMSDSToolkit&any&=&x=1&x=2") == ALL_IDS
