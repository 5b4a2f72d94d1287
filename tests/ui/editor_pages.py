"""The caption editor as a person uses it, served without a web UI or gradio around it."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread
from typing import Any

import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from PIL import Image

from consistent_character.character.character import Character
from consistent_character.character.folder import CharacterFolder
from consistent_character.house import House
from consistent_character.web import PREFIX, mount
from tests.fakes import FakeEngine, as_engine

TOKEN = "l4dyx"
WAIT = 180_000
"""Milliseconds to wait for something to happen before the test fails."""


def caption(number: int) -> str:
    """The caption that image `number` has at first."""
    return f"a closeup front shot photo of {TOKEN} {number}, gray"


def make(root: Path, images: int) -> Path:
    """A character with so many images, named by their numbers; returns the folder of the images."""
    with CharacterFolder.create(root / TOKEN, Character(TOKEN, "a woman")) as folder:
        Image.new("RGB", (64, 64), "gray").save(folder.images / "00000.png")
        for number in range(images):
            if number:
                os.link(folder.images / "00000.png", folder.images / f"{number:05}.png")
            (folder.images / f"{number:05}.txt").write_bytes(caption(number).encode())
        return folder.images


@contextmanager
def served(root: Path, trouble: Event | None = None) -> Iterator[str]:
    """The routes and the page, from a thread of their own; the address of the host. In `trouble` it saves nothing."""
    app = FastAPI()
    mount(app, House(as_engine(FakeEngine()), root))

    @app.middleware("http")
    async def refuse(request: Request, go_on: Callable[[Request], Any]) -> Any:
        refused = request.method == "PUT" and trouble is not None and trouble.is_set()
        return JSONResponse({"detail": "The disk is full."}, 503) if refused else await go_on(request)

    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="off"))
        thread = Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(30)


class Held:
    """Requests that the test lets go when it likes, in the order that it likes: a slow server."""

    def __init__(self, page: Any, wanted: Callable[[Any], bool]) -> None:
        self.waiting: list[Any] = []
        self._open = False
        self._wanted = wanted
        page.route(f"**{PREFIX}/**", self._take)

    def release(self, *, last_first: bool = False) -> None:
        """Let all go that wait, and hold none any longer."""
        self._open = True
        for route in self.waiting[:: -1 if last_first else 1]:
            route.continue_()

    def _take(self, route: Any) -> None:
        if self._open or not self._wanted(route.request):
            route.continue_()
        else:
            self.waiting.append(route)


class Editor:
    """One browser window with the editor. `errors` are what its scripts failed with; `asked` what it has fetched."""

    def __init__(self, page: Any, address: str) -> None:
        self.page = page
        self.errors: list[str] = []
        self.asked: list[str] = []
        page.set_default_timeout(WAIT)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("request", lambda request: self.asked.append(request.url))
        self._address = f"{address}{PREFIX}/characters/{TOKEN}/editor"

    def open(self) -> Editor:
        """Go to the page and wait until an image is shown."""
        self.page.goto(self._address)
        self.showing("00000.png")
        return self

    def press(self, *keys: str) -> None:
        """Press keys, one after the other, as fast as they come."""
        for key in keys:
            self.page.keyboard.press(key)

    def write(self, text: str) -> None:
        """Replace the caption by typing."""
        self.press("Enter", "Control+a")
        self.page.keyboard.insert_text(text)

    def see(self, selector: str, text: str = "") -> Any:
        """Wait until something is there to be seen; returns it."""
        found = self.page.locator(selector, has_text=text) if text else self.page.locator(selector)
        found.first.wait_for(state="visible")
        return found.first

    def showing(self, image: str) -> None:
        """Wait until this image is shown."""
        self.see("#name", image)

    def saved(self) -> None:
        """Wait until nothing is unsaved."""
        self.see("#state", "All saved")

    @property
    def text(self) -> str:
        """What stands in the box."""
        return str(self.page.input_value("#text"))

    def says(self, text: str) -> None:
        """Wait until this stands in the box."""
        self.page.wait_for_function("text => document.querySelector('#text').value === text", arg=text)
