"""The five steps, one after the other, on folders of their own; what is done already is not done again."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path

from consistent_character import captioning, choosing, curating, generating, training
from consistent_character.captioning import CaptionRequest
from consistent_character.character.character import Character
from consistent_character.character.files import write_whole
from consistent_character.character.folder import CHARACTER_FILE, CharacterFolder
from consistent_character.choosing import ForestRequest, ForestTest
from consistent_character.curating import CurateRequest
from consistent_character.demo.ledger import Ledger
from consistent_character.demo.plan import DemoPlan, RunPlan
from consistent_character.demo.telling import Told, story
from consistent_character.engine import Engine
from consistent_character.generating import GridRequest
from consistent_character.progress import Progress
from consistent_character.report import write_report
from consistent_character.training import TrainingSettings
from consistent_character.training.runs import REQUEST_FILE
from worlds.cartoon.scene import HELD_OUT


def run_demo(out: Path, engine: Engine, progress: Progress, options: DemoPlan | None = None) -> Path:
    """Make a held-out character of the cartoon world, twice, and write `report.html` and `report.json` into `out`.

    Called again with the same `out` after an interruption, it goes on where it stopped. Returns the path of the page.

    Raises:
        RequestError: `out` holds something else, or a demo with another plan or checkpoint.
        FolderError: the disk is full or may not be written.
        Interrupted: `progress` stopped it; everything finished is kept.
    """
    plan = options or DemoPlan()
    ledger = Ledger(out, plan, engine.checkpoint)
    with ExitStack() as opened:

        def folder(name: str) -> CharacterFolder:
            return opened.enter_context(_folder(out / name, character(plan)))

        source = folder("character")
        with ledger.timed("generate"):
            generating.generate(source, _grid(plan), engine, progress)
        with ledger.timed("curate"):
            _curate(source, plan, progress)
        folders = [(run, folder(run.name)) for run in plan.runs]
        with ledger.timed("caption"):
            for run, own in folders:
                _caption(source, own, run)
        with ledger.timed("train"):
            trained = [(run, own, _train(own, plan, run, engine, progress)) for run, own in folders]
        with ledger.timed("choose"):
            told = [Told(run, own, _choose(own, path, plan, engine, progress)) for run, own, path in trained]
        return write_report(story(source, told, engine.checkpoint.name, ledger.seconds), out)


def character(plan: DemoPlan) -> Character:
    """The held-out person, described as a user would."""
    person = HELD_OUT[plan.person]
    return Character(token=plan.token, look=person.look, initialization_text=person.noun)


def _folder(path: Path, who: Character) -> CharacterFolder:
    return CharacterFolder.open(path) if (path / CHARACTER_FILE).exists() else CharacterFolder.create(path, who)


def _grid(plan: DemoPlan) -> GridRequest:
    return GridRequest(
        per_cell=plan.per_cell,
        seed=plan.seed,
        width=plan.size,
        height=plan.size,
        sampler=plan.sampler,
        steps=plan.sampling_steps,
        cfg_scale=plan.cfg_scale,
    )


def _curate(source: CharacterFolder, plan: DemoPlan, progress: Progress) -> None:
    curating.apply(source, curating.plan(source, CurateRequest(keep=plan.keep), progress))


def _caption(source: CharacterFolder, folder: CharacterFolder, run: RunPlan) -> None:
    """Copy the kept pairs that are not there yet, and rewrite the captions that are not rewritten yet."""
    who = folder.character
    for pair in source.pairs():
        _copy((pair.caption, pair.image), folder.images)
    leave_out = (who.background,) if run.leave_out_backdrop else ()
    planned = captioning.plan(folder, CaptionRequest(token=who.token, look=who.look, leave_out=leave_out))
    captioning.apply(folder, planned)


def _copy(files: Iterable[Path], into: Path) -> None:
    for file in files:
        if not (into / file.name).exists():
            write_whole(into / file.name, file.read_bytes())


def _train(folder: CharacterFolder, plan: DemoPlan, run: RunPlan, engine: Engine, progress: Progress) -> Path:
    begun = [path for path in folder.runs() if (path / REQUEST_FILE).is_file()]
    if begun:
        return training.resume(folder, begun[-1], engine, progress).path
    return training.train(folder, _settings(folder.character, plan, run), engine, progress).path


def _settings(who: Character, plan: DemoPlan, run: RunPlan) -> TrainingSettings:
    return TrainingSettings(
        initialization_text=who.initialization_text,
        num_vectors=run.num_vectors,
        learn_rate=run.learn_rate,
        batch_size=run.batch_size,
        steps=run.steps,
        width=plan.size,
        height=plan.size,
        save_every=run.save_every,
        preview_every=0,
        seed=plan.seed,
    )


def _choose(folder: CharacterFolder, run: Path, plan: DemoPlan, engine: Engine, progress: Progress) -> ForestTest:
    request = ForestRequest(
        prompt=plan.forest_prompt,
        class_word=folder.character.initialization_text,
        seeds=plan.forest_seeds,
        search="all",  # so that the page shows how every iteration came to be what it is
        more_seeds=0,
        sampler=plan.forest_sampler,
        steps=plan.forest_steps,
        cfg_scale=plan.forest_cfg_scale,
        width=plan.size,
        height=plan.size,
    )
    subject = choosing.Subject.of_run(folder, run, engine.vocabulary)
    return choosing.forest_test(subject, request, engine, progress)
