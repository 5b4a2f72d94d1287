"""The queue's lock."""

from __future__ import annotations

from modules import fifo_lock

queue_lock = fifo_lock.FIFOLock()
