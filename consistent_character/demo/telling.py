"""What the report tells about a demo, read back from its folders."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from consistent_character.character.folder import CharacterFolder
from consistent_character.character.vocabulary import vocabulary_of
from consistent_character.choosing import ForestTest
from consistent_character.demo.plan import RunPlan
from consistent_character.prompts.cells import Vocabulary, all_cells, cell_of
from consistent_character.report import CaptionChange, InputImage, RunStory, Story
from consistent_character.report.forest import run_story


@dataclass(frozen=True)
class Told:
    """One of the demo's runs, done: its plan, its character folder and what choosing found."""

    plan: RunPlan
    folder: CharacterFolder
    test: ForestTest


def story(
    source: CharacterFolder, runs: Sequence[Told], checkpoint: str, seconds: tuple[tuple[str, float], ...]
) -> Story:
    """The whole story. `source` is the folder that the images were generated and curated in."""
    who, words = source.character, vocabulary_of(source.path)
    return Story(
        token=who.token,
        look=", ".join(part for part in (who.look, who.hair) if part),
        prompt=who.prompt(all_cells()[0]),
        checkpoint=checkpoint,
        images=tuple(_images(source, words)),
        runs=tuple(_run(source, told) for told in runs),
        seconds=seconds,
        vocabulary=words,
    )


def _images(source: CharacterFolder, words: Vocabulary) -> Iterable[InputImage]:
    """Every image that was generated, wherever it is now, in the order of the grid."""
    reasons = {verdict.image: verdict.reason for verdict in source.database.verdicts() if verdict.check == "curate"}
    places = [(pair.image, "") for pair in source.pairs()]
    places += [(image, image.parent.name) for image in (source.path / "rejected").glob("*/*.png")]
    for image, pile in sorted(places, key=lambda place: place[0].name):
        cell = cell_of(_text(image.with_suffix(".txt")), words)
        if cell is not None:
            yield InputImage(image, cell.zoom, cell.angle, not pile, pile, reasons.get(image.name, pile))


def _run(source: CharacterFolder, told: Told) -> RunStory:
    plan = told.plan
    settings = (
        ("learning rate", plan.learn_rate),
        ("vectors", str(plan.num_vectors)),
        ("steps", str(plan.steps)),
        ("batch size", str(plan.batch_size)),
        ("images", str(len(told.folder.pairs()))),
    )
    return run_story(
        told.test,
        told.folder.path,
        name=plan.name,
        title=plan.title,
        summary=plan.summary,
        settings=settings,
        captions=tuple(_captions(source, told.folder)),
    )


def _captions(source: CharacterFolder, folder: CharacterFolder) -> Iterable[CaptionChange]:
    """The captions that were rewritten: as generated, and as trained on."""
    for pair in folder.pairs():
        before, after = _text(source.images / pair.caption.name), _text(pair.caption)
        if before != after:
            yield CaptionChange(pair.image.name, before, after)


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.is_file() else ""
