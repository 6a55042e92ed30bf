"""The query explorer: build a query, see what is sent, and what comes back."""

from datasources.views.explore.answers import ask, give_up
from datasources.views.explore.choosing import choose, paste
from datasources.views.explore.pages import compose, page

__all__ = ["ask", "choose", "compose", "give_up", "page", "paste"]
