"""The chosen iteration is put where prompts find it, and made ready to publish: a card, samples, all it is known for.

<character>/promoted/<name>/<name>.pt    the embedding once more, to give away as a whole with
                            README.md    its model card and
                            samples/     pictures at several weights
                     previous/           what had to make room, whole
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, get_args

from consistent_character.character.aside import kept_aside, moved_aside
from consistent_character.character.character import check_token
from consistent_character.character.files import explained, read_if_there, write_whole
from consistent_character.character.folder import CharacterFolder
from consistent_character.character.installed import own_names, remember
from consistent_character.choosing.battery.result import Battery, read_battery
from consistent_character.choosing.model_card import Promotion, Training, card, training_of
from consistent_character.choosing.request import FEWEST_SEEDS
from consistent_character.choosing.result import ForestTest, read_result
from consistent_character.choosing.subject import Subject
from consistent_character.choosing.training_set import find_iterations
from consistent_character.choosing.weighing import Weighed, not_weighed, weigh
from consistent_character.engine import EmbeddingContent, EmbeddingFile, Engine, Iteration
from consistent_character.errors import FolderError, RequestError
from consistent_character.house import Place, Placed
from consistent_character.progress import Progress
from consistent_character.vision.seeing.sight import Sight

FOLDER_NAME = "promoted"
PREVIOUS = "previous"
CARD = "README.md"
FileForm = Literal["pt", "safetensors"]
MOST_SAMPLES = 16


@dataclass(frozen=True)
class PromoteRequest:
    """Which iteration prompts shall be able to name, how, and what is published with it."""

    step: int = 0
    """A saved iteration, by its step. 0 is the one that the forest test recommends."""
    name: str = ""
    """The word that stands for it in prompts: letters, digits, _ and -. Empty is the character's token."""
    form: FileForm = "pt"
    """The kind of file; the web UI reads either, and some other programs only .safetensors."""
    samples: int = 4
    """Seeds, 2 to 16, that are drawn at three weights for the model card and the weight to recommend; 0 is none."""
    make_room: bool = False
    """Whether another embedding of that name may be moved away. One of this character's own always is."""

    def check(self) -> None:
        """Look at every setting.

        Raises:
            RequestError: one cannot be used.
        """
        if self.form not in get_args(FileForm):
            raise RequestError(f'There is no form "{self.form}": take one of {", ".join(get_args(FileForm))}.')
        if self.samples and not FEWEST_SEEDS <= self.samples <= MOST_SAMPLES:
            raise RequestError(
                f"Samples take {FEWEST_SEEDS} to {MOST_SAMPLES} seeds, or 0 for none, and not {self.samples}."
            )
        if self.name.strip():
            check_token(self.name.strip())


@dataclass(frozen=True)
class Promoted:
    """An iteration that prompts may name from now on.

    `path` is where it was put, `card` its model card; `aside` are the files that had to make room, where they are now.
    `loaded` is whether the host knows it without a restart.
    """

    step: int
    name: str
    path: Path
    card: Path
    weight: float
    weight_reason: str
    aside: tuple[Path, ...]
    loaded: bool


def promote(
    folder: CharacterFolder,
    run: Path,
    request: PromoteRequest,
    engine: Engine,
    place: Place | None,
    progress: Progress,
    sight: Sight | None = None,
) -> Promoted:
    """Put one of a run's iterations to use, and write its model card; the run keeps its own.

    Without a `place` it is only made ready to publish, in the character's folder. With `sight` models look at the
    samples too.

    Raises:
        RequestError: no iteration of that step, none is recommended, or the name cannot be used or is taken.
        UnsafePrompt: the samples' prompt pairs sexual wording with somebody described as a minor.
        FolderError: the run has no iterations, its forest test cannot be read, or the disk is full.
        Interrupted: the user stopped it while samples were drawn; nothing is put to use, and what was drawn is kept.
    """
    request.check()
    name = request.name.strip() or folder.character.token
    check_token(name)
    own = request.make_room or name.lower() in own_names(folder.path)
    test = read_result(run)
    iteration = _wanted(folder, run, request.step, test, engine)
    if place is not None:
        place.check(name, own)
    content = replace(engine.vocabulary.read(iteration.path), name=name)
    content = _told(content, iteration, training_of(run))
    published = _room(folder.path / FOLDER_NAME, content, engine)
    embedding = EmbeddingFile(name, iteration.path)
    weighed = _weighed(folder, run, request, test, embedding, published, engine, progress, sight)
    tried = _tried(run, iteration.step)
    promotion = Promotion(folder.character, content, request.form, test, training_of(run), weighed, tried)
    content = replace(content, notes=promotion.notes)
    placed = None
    if place is not None:
        placed = place.put(content, f".{request.form}", own, folder.path / FOLDER_NAME / PREVIOUS)
        remember(folder.path, name)
    written = _publish(published, replace(promotion, content=content), engine)
    placed = placed or Placed(published / promotion.file_name, loaded=False)
    return Promoted(
        iteration.step, name, placed.path, written, weighed.weight, weighed.reason, placed.aside, placed.loaded
    )


def _wanted(folder: CharacterFolder, run: Path, step: int, test: ForestTest | None, engine: Engine) -> Iteration:
    saved = {iteration.step: iteration for iteration in find_iterations(folder, run, engine.vocabulary)}
    if not step:
        if test is None or test.recommended is None:
            raise RequestError("No iteration is recommended: do the forest test first, or name a step yourself.")
        step = test.recommended
    if step not in saved:
        raise RequestError(f"There is no iteration of step {step}: take one of {', '.join(map(str, saved))}.")
    return saved[step]


def _tried(run: Path, step: int) -> Battery | None:
    """What trying out this very iteration has shown, as far as it was done and can be read."""
    try:
        battery = read_battery(run)
    except FolderError:
        return None
    return battery if battery is not None and battery.step == step else None


def _told(content: EmbeddingContent, iteration: Iteration, training: Training) -> EmbeddingContent:
    """With the true step, and the checkpoint of the run where the file does not say."""
    return replace(
        content,
        step=iteration.step if content.step is None else content.step,
        checkpoint_hash=content.checkpoint_hash or training.checkpoint_hash,
        checkpoint_name=content.checkpoint_name or training.checkpoint_name,
    )


def _room(root: Path, content: EmbeddingContent, engine: Engine) -> Path:
    """The folder to publish; what another iteration was published with is moved away whole."""
    published = root / content.name
    for path in (published / f"{content.name}.{form}" for form in get_args(FileForm)):
        if path.exists() and not _holds(path, content, engine):
            moved_aside(published, root / PREVIOUS)
            break
    return published


def _holds(path: Path, content: EmbeddingContent, engine: Engine) -> bool:
    try:
        there = engine.vocabulary.read(path)
    except RequestError:
        return False
    return there.vectors.tobytes() == content.vectors.tobytes()


def _weighed(
    folder: CharacterFolder,
    run: Path,
    request: PromoteRequest,
    test: ForestTest | None,
    embedding: EmbeddingFile,
    published: Path,
    engine: Engine,
    progress: Progress,
    sight: Sight | None,
) -> Weighed:
    if not request.samples:
        return not_weighed("no samples were asked for.")
    if test is None:
        return not_weighed("there was no forest test to draw samples of.")
    try:
        subject = Subject.of_run(folder, run, engine.vocabulary)
    except FolderError as error:
        return not_weighed(str(error))
    return weigh(subject, test, embedding, published / "samples", request.samples, engine, progress, sight)


def _publish(published: Path, promotion: Promotion, engine: Engine) -> Path:
    """The embedding and its card; a card that somebody has written into is kept beside it. Returns the card's path."""
    with explained(published):
        published.mkdir(parents=True, exist_ok=True)
    file = published / promotion.file_name
    with explained(file):
        engine.vocabulary.write(file, promotion.content)
    sha256 = hashlib.sha256(file.read_bytes()).hexdigest()
    path, text = published / CARD, card(promotion, sha256, published).encode()
    if (read_if_there(path) or text) != text:
        kept_aside(path, published.parent / PREVIOUS)
    write_whole(path, text)
    return path
