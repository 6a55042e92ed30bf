"""Whether differences still say what they said: the version they were taken against must stand."""

from __future__ import annotations

from datasources.jobs.refused import JobRefused
from datasources.models import Comparison, ComparisonState, Upload, Version, VersionState
from datasources.phrases import Phrase

_STALE = Phrase(
    "The published version is another one than the differences were taken against: open the whole file's upload, compare it again, and send its new differences."
)
_STAGED = Phrase(
    "A version is staged, and an incremental staging load would change that one: publish or discard it first, or send the whole file."
)


def stale_words(comparison: Comparison) -> str:
    """Why a comparison's differences must not be sent any more; "" if they may."""
    base = Version.objects.select_related("data_source").get(pk=comparison.base_id)
    is_there = base.state == VersionState.PUBLISHED and base.data_source.gone_at is None
    return "" if is_there else _STALE


def staged_in_the_way(base: Version, operation: str) -> str:
    """Why the differences against a published version can't be staged; "" if they can."""
    if not operation.endswith("Staging"):
        return ""
    staged = Version.objects.filter(data_source=base.data_source_id, state=VersionState.STAGED)
    return _STAGED if staged.exists() else ""


def refuse_stale(upload: Upload) -> None:
    """Raises JobRefused for differences of a complete upload that no longer hold."""
    if upload.derived_from_id is None:
        return
    comparison = (
        Comparison.objects.filter(
            upload=upload.derived_from_id,
            state=ComparisonState.DONE,
            ended_at__lte=upload.created_at,
        )
        .order_by("-ended_at")
        .first()
    )
    if comparison is None:
        raise JobRefused(_STALE)
    words = stale_words(comparison) or staged_in_the_way(comparison.base, upload.operation)
    if words:
        raise JobRefused(words)
