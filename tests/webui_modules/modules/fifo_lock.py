"""A lock that serves in order and knows no time limit."""

from __future__ import annotations

import threading


class FIFOLock:
    """As the real one, for a few threads; where that would wait for itself for ever, this one says so."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._holder: threading.Thread | None = None

    def acquire(self, blocking: bool = True) -> bool:
        if blocking and self._holder is threading.current_thread():
            raise RuntimeError("The queue is held by this thread already: it would wait for ever.")
        taken = self._lock.acquire(blocking)
        if taken:
            self._holder = threading.current_thread()
        return taken

    def release(self) -> None:
        self._holder = None
        self._lock.release()

    __enter__ = acquire

    def __exit__(self, t: object, v: object, tb: object) -> None:
        self.release()
