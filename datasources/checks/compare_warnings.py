"""What a careful colleague would say of a comparison before it is sent, with the numbers."""

from __future__ import annotations

from collections.abc import Mapping

from datasources.checks.compare_summary import Summary
from datasources.phrases import Phrase

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
        Phrase(
            "None of the {before:,} entities keeps its ID. If the IDs were made anew, take those of the data source: applications may hold them.",
            before=summary.before,
        ),
    )


def _removes(summary: Summary) -> tuple[str, str] | None:
    if not summary.before or summary.removed < summary.before * _SHARE or not summary.removed:
        return None
    return (
        "removes-many",
        Phrase(
            "It removes {percent} of the entities: {removed:,} of {before:,}.",
            percent=_percent(summary.removed, summary.before),
            removed=summary.removed,
            before=summary.before,
        ),
    )


def _count(summary: Summary) -> tuple[str, str] | None:
    before, after = summary.before, summary.after
    if before < _FEW or abs(after - before) < before * _SHARE:
        return None
    share = _percent(abs(after - before), before)
    if after < before:
        return "count-falls", Phrase(
            "The count falls from {before:,} to {after:,}, by {share}.",
            before=before,
            after=after,
            share=share,
        )
    return "count-rises", Phrase(
        "The count rises from {before:,} to {after:,}, by {share}.",
        before=before,
        after=after,
        share=share,
    )


def _values(summary: Summary, emptied: Mapping[str, int]) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    both = summary.matched
    if both < _FEW:
        return []
    for name, changed in summary.columns.items():
        empty = emptied.get(name, 0)
        if empty >= both * _SHARE:
            words = Phrase(
                "It empties {name} in {empty:,} of {both:,} entities ({percent}).",
                name=name,
                empty=empty,
                both=both,
                percent=_percent(empty, both),
            )
            found.append(("values-emptied", words))
        elif changed == both:
            words = Phrase(
                "It changes every value of {name}: all {both:,} entities that were there.",
                name=name,
                both=both,
            )
            found.append(("values-all-changed", words))
        elif changed >= both / 2:
            words = Phrase(
                "It changes {percent} of the values of {name}: {changed:,}.",
                percent=_percent(changed, both),
                name=name,
                changed=changed,
            )
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
    far = Phrase("{km:,.0f} km", km=farthest)
    if farthest < _FAR:
        far = Phrase("{m:,.0f} m", m=farthest * 1000)
    return "moves-far", Phrase.counted(
        "It moves {count:,} entity, by {far} (ID {key}).",
        "It moves {count:,} entities, the farthest by {far} (ID {key}).",
        count=count,
        far=far,
        key=moved["key"],
    )


def _percent(part: int, whole: int) -> str:
    share = part * 100 / whole
    if share >= 1 or not part:
        return Phrase("{share:.0f} %", share=share)
    return Phrase("{share:.1f} %", share=share)
