"""The forest test in the real web UI against its own drawing of the same pictures, and against its X/Y/Z plot."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from benchmarks.forest_speed.material import TOKEN, forget_pictures
from benchmarks.forest_speed.timing import Times
from consistent_character.character.folder import CharacterFolder
from consistent_character.choosing import ForestRequest
from consistent_character.choosing.rendering import Album
from consistent_character.choosing.training_set import find_iterations
from consistent_character.engine import CheckpointInfo, RenderRequest
from consistent_character.web import PREFIX
from tests.webui.server import RunningWebUI

BARE, WHOLE = "(a) process_images alone", "(b) the whole test, every iteration"
DRAWN = "(e) process_images in (b), the rest of (a)"
PLOT, OURS = "(c) the stock X/Y/Z plot", "(d) our test, coarse to fine"
PARTS = {"overhead": (BARE, WHOLE), "plot": (OURS, PLOT)}
"""What is compared with what. Ours goes before the plot, which shows as many seeds as ours has looked at."""
AT_ONCE = 8
_PROMPT_SR, _SEED, _NOTHING = 7, 1, 0
"""Axes of txt2img's X/Y/Z plot, by their places in its menu."""


class Measured:
    """A run in a web UI's folder of characters.

    `answers` is what our tests have come to; `drawn` the processor's seconds of `process_images` in each turn of (a)
    and of (b).
    """

    def __init__(self, running: RunningWebUI, folder: Path, run: Path, request: ForestRequest) -> None:
        self._running, self._request = running, request
        self._here = running.data / "outputs" / "consistent-character" / TOKEN
        self._run = self._here / "runs" / "20260101-120000-1"  # as runs are called
        self.answers: dict[str, str] = {}
        self.drawn: dict[str, list[float]] = {BARE: [], WHOLE: []}
        running.inside("speed.counting")
        self._seeds = request.seeds
        shutil.copytree(folder, self._here, ignore=shutil.ignore_patterns("forest-test", "truth", "*.optim", "runs"))
        shutil.copytree(run, self._run, ignore=shutil.ignore_patterns("forest-test", "truth", "*.optim"))
        with CharacterFolder.open(self._here) as opened:
            self._iterations = find_iterations(opened, self._run)

    def works(self) -> Mapping[str, Callable[[], object]]:
        """All four, over the same iterations and seeds."""
        return {
            BARE: self._bare,
            WHOLE: self._whole,
            OURS: lambda: self._test(OURS, self._request),
            PLOT: self._plot,
        }

    def _bare(self) -> None:
        with self._counted(BARE):
            self._running.inside("speed.bare", requests=[_sent(one) for one in self._pictures()], size=AT_ONCE)

    def _pictures(self) -> list[RenderRequest]:
        nobody = CheckpointInfo("", "", 0, Path())
        album = Album(self._run, TOKEN, self._request, self._iterations, nobody)
        seeds = self._request.seeds
        rows = [album.baseline(seeds), *(album.row(one.step, seeds) for one in self._iterations)]
        return [planned.request for row in rows for planned in row]

    def _whole(self) -> None:
        with self._counted(WHOLE):
            self._test(WHOLE, replace(self._request, search="all", more_seeds=0))

    @contextmanager
    def _counted(self, name: str) -> Iterator[None]:
        before = self._running.inside("speed.counted")
        yield
        self.drawn[name].append(self._running.inside("speed.counted") - before)

    def _test(self, name: str, request: ForestRequest) -> None:
        forget_pictures(self._run)
        address = f"{PREFIX}/characters/{TOKEN}/choose"
        told = self._running.request(address, {**asdict(request), "run": self._run.name})
        while told["state"] not in ("done", "failed", "interrupted"):
            told = self._running.request(f"{PREFIX}/jobs/{told['id']}?wait=20")
        if told["state"] != "done":
            raise RuntimeError(told["error"])
        test = self._running.request(f"{PREFIX}/jobs/{told['id']}/result")["test"]
        said = f"onset {test['onset']}, use {test['recommended']}, from {test['drawn']} pictures"
        self.answers[name] = f"{said} of up to {len(test['seeds'])} seeds"
        if name == OURS:
            self._seeds = tuple(test["seeds"])

    def put_into_embeddings(self) -> None:
        """What a person does before the plot: the iterations into the web UI's folder, and one picture to load them."""
        for iteration in self._iterations:
            shutil.copyfile(iteration.path, self._running.embeddings / f"{self._name(iteration.step)}.pt")
        self._running.request("/sdapi/v1/txt2img", {"prompt": "", "steps": 1, "width": 96, "height": 96})

    def _name(self, step: int) -> str:
        return f"{TOKEN}x{step:05}"

    def _plot(self) -> None:
        asked, names = self._request, [self._name(one.step) for one in self._iterations]
        seeds = ", ".join(map(str, self._seeds))
        axes = [_PROMPT_SR, ", ".join(names), [], _SEED, seeds, [], _NOTHING, "", []]
        body = {
            "prompt": asked.prompt.replace("{name}", names[0]),
            "sampler_name": "Euler a",
            "steps": asked.steps,
            "cfg_scale": asked.cfg_scale,
            "width": asked.width,
            "height": asked.height,
            "seed": asked.seeds[0],
            "batch_size": 1,
            "script_name": "x/y/z plot",
            "script_args": [*axes, True, False, False, False, False, False, False, 0, False],
            "save_images": True,
        }
        answer = self._running.request("/sdapi/v1/txt2img", body)
        if not answer["images"]:
            raise RuntimeError("The plot has drawn nothing.")


def drawing_alone(times: Times, drawn: Times) -> list[float]:
    """(e) of each turn: what `process_images` took within (b), and beside it what (a) takes: the web UI itself."""
    rest = (all_ - own for all_, own in zip(times[BARE], drawn[BARE], strict=True))
    return [own + beside for own, beside in zip(drawn[WHOLE], rest, strict=True)]


def _sent(request: RenderRequest) -> dict[str, Any]:
    named = [[file.name, str(file.path)] for file in request.embeddings]
    return {**asdict(request), "embeddings": named}


def warmed_up(running: RunningWebUI) -> None:
    """The first pictures after a start take longer."""
    for _ in range(2):
        running.request("/sdapi/v1/txt2img", {"prompt": "", "steps": 4, "width": 96, "height": 96, "batch_size": 4})
