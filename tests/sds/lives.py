"""What random lives are made of: files that are loaded, questions that are asked, and their forms."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from datasources.formats import InputFormat, open_entities
from datasources.query.filter import parse_filter
from datasources.schema import EdmType, Property, Schema, check_batch
from tests.sds.model import DELETE, File, Row, Version, in_order, kilometres
from tests.sds.store.oracle import holds, in_box

SCHEMA = Schema(
    "Place",
    (
        Property("ID", EdmType.STRING, is_key=True),
        Property("Latitude", EdmType.DOUBLE),
        Property("Longitude", EdmType.DOUBLE),
        Property("Name", EdmType.STRING),
        Property("Seats", EdmType.INT64),
        Property("Open", EdmType.BOOLEAN),
        Property("Since", EdmType.DATETIME),
    ),
)
COLUMNS = "|".join(
    f"{prop.name}({prop.type.value}{',primaryKey' if prop.is_key else ''})"
    for prop in SCHEMA.properties
)
MOMENTS = {"1969-12-31T23:59:59Z": -1000, "2010-11-03T23:31:37Z": 1288827097000}
PLACES = [(0.0, 0.0), (59.9139, 10.7522), (57.0037, 9.8744), (-17.0, 180.0), (-16.5, -179.9),
          (90.0, 12.0), (89.9, -100.0), (-90.0, 0.0)]  # fmt: skip
IDS = ["a", "B", "c", "d", "10", "9", "Ö", "o'neil"]


@st.composite
def rows(draw: st.DrawFn, *, deletes: bool) -> Row:
    latitude, longitude = draw(st.sampled_from(PLACES))
    row: dict[str, Any] = {
        "ID": draw(st.sampled_from(IDS)),
        "Latitude": draw(st.sampled_from([latitude] * 9 + [91.0])),
        "Longitude": longitude,
        "Name": draw(st.sampled_from([None, "Oslo", "oslo", "o'neil", "Łódź", "Z zz"])),
        "Seats": draw(st.sampled_from([None, 0, 1, -5, 2**40])),
        "Open": draw(st.sampled_from([None, True, False])),
        "Since": draw(st.sampled_from([None, *MOMENTS])),
    }
    if deletes:
        row[DELETE] = draw(st.booleans())
    return row


@st.composite
def a_file(draw: st.DrawFn) -> File:
    deletes = draw(st.booleans())
    return File(
        rows=tuple(draw(st.lists(rows(deletes=deletes), max_size=6))),
        broken=draw(st.sampled_from([False] * 9 + [True])),
        other_columns=draw(st.sampled_from([False] * 9 + [True])),
    )


FILTERS = [
    "Name Eq 'Oslo'", "Name Ne 'o''neil'", "Name Gt 'P'", "Name Eq null", "Seats Ge 0",
    "Seats Lt 1", "Seats Ne null", "Open Eq true", "not (Open Eq true)", "Since Lt '2000-01-01'",
    "ID in ('a','o''neil','10')", "ID Ge 'c'", "Name in ('Oslo','Łódź')",
]  # fmt: skip
BOXES = [(-90, -180, 90, 180), (50, 0, 60, 20), (-20, 170, -10, -170), (89, 0, 90, 1)]


@dataclass(frozen=True)
class Question:
    """What is asked of a version."""

    box: tuple[float, ...] | None
    near: tuple[tuple[float, float], float] | None  # place, kilometres
    filter: str
    order: list[tuple[str, bool]]
    top: int
    skip: int

    def params(self) -> dict[str, object]:
        asked: dict[str, object] = {
            "$top": self.top,
            "$skip": self.skip,
            "$inlinecount": "allpages",
        }
        if self.box is not None:
            asked["spatialFilter"] = f"bbox({','.join(map(str, self.box))})"
        if self.near is not None:
            (latitude, longitude), most = self.near
            asked["spatialFilter"] = f"nearby({latitude},{longitude},{most})"
            asked["$select"] = "*,__Distance"
        if self.filter:
            asked["$filter"] = self.filter
        if self.order and ("spatialFilter" in asked or self.filter):
            asked["$orderby"] = ",".join(f"{n}{' desc' * down}" for n, down in self.order)
        return asked

    def answer(self, version: Version) -> tuple[int, list[Row]]:
        """All that there are, and the page."""
        found = [row for row in version.rows.values() if self._holds(row)]
        if "$orderby" in self.params():
            found = in_order(found, self.order)
        elif self.near is not None:
            place = self.near[0]
            found.sort(key=lambda row: (kilometres(row, place), str(row["ID"]).encode()))
        else:
            found = in_order(found, [])
        return len(found), found[self.skip : self.skip + self.top]

    def _holds(self, row: Row) -> bool:
        plain = dict(row)
        return (
            (not self.filter or holds(parse_filter(self.filter, SCHEMA), plain))
            and (self.box is None or in_box(self.box, plain))
            and (self.near is None or kilometres(row, self.near[0]) <= self.near[1])
        )


@st.composite
def questions(draw: st.DrawFn) -> Question:
    spatial = draw(st.sampled_from(["none", "box", "near"]))
    terms = draw(st.lists(st.sampled_from(FILTERS), max_size=2))
    word = draw(st.sampled_from([" And ", " Or "]))
    order = st.tuples(st.sampled_from(["Name", "Seats", "Open", "Since"]), st.booleans())
    return Question(
        box=draw(st.sampled_from(BOXES)) if spatial == "box" else None,
        near=(
            (draw(st.sampled_from(PLACES)), draw(st.sampled_from([0.16, 20, 400, 1000])))
            if spatial == "near"
            else None
        ),
        filter=word.join(f"({term})" for term in terms) if len(terms) > 1 else "".join(terms),
        order=draw(st.lists(order, max_size=3, unique_by=lambda key: key[0])),
        top=draw(st.sampled_from([1, 2, 5, 250])),
        skip=draw(st.integers(0, 3)),
    )


def text_of(file: File, *, incremental: bool) -> str:
    if file.broken:
        return "no entities at all\n"
    deletes = incremental and any(DELETE in row for row in file.rows)
    extra = incremental and file.other_columns
    columns = COLUMNS + ("|Extra(Edm.String)" if extra else "")
    columns += f"|{DELETE}(Edm.Boolean)" if deletes else ""
    lines = ["Bing Spatial Data Services, 1.0, Place", columns]
    for row in file.rows:
        cells = [_cell(row[prop.name]) for prop in SCHEMA.properties]
        cells += ["x"] if extra else []
        cells += [_cell(row.get(DELETE))] if deletes else []
        lines.append("|".join(cells))
    return "\n".join(lines) + "\n"


def _cell(value: object) -> str:
    return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def in_json(row: Row) -> dict[str, object]:
    """A row as the API answers it: no text and the empty text are one."""
    since = row["Since"]
    moment = None if since is None else f"/Date({MOMENTS[str(since)]})/"
    return {prop.name: row[prop.name] for prop in SCHEMA.properties} | {
        "Name": row["Name"] or "",
        "Since": moment,
    }


def read_xml(content: bytes) -> dict[str, Row]:
    found: dict[str, Row] = {}
    with open_entities(io.BytesIO(content), InputFormat.XML, max_uncompressed=None) as reader:
        for raw in reader:
            checked = check_batch(reader.schema, raw)
            assert checked.problems == []
            for values in zip(*checked.batch.columns, strict=True):
                row = dict(zip(reader.schema.names, values, strict=True))
                found[str(row["ID"])] = {
                    prop.name: row.get(prop.name) for prop in SCHEMA.properties
                }
    return found


def without_delete(row: Row) -> Row:
    return {prop.name: row[prop.name] for prop in SCHEMA.properties}
