"""The query explorer: build a query, see what is sent, and what comes back."""

from datasources.views.explore.answers import ask, give_up
from datasources.views.explore.choosing import choose, paste
from datasources.views.explore.exporting import export
from datasources.views.explore.pages import compose, page
from datasources.views.explore.saving import (
    save,
    saved,
    saved_change,
    saved_delete,
    saved_open,
)

__all__ = [
    "ask",
    "choose",
    "compose",
    "export",
    "give_up",
    "page",
    "paste",
    "save",
    "saved",
    "saved_change",
    "saved_delete",
    "saved_open",
]
