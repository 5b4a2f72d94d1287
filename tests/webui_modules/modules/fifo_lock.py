"""A lock that serves in order and knows no time limit."""

from __future__ import annotations

import threading


class FIFOLock:
    """As the real one, for a few threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()

    def acquire(self, blocking: bool = True) -> bool:
        return self._lock.acquire(blocking)

    def release(self) -> None:
        self._lock.release()

    __enter__ = acquire

    def __exit__(self, t: object, v: object, tb: object) -> None:
        self.release()
