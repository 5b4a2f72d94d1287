"""The tab on its own: a page at 127.0.0.1, without the web UI."""

from __future__ import annotations

import inspect
import logging
import sys
from contextlib import redirect_stdout, suppress
from pathlib import Path
from threading import Event
from typing import Any

import gradio as gr

from consistent_character.engine import Engine
from consistent_character.errors import RequestError
from consistent_character.house import House
from consistent_character.ui.tab import build
from consistent_character.vision.seeing.opened import installed_sight
from consistent_character.web import mount

_AT_ONCE = 16
"""Events that are answered at the same time: a job that is watched holds one for as long as it takes."""


def serve(
    engine: Engine,
    host: str = "127.0.0.1",
    port: int = 7860,
    *,
    root: Path = Path("characters"),
    open_browser: bool = False,
) -> str:
    """Serve the tab until the program is stopped; returns the address that it had.

    Raises:
        RequestError: the port is in use.
    """
    page = launched(engine, host, port, root=root, open_browser=open_browser)
    with suppress(KeyboardInterrupt):
        Event().wait()
    stop(page)
    return str(page.local_url)


def launched(engine: Engine, host: str, port: int, *, root: Path, open_browser: bool = False) -> gr.Blocks:
    """The page, served from threads of its own until `stop`; `local_url` is its address.

    Raises:
        RequestError: the port is in use.
    """
    house = House(engine, root.resolve(), eyes=installed_sight)
    page = build(house)
    _queued(page)
    try:
        with redirect_stdout(sys.stderr):  # gradio greets on standard output, which belongs to the caller
            app, _, _ = page.launch(
                server_name=host,
                server_port=port,
                inbrowser=open_browser,
                quiet=True,
                show_api=False,
                share=False,
                allowed_paths=[str(root.resolve())],  # gradio 4 shows no other files; 3 copies what a gallery names
                prevent_thread_lock=True,
            )
    except OSError as error:
        raise RequestError(f"Port {port} is in use: take another one, for example --port {port + 1}.") from error
    _patient(page)
    mount(app, house)
    return page


def stop(page: gr.Blocks, patience: float = 3.0) -> None:
    """End the server. A window that is still open is waited for `patience` seconds: jobs lose nothing when cut off."""
    page.server.should_exit = True
    page.server.thread.join(patience)
    if page.server.thread.is_alive():
        log = logging.getLogger("uvicorn.error")
        log.disabled = True  # it would print the traceback of its own cancellation
        page.server.force_exit = True
        page.server.thread.join(patience)
        log.disabled = False


def _patient(page: Any) -> None:
    """Let an answer take its time, however busy the computer is.

    The queue of gradio 3 asks its own server for each part of an answer. From 0.27.1 on httpx gives up after five
    seconds there, which the web UI's older one never does: the job goes on, and the page shows nothing of it any more.
    """
    client = getattr(page._queue, "queue_client", None)  # gradio 4 asks nobody
    if client is not None:
        client.timeout = None


def _queued(page: gr.Blocks) -> None:
    """Let several events run beside each other, by the name that this version of gradio gives the setting."""
    known: Any = inspect.signature(page.queue).parameters
    # 4 knows the name that 3 has too, and refuses it.
    name = "default_concurrency_limit" if "default_concurrency_limit" in known else "concurrency_count"
    page.queue(**{name: _AT_ONCE}, api_open=False)
