"""The door: makes .venv, installs the project into it, and runs it.

    python3 start.py demo [--out DIR]            a character made from nothing to a verdict, on the cartoon world
    python3 start.py ui [--checkpoint FILE]      the tab on its own, in the browser
    python3 start.py test                        every check and every test

Running it again is quick and changes nothing. This file keeps to a grammar that any Python can read, so that
one that is too old says so, or hands over to a newer one beside it, instead of stumbling over the syntax. The work is
in consistent_character/starting.
"""

import os
import subprocess
import sys

PROBE = "import ensurepip, sqlite3, ssl, sys, venv; sys.exit(not (3, 10) <= sys.version_info[:2] <= (3, 12))"
NAMES = ("python3.12", "python3.11", "python3.10", "python3", "python")


def others():
    """Commands that may be a suitable Python, the best first."""
    launcher = [["py", "-3." + minor] for minor in ("12", "11", "10")] if os.name == "nt" else []
    return launcher + [[name] for name in NAMES]


def suits(command):
    """Whether this command is a Python that can make the environment."""
    try:
        with open(os.devnull, "w") as nowhere:
            return subprocess.call(command + ["-c", PROBE], stdout=nowhere, stderr=nowhere) == 0
    except OSError:
        return False


def hand_over(command):
    """Run this very call with another Python; returns its exit code."""
    process = subprocess.Popen(command + [os.path.abspath(__file__)] + sys.argv[1:])
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:
            pass  # the other one has heard it too, and ends in its own way


def what_to_do():
    """One line for somebody whose machine has no suitable Python."""
    have = "%d.%d" % sys.version_info[:2]
    if (3, 10) <= sys.version_info[:2] <= (3, 12):
        return "This Python %s cannot make environments. On Debian or Ubuntu: sudo apt install python%s-venv" % (
            have,
            have,
        )
    return (
        "This needs Python 3.10, 3.11 or 3.12 and found only %s. Install 3.11 from https://www.python.org/downloads/"
        % have
    )


def main():
    """Start with this Python if it suits, else with another one; returns the exit code."""
    if suits([sys.executable]):
        from consistent_character.starting import main as start

        return start(sys.argv[1:])
    for command in others():
        if suits(command):
            return hand_over(command)
    sys.stderr.write(what_to_do() + "\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
