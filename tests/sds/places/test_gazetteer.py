"""The embedded geocoder: what it finds, and what it rather does not."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from datasources.gazetteer.build import gazetteer_file
from sds_server.places.gazetteer import Gazetteer
from sds_server.places.model import PlacesFault


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("places")


@pytest.fixture(scope="module")
def gazetteer(folder: Path) -> Gazetteer:
    return Gazetteer(folder)


FOUND = [
    ("Webster,TX", "Webster, Texas, United States"),
    ("Kemah,TX", "Kemah, Texas, United States"),
    ("seattle", "Seattle, Washington, United States"),
    ("Paris", "Paris, France"),
    ("Paris, Texas", "Paris, Texas, United States"),
    ("Paris TX", "Paris, Texas, United States"),
    ("New York", "New York City, New York, United States"),
    ("New York NY USA", "New York City, New York, United States"),
    ("München", "Munich, Germany"),
    ("MUNCHEN, Deutschland", "Munich, Germany"),
    ("Москва", "Moscow, Russia"),
    ("東京", "Tokyo, Japan"),
    ("London, UK", "London, England, United Kingdom"),
    ("London, Ontario", "London, Ontario, Canada"),
    ("Vancouver, CA", "Vancouver, British Columbia, Canada"),
    ("Los Angeles, CA", "Los Angeles, California, United States"),
    ("Sydney NSW", "Sydney, New South Wales, Australia"),
    ("Manchester, England", "Manchester, England, United Kingdom"),
    ("St. Louis, MO", "St. Louis, Missouri, United States"),
    ("Aalborg, Danmark", "Aalborg, Denmark"),
    ("Washington", "Washington, District of Columbia, United States"),
    ("Luxembourg", "Luxembourg, Luxembourg"),
    ("Singapore", "Singapore, Singapore"),
]  # fmt: skip


@pytest.mark.parametrize(("address", "name"), FOUND, ids=[row[0] for row in FOUND])
def test_a_town_is_found_by_name_region_and_country(
    gazetteer: Gazetteer, address: str, name: str
) -> None:
    place = gazetteer.find(address)
    assert place is not None
    assert place.matched.startswith(f"{name} (GeoNames ")
    assert place.matched.endswith("town centre)")
    assert -90 <= place.latitude <= 90
    assert -180 <= place.longitude <= 180


STREETS = [
    ("1 Microsoft Way,Redmond,WA 98052", "Redmond, Washington"),
    ("1 Microsoft Way Redmond WA 98052", "Redmond, Washington"),
    ("10 Downing St, London SW1A 2AA, UK", "London, England"),
    ("Rue de Rivoli 5, 75001 Paris, France", "Paris, France"),
    ("75001 Paris", "Paris, France"),
]


@pytest.mark.parametrize(("address", "name"), STREETS, ids=[row[0] for row in STREETS])
def test_a_street_address_is_found_by_its_town_and_it_is_said(
    gazetteer: Gazetteer, address: str, name: str
) -> None:
    place = gazetteer.find(address)
    assert place is not None
    assert place.matched.startswith(name)
    assert place.matched.endswith(f"town centre), for '{address}'")


@pytest.mark.parametrize(
    ("address", "name"),
    [("Seatle", "Seattle"), ("Seattel, WA", "Seattle"), ("Philadelpia", "Philadelphia")],
)
def test_a_name_a_letter_or_two_off_is_found_and_it_is_said(
    gazetteer: Gazetteer, address: str, name: str
) -> None:
    place = gazetteer.find(address)
    assert place is not None
    assert place.matched.startswith(name)
    assert place.matched.endswith(f"read from '{address}'")


NOWHERE = [
    "France", "Texas", "Georgia", "WA", "Nowhereville, WA", "Springfield, Ontario",
    "Main Street 5", "xyzzyq", "12345", "", " , ,", "'; DROP TABLE places; --", '"', "*", "a" * 500,
]  # fmt: skip


@pytest.mark.parametrize("address", NOWHERE, ids=[repr(text[:20]) for text in NOWHERE])
def test_no_place_is_made_up(gazetteer: Gazetteer, address: str) -> None:
    assert gazetteer.find(address) is None


@settings(max_examples=200, deadline=None)
@given(address=st.text(max_size=60) | st.from_regex(r"[A-Z][a-z]{2,9}[, ]{1,2}[A-Z]{2}", fullmatch=True))  # fmt: skip
def test_no_text_breaks_it(gazetteer: Gazetteer, address: str) -> None:
    place = gazetteer.find(address)
    assert place is None or place.matched


def test_a_file_that_can_not_be_made_or_read_is_said_and_logged(
    tmp_path: Path, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    broken = tmp_path / gazetteer_file(folder).name
    broken.write_bytes(b"SQLite format 3\0" + b"\xff" * 5000)
    (tmp_path / "taken").write_text("a file where the folder should be")
    for place in (tmp_path, tmp_path / "taken"):
        with pytest.raises(PlacesFault, match="can't be looked up just now") as caught:
            Gazetteer(place).find("Oslo")
        assert caught.value.status == 503
        assert str(tmp_path) not in caught.value.message
    assert caplog.text.count("The file of place names in") == 2


def test_the_file_is_made_once_for_many_threads(folder: Path) -> None:
    path = gazetteer_file(folder)
    made = path.stat().st_mtime_ns
    shared = Gazetteer(folder)
    with ThreadPoolExecutor(8) as pool:
        places = list(pool.map(shared.find, ["Oslo", "Lima", "Accra", "Perth, WA"] * 8))
    assert all(places)
    assert path.stat().st_mtime_ns == made
    assert [one.name for one in folder.iterdir()] == [path.name]
