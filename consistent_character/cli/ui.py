"""`ui`: the tab on its own."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from consistent_character.cli.outcome import Outcome
from consistent_character.cli.places import add_engine, installed, load_engine
from consistent_character.errors import RequestError
from consistent_character.progress import Progress

GO_ON = ()


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags."""
    add_engine(parser)
    parser.add_argument(
        "--root",
        metavar="DIR",
        type=Path,
        default=Path("characters"),
        help="where the character folders are [characters]",
    )
    parser.add_argument("--port", metavar="N", type=int, default=7860, help="the port at 127.0.0.1 [7860]")
    parser.add_argument("--no-browser", action="store_true", help="do not open the browser")


def run(arguments: argparse.Namespace, progress: Progress) -> Outcome:
    """Serve until Ctrl-C."""
    if not 1 <= arguments.port <= 65535:
        raise RequestError(f"There is no port {arguments.port}: take one from 1024 to 65535.")
    with installed():
        from consistent_character.ui.serve import serve
    engine = load_engine(arguments)
    sys.stderr.write(f"Open http://127.0.0.1:{arguments.port} in a browser. Ctrl-C ends it.\n")
    address = serve(engine, port=arguments.port, root=arguments.root, open_browser=not arguments.no_browser)
    return Outcome({"address": address}, [])
