"""The ways to load a file: the reference's `loadOperation`, what it does, and who may do it."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from dashboard.people.models import Role

#: The reference's loadOperation, our words for it, and what it does.
OPERATIONS: dict[str, tuple[str | Promise, str | Promise]] = {
    "completeStaging": (
        _("Replace everything, staged"),
        _(
            "The new version waits beside the published one until somebody publishes it, for 30 days at most."
        ),
    ),
    "incrementalStaging": (
        _("Change some entities, staged"),
        _(
            "Adds, changes and deletes the entities in the file, in a staged version. Applications see no change yet."
        ),
    ),
    "complete": (
        _("Replace everything and publish"),
        _("Applications that query the data source see the new entities within minutes."),
    ),
    "incremental": (
        _("Change some entities and publish"),
        _("Adds, changes and deletes the entities in the file; all others stay as they are."),
    ),
}
#: What a load does that finds its name not taken.
CREATING = {"complete": _("Create and publish"), "completeStaging": _("Create, staged")}
STAGED = frozenset({"completeStaging", "incrementalStaging"})
INCREMENTAL = frozenset({"incremental", "incrementalStaging"})


def role_for(operation: str) -> Role:
    """The role that may send a file with this operation: editors stage, publishers publish."""
    return Role.EDITOR if operation in STAGED else Role.PUBLISHER


def words_of(operation: str, *, creates: bool = False) -> str:
    """What a load does: “Create and publish”, “Change some entities, staged”."""
    if creates and operation in CREATING:
        return str(CREATING[operation])
    return str(OPERATIONS.get(operation, (operation, ""))[0])
