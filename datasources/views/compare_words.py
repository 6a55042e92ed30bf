"""A comparison in words: what the panel shows of its numbers."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext, ngettext, pgettext

from dashboard.people.access import AuthedRequest
from dashboard.people.models import Role
from dashboard.people.reading import exact, number, size
from datasources.models import (
    Account,
    Comparison,
    ComparisonState,
    Upload,
    Version,
    VersionState,
)
from datasources.phrases.counts import entities, listed
from datasources.views.differences import KIND_WORDS, MAP_MOST, is_there, table_context


def panel_context(request: AuthedRequest, account: Account, found: Comparison) -> dict[str, Any]:
    """What `datasources/compare/panel.html` takes."""
    context: dict[str, Any] = {
        "account": account,
        "comparison": found,
        "comparing": found.state in Comparison.OPEN,
        "base_words": against_words(found.base),
    }
    if found.state != ComparisonState.DONE:
        return context
    summary = found.summary
    total = sum(summary[kind] for kind in KIND_WORDS)
    context |= {
        "total": total,
        "sentence": sentence(summary),
        "kinds": [
            {"name": name, "words": words, "count": summary[name], "extent": extent(summary, name)}
            for name, words in KIND_WORDS.items()
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


def against_words(version: Version) -> str:
    """ "with the published version of 24 November 2026, 08:12 UTC" """
    words = {
        VersionState.STAGED: gettext("with the staged version of {moment}"),
        VersionState.PUBLISHED: gettext("with the published version of {moment}"),
        VersionState.EARLIER: gettext("with the earlier version of {moment}"),
        VersionState.RETIRED: gettext("with the retired version of {moment}"),
    }
    return words[VersionState(version.state)].format(moment=exact(version.made_at))


def sentence(summary: dict[str, Any]) -> str:
    """The numbers in one sentence."""
    added, changed, removed = (summary[kind] for kind in KIND_WORDS)
    unchanged = summary["unchanged"]
    if not added + changed + removed:
        return gettext("Nothing differs: {why}.").format(why=_same(unchanged))
    verbs = (
        (added, gettext("adds {entities}")),
        (changed, gettext("changes {entities}")),
        (removed, gettext("removes {entities}")),
    )
    said = listed([verb.format(entities=entities(count)) for count, verb in verbs if count])
    rest = ngettext("{count} stays as it is", "{count} stay as they are", unchanged)
    return f"{said[0].upper()}{said[1:]}; {rest.format(count=number(unchanged))}."


def _same(count: int) -> str:
    if not count:
        return gettext("neither side has an entity")
    return ngettext(
        "the one entity is the same", "all {count} entities are the same", count
    ).format(count=number(count))


def extent(summary: dict[str, Any], kind: str) -> str:
    """Where the entities of a kind lie, in degrees."""
    box = summary.get("extents", {}).get(kind)
    if not box:
        return ""
    west, south, east, north = box
    latitudes = _span(south, north, pgettext("north", "N"), pgettext("south", "S"))
    return f"{latitudes}, {_span(west, east, pgettext('east', 'E'), pgettext('west', 'W'))}"


def _span(least: float, most: float, over: str, under: str) -> str:
    ends = [_degrees(value, over, under) for value in (least, most)]
    return (
        ends[0]
        if ends[0] == ends[1]
        else gettext("{least} to {most}").format(least=ends[0], most=ends[1])
    )


def _degrees(value: float, over: str, under: str) -> str:
    return f"{number(abs(value), 3)}° {over if value >= 0 else under}"


def saves(summary: dict[str, Any]) -> str:
    """What sending the differences alone saves; "" where that is not offered."""
    offered = summary.get("difference")
    if not offered:
        return ""
    sent = offered["entities"] + offered["deletes"]
    words = gettext("Sends {sent}, instead of {whole}: {size} instead of {whole_size}.")
    if offered["deletes"]:
        words = gettext(
            "Sends {sent}, {deletes} of them to delete, instead of {whole}: {size} instead of "
            "{whole_size}."
        )
    return words.format(
        sent=entities(sent),
        deletes=number(offered["deletes"]),
        whole=number(offered["whole_entities"]),
        size=size(offered["bytes"]),
        whole_size=size(offered["whole_bytes"]),
    )
