"""Run by the web UI before it reads its flags: what `install.py` downloaded can be imported from now on."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

_LIBRARIES = str(Path(__file__).resolve().parent / "libraries")


def preload(parser: argparse.ArgumentParser) -> None:
    """Behind all else: where the web UI has the same library, its own comes first."""
    if _LIBRARIES not in sys.path:
        sys.path.append(_LIBRARIES)
