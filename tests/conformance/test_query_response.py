"""Page "Query Response Description"."""

from __future__ import annotations

import pytest

from tests.conformance.fixtures import Loaded
from tests.conformance.forms import ATOM, META, feed, properties, results, text_of

pytestmark = pytest.mark.xdist_group("conformance")

ONE = "$filter=EntityID eq '-22067'&$select=IsWiFiHotSpot,LastUpdatedDate,SeatingCapacity"


def test_an_entry_links_the_whole_entity(coffee: Loaded) -> None:
    """Page: each entity has a Query by ID URL that gives all of it."""
    (entry,) = feed(coffee.query(ONE)).iter(f"{{{ATOM}}}entry")
    url = text_of(entry, "id", ATOM)
    whole = coffee.sds.get(url, "$format=json", key=coffee.sds.query_key)
    assert whole.json()["d"]["PrimaryCity"] == "Aalborg"
    (row,) = results(coffee.query(f"{ONE}&$format=json"))
    assert row["__metadata"]["uri"] == url


def test_the_atom_example(coffee: Loaded) -> None:
    """ATOM Example: a Boolean, a date and a null, each with its type."""
    (entry,) = feed(coffee.query(ONE)).iter(f"{{{ATOM}}}entry")
    found = properties(entry)
    assert list(found) == ["IsWiFiHotSpot", "LastUpdatedDate", "SeatingCapacity"]
    assert [one.get(f"{{{META}}}type") for one in found.values()] == [
        "Edm.Boolean", "Edm.DateTime", "Edm.Int64",
    ]  # fmt: skip
    assert [one.text for one in found.values()] == ["0", "2010-11-03T23:31:36", None]


def test_no_namespace_is_declared_below_the_feed(coffee: Loaded) -> None:
    """ATOM Example: namespaces on the feed; the .NET toolkit counts on it."""
    text = coffee.query().text
    assert text.count("xmlns") == 3
    assert text.index("<entry>") > text.rindex("xmlns")


def test_the_json_example(coffee: Loaded) -> None:
    """JSON Example: dates in milliseconds since 1970, their solidus escaped."""
    answer = coffee.query(f"{ONE}&$format=json")
    (row,) = results(answer)
    assert list(row) == ["__metadata", "IsWiFiHotSpot", "LastUpdatedDate", "SeatingCapacity"]
    assert row["IsWiFiHotSpot"] is False
    assert row["LastUpdatedDate"] == "/Date(1288827096000)/"
    assert r"\/Date(1288827096000)\/" in answer.text
    assert row["SeatingCapacity"] is None


def test_an_empty_result(coffee: Loaded) -> None:
    """Page: a list of entities, which may be empty."""
    query = "$filter=EntityID eq 'nobody'"
    assert results(coffee.query(f"{query}&$format=json")) == []
    assert not list(feed(coffee.query(query)).iter(f"{{{ATOM}}}entry"))
