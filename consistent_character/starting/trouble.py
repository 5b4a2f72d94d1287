"""What goes wrong while installing, each in one line that says what to do."""

from __future__ import annotations

import errno
import re
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from consistent_character.errors import UserError

_DISK_FULL = re.compile(
    r"No space left on device|not enough space on the disk|Disk quota exceeded|\[Errno 28\]|\[WinError 112\]"
)
_NO_NETWORK = re.compile(
    r"Failed to establish a new connection|Name or service not known|name resolution|getaddrinfo failed"
    r"|Network is unreachable|Connection refused|Connection broken|connection timed out|ConnectTimeout"
    r"|Read ?time(?:d )?out|ProxyError|Max retries exceeded|SSLError|CERTIFICATE_VERIFY_FAILED|IncompleteRead",
    re.IGNORECASE,
)
_NO_VENV = re.compile(r"ensurepip is not\s+available|No module named '?(?:venv|ensurepip)")
_FORBIDDEN = re.compile(r"Permission denied|Read-only file system|\[WinError 5\]|\[WinError 32\]|Access is denied")
_NO_BUILD = re.compile(r"No matching distribution found for (\S+)")

_HARDLY_ANYTHING = 50 * 10**6
_OFFLINE = "The package index cannot be reached: see to the network (or HTTPS_PROXY), then run this again; it goes on."
_DEBIAN = "This Python cannot make environments. On Debian or Ubuntu: sudo apt install python3-venv"


class CannotStart(UserError):
    """The environment cannot be made. `untouched` says that nothing in it was changed."""

    def __init__(self, message: str, *, untouched: bool = False) -> None:
        super().__init__(message)
        self.untouched = untouched


@dataclass(frozen=True)
class Places:
    """Where the installation writes, for messages."""

    folder: Path
    record: Path

    @property
    def disk_full(self) -> str:
        """What to do when there is no space."""
        where = f"{self.folder} (and for {tempfile.gettempdir()})"
        return f"The disk is full: free about 6 GB for {where}, then run this again."

    def no_room(self) -> bool:
        """Whether hardly anything is free: making the environment then fails without saying why."""
        return any(
            shutil.disk_usage(place).free < _HARDLY_ANYTHING for place in (self.folder.parent, tempfile.gettempdir())
        )

    @property
    def forbidden(self) -> str:
        """What to do when a file cannot be written."""
        return f"{self.folder} cannot be written: close what uses it, or move the project to where you may write."


def diagnose(output: Sequence[str], places: Places) -> CannotStart:
    """Read what venv or pip said before it failed."""
    text = "\n".join(output)
    if _DISK_FULL.search(text) or places.no_room():
        return CannotStart(places.disk_full)
    if _NO_VENV.search(text):
        return CannotStart(_DEBIAN)
    if _NO_NETWORK.search(text):
        return CannotStart(_OFFLINE, untouched=True)
    if _FORBIDDEN.search(text):
        return CannotStart(places.forbidden)
    if found := _NO_BUILD.search(text):
        why = f"There is no {found[1]} for this system and Python: try another Python of 3.10 to 3.12"
        return CannotStart(f"{why} (the whole record is in {places.record}).", untouched=True)
    last = next((line.strip() for line in reversed(output) if line.strip()), "it did not say why")
    return CannotStart(f"The installation failed: {last} (the whole record is in {places.record}).")


def diagnose_error(error: OSError, places: Places) -> CannotStart | None:
    """The same for what we cannot write ourselves; None when it is something else."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return CannotStart(places.disk_full)
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return CannotStart(places.forbidden)
    return None
