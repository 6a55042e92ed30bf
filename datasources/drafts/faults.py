"""Why an edit is not made. Each text is for the person who edits."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _


class DraftFault(Exception):  # noqa: N818  # "fault" is the word of this product
    """An edit that cannot be made; nothing was changed."""


class DraftClosed(DraftFault):
    """The draft takes no edits: it is being sent, was sent or discarded, or is another person's."""


class DraftBusy(DraftFault):
    """A step of many rows is under way; the edit may be sent again in a moment."""

    def __init__(self) -> None:
        super().__init__(
            _("A step of many rows is under way in this draft: try again in a moment.")
        )


class DraftMoved(DraftFault):
    """The draft was changed since the browser last saw it, in another tab or by somebody else."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "This draft was changed in another tab meanwhile. Nothing was overwritten: look at "
                "the rows as they are now, and do it again."
            )
        )


@dataclass(frozen=True, slots=True)
class Clash:
    """A cell that was changed meanwhile: what stands there now, and what was to be written."""

    number: int
    column: str
    now: str | None
    wanted: str | None


class DraftClash(DraftMoved):
    """Cells that an edit would overwrite, which another tab changed meanwhile."""

    def __init__(self, clashes: list[Clash]) -> None:
        super().__init__()
        self.clashes = clashes
