"""$filter is read as the reference writes it, and refused in words that help."""

from __future__ import annotations

import pytest

from datasources.query import QueryFault
from datasources.query.filter import MAX_CONDITIONS, MAX_LENGTH, parse_filter
from datasources.query.model import Affix, And, Comparison, Condition, Not, Operator, Or, Within
from datasources.schema import EdmType, Property, Schema

KEY = Property("EntityID", EdmType.STRING, is_key=True)
CITY = Property("City", EdmType.STRING)
STAFF = Property("Employees", EdmType.INT64)
AREA = Property("Area", EdmType.DOUBLE)
WIFI = Property("IsWiFiHotSpot", EdmType.BOOLEAN)
OPENED = Property("Opened", EdmType.DATETIME)
ZONE = Property("Zone", EdmType.GEOGRAPHY)
NAMED_LIKE_A_WORD = Property("eq", EdmType.INT64)
NAMED_NOT = Property("Not", EdmType.INT64)
LATITUDE = Property("Latitude", EdmType.DOUBLE)
LONGITUDE = Property("Longitude", EdmType.DOUBLE)
SCHEMA = Schema(
    "Shop",
    (KEY, CITY, STAFF, AREA, WIFI, OPENED, ZONE, NAMED_LIKE_A_WORD, NAMED_NOT, LATITUDE, LONGITUDE),
)
SEATTLE = Comparison(CITY, Operator.EQ, "Seattle")
TEN = Comparison(STAFF, Operator.GE, 10)
HOT = Comparison(WIFI, Operator.EQ, True)


def without(affix: Affix) -> Condition:
    """`not` of an affix, which holds for an empty text too."""
    return Not(And((affix, Not(Comparison(affix.property, Operator.EQ, None)))))


@pytest.mark.parametrize(
    ("text", "condition"),
    [
        ("City Eq 'Seattle'", SEATTLE),
        ("city eq 'Seattle'", SEATTLE),
        ("CITY EQ 'Seattle' AND employees GE 10", And((SEATTLE, TEN))),
        ("City Eq 'Seattle' or Employees ge 10", Or((SEATTLE, TEN))),
        (" ( City\tEq\n'Seattle' ) ", SEATTLE),
        ("City Eq 'Seattle' or Employees ge 10 and IsWiFiHotSpot eq 1", Or((SEATTLE, And((TEN, HOT))))),
        ("(City Eq 'Seattle' or Employees ge 10) and IsWiFiHotSpot eq true", And((Or((SEATTLE, TEN)), HOT))),
        ("not City Eq 'Seattle' and Employees ge 10", And((Not(SEATTLE), TEN))),
        ("Not(City Eq 'Seattle' and Employees ge 10)", Not(And((SEATTLE, TEN)))),
        ("not not City Eq 'Seattle'", SEATTLE),
        ("City Ne 'O''Fallon'", Comparison(CITY, Operator.NE, "O'Fallon")),
        ("City eq ''", Comparison(CITY, Operator.EQ, None)),
        ("City ne ''", Comparison(CITY, Operator.NE, None)),
        ("City lt 'B'", Or((Comparison(CITY, Operator.LT, "B"), Comparison(CITY, Operator.EQ, None)))),
        ("City in ('','B')", Or((Within(CITY, ("B",)), Comparison(CITY, Operator.EQ, None)))),
        ("EntityID lt 'B'", Comparison(KEY, Operator.LT, "B")),
        ("City Eq 5540", Comparison(CITY, Operator.EQ, "5540")),
        ("City in (5540,'a')", Within(CITY, ("5540", "a"))),
        ("Employees Eq '5'", Comparison(STAFF, Operator.EQ, 5)),
        ("Area Eq '-1.5'", Comparison(AREA, Operator.EQ, -1.5)),
        ("IsWiFiHotSpot Eq '1'", Comparison(WIFI, Operator.EQ, True)),
        ("IsWiFiHotSpot Ne 'False'", Comparison(WIFI, Operator.NE, False)),
        ("City eq 'and or not (eq)'", Comparison(CITY, Operator.EQ, "and or not (eq)")),
        ("City eq null", Comparison(CITY, Operator.EQ, None)),
        ("Zone ne NULL", Comparison(ZONE, Operator.NE, None)),
        ("10 le Employees", TEN),
        ("Employees gt -5", Comparison(STAFF, Operator.GT, -5)),
        ("Employees lt 5L", Comparison(STAFF, Operator.LT, 5)),
        ("Employees lt 9223372036854775808", Comparison(STAFF, Operator.LT, 2.0**63)),
        ("Area le 1.5e3", Comparison(AREA, Operator.LE, 1500.0)),
        ("Area le .5", Comparison(AREA, Operator.LE, 0.5)),
        ("Area eq 2.0M", Comparison(AREA, Operator.EQ, 2.0)),
        ("IsWiFiHotSpot eq 0", Comparison(WIFI, Operator.EQ, False)),
        ("IsWiFiHotSpot ne TRUE", Comparison(WIFI, Operator.NE, True)),
        ("eq eq 3", Comparison(NAMED_LIKE_A_WORD, Operator.EQ, 3)),
        ("not eq eq 3", Not(Comparison(NAMED_LIKE_A_WORD, Operator.EQ, 3))),
        ("not eq 3", Comparison(NAMED_NOT, Operator.EQ, 3)),
        ("not not eq 3", Not(Comparison(NAMED_NOT, Operator.EQ, 3))),
        ("Not in (3)", Within(NAMED_NOT, (3,))),
        ("not(Not gt 3)", Not(Comparison(NAMED_NOT, Operator.GT, 3))),
        ("Opened eq 2020-02-29", Comparison(OPENED, Operator.EQ, "2020-02-29T00:00:00Z")),
        ("Opened ge 2020-02-29T08:30", Comparison(OPENED, Operator.GE, "2020-02-29T08:30:00Z")),
        ("Opened lt 2020-02-29T01:30:00+02:00", Comparison(OPENED, Operator.LT, "2020-02-28T23:30:00Z")),
        ("Opened lt 2011-06-14T21:29:41.1234567Z", Comparison(OPENED, Operator.LT, "2011-06-14T21:29:41.1234567Z")),
        ("Opened lt 2011-06-14T21:29:41.5000000Z", Comparison(OPENED, Operator.LT, "2011-06-14T21:29:41.5Z")),
        ("Opened lt datetime'2011-06-14T21:29:41'", Comparison(OPENED, Operator.LT, "2011-06-14T21:29:41Z")),
        ("Opened lt '2011-06-14'", Comparison(OPENED, Operator.LT, "2011-06-14T00:00:00Z")),
        ("EntityID in ('1')", Within(KEY, ("1",))),
        ("entityId IN ('1', '2','3')", Within(KEY, ("1", "2", "3"))),
        ("Employees in (1,2)", Within(STAFF, (1, 2))),
        ("StartsWith(City,'San')", Affix(CITY, "San", at_start=True)),
        ("startswith( City , 'San' ) EQ true", Affix(CITY, "San", at_start=True)),
        ("EndsWith(City,'York') eq 1", Affix(CITY, "York", at_start=False)),
        ("not EndsWith(City,'York')", without(Affix(CITY, "York", at_start=False))),
        ("(StartsWith(City,'San')) ", Affix(CITY, "San", at_start=True)),
        ("StartsWith(City,'San') eq false", without(Affix(CITY, "San", at_start=True))),
        ("StartsWith(EntityID,'1') eq false", Not(Affix(KEY, "1", at_start=True))),
        ("not (StartsWith(City,'San') eq false)", Affix(CITY, "San", at_start=True)),
    ],
)  # fmt: skip
def test_the_forms_of_the_reference_are_understood(text: str, condition: Condition) -> None:
    assert parse_filter(text, SCHEMA) == condition


def test_entity_id_means_the_key_whatever_its_name() -> None:
    key = Property("ShopNumber", EdmType.STRING, is_key=True)
    schema = Schema("Shop", (key, LATITUDE, LONGITUDE))
    assert parse_filter("entityId in ('7')", schema) == Within(key, ("7",))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("City Eq", "ends too early"),
        ("City", "ends too early"),
        ("City Eq 'Seattle", "not closed"),
        ("City Eq Seattle", "character 9"),
        ("City Eq 'a' 'b'", "character 13"),
        ("City Eq 'a' xor City Eq 'b'", "character 13"),
        ("City = 'a'", "character 6"),
        ('City Eq "a"', "character 9"),
        ("(City Eq 'a'", "ends too early"),
        ("City Eq 'a')", "character 12"),
        ("contains(City,'a')", "character 9"),
        ("City Eq true", "Edm.String: put the value in single quotes"),
        ("City Eq 5L", "Edm.String: put the value in single quotes"),
        ("City Eq 2020-01-01", "Edm.String: put the value in single quotes"),
        ("Employees Eq 'five'", "Edm.Int64.*not a number"),
        ("Employees Eq ''", "Edm.Int64.*not a number"),
        ("IsWiFiHotSpot Eq 'yes'", "neither true, false, 1 nor 0"),
        ("Employees Eq true", "not a number"),
        ("Employees Eq 2020-01-01", "not a number"),
        ("Area Eq 1e999", "out of range"),
        ("IsWiFiHotSpot Eq 2", "neither true, false, 1 nor 0"),
        ("IsWiFiHotSpot Gt 0", "compare it by Eq or Ne"),
        ("Opened Eq 2020-13-45", "not a day and time that exists"),
        ("Opened Eq '12/31/2020'", "is not a date"),
        ("Opened Eq 5", "is not a date"),
        ("Opened Eq 0001-01-01T00:00:00+14:00", "not a day and time that exists"),
        ("Zone Eq 'POINT (1 2)'", "spatialFilter=intersects"),
        ("Town Eq 'a'", "no property 'Town'.*It has: EntityID, City"),
        ("Latitude Gt 5", "Latitude can't be used in a filter.*spatialFilter"),
        ("longitude Gt 5", "longitude can't be used in a filter"),
        ("__Distance lt 5", "no property '__Distance'"),
        ("EntityID in ()", "character 14"),
        ("EntityID in ('a',null)", "null can't stand in a list"),
        ("EntityID in (" + ",".join(f"'{i}'" for i in range(51)) + ")", "51 values; at most 50"),
        ("StartsWith(City,'a') and Employees Gt 1", "can't be combined"),
        ("Employees Gt 1 or EndsWith(City,'a')", "can't be combined"),
        ("Employees Gt 1 and (not EndsWith(City,'a'))", "can't be combined"),
        ("StartsWith(Employees,'1')", "works on Edm.String"),
        ("StartsWith(City,5)", "needs a text in quotes"),
        ("StartsWith(City,'a') eq 'x'", "eq true or eq false"),
        ("StartsWith(City,'a') gt true", "eq true or eq false"),
        ("City Eq 'a\0b'", "NUL"),
        ("(" * 1000 + "City Eq 'a'" + ")" * 1000, "12 parentheses inside each other"),
        ("not " * 1000 + "City Eq 'a'", "more than 200 Nots"),
        ("City Eq '" + "a" * MAX_LENGTH + "'", "100,000 characters"),
        (" or ".join(["Employees Eq 1"] * (MAX_CONDITIONS + 1)), "1,000 conditions"),
        ("'; DROP TABLE Shop; --", "character"),
    ],
)  # fmt: skip
def test_what_can_not_be_read_is_refused_in_words(text: str, words: str) -> None:
    with pytest.raises(QueryFault, match=words) as caught:
        parse_filter(text, SCHEMA)
    assert caught.value.parameter == "$filter"
    assert caught.value.status == 400
    assert len(caught.value.message) < 400


def test_fifty_values_in_a_list_are_allowed() -> None:
    text = "EntityID in (" + ",".join(f"'{i}'" for i in range(50)) + ")"
    condition = parse_filter(text, SCHEMA)
    assert isinstance(condition, Within)
    assert len(condition.values) == 50


def test_a_long_text_in_a_filter_is_allowed() -> None:
    text = "a" * (MAX_LENGTH - 20)
    assert parse_filter(f"City Eq '{text}'", SCHEMA) == Comparison(CITY, Operator.EQ, text)
