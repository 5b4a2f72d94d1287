"""Run by the web UI at every start, in a process of its own: downloads what is missing into `libraries/`.

It changes nothing that the web UI has, and never fails: what is still missing is said here, and in the tab.
"""

from __future__ import annotations

import sys

from consistent_character import libraries


def main() -> None:
    """Say something only when there was something to do."""
    for library in libraries.missing():
        problem = libraries.install(library)
        told = f"not installed, so {library.without}: {problem}" if problem else "installed"
        sys.stdout.write(f"Consistent Character: {library.requirement} {told}\n")


if __name__ == "__main__":
    main()
