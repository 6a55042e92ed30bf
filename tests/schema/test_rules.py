"""The rules for a schema and for names: each has a case that breaks it."""

from __future__ import annotations

import pytest

from datasources.schema import (
    PLAN_LIMITS,
    EdmType,
    Problem,
    Property,
    Schema,
    check_data_source_name,
    check_schema,
)

KEY = Property("ID", EdmType.STRING, is_key=True)
LATITUDE = Property("Latitude", EdmType.DOUBLE)
LONGITUDE = Property("Longitude", EdmType.DOUBLE)
GEOGRAPHY = Property("Layout", EdmType.GEOGRAPHY)


def schema_of(*properties: Property, name: str = "Shops") -> Schema:
    return Schema(name, properties)


def the_problem(schema: Schema) -> Problem:
    (problem,) = check_schema(schema)
    assert problem.fatal
    assert problem.advice
    return problem


@pytest.mark.parametrize(
    "schema",
    [
        schema_of(KEY, LATITUDE, LONGITUDE),
        schema_of(KEY, GEOGRAPHY),
        schema_of(KEY, GEOGRAPHY, LATITUDE, LONGITUDE),
        schema_of(KEY, Property("LATITUDE", EdmType.DOUBLE), Property("longitude", EdmType.DOUBLE)),
        schema_of(
            KEY, GEOGRAPHY, Property("_a1", EdmType.STRING), Property("A" * 50, EdmType.INT64)
        ),
        schema_of(KEY, GEOGRAPHY, Property("__deleteEntity", EdmType.STRING)),
    ],
)
def test_schemas_that_keep_the_rules_have_no_problems(schema: Schema) -> None:
    assert not check_schema(schema)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Two words", "letters"),
        ("Größe", "letters"),
        ("1st", "digit"),
        ("__mine", "two underscores"),
        ("A" * 51, "51 characters"),
        ("", "Give the column a name"),
    ],
)
def test_property_names_keep_the_rules(name: str, words: str) -> None:
    problem = the_problem(schema_of(KEY, GEOGRAPHY, Property(name, EdmType.STRING)))
    assert problem.rule == "property-name"
    assert "Column 3" in problem.message
    assert words in problem.advice


def test_property_names_are_unique_whatever_their_case() -> None:
    problem = the_problem(
        schema_of(
            KEY, GEOGRAPHY, Property("Name", EdmType.STRING), Property("NAME", EdmType.STRING)
        )
    )
    assert problem.rule == "property-name-repeated"
    assert "Name, NAME" in problem.message


def test_a_schema_has_one_primary_key_of_type_string() -> None:
    assert the_problem(schema_of(LATITUDE, LONGITUDE)).rule == "primary-key-missing"
    other = Property("Code", EdmType.STRING, is_key=True)
    two = the_problem(schema_of(KEY, other, GEOGRAPHY))
    assert two.rule == "primary-key-repeated"
    assert "ID, Code" in two.message
    number = the_problem(schema_of(Property("ID", EdmType.INT64, is_key=True), GEOGRAPHY))
    assert number.rule == "primary-key-type"
    assert "ID(Edm.String,primaryKey)" in number.advice


def test_a_schema_says_where_an_entity_is() -> None:
    assert the_problem(schema_of(KEY)).rule == "location-absent"
    half = the_problem(schema_of(KEY, LATITUDE))
    assert (half.rule, "no Longitude" in half.message) == ("location-half", True)
    assert the_problem(schema_of(KEY, LONGITUDE, GEOGRAPHY)).rule == "location-half"
    two = the_problem(schema_of(KEY, GEOGRAPHY, Property("Area", EdmType.GEOGRAPHY)))
    assert two.rule == "geography-repeated"
    assert "Layout, Area" in two.message
    text = the_problem(schema_of(KEY, Property("Latitude", EdmType.STRING), LONGITUDE))
    assert (text.rule, text.column) == ("location-type", "Latitude")


def test_351_properties_are_one_too_many_beside_latitude_and_longitude() -> None:
    many = tuple(Property(f"P{number}", EdmType.STRING) for number in range(350))
    assert not check_schema(schema_of(KEY, *many[:349], LATITUDE, LONGITUDE))
    problem = the_problem(schema_of(KEY, *many, LATITUDE, LONGITUDE))
    assert problem.rule == "too-many-properties"
    assert "351 properties" in problem.message


def test_the_delete_column_is_a_flag() -> None:
    problem = the_problem(schema_of(KEY, GEOGRAPHY, Property("__deleteEntity", EdmType.DATETIME)))
    assert problem.rule == "delete-type"


@pytest.mark.parametrize("name", ["", "Two words", "Café", "1st", "A" * 51])
def test_the_entity_type_can_stand_in_urls_and_xml(name: str) -> None:
    assert the_problem(schema_of(KEY, GEOGRAPHY, name=name)).rule == "entity-type-name"


def test_a_schema_finds_its_properties_without_case() -> None:
    delete = Property("__DELETEENTITY", EdmType.BOOLEAN)
    schema = schema_of(GEOGRAPHY, delete, KEY, LONGITUDE, Property("latitude", EdmType.DOUBLE))
    assert (schema.key_index, schema.key) == (2, KEY)
    assert (schema.latitude_index, schema.longitude_index, schema.geography_index) == (4, 3, 0)
    assert schema.index("LAYOUT") == 0
    assert schema.index("Nothing") is None
    assert schema.deletes_index == 1
    assert schema.without_deletes().names == ("Layout", "ID", "Longitude", "latitude")
    with pytest.raises(LookupError):
        _ = schema_of(LATITUDE).key


@pytest.mark.parametrize("name", ["A", "Shops~`!$^_={}2", "1", "A" * 50, "Filialdaten-CH"])
def test_data_source_names_that_keep_the_rules(name: str) -> None:
    assert check_data_source_name(name) is None


@pytest.mark.parametrize(
    ("name", "words"),
    [("", "no name"), ("A" * 51, "51 characters"), ("two words", "a space"), ("a+b/é", "+ / é")],
)
def test_data_source_names_that_break_the_rules(name: str, words: str) -> None:
    problem = check_data_source_name(name)
    assert problem is not None
    assert words in problem.message
    assert problem.advice


def test_the_plans_have_the_references_limits() -> None:
    assert PLAN_LIMITS["basic"].max_entities == 2_500
    assert PLAN_LIMITS["enterprise"].max_entities == 200_000
    assert PLAN_LIMITS["enterprise"].max_uncompressed == 300 * 1024 * 1024
    assert PLAN_LIMITS["unlimited"].max_entities is None
    assert PLAN_LIMITS["unlimited"].max_uncompressed == 4 * 1024**3
