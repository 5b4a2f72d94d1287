"""The five steps, and undo, as a table: what is sent, and what is done with it in a job."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from pydantic import Field

from consistent_character import captioning, curating
from consistent_character.captioning import CaptionRequest
from consistent_character.character.folder import CharacterFolder
from consistent_character.choosing import ForestRequest, PromoteRequest, Subject, forest_test, promote
from consistent_character.choosing.battery import BatteryRequest, try_run
from consistent_character.choosing.watching import Watcher
from consistent_character.curating import CurateRequest
from consistent_character.documents import (
    Document,
    captioned,
    chosen,
    curated,
    drawn,
    looked_at,
    mended,
    put_to_use,
    trained,
    tried_out,
    undone,
)
from consistent_character.generating import GridRequest, generate
from consistent_character.generating.token_check import TokenRequest, check_the_token
from consistent_character.house import House
from consistent_character.mending import mend_findings
from consistent_character.progress import Progress
from consistent_character.report.battery import write_battery_page
from consistent_character.report.exporting import export_run
from consistent_character.training import TrainingSettings, preflight, resume, train
from consistent_character.web.bodies import Body, Given, body_of
from consistent_character.web.places import run_of

Work = Callable[[CharacterFolder, Progress], Document]

SIZES = {"width": "the checkpoint's own", "height": "the checkpoint's own"}
_WHO = {"token": "the character's own", "look": "the character's own"}
_WHAT = {"initialization_text": "the character's own", "num_vectors": "the character's own"}
_RUN = {"run": (str | None, Field(None, description="The run's name, one of the character's `runs`. [the newest]"))}
_SPARED = {
    "spare": (tuple[str, ...], Field((), description="Images, by file name, whose captions stay as they are.")),
    "accept": (tuple[str, ...], Field((), description="Images, by file name, whose offers are taken.")),
}


@dataclass(frozen=True)
class Step:
    """One line of the table. `prepare` looks at what was sent before the job starts; `engine`: it draws or trains."""

    path: str
    title: str
    summary: str
    description: str
    body: type[Body]
    prepare: Callable[[House, CharacterFolder, Given], Work]
    engine: bool = False


def with_sizes(house: House, sent: Given) -> dict[str, Any]:
    """What was sent, and the checkpoint's own size where none was: the engine is asked only then."""
    missing = {side: house.engine.checkpoint.size for side in SIZES if side not in sent}
    return {**missing, **sent}


def _generate(house: House, folder: CharacterFolder, sent: Given) -> Work:
    request = GridRequest(**with_sizes(house, sent))
    request.check()
    return lambda folder, progress: drawn(generate(folder, request, house.engine, progress))


def _token(house: House, folder: CharacterFolder, sent: Given) -> Work:
    request = TokenRequest(**with_sizes(house, sent))
    request.check()
    return lambda folder, progress: looked_at(check_the_token(folder, request, house.engine, progress))


def _curation(*, moving: bool) -> Callable[[House, CharacterFolder, Given], Work]:
    def prepare(house: House, folder: CharacterFolder, sent: Given) -> Work:
        request = CurateRequest(**sent)

        def work(folder: CharacterFolder, progress: Progress) -> Document:
            plan = curating.plan(folder, request, progress)
            if moving:
                curating.apply(folder, plan)
            return curated(plan, len(plan.rejected) if moving else 0)

        return work

    return prepare


def _captions(*, writing: bool) -> Callable[[House, CharacterFolder, Given], Work]:
    def prepare(house: House, folder: CharacterFolder, sent: Given) -> Work:
        words = {name: value for name, value in sent.items() if name not in _SPARED}
        who = {"token": folder.character.token, "look": folder.character.look}
        request = CaptionRequest(**{**who, **words})

        def work(folder: CharacterFolder, progress: Progress) -> Document:
            plan = captioning.plan(folder, request).without(sent.get("spare", ())).accepting(sent.get("accept", ()))
            if writing:
                captioning.apply(folder, plan, progress)
            return captioned(plan, len(plan.with_status("changed")) if writing else 0)

        return work

    return prepare


def _undo(house: House, folder: CharacterFolder, sent: Given) -> Work:
    return lambda folder, progress: undone(folder.undo())


def settings_of(house: House, folder: CharacterFolder, sent: Given) -> TrainingSettings:
    """The character's own training settings, changed by what was sent.

    Raises:
        RequestError: a setting cannot be used.
    """
    own = TrainingSettings.for_character(folder.character)
    settings = own.with_changes(**with_sizes(house, sent))
    settings.check()
    return settings


def _mend(house: House, folder: CharacterFolder, sent: Given) -> Work:
    fixes = sent.get("fixes")
    settings = settings_of(house, folder, {name: value for name, value in sent.items() if name != "fixes"})
    return lambda folder, progress: mended(mend_findings(folder, settings, house.engine, progress, fixes))


def _train(house: House, folder: CharacterFolder, sent: Given) -> Work:
    settings = settings_of(house, folder, sent)

    def work(folder: CharacterFolder, progress: Progress) -> Document:
        findings = preflight(folder, settings, house.engine)
        with house.eyes(folder.database) as sight:
            watcher = Watcher(folder, house.engine, sight=sight)
            return trained(train(folder, settings, house.engine, progress, watcher=watcher), findings)

    return work


def _resume(house: House, folder: CharacterFolder, sent: Given) -> Work:
    run = run_of(folder, sent.get("run"))

    def work(folder: CharacterFolder, progress: Progress) -> Document:
        with house.eyes(folder.database) as sight:
            watcher = Watcher(folder, house.engine, sight=sight)
            return trained(resume(folder, run, house.engine, progress, watcher=watcher))

    return work


def _choose(house: House, folder: CharacterFolder, sent: Given) -> Work:
    run = run_of(folder, sent.get("run"))
    wanted = {name: value for name, value in sent.items() if name != "run"}
    own = ForestRequest(class_word=folder.character.initialization_text)
    request = replace(own, **with_sizes(house, wanted))
    request.check()

    def work(folder: CharacterFolder, progress: Progress) -> Document:
        subject = Subject.of_run(folder, run, house.engine.vocabulary)
        with house.eyes(folder.database) as sight:
            test = forest_test(subject, request, house.engine, progress, sight)
        export_run(folder, run, test)
        return chosen(run, test)

    return work


def _validate(house: House, folder: CharacterFolder, sent: Given) -> Work:
    run = run_of(folder, sent.get("run"))
    wanted = {name: value for name, value in sent.items() if name != "run"}
    request = replace(BatteryRequest(class_word=folder.character.initialization_text), **with_sizes(house, wanted))
    request.check(folder.character.look)

    def work(folder: CharacterFolder, progress: Progress) -> Document:
        with house.eyes(folder.database) as sight:
            battery = try_run(folder, run, request, house.engine, progress, sight)
        write_battery_page(battery, run, folder.path)
        return tried_out(run, battery)

    return work


def _promote(house: House, folder: CharacterFolder, sent: Given) -> Work:
    run = run_of(folder, sent.get("run"))
    request = PromoteRequest(**{name: value for name, value in sent.items() if name != "run"})
    request.check()

    def work(folder: CharacterFolder, progress: Progress) -> Document:
        with house.eyes(folder.database) as sight:
            return put_to_use(promote(folder, run, request, house.engine, house.place, progress, sight))

    return work


_CURATE = body_of("CurateBody", CurateRequest)
_CAPTION = body_of("CaptionBody", CaptionRequest, _WHO, _SPARED)
TRAIN = body_of("TrainBody", TrainingSettings, {**SIZES, **_WHAT})

_FIXES = (
    tuple[str, ...] | None,
    Field(None, description="Ids of `preflight`'s fixes, from `findings[].fix.id`. [all that there are]"),
)

STEPS = (
    Step(
        "token",
        "Token check",
        "Before step 1: is the token still free?",
        "Draws the token alone and made-up words beside it, into `token-check/`. Answers whether the model makes "
        "something of it already, and how many tokens it is.",
        body_of("TokenBody", TokenRequest, SIZES),
        _token,
        engine=True,
    ),
    Step(
        "generate",
        "Generating",
        "Step 1: draw the zoom x angle grid",
        "Draws what is not there yet: adds images and their prompts to `images/`. Goes on after an interruption.",
        body_of("GenerateBody", GridRequest, SIZES),
        _generate,
        engine=True,
    ),
    Step(
        "curate/plan",
        "Analysing",
        "Step 2: which images to keep",
        "Looks at every image and suggests what to keep. Nothing is moved.",
        _CURATE,
        _curation(moving=False),
    ),
    Step(
        "curate/apply",
        "Moving",
        "Step 2: move the rejected images out of the way",
        "Plans and moves what is rejected, with its captions, to `rejected/<reason>/`. `undo` brings it back.",
        _CURATE,
        _curation(moving=True),
    ),
    Step(
        "caption/plan",
        "Captioning",
        "Step 3: what the captions would become",
        "Shows every caption as it is and as it would be. Nothing is written.",
        _CAPTION,
        _captions(writing=False),
    ),
    Step(
        "caption/apply",
        "Writing captions",
        "Step 3: write the captions",
        "Plans and writes the changed captions in one go. `undo` takes it back byte for byte.",
        _CAPTION,
        _captions(writing=True),
    ),
    Step(
        "undo",
        "Undoing",
        "Take the last change back",
        "The last applied batch of caption edits or moves is taken back; what was changed since is left alone.",
        body_of("UndoBody"),
        _undo,
    ),
    Step(
        "mend",
        "Mending",
        "Step 4: mend what the look before training found",
        "Send the settings that `preflight` was asked about. Answers what was mended, what could not be and why, the "
        "`settings` to train with, and what is found now. `undo` takes back what was done to files.",
        body_of("MendBody", TrainingSettings, {**SIZES, **_WHAT}, {"fixes": _FIXES}),
        _mend,
        engine=True,
    ),
    Step(
        "train",
        "Training",
        "Step 4: train the embedding",
        "A look before, as `preflight` does, then a new run in `runs/` with every saved iteration. The result tells "
        "what the forest watch has seen, and how the run ended, if not at its last step.",
        TRAIN,
        _train,
        engine=True,
    ),
    Step(
        "resume",
        "Training",
        "Step 4: go on with a run that was stopped",
        "From the last saved iteration, with the captions and settings that it began with.",
        body_of("ResumeBody", more=_RUN),
        _resume,
        engine=True,
    ),
    Step(
        "choose",
        "Forest test",
        "Step 5: the iteration to use",
        "Every saved iteration of a run draws the same scene with the same seeds; names the one to use, and says why.",
        body_of("ChooseBody", ForestRequest, {**SIZES, "class_word": "the character's initialization text"}, _RUN),
        _choose,
        engine=True,
    ),
    Step(
        "validate",
        "Trying out",
        "After step 5: other places, outfits, hair, styles, shots and checkpoints",
        "Each prompt is drawn with the iteration and with the class word, and looked at. What came before an "
        "interruption is kept; at the end the checkpoint that was in use is in use again. The pictures are in the "
        "run's `battery.html`, too.",
        body_of("ValidateBody", BatteryRequest, {**SIZES, "class_word": "the character's initialization text"}, _RUN),
        _validate,
        engine=True,
    ),
    Step(
        "promote",
        "Promoting",
        "After step 5: use the iteration in prompts, and publish it",
        "Puts it into the web UI's embeddings folder and loads it; one of that name before is kept, and where is told. "
        "Writes a model card with samples at several weights into the character's `promoted/`.",
        body_of("PromoteBody", PromoteRequest, more=_RUN),
        _promote,
        engine=True,
    ),
)
