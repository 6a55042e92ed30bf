"""How an upload's file is read: by its format or its mapping, within the plan, with its repairs."""

from __future__ import annotations

from pathlib import Path

from datasources.checks.mending import Order
from datasources.formats import ImportFormat, InputFormat, Mapping
from datasources.formats.geopackage import GeoPackageFault, GeoPackageFile
from datasources.formats.geopackage.layout import quoted
from datasources.models import DataSource, Upload
from datasources.schema import PLAN_LIMITS, EdmType, Property, Schema


def order_of(upload: Upload, path: str) -> Order:
    """The order to read an upload's own file, which is at `path` on this machine."""
    current = current_schema(upload)
    return Order(
        path,
        format_of(upload),
        PLAN_LIMITS[upload.account.plan],
        type_name=current.entity_type if current else "",
        mapping=Mapping.from_json(upload.mapping) if upload.mapping else None,
        repairs=frozenset(upload.repairs),
        incremental=upload.operation.startswith("incremental"),
    )


def format_of(upload: Upload) -> InputFormat | ImportFormat:
    """One of the API's own formats, or one that is converted."""
    own = set(InputFormat)
    return InputFormat(upload.format) if upload.format in own else ImportFormat(upload.format)


def current_source(upload: Upload) -> DataSource | None:
    """The data source that the file is to change, if there is one."""
    return upload.account.data_sources.filter(name=upload.data_source_name, gone_at=None).first()


def current_schema(upload: Upload) -> Schema | None:
    """The schema of the data source that the file is to change, if there is one."""
    source = current_source(upload)
    if source is None or not source.properties:
        return None
    properties = tuple(
        Property(one["name"], EdmType(one["type"]), bool(one.get("is_key")))
        for one in source.properties
    )
    return Schema(source.entity_type, properties)


def empty_shares(path: str) -> dict[str, float] | None:
    """The share (0 to 1) of empty values by property, of a version's archive; None if it can't be
    read or holds nothing."""
    try:
        with GeoPackageFile(Path(path)) as archived:
            names = archived.schema.names
            counts = ", ".join(f"count({quoted(name)})" for name in names)
            table = quoted(archived.layout.table)
            filled = archived.connection.execute(f"SELECT {counts} FROM {table}").fetchone()  # noqa: S608  # quoted
            count = archived.count
    except GeoPackageFault:
        return None
    if not count:
        return None
    return {name: 1 - have / count for name, have in zip(names, filled, strict=True)}
