"""The tab within the web UI's own page."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.ui.pages import Page

TITLE = "Consistent Character"


class TabPage(Page):
    """One browser window, in the tab."""

    def arrive(self) -> None:
        """Go to the tab."""
        self.page.locator("#tabs > .tab-nav button", has_text=TITLE).click()
        super().arrive()


@contextmanager
def window(browser: Any, address: str, scheme: str = "light") -> Iterator[TabPage]:
    """A browser window of its own; nothing is fetched from anywhere else."""
    context = browser.new_context(viewport={"width": 1360, "height": 1000}, color_scheme=scheme)
    context.route(lambda url: not url.startswith(address), lambda route: route.abort())
    try:
        yield TabPage(context.new_page(), f"{address}/?__theme={scheme}")
    finally:
        context.close()
