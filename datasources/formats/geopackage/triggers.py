"""The R-tree triggers of the GeoPackage standard (annex F.3), for tools that edit a copy.

They call functions (ST_MinX and the like) that GDAL, QGIS and ArcGIS bring with them and plain
SQLite lacks; so our own writer drops them while it works and fills the R-tree itself.
"""

from __future__ import annotations

import sqlite3

from datasources.formats.geopackage.layout import FID, Layout, quoted

_FILLED = "NEW.{c} NOTNULL AND NOT ST_IsEmpty(NEW.{c})"
_GONE = "(NEW.{c} ISNULL OR ST_IsEmpty(NEW.{c}))"
_PUT = (
    "INSERT OR REPLACE INTO {r} VALUES (NEW.{i}, ST_MinX(NEW.{c}), ST_MaxX(NEW.{c}),"
    " ST_MinY(NEW.{c}), ST_MaxY(NEW.{c}))"
)
_DROP_OLD = "DELETE FROM {r} WHERE id = OLD.{i}"
_DROP_BOTH = "DELETE FROM {r} WHERE id IN (OLD.{i}, NEW.{i})"

#: suffix of the trigger's name, its event, its condition, what it does
_TRIGGERS = [
    ("insert", "AFTER INSERT ON {t}", _FILLED, _PUT),
    ("update1", "AFTER UPDATE OF {c} ON {t}", "OLD.{i} = NEW.{i} AND (" + _FILLED + ")", _PUT),
    ("update2", "AFTER UPDATE OF {c} ON {t}", "OLD.{i} = NEW.{i} AND " + _GONE, _DROP_OLD),
    (
        "update3",
        "AFTER UPDATE ON {t}",
        "OLD.{i} != NEW.{i} AND (" + _FILLED + ")",
        _DROP_OLD + "; " + _PUT,
    ),
    ("update4", "AFTER UPDATE ON {t}", "OLD.{i} != NEW.{i} AND " + _GONE, _DROP_BOTH),
    ("delete", "AFTER DELETE ON {t}", "OLD.{c} NOT NULL", _DROP_OLD),
]


def create_triggers(connection: sqlite3.Connection, layout: Layout) -> None:
    """Put the triggers on the feature table."""
    names = {
        "t": quoted(layout.table),
        "c": quoted(layout.geometry),
        "i": quoted(FID),
        "r": quoted(layout.rtree),
    }
    for suffix, event, condition, action in _TRIGGERS:
        text = f"{event} WHEN {condition} BEGIN {action}; END"
        # By replacement, not str.format: a name may hold braces.
        for short, name in names.items():
            text = text.replace("{" + short + "}", name)
        connection.execute(f"CREATE TRIGGER {quoted(f'{layout.rtree}_{suffix}')} {text}")


def drop_triggers(connection: sqlite3.Connection, layout: Layout) -> None:
    """Take them off again, before our own writer edits a copied file."""
    for suffix, *_ in _TRIGGERS:
        connection.execute(f"DROP TRIGGER IF EXISTS {quoted(f'{layout.rtree}_{suffix}')}")
