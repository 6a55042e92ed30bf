"""Two versions compared: every entity and cell that differs, and nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from datasources.checks.compare import compare
from datasources.checks.compare_summary import Summary
from datasources.checks.differences import Differences
from datasources.formats.geopackage import GeoPackageWriter, write_geopackage
from datasources.schema import Batch, EdmType, Property, Schema, check_batch

SHOP = Schema(
    "Shop",
    (
        Property("ID", EdmType.STRING, is_key=True),
        Property("Name", EdmType.STRING),
        Property("Latitude", EdmType.DOUBLE),
        Property("Longitude", EdmType.DOUBLE),
        Property("Staff", EdmType.INT64),
        Property("Open", EdmType.BOOLEAN),
        Property("Since", EdmType.DATETIME),
    ),
)
Row = dict[str, Any]


def shop(key: str, **values: Any) -> Row:
    given = {
        "ID": key,
        "Name": f"Shop {key}",
        "Latitude": 50.0,
        "Longitude": 10.0,
        "Staff": 3,
        "Open": True,
        "Since": "2020-01-02T03:04:05Z",
    }
    return given | values


def written(path: Path, rows: list[Row], schema: Schema = SHOP) -> Path:
    columns = [[row.get(name) for row in rows] for name in schema.names]
    batch = Batch(list(columns), range(1, len(rows) + 1), [0] * len(rows))
    write_geopackage(path, schema, [batch] if rows else [])
    return path


def compared(
    folder: Path, old: list[Row], new: list[Row], *, schema: Schema = SHOP, then: Schema = SHOP
) -> Summary:
    return compare(
        written(folder / "old.gpkg", old, schema),
        written(folder / "new.gpkg", new, then),
        folder / "out.gpkg",
    )


def found(folder: Path) -> list[tuple[str, str, dict[str, Any]]]:
    with Differences(folder / "out.gpkg") as differences:
        page = differences.page(limit=1000)
    return [(one.kind, one.key, one.changes) for one in page]


def test_each_difference_is_found_and_told_column_by_column(tmp_path: Path) -> None:
    old = [shop(key) for key in "abcdef"]
    new = [
        shop("f"),
        shop("a", Name="New name", Staff=None),
        shop("g"),
        shop("c", Open=False, Since="2020-01-02T03:04:05.5Z"),
        shop("d"),
        shop("e"),
    ]
    summary = compared(tmp_path, old, new)
    assert (summary.added, summary.changed, summary.removed, summary.unchanged) == (1, 2, 1, 3)
    assert (summary.before, summary.after, summary.matched) == (6, 6, 5)
    assert summary.columns == {"Name": 1, "Staff": 1, "Open": 1, "Since": 1}
    assert found(tmp_path) == [
        ("added", "g", {}),
        ("changed", "a", {"Name": ("Shop a", "New name"), "Staff": (3, None)}),
        (
            "changed",
            "c",
            {"Open": (True, False), "Since": ("2020-01-02T03:04:05Z", "2020-01-02T03:04:05.5Z")},
        ),
        ("removed", "b", {}),
    ]
    assert summary.warnings == []
    assert summary.schema == []


def test_the_same_entities_in_another_order_are_no_difference(tmp_path: Path) -> None:
    rows = [shop(str(number), Staff=number) for number in range(300)]
    summary = compared(tmp_path, rows, rows[::-1])
    assert summary.differences == 0
    assert summary.unchanged == 300
    assert found(tmp_path) == []


@pytest.mark.parametrize(
    ("old", "new"), [(0, 0), (0, 3), (3, 0)], ids=["both-empty", "from-empty", "to-empty"]
)
def test_versions_without_entities(tmp_path: Path, old: int, new: int) -> None:
    rows = [shop(str(number)) for number in range(3)]
    summary = compared(tmp_path, rows[:old], rows[:new])
    assert (summary.added, summary.removed) == (new, old)


def test_moves_are_measured_and_a_far_one_is_warned_of(tmp_path: Path) -> None:
    old = [shop(str(number)) for number in range(20)]
    new = [dict(row) for row in old]
    new[4]["Latitude"] = 50.001
    new[7] |= {"Latitude": 10.0, "Longitude": 50.0}
    summary = compared(tmp_path, old, new)
    assert summary.moved["count"] == 2
    assert summary.moved["key"] == "7"
    assert summary.moved["farthest_km"] == pytest.approx(5764, rel=0.006)  # of the sphere
    assert [one["words"] for one in summary.warnings] == [
        "It moves 2 entities, the farthest by 5,758 km (ID 7)."
    ]
    assert summary.extents["changed"] == (10.0, 10.0, 50.0, 50.001)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (
            lambda rows: rows[:38],
            [
                "It removes 62 % of the entities: 62 of 100.",
                "The count falls from 100 to 38, by 62 %.",
            ],
        ),
        (
            lambda rows: [row | {"Staff": row["Staff"] + 1} for row in rows],
            ["It changes every value of Staff: all 100 entities that were there."],
        ),
        (
            lambda rows: [row | {"Name": None} for row in rows[:30]] + rows[30:],
            ["It empties Name in 30 of 100 entities (30 %)."],
        ),
        (
            lambda rows: [row | {"Name": "same"} for row in rows[:60]] + rows[60:],
            ["It changes 60 % of the values of Name: 60."],
        ),
        (
            lambda rows: [*rows, *(shop(f"new-{number}") for number in range(150))],
            ["The count rises from 100 to 250, by 150 %."],
        ),
        (
            lambda rows: [row | {"ID": f"x{row['ID']}"} for row in rows],
            [
                "None of the 100 entities keeps its ID. If the IDs were made anew, take those of "
                "the data source: applications may hold them.",
                "It removes 100 % of the entities: 100 of 100.",
            ],
        ),
        (lambda rows: [row | {"Staff": 9} for row in rows[:3]] + rows[4:], []),
    ],
    ids=["removes", "every-value", "emptied", "most-values", "rises", "new-ids", "like-any-other"],
)
def test_an_unusual_change_is_warned_of_with_numbers(
    tmp_path: Path, change: Any, words: list[str]
) -> None:
    rows = [shop(str(number)) for number in range(100)]
    summary = compared(tmp_path, rows, change(rows))
    assert [one["words"] for one in summary.warnings] == words


def test_schema_changes_are_named_and_what_reads_the_same_is_no_change(tmp_path: Path) -> None:
    before = Schema(
        "Shop",
        (
            Property("ID", EdmType.STRING, is_key=True),
            Property("Title", EdmType.STRING),
            Property("Staff", EdmType.STRING),
            Property("Fax", EdmType.STRING),
            Property("Latitude", EdmType.DOUBLE),
            Property("Longitude", EdmType.DOUBLE),
        ),
    )
    old = [shop(key, Title=f"Shop {key}", Staff="3", Fax=f"00{key}") for key in "abcd"]
    new = [shop(key) for key in "abc"] + [shop("d", Staff=4)]
    summary = compared(tmp_path, old, new, schema=before)
    assert [(one["change"], one["property"]) for one in summary.schema] == [
        ("retyped", "Staff"),
        ("renamed", "Title"),
        ("dropped", "Fax"),
        ("added", "Open"),
        ("added", "Since"),
    ]
    said = " ".join(one["words"] for one in summary.schema)
    assert "Staff is Edm.Int64; it was Edm.String." in said
    assert "Title seems to be called Name now: 4 of 4 values are the same." in said
    assert "Fax (Edm.String) is dropped; 4 entities have a value in it." in said
    assert found(tmp_path) == [("changed", "d", {"Staff": ("3", "4")})]


def test_geographies_are_compared_as_geometries_and_their_extent_is_theirs(tmp_path: Path) -> None:
    schema = Schema(
        "Zone", (Property("ID", EdmType.STRING, is_key=True), Property("Geom", EdmType.GEOGRAPHY))
    )
    box = "POLYGON ((10 50, 12 50, 12 52, 10 52, 10 50))"
    old = [{"ID": "a", "Geom": box}, {"ID": "b", "Geom": box}, {"ID": "c", "Geom": "POINT (1 2)"}]
    new = [
        {"ID": "a", "Geom": "Polygon((10.0 50, 12 50.00, 12 52, 10 52, 10 50))"},
        {"ID": "b", "Geom": "POLYGON ((10 50, 12 50, 12 53, 10 52, 10 50))"},
        {"ID": "c", "Geom": "POINT (1 2)"},
    ]
    summary = compared(tmp_path, old, new, schema=schema, then=schema)
    assert (summary.changed, summary.unchanged) == (1, 2)
    ((_, key, changes),) = found(tmp_path)
    assert key == "b"
    assert changes["Geom"][0].startswith("POLYGON ((10 50, 12 50, 12 52")
    assert summary.extents["changed"] == (10.0, 50.0, 12.0, 53.0)
    with Differences(tmp_path / "out.gpkg") as differences:
        feature = differences.features(10)["features"][0]
    assert feature["geometry"]["type"] == "Polygon"


def test_an_incremental_load_leaves_what_it_does_not_name(tmp_path: Path) -> None:
    schema = Schema("Shop", (*SHOP.properties[:4], Property("__deleteEntity", EdmType.BOOLEAN)))
    base = written(tmp_path / "old.gpkg", [shop(key) for key in "abcdef"], schema.without_deletes())
    raw = Batch(
        [
            ["a", "b", "x", "c", "z"],
            ["Shop a", "Renamed", "Extra", None, None],
            ["50", "50", "1", None, None],
            ["10", "10", "2", None, None],
            ["", "0", "", "1", "true"],
        ],
        range(1, 6),
        [0] * 5,
    )
    other = tmp_path / "new.gpkg"
    with GeoPackageWriter(
        tmp_path / "aside", other, schema.without_deletes(), list_deletes=True
    ) as writer:
        writer.add(check_batch(schema, raw, incremental=True))
        writer.commit()
    summary = compare(base, other, tmp_path / "out.gpkg", incremental=True)
    assert (summary.added, summary.changed, summary.removed, summary.unchanged) == (1, 1, 1, 4)
    assert (summary.before, summary.after) == (6, 6)
    assert [(kind, key) for kind, key, _ in found(tmp_path)] == [
        ("added", "x"),
        ("changed", "b"),
        ("removed", "c"),
    ]


def test_differences_are_read_in_pages_by_kind_and_by_a_part_of_the_id(tmp_path: Path) -> None:
    old = [shop(f"Old-{number}") for number in range(7)]
    new = [shop(f"New-{number}") for number in range(12)] + [shop("Old-3", Staff=8)]
    compared(tmp_path, old, new)
    with Differences(tmp_path / "out.gpkg") as differences:
        assert differences.count() == 19
        assert differences.count("removed") == 6
        assert differences.count(search="old-") == 7
        assert differences.count("added", "w-1") == 3
        page = differences.page("added", offset=10, limit=5)
        assert [one.key for one in page] == ["New-10", "New-11"]
        assert [one.key for one in differences.page(search="_LD-3")] == []
        assert [one.key for one in differences.page(search="LD-3")] == ["Old-3"]


def test_features_say_what_changed_and_where_it_was(tmp_path: Path) -> None:
    compared(tmp_path, [shop("a"), shop("b")], [shop("a", Latitude=51.0), shop("c", Name=None)])
    with Differences(tmp_path / "out.gpkg") as differences:
        features = differences.features(2)["features"]
    assert [one["properties"]["kind"] for one in features] == ["added", "changed", "moved"]
    assert features[1]["properties"]["changes"] == [["Latitude", "50.0", "51.0"]]
    assert features[2]["geometry"]["coordinates"] == [[10.0, 50.0], [10.0, 51.0]]


ROWS = st.dictionaries(
    st.text("abcde", min_size=1, max_size=2),
    st.tuples(
        st.one_of(st.none(), st.sampled_from(["", "x", "X", "1", "1.0", "é"])),
        st.sampled_from([0.0, -0.0, 45.0, 89.99999]),
        st.one_of(st.none(), st.integers(-2, 2)),
        st.one_of(st.none(), st.booleans()),
    ),
    max_size=12,
)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(old=ROWS, new=ROWS)
def test_it_says_what_a_comparison_in_memory_says(
    tmp_path: Path, old: dict[str, Any], new: dict[str, Any]
) -> None:
    def rows(given: dict[str, Any]) -> list[Row]:
        return [
            shop(key, Name=name, Latitude=latitude, Staff=staff, Open=is_open)
            for key, (name, latitude, staff, is_open) in given.items()
        ]

    for path in tmp_path.glob("*.gpkg"):
        path.unlink()
    summary = compared(tmp_path, rows(old), rows(new))
    both = set(old) & set(new)
    changed = {key for key in both if old[key] != new[key]}
    assert {key for kind, key, _ in found(tmp_path) if kind == "added"} == set(new) - set(old)
    assert {key for kind, key, _ in found(tmp_path) if kind == "removed"} == set(old) - set(new)
    assert {key for kind, key, _ in found(tmp_path) if kind == "changed"} == changed
    assert summary.unchanged == len(both) - len(changed)
