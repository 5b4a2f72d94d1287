"""The service that looks at picture files: from the cache, else by the installed models, else without any."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from consistent_character.progress import Progress, Silent
from consistent_character.vision.seeing.cache import Memory, SeenCache
from consistent_character.vision.seeing.installing import Installation, style_free_command
from consistent_character.vision.seeing.looking import look
from consistent_character.vision.seeing.pool import SECONDS, Pool
from consistent_character.vision.seeing.seen import STYLE_FREE, Seen, decoded, encoded
from consistent_character.vision.seeing.style_free import style_free_eyes
from consistent_character.vision.seeing.worker import Answer, WorkerUnusable

_VERSION = "seeing-1"
"""Changes when the same eyes see something else."""


@dataclass(frozen=True)
class Looker:
    """Who looks: the name that results are kept under, and what starts a worker."""

    name: str
    command: tuple[str, ...]


def lookers(installation: Installation | None) -> tuple[Looker, ...]:
    """The models where they are installed, and what takes over where they do not run."""
    style_free = Looker(STYLE_FREE, style_free_command())
    return (style_free,) if installation is None else (Looker(installation.name, installation.command), style_free)


class Sight:
    """Looks at pictures, with processes that live until `close`; use it as a context manager.

    `problem` is why somebody else looks than was to; empty if all is well.
    """

    def __init__(
        self, who: Sequence[Looker], cache: SeenCache | None = None, workers: int = 0, seconds: float = SECONDS
    ) -> None:
        self._lookers = list(who)
        self._cache = cache if cache is not None else Memory()
        self._workers, self._seconds = workers, seconds
        self._pool: Pool | None = None
        self.problem = ""

    def look(self, paths: Sequence[Path], progress: Progress | None = None) -> tuple[Seen, ...]:
        """What is in each picture, in their order; one that cannot be read has an `error`.

        Raises:
            Interrupted: the user asked to stop. What was finished is in the cache.
            FolderError: the cache's database cannot be used.
        """
        progress = progress or Silent()
        progress.begin("Looking at pictures", len(paths))
        seen: dict[int, Seen] = {}
        while len(seen) < len(paths):
            left = [number for number in range(len(paths)) if number not in seen]
            try:
                for number, one in self._looked_at(paths, left):
                    if one is None:
                        progress.advance(0)
                        continue
                    seen[number] = one
                    progress.advance()
            except WorkerUnusable as error:
                self._next_looker(error)
        return tuple(seen[number] for number in range(len(paths)))

    def close(self) -> None:
        """End the processes; the next look starts them again."""
        if self._pool is not None:
            self._pool.close()
        self._pool = None

    def __enter__(self) -> Sight:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _looked_at(self, paths: Sequence[Path], left: Sequence[int]) -> Iterator[tuple[int, Seen | None]]:
        missing = []
        for number in left:
            one = self._remembered(paths[number])
            if one is None:
                missing.append(number)
            else:
                yield number, one
        yield from self._fresh(paths, missing)

    def _remembered(self, path: Path) -> Seen | None:
        try:
            key = self._key(hashlib.sha256(path.read_bytes()).hexdigest())
        except OSError as error:
            return Seen(by=self._name, error=f"it cannot be read ({error.strerror or error})")
        return _read(self._cache.found([key]), key)

    def _fresh(self, paths: Sequence[Path], missing: Sequence[int]) -> Iterator[tuple[int, Seen | None]]:
        if not self._lookers:
            for number in missing:
                yield number, _in_this_process(paths[number])
            return
        for finished in self._workers_of().look([paths[number] for number in missing]):
            if finished is None:
                yield -1, None
                continue
            place, answer = finished
            self._keep(answer)
            yield missing[place], answer.seen

    def _keep(self, answer: Answer) -> None:
        if answer.digest:
            self._cache.keep(self._key(answer.digest), encoded(answer.seen))

    def _workers_of(self) -> Pool:
        if self._pool is None:
            self._pool = Pool(self._lookers[0].command, self._workers, self._seconds)
        return self._pool

    def _next_looker(self, error: WorkerUnusable) -> None:
        self.close()
        failed = self._lookers.pop(0)
        self.problem = f"{failed.name} cannot look at pictures ({error}); {STYLE_FREE} do instead."

    def _key(self, digest: str) -> str:
        return f"{_VERSION}:{self._name}:{digest}"

    @property
    def _name(self) -> str:
        return self._lookers[0].name if self._lookers else STYLE_FREE


def _read(found: Mapping[str, bytes], key: str) -> Seen | None:
    """What was stored; nothing where that is damaged: it is looked at again."""
    try:
        return decoded(found[key])
    except (KeyError, ValueError):
        return None


def _in_this_process(path: Path) -> Seen:
    """Where no process can be started at all."""
    try:
        return look(path.read_bytes(), style_free_eyes())
    except OSError as error:
        return Seen(by=STYLE_FREE, error=f"it cannot be read ({error.strerror or error})")
