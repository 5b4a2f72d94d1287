"""A real Chromium, and the tab served for it from this process with an engine whose brush the test holds."""

from __future__ import annotations

import gc
import shutil
import socket
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from consistent_character.engine import RenderRequest
from tests.fading import painted
from tests.fakes import FakeEngine, as_engine
from tests.ui.pages import Page

with warnings.catch_warnings():  # gradio 3.41 and what it was released with warn at import, of their own parts
    warnings.simplefilter("ignore")
    import gradio  # noqa: F401
    from playwright.sync_api import Browser, sync_playwright

_ARGUMENTS = ["--no-sandbox", "--disable-quic", "--no-first-run", "--disable-background-networking"]
_NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")

Open = Callable[..., Page]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium, without a window. Until it is closed, Playwright's event loop runs in this thread: not for longer."""
    program = next(filter(None, map(shutil.which, _NAMES)), None)
    if program is None:
        pytest.skip("NO CHROMIUM: the pages are not tested. Debian has it: apt-get install chromium")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=program, args=_ARGUMENTS)
        yield started
        started.close()


def _sweep() -> None:
    """Collect the sockets that gradio leaves to the garbage collector, here and not in the middle of another test."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()
        gc.collect()


@pytest.fixture(scope="session", autouse=True)
def _swept() -> Iterator[None]:
    """Sweep once more at the end, when nothing holds the last page any longer."""
    yield
    _sweep()


class Brush:
    """Stops before a picture until the test lets it go on."""

    def __init__(self) -> None:
        self.before: Callable[[RenderRequest], None] = lambda request: None

    def __call__(self, request: RenderRequest) -> None:
        self.before(request)


@pytest.fixture
def brush() -> Brush:
    """What is called before each picture."""
    return Brush()


@pytest.fixture
def engine(brush: Brush) -> FakeEngine:
    """Draws painted pictures and trains in no time."""
    return painted(brush)


@pytest.fixture
def address(engine: FakeEngine, tmp_path: Path) -> Iterator[str]:
    """Where the tab is served."""
    from consistent_character.ui.serve import launched, stop

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    page = launched(as_engine(engine), "127.0.0.1", port, root=tmp_path)
    yield str(page.local_url)
    stop(page, patience=2)
    page.server.thread.join(60)
    del page
    _sweep()


@pytest.fixture
def open_page(browser: Browser, address: str) -> Iterator[Open]:
    """Opens the tab in a browser window of its own, as often as called."""
    contexts = []

    def open_(scheme: str = "light") -> Page:
        context = browser.new_context(viewport={"width": 1360, "height": 1000}, color_scheme=scheme)
        context.route(lambda url: not url.startswith(address), lambda route: route.abort())
        contexts.append(context)
        return Page(context.new_page(), address)

    yield open_
    for context in contexts:
        context.close()


@pytest.fixture
def page(open_page: Open) -> Page:
    """One window."""
    return open_page()
