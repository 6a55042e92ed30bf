"""What changes a draft as a whole: the merge with another version, and other properties.

A draft meets what is published, or staged, once that is no longer what it is based on.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.core.exceptions import PermissionDenied

from dashboard.audit.record import record
from dashboard.people.models import User
from datasources.checks.merge import Side
from datasources.drafts.columns import change_columns
from datasources.drafts.merging import Choices, Plan, make_merge
from datasources.drafts.step import Author
from datasources.jobs.draft_sending import is_base
from datasources.jobs.reach import Reach, begin
from datasources.jobs.refused import JobRefused
from datasources.models import Draft, DraftState, Version, VersionState
from datasources.phrases import Phrase
from datasources.schema.columns import Column

_AGAIN = Phrase("merge again")


def moved_to(draft: Draft) -> Version | None:
    """The published version, where the draft is based on neither it nor a staged one."""
    others = merge_targets(draft)
    published = next((one for one in others if one.state == VersionState.PUBLISHED), None)
    is_on_staged = draft.base is not None and draft.base.state == VersionState.STAGED
    return None if is_on_staged else published


def merge_targets(draft: Draft) -> list[Version]:
    """Versions that a draft can be merged with: what is published and what is staged, unless the
    draft is based on it."""
    if draft.state != DraftState.OPEN or draft.base_file_id is None:
        return []
    standing = (VersionState.PUBLISHED, VersionState.STAGED)
    found = draft.data_source.versions.filter(state__in=standing).select_related("archive")
    return [one for one in found.order_by("-made_at") if not is_base(draft, one)]


def fetch_for_merge(user: User, version: Version) -> None:
    """Sees to it that a version comes into the archive. Raises JobRefused."""
    reached, words = begin(user, version, _AGAIN)
    if reached is Reach.OUT:
        raise JobRefused(words)


def merge_draft(
    author: Author, draft: Draft, version: Version, choices: Choices, rest: Side | None = None
) -> Plan:
    """Merges the draft with a version. Raises PermissionDenied or DraftFault."""
    _need_owner(author, draft)
    plan = make_merge(draft, author, version, choices, rest)
    record(
        "draft.merge",
        actor=author.user,
        team=draft.account.team,
        data_source=draft.data_source.name,
        target=draft.name,
        detail={
            "account": draft.account.name,
            "version": version.made_at.isoformat(),
            "kept": plan.kept,
            "done": plan.done,
            "decided": len(choices),
        },
    )
    return plan


def change_draft_columns(author: Author, draft: Draft, columns: Sequence[Column]) -> None:
    """Gives a draft other properties. Raises PermissionDenied or DraftFault."""
    _need_owner(author, draft)
    change_columns(draft, author, columns)
    record(
        "draft.columns",
        actor=author.user,
        team=draft.account.team,
        data_source=draft.data_source.name,
        target=draft.name,
        detail={
            "account": draft.account.name,
            "properties": ", ".join(f"{one.name} ({one.type.value})" for one in columns),
        },
    )


def _need_owner(author: Author, draft: Draft) -> None:
    if draft.owner_id != author.user.pk:
        raise PermissionDenied(
            Phrase("This draft belongs to {owner}.", owner=draft.owner.display_name)
        )
