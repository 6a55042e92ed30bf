"""The ways to load a file: the reference's `loadOperation`, what it does, and who may do it."""

from __future__ import annotations

from dashboard.people.models import Role

#: The reference's loadOperation, our words for it, and what it does.
OPERATIONS: dict[str, tuple[str, str]] = {
    "completeStaging": (
        "Replace everything, staged",
        "The new version waits beside the published one until somebody publishes it, for 30 days at most.",
    ),
    "incrementalStaging": (
        "Change some entities, staged",
        "Adds, changes and deletes the entities in the file, in a staged version. Applications see no change yet.",
    ),
    "complete": (
        "Replace everything and publish",
        "Applications that query the data source see the new entities within minutes.",
    ),
    "incremental": (
        "Change some entities and publish",
        "Adds, changes and deletes the entities in the file; all others stay as they are.",
    ),
}
#: What a load does that finds its name not taken.
CREATING = {"complete": "Create and publish", "completeStaging": "Create, staged"}
STAGED = frozenset({"completeStaging", "incrementalStaging"})
INCREMENTAL = frozenset({"incremental", "incrementalStaging"})


def role_for(operation: str) -> Role:
    """The role that may send a file with this operation: editors stage, publishers publish."""
    return Role.EDITOR if operation in STAGED else Role.PUBLISHER


def words_of(operation: str, *, creates: bool = False) -> str:
    """What a load does: “Create and publish”, “Change some entities, staged”."""
    if creates and operation in CREATING:
        return CREATING[operation]
    return OPERATIONS.get(operation, (operation, ""))[0]
