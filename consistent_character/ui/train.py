"""Panel 4: a look at everything that would spoil a run, what mends it, the training, and what it has saved so far."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr

from consistent_character.character.folder import CharacterFolder
from consistent_character.choosing.watching import Watcher
from consistent_character.house import House
from consistent_character.mending import Mended, mend_findings
from consistent_character.progress import Progress
from consistent_character.training import Finding, TrainingRun, TrainingSettings, preflight, resume, train
from consistent_character.ui.element_ids import element_id
from consistent_character.ui.findings import Board, board, mended_in_words
from consistent_character.ui.form import Form, Updates, on
from consistent_character.ui.pieces import lead, note, outcome
from consistent_character.ui.run_shown import outcome_of, standing
from consistent_character.ui.running import Told, run
from consistent_character.ui.train_form import training_form
from consistent_character.ui.undoing import undo
from consistent_character.ui.window import Panel, Shell, Window

_NO_RUN = note("No run yet. Check first tells what would go wrong; Train makes a new run.")
_REFUSED = "Training has not begun: the Train panel says what must be mended first."
_ON_FILES = ("captions", "move-out")

_NO_TRAINER = note(
    "This web UI cannot train embeddings: it has no Train tab. Train the same character folder in AUTOMATIC1111 or "
    "reForge, or on its own with “python start.py ui”; then come back and choose one of the iterations here.",
    "warning",
)


def panel(house: House, shell: Shell) -> Panel:
    """Lay out the panel and connect it."""
    gr.HTML(
        lead(
            "Trains the embedding on the kept images and their captions, after a look at all that usually goes wrong.",
            "makes a new folder in runs/ with every saved iteration. An interrupted run is gone on with from there. "
            "What a fix does to captions and images can be undone.",
        )
    )
    able = house.engine.trainer is not None
    if not able:
        gr.HTML(_NO_TRAINER, elem_id=element_id("train", "none"))
    parts = _lay_out(house.size, able=able)
    handlers = _Handlers(house, shell, parts)
    handlers.connect()
    return Panel(
        (*parts.form.components.values(), *parts.found.outputs, parts.back, parts.run, parts.previews),
        handlers.show,
        handlers.live,
    )


def newest_run(folder: CharacterFolder) -> Path:
    """The newest run's folder; where there is none, a path that every reader refuses in its own words."""
    return next(iter(folder.runs()[-1:]), folder.path / "runs" / "none yet")


@dataclass(frozen=True)
class _Parts:
    """The panel's components."""

    form: Form[TrainingSettings]
    check: Any
    start: Any
    further: Any
    found: Board
    back: Any
    run: Any
    previews: Any


def _lay_out(size: int, *, able: bool) -> _Parts:
    with gr.Row():
        with gr.Column(scale=2, min_width=320):
            form = training_form(size)
            with gr.Row():
                check = gr.Button("Check first", elem_id=element_id("train", "check"), interactive=able)
                start = gr.Button("Train", variant="primary", elem_id=element_id("train", "start"), interactive=able)
            further = gr.Button("Go on with the newest run", elem_id=element_id("train", "resume"), interactive=able)
        with gr.Column(scale=5):
            with gr.Column(elem_classes="cc-findings"):
                found = board()
                back = gr.Button("Undo the last fix", visible=False, elem_id=element_id("train", "undo"), size="sm")
            shown = gr.HTML(_NO_RUN, elem_id=element_id("train", "curve"))
            previews = gr.Gallery(
                label="Previews", columns=6, object_fit="contain", height=320, elem_id=element_id("train", "previews")
            )
    return _Parts(form, check, start, further, found, back, shown, previews)


@dataclass(frozen=True)
class _Handlers:
    """What the panel's buttons do."""

    house: House
    shell: Shell
    parts: _Parts

    def connect(self) -> None:
        """Hang every handler on its button."""
        parts, shell = self.parts, self.shell
        window, quiet = (shell.window,), {"show_progress": "hidden"}
        found = parts.found.outputs
        mending = [*shell.outputs, *parts.form.components.values(), *found, parts.back]
        running = [*shell.outputs, parts.run, parts.previews]
        parts.form.on(parts.check.click, self.checked, found, also=window, **quiet)
        parts.form.on(parts.start.click, self.trained, [*running, *found], also=window, **quiet)
        on(parts.further.click, self.gone_on, window, running, **quiet)
        parts.form.on(parts.back.click, self.undone, [*shell.outputs, *found], also=window, **quiet)
        also = (shell.window, parts.found.found)
        parts.form.on(parts.found.every.click, self._mending(None), mending, also=also, **quiet)
        for number, row in enumerate(parts.found.rows):
            parts.form.on(row.button.click, self._mending(number), mending, also=also, **quiet)

    def live(self, folder: CharacterFolder) -> Updates:
        """The newest run as it is now."""
        newest = folder.runs()[-1:]
        at_work = self.house.jobs.of(folder.path) is not None
        shown = standing(folder, newest[0], at_work=at_work) if newest else _NO_RUN
        return {self.parts.run: shown, self.parts.previews: _previews(newest)}

    def show(self, folder: CharacterFolder) -> Updates:
        """A folder that has just been opened."""
        settings = TrainingSettings.for_character(folder.character, self.house.size)
        hidden = {self.parts.back: gr.update(visible=False)}
        return {**self.parts.form.show(settings), **self.parts.found.clear(), **hidden, **self.live(folder)}

    def checked(self, settings: TrainingSettings, window: Window) -> Updates:
        """Only look."""
        settings.check()
        with window.folder() as folder:
            return self.parts.found.show(preflight(folder, settings, self.house.engine))

    def trained(self, settings: TrainingSettings, window: Window) -> Any:
        """Look, then train, unless an error was found."""
        settings.check()
        yield {self.parts.found.head: note("Looking for what would spoil the run…")}
        with window.folder() as folder:
            found = preflight(folder, settings, self.house.engine)
        yield self.parts.found.show(found)
        if any(finding.severity == "error" for finding in found):
            yield {self.shell.strip: gr.update(value=outcome(_REFUSED, "bad"), visible=True)}
            return
        engine = self.house.engine
        yield from self._run(
            window,
            lambda folder, progress, watcher: train(folder, settings, engine, progress, watcher=watcher),
        )

    def gone_on(self, window: Window) -> Any:
        """Go on with the newest run."""
        engine = self.house.engine
        yield from self._run(
            window,
            lambda folder, progress, watcher: resume(folder, newest_run(folder), engine, progress, watcher=watcher),
        )

    def _run(self, window: Window, work: Callable[..., Any]) -> Any:
        yield from run(
            self.house,
            self.shell,
            window,
            title="Training",
            work=lambda folder: lambda progress: self._watched(work, folder, progress),
            live=self.live,
            ended=self._came_of,
        )

    def _watched(self, work: Callable[..., Any], folder: CharacterFolder, progress: Progress) -> Any:
        """The work, with a watcher; what looks at its pictures ends with it."""
        with self.house.eyes(folder.database) as sight:
            return work(folder, progress, Watcher(folder, self.house.engine, sight=sight))

    def _came_of(self, folder: CharacterFolder, done: TrainingRun) -> Told:
        """What training came to."""
        words, kind = outcome_of(done)
        return Told(words, self.live(folder), kind)

    def _mending(self, number: int | None) -> Callable[..., Any]:
        """What the button in that row does; without a number, the one that mends all."""

        def mended(settings: TrainingSettings, window: Window, shown: Sequence[Finding]) -> Any:
            chosen = shown if number is None else shown[number : number + 1]
            codes = None if number is None else [finding.code for finding in chosen]
            yield from run(
                self.house,
                self.shell,
                window,
                title="Mending",
                work=lambda folder: (
                    lambda progress: mend_findings(folder, settings, self.house.engine, progress, codes)
                ),
                live=lambda folder: {},
                ended=lambda folder, done: Told(
                    mended_in_words(done), self._mended(settings, done), "warning" if done.left else "good"
                ),
                engine=any(finding.fix is not None and finding.fix.how == "host" for finding in chosen),
            )

        return mended

    def _mended(self, before: TrainingSettings, done: Mended) -> Updates:
        """The findings anew, and of the form only what was changed: the rest may have been edited meanwhile."""
        form, written = self.parts.form, self.parts.form.show(done.settings)
        changed = [part for name, part in form.components.items() if _differ(before, done.settings, name)]
        undoable = any(finding.fix is not None and finding.fix.how in _ON_FILES for finding in done.mended)
        back = {self.parts.back: gr.update(visible=True)} if undoable else {}
        return {**{part: written[part] for part in changed}, **self.parts.found.show(done.findings), **back}

    def undone(self, settings: TrainingSettings, window: Window) -> Any:
        """Take the last change of files back, and look anew."""
        yield from undo(
            self.house,
            self.shell,
            window,
            lambda folder: self.parts.found.show(preflight(folder, settings, self.house.engine)),
        )


def _differ(one: TrainingSettings, other: TrainingSettings, name: str) -> bool:
    return bool(getattr(one, name) != getattr(other, name))


def _previews(runs: Sequence[Path]) -> list[tuple[str, str]]:
    images = sorted((runs[0] / "previews").glob("*.png"), key=lambda path: path.stat().st_mtime) if runs else []
    return [(str(path), path.stem) for path in images]
