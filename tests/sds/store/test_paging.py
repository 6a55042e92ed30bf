"""Pages of any size, one after the other, hold every entity once, in the order of the whole."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from datasources.query import parse_query
from sds_server.store import EntityStore, VersionReader
from tests.sds.store.samples import CITIES, cities

MOST = 250

#: From nowhere to all, over the antimeridian and at the poles; three cities lie on each other.
AREAS = st.sampled_from(
    [
        "", "bbox(-90,-180,90,180)", "bbox(-60,100,60,-100)", "bbox(85,-180,90,180)",
        "bbox(1,2,1.1,2.1)", "nearby(51.5,-0.12,1000)", "nearby(-17,180,900)", "nearby(90,0,1000)",
        "intersects('POLYGON((-10 35,40 35,40 60,-10 60,-10 35))')",
        "intersects('LINESTRING(-0.12 51.5,2.35 48.85)')",
    ]
)  # fmt: skip
#: Conditions and orders by which many entities are alike.
FILTERS = st.sampled_from(
    [
        "", "Country ne 'US'", "Region eq null", "IsLarge eq true", "not (IsLarge eq true)",
        "Population ge 50000", "Country in ('GB','FR','FJ')", "StartsWith(Name,'S')",
        "Density lt 100 or Country eq 'GB'",
    ]
)  # fmt: skip
ORDERS = st.sampled_from(
    [
        "", "Country", "Country desc", "IsLarge,Region desc", "Region", "Population desc",
        "Surveyed,Country", "EntityID desc", "Name,EntityID",
    ]
)  # fmt: skip


@pytest.fixture(scope="module")
def reader(city_store: EntityStore) -> Iterator[VersionReader]:
    with city_store.open("cities") as opened:
        yield opened


def asked(area: str, condition: str, order: str) -> dict[str, str]:
    options = {"spatialfilter": area, "$filter": condition, "$inlinecount": "allpages"}
    return {**options, "$orderby": order} if area or condition else options


def pages(
    reader: VersionReader, options: dict[str, str], sizes: list[int]
) -> tuple[list[str], int]:
    """Entity IDs of pages of these sizes, then of the greatest until none is left; and the count."""
    ids: list[str] = []
    coming = iter(sizes)
    while True:
        size = next(coming, MOST)
        turn = {**options, "$skip": str(len(ids)), "$top": str(size)}
        page = reader.query(parse_query(turn, CITIES))
        ids += page.ids
        if len(page.ids) < size:
            assert page.total is not None
            return ids, page.total


@settings(max_examples=40, deadline=None)
@given(area=AREAS, condition=FILTERS, order=ORDERS, sizes=st.lists(st.integers(1, 60), max_size=8))
@example(area="", condition="", order="", sizes=[])
@example(area="nearby(51.5,-0.12,1000)", condition="", order="", sizes=[1, 1, 1, 1])
@example(area="nearby(-17,180,900)", condition="", order="", sizes=[3])
@example(area="bbox(-90,-180,90,180)", condition="", order="Region", sizes=[1, 2, 3, 24, 25, 26])
@example(area="bbox(-60,100,60,-100)", condition="IsLarge eq true", order="Country", sizes=[7] * 8)
def test_no_entity_is_skipped_or_comes_again(
    reader: VersionReader, area: str, condition: str, order: str, sizes: list[int]
) -> None:
    options = asked(area, condition, order)
    whole, total = pages(reader, options, [])
    assert len(whole) == len(set(whole)) == total
    assert pages(reader, options, sizes) == (whole, total)
    if not area and not condition:
        assert whole == sorted(str(row["EntityID"]) for row in cities())
