"""Watching a run that another program trains right now, or has finished: its folder is looked at again and again."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from pathlib import Path

from consistent_character.choosing.foreign import ForeignRequest, Place, place_of, subject_of
from consistent_character.choosing.foreign_files import Saved, saved_in
from consistent_character.choosing.judging import Judge
from consistent_character.choosing.request import ForestRequest
from consistent_character.choosing.stock_settings import settings_of
from consistent_character.choosing.watched import Watched, write_watched
from consistent_character.choosing.watching import Beside, Tell, line_of, nobody
from consistent_character.engine import Engine, Iteration
from consistent_character.errors import RequestError
from consistent_character.learning_rate import last_step
from consistent_character.progress import Progress
from consistent_character.vision.seeing.sight import Sight

SEEDS = (1, 2, 3)
"""What a watch draws of each iteration, unless other seeds are wanted: there are many, and they come one by one."""
NOT_ASKED = ("search", "more_seeds")
"""Settings of a forest test that a watch has no use for: it looks at everything as it comes."""
_BEAT = 0.2
"""Seconds between two looks at whether somebody wants to stop."""
_Signature = tuple[Path, int, int]


@dataclass(frozen=True)
class FollowRequest:
    """How long to look for new iterations."""

    every: float = 5.0
    """Seconds between two looks into the folder, 0.1 to 3600."""
    patience: float = 600.0
    """Seconds without a new iteration after which a run counts as over; 0 judges only what is there."""

    def check(self) -> None:
        """Look at both.

        Raises:
            RequestError: one cannot be used.
        """
        if not 0.1 <= self.every <= 3600:
            raise RequestError(f"Look every 0.1 to 3600 seconds, not every {self.every:g}.")
        if not self.patience >= 0:
            raise RequestError(f"The patience is a number of seconds from 0 on, not {self.patience:g}.")


@dataclass(frozen=True)
class Services:
    """Who draws, who is told, and how time is spent; all of it is exchanged in tests."""

    engine: Engine
    progress: Progress
    tell: Tell = nobody
    now: Callable[[], float] = time.time
    sleep: Callable[[float], None] = time.sleep
    sight: Sight | None = None
    turn: Callable[[], AbstractContextManager[object]] = nullcontext
    """Entered before anything is drawn, left while nothing new is there: others may use the engine then."""


@dataclass(frozen=True)
class Followed:
    """What was seen of a run; `path` is where it is kept."""

    path: Path
    watched: Watched


def follow(
    path: Path,
    forest: ForestRequest,
    services: Services,
    wanted: ForeignRequest | None = None,
    how: FollowRequest | None = None,
) -> Followed:
    """Judge every iteration of a run as it appears, until the run is over.

    `path` is any folder that `subject_of` takes. It is over with the last iteration that its own settings promise, or
    when nothing new has come for a while. Started again it goes on where it stopped.

    Raises:
        RequestError: a setting that cannot be used.
        UnsafePrompt: the prompt pairs sexual wording with somebody described as a minor. Nothing is drawn.
        FolderError: there is no such folder, nothing in it in time, or the disk is full. What was drawn is kept.
        Interrupted: the user stopped it. What was seen is kept.
    """
    how, wanted = how or FollowRequest(), wanted or ForeignRequest()
    how.check()
    forest.check()
    following = _Following(place_of(path), wanted, how, services)
    while not following.look().iterations and not following.over():
        following.wait("no iteration yet")
    subject = subject_of(path, services.engine, wanted)
    with services.turn():
        judge = Judge(subject, forest, services.engine, services.progress, sight=services.sight)
    following.judge_with(judge)
    while not following.over():
        following.wait(f"waiting for the iteration after step {following.last}")
        following.look()
        following.judge_with(judge)
    return Followed(following.place.results, following.told(judge))


@dataclass
class _Following:
    """What is known of a run so far: `seen` are the files that were judged or given up, by their steps."""

    place: Place
    wanted: ForeignRequest
    how: FollowRequest
    services: Services
    saved: Saved = field(default_factory=lambda: Saved("", (), (), ()))
    seen: dict[int, _Signature] = field(default_factory=dict)
    given_up: dict[int, str] = field(default_factory=dict)

    @property
    def last(self) -> int:
        """The last step that there is."""
        return self.saved.iterations[-1].step if self.saved.iterations else 0

    def look(self) -> Saved:
        """Read the folder anew. A file that is being written cannot be read yet: the next look finds it."""
        self.saved = saved_in(self.place.files, self.services.engine.vocabulary, self.wanted.token)
        return self.saved

    def judge_with(self, judge: Judge) -> None:
        """Judge what is new, or other than it was."""
        new = [one for one in self.saved.iterations if self.seen.get(one.step) != _signature(one)]
        done = len(self.saved.iterations) - len(new)
        if not new:
            return
        with self.services.turn():
            self.services.progress.begin("Watching", total=len(self.saved.iterations), done=done)
            for iteration in new:
                self._judge(judge, iteration)

    def _judge(self, judge: Judge, iteration: Iteration) -> None:
        services, signature = self.services, _signature(iteration)
        try:
            watched = judge.judge(iteration, Beside(services.progress))
        except RequestError as error:  # it may have been written while it was read
            if self.given_up.get(iteration.step) == str(error):
                self.seen[iteration.step] = signature
            self.given_up[iteration.step] = str(error)
            return
        self.seen[iteration.step] = signature
        self.given_up.pop(iteration.step, None)
        write_watched(self.place.results, self.told(judge))
        told = line_of(watched, iteration.step)
        services.tell(told)
        services.progress.advance(note=told)

    def told(self, judge: Judge) -> Watched:
        """What the judge makes of it, with what there is to say about files now."""
        watched = judge.watched
        notes = dict.fromkeys((*watched.notes, *self.saved.notes, *self.given_up.values()))
        return replace(watched, notes=tuple(notes))

    def over(self) -> bool:
        """Whether no more is to be expected."""
        if self.how.patience == 0:
            return True
        end = _end_of(self.place)
        if end and self.last >= end and all(one.step in self.seen for one in self.saved.iterations):
            return True
        newest = max((_signature(one)[1] / 1e9 for one in self.saved.iterations), default=_changed(self.place.path))
        return self.services.now() - newest >= self.how.patience

    def wait(self, note: str) -> None:
        """Let some time pass.

        Raises:
            Interrupted: somebody asked to stop.
        """
        left = self.how.every
        while left > 0:
            self.services.progress.advance(units=0, note=note)
            self.services.sleep(min(_BEAT, left))
            left -= _BEAT


def _signature(iteration: Iteration) -> _Signature:
    try:
        about = iteration.path.stat()
    except OSError:
        return (iteration.path, 0, 0)
    return (iteration.path, about.st_mtime_ns, about.st_size)


def _changed(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0


def _end_of(place: Place) -> int:
    """The step of the last iteration that a run's settings promise; 0 where they do not."""
    settings = settings_of(place.path)
    if settings:
        return settings.last_saved
    try:
        asked = json.loads((place.path / "request.json").read_text(encoding="utf-8"))
        return last_step(str(asked["learn_rate"]), int(asked["steps"]))
    except (OSError, ValueError, KeyError, TypeError, RequestError):
        return 0
