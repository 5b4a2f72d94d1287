"""The worker process' first lines. Run by its path, with an interpreter that has no libraries but those named.

    python -I -S entry.py LIBRARIES NAME    with the models in that folder
    python entry.py                         without models

Nothing but the standard library is imported before the libraries' folder is in its place.
"""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType


def main(arguments: list[str]) -> None:
    """Answer requests on standard input until it ends."""
    root = Path(__file__).resolve().parents[2]
    if arguments:
        sys.path.insert(0, arguments[0])
    # This package alone: in the folder that it is installed in may lie other versions of everything.
    package = ModuleType(root.name)
    package.__path__ = [str(root)]
    sys.modules[root.name] = package
    from consistent_character.vision.seeing import serving

    serving.main(arguments)


if __name__ == "__main__":
    main(sys.argv[1:])
