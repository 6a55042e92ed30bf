"""A data source with an earlier, a published and a staged version, and people who ask it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page

from tests.browser.conftest import Held
from tests.browser.desk import Desk
from tests.browser.explorer.asking import Asking, load_sights

WIDE = {"width": 1440, "height": 900}


@pytest.fixture(scope="session")
def sights(
    held: Held,
    states: dict[str, object],
    new_context: Callable[..., BrowserContext],
    tmp_path_factory: pytest.TempPathFactory,
) -> int:
    """The ID of Sights."""
    context = new_context(storage_state=states["publisher"])
    number = load_sights(Desk(context.new_page(), held, tmp_path_factory.mktemp("sights")))
    context.close()
    return number


@pytest.fixture
def asking(page_of: Callable[..., Page], held: Held, sights: int) -> Asking:
    """A viewer at the explorer, with Sights chosen and its map to be drawn on."""
    asking = Asking(page_of("viewer", viewport=WIDE))
    asking.open(held.path(f"explore/?source={sights}"))
    return asking
