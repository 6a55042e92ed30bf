"""Earlier versions are answered from the archive, as the service would; two versions side by side."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from datasources import jobs
from datasources.jobs.archiving import archive_version
from datasources.models import DataSource, Version, VersionState
from datasources.query.write import quoted_text
from datasources.views.explore import asking
from tests.views.explore.conftest import PROPERTIES, SHOPS, Explorer, Shops, found_in
from tests.views.sources import make_version

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "TIMEOUT", (60.0, 100.0))
    monkeypatch.setattr(asking, "SECONDS", 120.0)


def kept(source: DataSource, content: str = SHOPS, state: str = VersionState.RETIRED) -> Version:
    """A version of which we keep the file, archived."""
    stored = jobs.keep_file(source.account, io.BytesIO(content.encode()))
    version = make_version(source, state, content=stored, properties=PROPERTIES, entity_count=4)
    archive_version(version.pk)
    version.refresh_from_db()
    assert version.archive is not None
    return version


@pytest.fixture
def earlier(shops: Shops) -> Version:
    """As Oslo had 30 seats, Bergen was not there yet and Aarhus still was."""
    content = SHOPS.replace("a|Oslo|40", "a|Oslo|30").replace("d|Bergen|7", "e|Aarhus|7")
    return kept(shops.source, content)


def test_an_earlier_version_is_answered_from_here_and_says_so(
    shops: Shops, earlier: Version, explorer: Explorer
) -> None:
    given = {"source": shops.source.pk, "version": f"v{earlier.pk}"}
    page = explorer.page(given)
    assert "Answered from the copy kept here" in page
    assert 'id="explore-key"' not in page, "nothing is sent, so no key is asked for"
    answer = explorer.ask(**given, filter="Seats Ge 30")
    assert "from the archive here" in answer
    assert found_in(answer) == {"a"}
    assert ">30</td>" in answer
    composed = explorer.compose(**given, filter="Seats Ge 30")
    assert composed["urls"] == []
    assert composed["code"] == []


@pytest.mark.parametrize("where", ["address", "route"])
def test_what_the_archive_cannot_answer_is_not_offered(
    shops: Shops, earlier: Version, explorer: Explorer, where: str
) -> None:
    given = {"source": shops.source.pk, "version": f"v{earlier.pk}"}
    page = explorer.page(given)
    assert re.search(rf'value="{where}" disabled', re.sub(r"\s+", " ", page))
    given |= {"where": where, "place": "Oslo", "km": "5", "start": "a", "end": "b"}
    assert "need the service" in explorer.compose(**given)["errors"]["where"][0]
    assert "Nothing was sent" in explorer.ask(422, **given)


def test_the_archive_refuses_in_the_services_words(
    shops: Shops, earlier: Version, explorer: Explorer
) -> None:
    given = {"source": shops.source.pk, "version": f"v{earlier.pk}"}
    assert "no property &#x27;Nothing&#x27;" in explorer.ask(**given, filter="Nothing Eq 1")
    assert "needs a spatialFilter or a $filter" in explorer.ask(**given, o1="Seats")


def test_a_copy_that_is_gone_is_told(shops: Shops, earlier: Version, explorer: Explorer) -> None:
    from datasources import archive

    assert earlier.archive is not None
    archive.drop(earlier.archive.path)
    given = {"source": shops.source.pk, "version": f"v{earlier.pk}"}
    assert "no longer kept here, or damaged" in explorer.ask(**given)


def test_an_answer_of_the_archive_that_takes_too_long_is_given_up(
    shops: Shops, earlier: Version, explorer: Explorer, monkeypatch: pytest.MonkeyPatch
) -> None:
    from datasources.archive import answer

    monkeypatch.setattr(answer, "_STEPS", 1)
    monkeypatch.setattr(asking, "ARCHIVE_SECONDS", -1.0)
    given = {"source": shops.source.pk, "version": f"v{earlier.pk}"}
    assert "takes too long" in explorer.ask(**given, filter="Seats Gt 1 And Area Gt 1")


def test_a_gone_data_source_is_answered_from_here(
    shops: Shops, earlier: Version, explorer: Explorer
) -> None:
    from django.utils import timezone

    shops.source.gone_at = timezone.now()
    shops.source.save()
    given = {"source": shops.source.pk, "version": f"v{earlier.pk}"}
    assert found_in(explorer.ask(**given)) == {"a", "b", "c"}


# --- the same as the service ---

VALUES = {
    "ShopID": st.sampled_from(["a", "b", "zz", ""]).map(quoted_text),
    "City": st.sampled_from(["Oslo", "O'Hara & Co", "B", "", "tromsø"]).map(quoted_text),
    "Seats": st.sampled_from(["7", "25", "40", "-1", "24.5"]),
    "Area": st.sampled_from(["1.5", "12.5", "0"]),
    "Open": st.sampled_from(["true", "false"]),
    "Opened": st.sampled_from(["2020-02-29T08:30:00Z", "2021-01-01"]),
}
TERMS = st.one_of(
    [
        st.builds(
            lambda name, op, value: f"{name} {op} {value}",
            st.just(name),
            st.sampled_from(
                ["Eq", "Ne"] if name == "Open" else ["Eq", "Ne", "Gt", "Ge", "Lt", "Le"]
            ),
            values | st.just("null"),
        )
        for name, values in VALUES.items()
    ]
).filter(lambda text: not re.search(r"(Gt|Ge|Lt|Le) null", text))
FILTERS = st.recursive(
    TERMS,
    lambda inner: (
        st.lists(inner, min_size=2, max_size=3).map(
            lambda parts: " And ".join(f"({p})" for p in parts)
        )
        | st.lists(inner, min_size=2, max_size=3).map(
            lambda parts: " Or ".join(f"({p})" for p in parts)
        )
        | inner.map(lambda text: f"Not ({text})")
    ),
    max_leaves=4,
) | st.sampled_from(["StartsWith(City,'O') eq true", "Not (EndsWith(City,'o') eq true)"])
PLACES = st.sampled_from(
    [
        {},
        {"where": "near", "lat": "60.39", "lon": "5.3", "km": "400"},
        {"where": "box", "south": "60", "west": "0", "north": "70", "east": "20"},
        {"where": "shape", "wkt": "POLYGON((5.5 60.2,20 60.2,20 70,5.5 70,5.5 60.2))"},
    ]
)
ORDERS = st.sampled_from(
    [{}, {"o1": "Seats", "d1": "desc"}, {"o1": "City"}, {"o1": "Open", "o2": "Opened", "d2": "desc"}]
)  # fmt: skip


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    given=st.builds(
        lambda text, place, order: {"filter": text, **place, **order}, FILTERS, PLACES, ORDERS
    )
)
def test_the_archive_answers_as_the_server_does(
    shops: Shops, explorer: Explorer, given: dict[str, Any]
) -> None:
    """The same entities in the same order, for any filter, place and order."""
    version = shops.source.versions.filter(archive__isnull=False).first() or kept(shops.source)
    served = explorer.ask(**shops.given, **given, distance="on")
    archived = explorer.ask(
        source=shops.source.pk, version=f"v{version.pk}", **given, distance="on"
    )
    assert _rows(served) == _rows(archived)


def _rows(page: str) -> list[str]:
    assert "note-failed" not in page, page
    return re.findall(r">([a-d])</td>", page)


# --- side by side ---


def test_two_versions_are_asked_the_same_and_their_differences_marked(
    shops: Shops, earlier: Version, explorer: Explorer
) -> None:
    given = {**shops.given, "version": f"v{earlier.pk}", "beside": "published"}
    answer = explorer.ask(**given)
    text = re.sub(r"\s+", " ", answer)
    assert "1 changed" in text
    assert "2 the same" in text
    assert re.search(r"<del>30</del>\s*<ins>40</ins>", answer)
    kinds = dict(re.findall(r'<tr data-key="(\d)"\s+class="pair-(\w+)"', answer))
    assert sorted(kinds.values()) == ["added", "changed", "removed", "same", "same"]
    assert "HTTP 200" in answer
    assert "from the archive here" in answer


def test_published_and_staged_are_asked_side_by_side(shops: Shops, explorer: Explorer) -> None:
    shops.remote.loaded("Shops", SHOPS.replace("|40|", "|44|"), operation="completeStaging")
    make_version(shops.source, VersionState.STAGED, properties=PROPERTIES)
    given = {**shops.given, "beside": "staged"}
    composed = explorer.compose(**given, filter="Open Eq true")
    first, second = composed["urls"]
    assert "isStaging" not in first
    assert "isStaging=1" in second
    answer = explorer.ask(**given, filter="Open Eq true")
    assert re.search(r"<del>40</del>\s*<ins>44</ins>", answer)
    assert composed["address"].startswith(f"source={shops.source.pk}&beside=staged")


def test_pages_that_do_not_hold_all_are_told_as_pages(
    shops: Shops, earlier: Version, explorer: Explorer
) -> None:
    given = {**shops.given, "beside": f"v{earlier.pk}", "top": "2"}
    assert "Page against page" in explorer.ask(**given)
    assert "Page against page" not in explorer.ask(**given | {"top": "25"})


def test_one_side_that_fails_is_told_beside_the_other(shops: Shops, explorer: Explorer) -> None:
    make_version(shops.source, VersionState.STAGED, properties=PROPERTIES)  # gone meanwhile
    answer = explorer.ask(**shops.given, beside="staged")
    assert "HTTP 200" in answer
    assert "HTTP 404" in answer
    assert "has no staged version" in answer
