"""Puts the fake `modules` where `import modules` finds it, and takes it away again."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

import consistent_character.hosts

HERE = Path(__file__).parent
_HOST = "consistent_character.hosts.webui"
_ROOTS = ("modules", "modules_forge", "backend", _HOST)


@contextmanager
def fake_modules() -> Iterator[ModuleType]:
    """The fake package, imported anew; afterwards neither it nor what was imported on top of it is left."""
    _forget()
    sys.path.insert(0, str(HERE))
    importlib.invalidate_caches()
    try:
        yield importlib.import_module("modules")
    finally:
        sys.path.remove(str(HERE))
        _forget()


def _forget() -> None:
    for name in [*sys.modules]:
        if any(name == root or name.startswith(f"{root}.") for root in _ROOTS):
            del sys.modules[name]
    vars(consistent_character.hosts).pop("webui", None)
