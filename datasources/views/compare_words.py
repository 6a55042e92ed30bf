"""A comparison in words: what the panel shows of its numbers."""

from __future__ import annotations

from typing import Any

from dashboard.people.access import AuthedRequest
from dashboard.people.models import Role
from datasources.models import Account, Comparison, ComparisonState, Upload, Version
from datasources.templatetags.cairn import file_size
from datasources.views.differences import MAP_MOST, is_there, table_context

KINDS = {"added": "Added", "changed": "Changed", "removed": "Removed"}


def panel_context(request: AuthedRequest, account: Account, found: Comparison) -> dict[str, Any]:
    """What `datasources/compare/panel.html` takes."""
    context: dict[str, Any] = {
        "account": account,
        "comparison": found,
        "comparing": found.state in Comparison.OPEN,
        "base_words": version_words(found.base),
    }
    if found.state != ComparisonState.DONE:
        return context
    summary = found.summary
    total = sum(summary[kind] for kind in KINDS)
    context |= {
        "total": total,
        "sentence": sentence(summary),
        "kinds": [
            {"name": name, "words": words, "count": summary[name], "extent": extent(summary, name)}
            for name, words in KINDS.items()
        ],
        "columns": list(summary.get("columns", {}).items()),
        "schema_changes": summary.get("schema", []),
        "warnings": summary.get("warnings", []),
        "differences_kept": is_there(found),
        "map_most": MAP_MOST,
        "saves": saves(summary),
        "may_send_difference": account.role.covers(Role.EDITOR),
    }
    if total and context["differences_kept"]:
        context |= table_context(request, found)
    return context


def comparison_of(account: Account, upload: Upload) -> Comparison | None:
    """The newest comparison of an upload."""
    found = upload.comparisons.select_related("base__data_source", "upload", "file").first()
    if found is not None:
        found.account = found.base.data_source.account = account
    return found


def version_words(version: Version) -> str:
    """ "the published version of 24 November 2026, 08:12" """
    day = f"{version.made_at:%d %B %Y, %H:%M}".lstrip("0")
    return f"the {version.get_state_display().lower()} version of {day}"


def sentence(summary: dict[str, Any]) -> str:
    """The numbers in one sentence."""
    added, changed, removed = (summary[kind] for kind in KINDS)
    unchanged = summary["unchanged"]
    if not added + changed + removed:
        return f"Nothing differs: {_same(unchanged)}."
    parts = [
        f"{verb} {_entities(count)}"
        for verb, count in (("adds", added), ("changes", changed), ("removes", removed))
        if count
    ]
    said = parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
    rest = f"{unchanged:,} stay as they are" if unchanged != 1 else "1 stays as it is"
    return f"{said[0].upper()}{said[1:]}; {rest}."


def _same(count: int) -> str:
    if count == 1:
        return "the one entity is the same"
    return f"all {count:,} entities are the same" if count else "neither side has an entity"


def _entities(count: int) -> str:
    return "1 entity" if count == 1 else f"{count:,} entities"


def extent(summary: dict[str, Any], kind: str) -> str:
    """Where the entities of a kind lie, in degrees."""
    box = summary.get("extents", {}).get(kind)
    if not box:
        return ""
    west, south, east, north = box
    return f"{_span(south, north, 'N', 'S')}, {_span(west, east, 'E', 'W')}"


def _span(least: float, most: float, over: str, under: str) -> str:
    ends = [_degrees(value, over, under) for value in (least, most)]
    return ends[0] if ends[0] == ends[1] else f"{ends[0]} to {ends[1]}"


def _degrees(value: float, over: str, under: str) -> str:
    return f"{abs(value):.3f}° {over if value >= 0 else under}"


def saves(summary: dict[str, Any]) -> str:
    """What sending the differences alone saves; "" where that is not offered."""
    offered = summary.get("difference")
    if not offered:
        return ""
    sent = offered["entities"] + offered["deletes"]
    deletes = f", {offered['deletes']:,} of them to delete" if offered["deletes"] else ""
    return (
        f"Sends {_entities(sent)}{deletes}, instead of {offered['whole_entities']:,}: "
        f"{file_size(offered['bytes'])} instead of {file_size(offered['whole_bytes'])}."
    )
