"""As many workers as there are cores; a picture that takes a worker down, or hangs it, costs only itself."""

from __future__ import annotations

import os
import queue
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from pathlib import Path

from consistent_character.vision.seeing.seen import Seen
from consistent_character.vision.seeing.worker import Answer, Worker, WorkerDied, WorkerHung

BEAT = 0.1
"""Seconds after which a caller who waits is woken, so that it can ask whether to go on."""
SECONDS = 60.0
"""A picture that takes longer hangs: one takes a fifth of a second."""
_MOST = 16
"""Processes: each takes about 300 MB."""


def cores() -> int:
    """Cores that this process may use."""
    own = getattr(os, "sched_getaffinity", None)
    return min(_MOST, len(own(0)) if own else os.cpu_count() or 1)


class Pool:
    """Worker processes for one command. They are started as they are needed and live until `close`."""

    def __init__(self, command: Sequence[str], workers: int = 0, seconds: float = SECONDS) -> None:
        self._workers = [Worker(command, seconds) for _ in range(workers or cores())]
        self._idle: queue.SimpleQueue[Worker] = queue.SimpleQueue()
        for worker in self._workers:
            self._idle.put(worker)

    def look(self, paths: Sequence[Path]) -> Iterator[tuple[int, Answer] | None]:
        """The number of each path and what is in it, as they are finished; None now and then while nothing is.

        Whoever stops asking stops the work: what is being looked at is let go.

        Raises:
            WorkerUnusable: no picture can be looked at.
        """
        finished: queue.SimpleQueue[tuple[int, Future[Answer]]] = queue.SimpleQueue()
        executor = ThreadPoolExecutor(len(self._workers), thread_name_prefix="consistent-character: seeing")
        left, stopped = len(paths), threading.Event()
        try:
            for number, path in enumerate(paths):
                executor.submit(self._ask, path, stopped).add_done_callback(partial(_report, finished, number))
            while left:
                try:
                    number, future = finished.get(timeout=BEAT)
                except queue.Empty:
                    yield None
                    continue
                left -= 1
                yield number, future.result()
        finally:
            if left:
                stopped.set()
                for worker in self._workers:
                    worker.stop()
            executor.shutdown(wait=True, cancel_futures=True)

    def close(self) -> None:
        """End all processes."""
        for worker in self._workers:
            worker.close()

    def _ask(self, path: Path, stopped: threading.Event) -> Answer:
        worker = self._idle.get()
        try:
            return _asked_twice(worker, path, stopped)
        except (WorkerDied, WorkerHung) as error:
            # No digest: another time it may well be seen, so it is not remembered.
            return Answer("", Seen(error=str(error)))
        finally:
            self._idle.put(worker)


def _report(finished: queue.SimpleQueue[tuple[int, Future[Answer]]], number: int, future: Future[Answer]) -> None:
    finished.put((number, future))


def _asked_twice(worker: Worker, path: Path, stopped: threading.Event) -> Answer:
    """A crash may have been the system's doing, short of memory; two are the picture's."""
    try:
        return worker.ask(path, stopped)
    except WorkerDied:
        if stopped.is_set():
            raise
        return worker.ask(path, stopped)
