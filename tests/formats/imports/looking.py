"""What the tests of imports share: files written as a person would, surveyed, mapped and read."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from pathlib import Path

from datasources.formats import (
    FileFault,
    ImportFormat,
    Layer,
    Mapping,
    check_mapping,
    open_import,
    suggest_mapping,
    survey,
)
from datasources.schema import Problem, Schema, Value, check_batch

File = str | Path | io.BytesIO
Entity = dict[str, Value]

DATA = Path("tests/data")


def look(file: File, format: ImportFormat, *, layer: str = "", crs: str = "") -> Layer:
    """The one layer that was looked at."""
    found = survey(file, format, layer=layer, crs=crs).layer
    assert found is not None
    return found


def notes(file: File, format: ImportFormat) -> dict[str, str]:
    """What a survey notes, by rule."""
    return {note.rule: note.message for note in survey(file, format).notes}


def entities(
    file: File,
    format: ImportFormat,
    mapping: Mapping | None = None,
    *,
    current: Schema | None = None,
    crs: str = "",
) -> tuple[list[Entity], list[Problem]]:
    """The good entities, typed, by the suggested mapping or another, and what is wrong with others."""
    if mapping is None:
        layer = look(file, format, crs=crs)
        mapping = replace(suggest_mapping(layer, current=current), crs=crs)
        assert check_mapping(mapping, layer) == []
    good: list[Entity] = []
    problems: list[Problem] = []
    with open_import(file, format, mapping) as reader:
        for batch in reader:
            checked = check_batch(reader.schema, batch)
            problems += [*reader.problems, *checked.problems]
            reader.problems.clear()
            rows = zip(*checked.batch.columns, strict=True)
            good += [dict(zip(reader.schema.names, row, strict=True)) for row in rows]
    return good, problems


def fault(file: File, format: ImportFormat, mapping: Mapping | None = None) -> Problem:
    """The fault that keeps a file from being looked at, or read."""
    try:
        entities(file, format, mapping)
    except FileFault as caught:
        return caught.problem
    raise AssertionError("the file was read without a fault")


def table(*lines: str, encoding: str = "utf-8") -> io.BytesIO:
    return io.BytesIO("\n".join([*lines, ""]).encode(encoding))


def geojson(*features: dict[str, object], **members: object) -> io.BytesIO:
    whole = {"type": "FeatureCollection", **members, "features": list(features)}
    return io.BytesIO(json.dumps(whole, ensure_ascii=False).encode())


def feature(geometry: object = None, **properties: object) -> dict[str, object]:
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def point(x: float, y: float) -> dict[str, object]:
    return {"type": "Point", "coordinates": [x, y]}
