"""Other open drafts that change the same rows: two people at one entity learn of each other."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef

from datasources.models import Draft, DraftRow, DraftState, RowKind

SHOWN = 5
_TOUCHED = (RowKind.CHANGED, RowKind.DELETED)


@dataclass(frozen=True, slots=True)
class Other:
    """A draft of somebody's, and how many rows of the version both change."""

    draft: Draft
    rows: int


def others_at(draft: Draft) -> list[Other]:
    """Open drafts on the same version that change or delete rows which this one does too."""
    mine = DraftRow.objects.filter(draft=draft, number=OuterRef("number"), kind__in=_TOUCHED)
    theirs = (
        DraftRow.objects.filter(
            draft__data_source=draft.data_source_id,
            draft__base_file=draft.base_file_id,
            draft__state=DraftState.OPEN,
            kind__in=_TOUCHED,
        )
        .exclude(draft=draft)
        .filter(Exists(mine))
    )
    counted = dict(theirs.order_by().values_list("draft").annotate(rows=Count("pk"))[:SHOWN])
    found = Draft.objects.filter(pk__in=counted).select_related("owner").defer("columns")
    return [Other(one, counted[one.pk]) for one in found]
