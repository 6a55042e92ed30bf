"""What a format cannot hold is said beforehand, with names, and only where it applies."""

from __future__ import annotations

import pytest

from datasources.formats.output import OutputFormat, losses
from datasources.formats.output.dbase import field_names
from datasources.schema import EdmType, Property, Schema
from tests.formats.output.samples import AREAS, POINTS

SHORT = Schema(
    "Shops",
    (
        Property("ID", EdmType.STRING, is_key=True),
        Property("Latitude", EdmType.DOUBLE),
        Property("Longitude", EdmType.DOUBLE),
    ),
)


def said(format: OutputFormat, schema: Schema) -> str:
    return "\n".join(losses(format, schema))


@pytest.mark.parametrize("format", OutputFormat)
def test_every_format_has_words_an_ending_and_a_type(format: OutputFormat) -> None:
    assert format.words
    assert format.ending.startswith(".")
    assert "/" in format.content_type
    for schema in (POINTS, AREAS, SHORT):
        assert all(loss.endswith(".") for loss in losses(format, schema))


def test_xml_loses_nothing() -> None:
    assert losses(OutputFormat.XML, AREAS) == []


def test_a_shapefiles_short_names_are_all_named() -> None:
    words = said(OutputFormat.SHP, AREAS)
    assert "OpeningHoursOnSundays is cut to ten letters: OpeningHou." in words
    assert "OpeningHoursOnMondays is cut to ten letters: OpeningH_1." in words
    assert "Since: dates lose their time." in words
    assert "Texts longer than 254 bytes are cut" in words
    assert "shapefiles of their own" in words


@pytest.mark.parametrize(
    "format", [one for one in OutputFormat if one not in (OutputFormat.KML, OutputFormat.SHP)]
)
def test_what_does_not_occur_is_not_said(format: OutputFormat) -> None:
    words = said(format, SHORT)
    for absent in ("Since", "whole numbers", "dates", "times", "Layout", "Rings", "cut"):
        assert absent not in words


def test_names_that_many_properties_share_are_counted() -> None:
    many = tuple(Property(f"Day{n}", EdmType.DATETIME) for n in range(20))
    words = said(OutputFormat.SHP, Schema("Shops", (*SHORT.properties, *many)))
    assert "Day0, Day1, Day2, Day3, Day4, Day5, Day6, Day7 and 12 more: dates lose" in words


def test_an_entity_id_that_no_reader_would_take_for_one_is_named() -> None:
    schema = Schema("Shops", (Property("Code", EdmType.STRING, is_key=True), *SHORT.properties[1:]))
    for format in (OutputFormat.GEOJSON, OutputFormat.SHP, OutputFormat.PARQUET):
        assert "That Code is the entity ID is not kept." in said(format, schema)
        assert "entity ID" not in said(format, SHORT)


def test_fields_beyond_what_a_shapefile_holds_are_named() -> None:
    many = tuple(Property(f"P{n}", EdmType.STRING) for n in range(258))
    words = said(OutputFormat.SHP, Schema("Shops", (*SHORT.properties, *many)))
    assert "A shapefile holds 255 fields: P254, P255, P256 and P257 are left out." in words


@pytest.mark.parametrize(
    ("names", "short"),
    [
        (["Name", "name2"], ["Name", "name2"]),
        (["OpeningHours1", "OpeningHours2"], ["OpeningHou", "OpeningH_1"]),
        (["OpeningHours", "OpeningHou"], ["OpeningH_1", "OpeningHou"]),
        (["openinghours", "OpeningHours_"], ["openinghou", "OpeningH_1"]),
        ([f"OpeningHours{n}" for n in range(12)],
         ["OpeningHou", *(f"OpeningH_{n}" for n in range(1, 10)), "Opening_10", "Opening_11"]),
    ],
    ids=["short enough", "cut", "taken by a short one", "whatever their case", "more than ten"],
)  # fmt: skip
def test_short_names_are_ten_letters_and_each_once(names: list[str], short: list[str]) -> None:
    assert field_names(names) == short
