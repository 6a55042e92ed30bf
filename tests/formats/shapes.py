"""Shapefiles made by hand, byte by byte, so that they can be wrong in any way."""

from __future__ import annotations

import io
import struct
from collections.abc import Sequence

from tests.formats.files import zipped_as

POINT, LINE, POLYGON, POINT_Z, POINT_M, MULTIPATCH = 1, 3, 5, 11, 21, 31
SQUARE = [(0.0, 0.0), (0.0, 1.0), (1.0, 1.0), (1.0, 0.0), (0.0, 0.0)]
WGS84 = (
    'GEOGCS["GCS_WGS_1984",DATUM["D_WGS_1984",SPHEROID["WGS_1984",6378137.0,298.257223563]],'
    'PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]]'
)

Points = Sequence[tuple[float, ...]]


def record(kind: int, points: Points | None) -> bytes:
    """The content of one record: a point, or a polyline or polygon of one part."""
    if points is None:
        return struct.pack("<i", 0)
    if kind % 10 == POINT:
        return struct.pack(f"<i{len(points[0])}d", kind, *points[0])
    xs, ys = [p[0] for p in points], [p[1] for p in points]
    flat = [number for point in points for number in point]
    return struct.pack(
        f"<i4d3i{len(flat)}d",
        kind, min(xs), min(ys), max(xs), max(ys), 1, len(points), 0, *flat,
    )  # fmt: skip


def shapes(kind: int, geometries: Sequence[Points | None]) -> tuple[bytes, bytes]:
    """.shp and .shx."""
    every = [point for points in geometries if points for point in points] or [(0.0, 0.0)]
    xs, ys = [p[0] for p in every], [p[1] for p in every]
    body, index = b"", b""
    for number, points in enumerate(geometries, start=1):
        content = record(kind, points)
        index += struct.pack(">2i", (100 + len(body)) // 2, len(content) // 2)
        body += struct.pack(">2i", number, len(content) // 2) + content

    def head(length: int) -> bytes:
        box = struct.pack("<8d", min(xs), min(ys), max(xs), max(ys), 0, 0, 0, 0)
        begin = struct.pack(">7i", 9994, 0, 0, 0, 0, 0, (100 + length) // 2)
        return begin + struct.pack("<2i", 1000, kind) + box

    return head(len(body)) + body, head(len(index)) + index


def table(
    fields: Sequence[tuple[str, str, int]],
    rows: Sequence[Sequence[str]],
    *,
    encoding: str = "utf-8",
    driver: int = 0,
    deleted: frozenset[int] = frozenset(),
) -> bytes:
    """.dbf; a field is (name, type letter, width)."""
    width = 1 + sum(field[2] for field in fields)
    start = 32 + 32 * len(fields) + 1
    head = struct.pack("<4BIHH17xB2x", 3, 126, 11, 23, len(rows), start, width, driver)
    for name, letter, size in fields:
        head += struct.pack("<11sc4xBB14x", name.encode(encoding), letter.encode(), size, 0)
    body = b""
    for number, row in enumerate(rows):
        body += b"*" if number in deleted else b" "
        for (_, letter, size), value in zip(fields, row, strict=True):
            text = value.encode(encoding)
            body += text.rjust(size) if letter == "N" else text.ljust(size)
    return head + b"\r" + body + b"\x1a"


def shapefile(
    kind: int = POINT,
    geometries: Sequence[Points | None] = ([(9.8, 57.0)], [(9.9, 57.1)]),
    fields: Sequence[tuple[str, str, int]] = (("ID", "C", 5),),
    rows: Sequence[Sequence[str]] | None = None,
    *,
    prj: str | None = WGS84,
    cpg: str | None = "UTF-8",
    name: str = "shops",
    encoding: str = "utf-8",
    driver: int = 0,
    deleted: frozenset[int] = frozenset(),
) -> dict[str, bytes]:
    """The members of a zip."""
    if rows is None:
        rows = [[f"{letter}"] for letter, _ in zip("abcdefgh", geometries, strict=False)]
    shp, shx = shapes(kind, geometries)
    dbf = table(fields, rows, encoding=encoding, driver=driver, deleted=deleted)
    members = {f"{name}.shp": shp, f"{name}.shx": shx, f"{name}.dbf": dbf}
    if prj is not None:
        members[f"{name}.prj"] = prj.encode()
    if cpg is not None:
        members[f"{name}.cpg"] = cpg.encode()
    return members


def packed(members: dict[str, bytes]) -> io.BytesIO:
    return zipped_as(members)
