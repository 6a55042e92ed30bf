"""What a careful colleague would say of a comparison before it is sent, with the numbers."""

from __future__ import annotations

from collections.abc import Mapping

from datasources.checks.compare_summary import Summary

_SHARE = 0.2  # of the entities or values, from where on a change is unusual
_FEW = 10  # entities that say nothing by their share
_FAR = 10.0  # kilometres
Warning_ = dict[str, str]


def warnings_of(summary: Summary, emptied: Mapping[str, int]) -> list[Warning_]:
    """Warnings, the gravest first; none where the change is like any other."""
    found = [
        _no_common_id(summary),
        _removes(summary),
        _count(summary),
        *_values(summary, emptied),
        _moves(summary),
    ]
    return [{"rule": rule, "words": words} for rule, words in filter(None, found)]


def _no_common_id(summary: Summary) -> tuple[str, str] | None:
    if summary.matched or not summary.before or not summary.after or summary.before < _FEW:
        return None
    return (
        "ids-all-new",
        f"None of the {summary.before:,} entities keeps its ID. If the IDs were made anew, take "
        "those of the data source: applications may hold them.",
    )


def _removes(summary: Summary) -> tuple[str, str] | None:
    if not summary.before or summary.removed < summary.before * _SHARE or not summary.removed:
        return None
    return (
        "removes-many",
        f"It removes {_percent(summary.removed, summary.before)} of the entities: "
        f"{summary.removed:,} of {summary.before:,}.",
    )


def _count(summary: Summary) -> tuple[str, str] | None:
    before, after = summary.before, summary.after
    if before < _FEW or abs(after - before) < before * _SHARE:
        return None
    verb = "falls" if after < before else "rises"
    rule = "count-falls" if after < before else "count-rises"
    share = _percent(abs(after - before), before)
    return rule, f"The count {verb} from {before:,} to {after:,}, by {share}."


def _values(summary: Summary, emptied: Mapping[str, int]) -> list[tuple[str, str]]:
    found = []
    both = summary.matched
    if both < _FEW:
        return []
    for name, changed in summary.columns.items():
        empty = emptied.get(name, 0)
        if empty >= both * _SHARE:
            words = (
                f"It empties {name} in {empty:,} of {both:,} entities ({_percent(empty, both)})."
            )
            found.append(("values-emptied", words))
        elif changed == both:
            words = f"It changes every value of {name}: all {both:,} entities that were there."
            found.append(("values-all-changed", words))
        elif changed >= both / 2:
            words = f"It changes {_percent(changed, both)} of the values of {name}: {changed:,}."
            found.append(("values-many-changed", words))
    return found


def _moves(summary: Summary) -> tuple[str, str] | None:
    moved = summary.moved
    if not moved:
        return None
    count, farthest = moved["count"], moved["farthest_km"]
    many = summary.matched >= _FEW and count >= summary.matched * _SHARE
    if farthest < _FAR and not many:
        return None
    entities = "1 entity" if count == 1 else f"{count:,} entities"
    far = f"{farthest:,.0f} km" if farthest >= _FAR else f"{farthest * 1000:,.0f} m"
    by = f"by {far}" if count == 1 else f"the farthest by {far}"
    return "moves-far", f"It moves {entities}, {by} (ID {moved['key']})."


def _percent(part: int, whole: int) -> str:
    share = part * 100 / whole
    return f"{share:.0f} %" if share >= 1 or not part else f"{share:.1f} %"
