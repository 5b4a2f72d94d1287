"""The worker's side of the pipe: a request a line, an answer to each, and nothing else on the pipe.

A request is `{"path": …, "seconds": …}`. An answer is a line `{"digest": …, "length": …}` and that many bytes, which
`seen.encoded` wrote. The first line tells whether the worker can see at all: `{"problem": ""}`.
"""

from __future__ import annotations

import faulthandler
import hashlib
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from consistent_character.vision.seeing.eyes import Eyes
from consistent_character.vision.seeing.looking import look
from consistent_character.vision.seeing.seen import Seen, encoded
from consistent_character.vision.seeing.style_free import style_free_eyes

_LONGER = 2.0
"""The parent stops a worker that hangs; without a parent it stops itself, a little later."""


def main(arguments: list[str]) -> None:
    """Look with the models that `arguments` name, or without any."""
    answers = own_output()
    try:
        eyes = _eyes(arguments)
    except (ImportError, RuntimeError, OSError) as error:
        tell(answers, {"problem": f"{type(error).__name__}: {error}"})
        return
    serve(answers, lambda content: look(content, eyes))


def _eyes(arguments: list[str]) -> Eyes:
    if not arguments:
        return style_free_eyes()
    from consistent_character.vision.seeing.models.installed_eyes import installed_eyes

    libraries, name = arguments
    return installed_eyes(Path(libraries), name)


def own_output() -> BinaryIO:
    """The pipe to the parent; whatever libraries print goes to standard error from now on."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return answers


def serve(answers: BinaryIO, see: Callable[[bytes], Seen]) -> None:
    """Answer until the requests end."""
    tell(answers, {"problem": ""})
    for line in sys.stdin.buffer:
        request = json.loads(line)
        faulthandler.dump_traceback_later(_LONGER * request["seconds"], exit=True)
        content, seen = _seen(Path(request["path"]), see)
        faulthandler.cancel_dump_traceback_later()
        written = encoded(seen)
        tell(answers, {"digest": hashlib.sha256(content).hexdigest(), "length": len(written)}, written)


def _seen(path: Path, see: Callable[[bytes], Seen]) -> tuple[bytes, Seen]:
    try:
        content = path.read_bytes()
    except OSError as error:
        return b"", Seen(error=f"it cannot be read ({error.strerror or error})")
    return content, see(content)


def tell(answers: BinaryIO, header: dict[str, object], content: bytes = b"") -> None:
    """Write one answer, whole."""
    answers.write(json.dumps(header).encode() + b"\n" + content)
    answers.flush()
