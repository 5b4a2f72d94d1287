"""The grid of a prompt that a person wrote in the host's own txt2img, drawn with everything that is set there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Protocol

from consistent_character.character.character import Character
from consistent_character.character.folder import CHARACTER_FILE, CharacterFolder
from consistent_character.character.vocabulary import FILE_NAME
from consistent_character.errors import RequestError
from consistent_character.generating.dated import dated_place, plain_place
from consistent_character.generating.drawing import Picture, Place, fill
from consistent_character.generating.grid import Planned, check_numbers, draw_up
from consistent_character.progress import Silent
from consistent_character.prompts import guard
from consistent_character.prompts.cells import TUTORIAL, Cell, Vocabulary
from consistent_character.prompts.chunks import CHUNK_SIZE
from consistent_character.prompts.framing import Shot, variants

DATED = "character-grids"
"""The folder, below the host's own for pictures, of grids that belong to no character."""


@dataclass(frozen=True)
class PromptGrid:
    """What is asked for. `folder` is a character's name or path, an earlier grid's path, or empty for a dated folder.

    `seed` -1 draws the seeds at random; any other number makes the same seeds again.
    """

    vocabulary: Vocabulary = TUTORIAL
    per_cell: int = 16
    folder: str = ""
    seed: int = -1

    @property
    def cells(self) -> tuple[Cell, ...]:
        """The cells asked for, zoom by zoom."""
        return self.vocabulary.cells()


class Txt2Img(Protocol):
    """The host's txt2img as the person left it; only prompts and seeds are put in."""

    @property
    def prompt(self) -> str:
        """The positive prompt as it stands in the box."""

    @property
    def output(self) -> Path:
        """The folder for pictures."""

    @property
    def stopped(self) -> bool:
        """Whether somebody pressed Interrupt."""

    def settings(self) -> Mapping[str, Any]:
        """Everything that is set, as JSON knows it: what decides whether two grids are the same."""

    def styled(self, prompt: str) -> str:
        """The positive prompt with the chosen styles put in."""

    def texts(self, shot: Shot, vocabulary: Vocabulary) -> tuple[str, ...]:
        """Every positive prompt of one picture: its own, and that of a second pass that has another one."""

    def count_tokens(self, text: str) -> int | None:
        """Tokens as the host counts them; None where it does not."""

    def tell(self, line: str) -> None:
        """Show a line beside the result."""

    def draw(self, shots: Sequence[Shot], vocabulary: Vocabulary) -> Iterator[tuple[Shot, Picture]]:
        """Draw in full batches, in order; what was skipped is left out, and after Interrupt nothing more comes."""

    def saved(self, path: Path, picture: Picture) -> None:
        """A picture is on disk."""


@dataclass(frozen=True)
class PromptGridResult:
    """What was done. `samples` has one picture for each cell that has any, `folder` is where they lie."""

    vocabulary: Vocabulary
    folder: Path
    planned: int
    existing: int
    drawn: int
    samples: Mapping[Cell, Path]

    @property
    def left(self) -> int:
        """How many are still to come."""
        return self.planned - self.existing - self.drawn

    @property
    def facts(self) -> Mapping[str, Any]:
        """The figures, for who calls by API."""
        counts = {"planned": self.planned, "existing": self.existing, "drawn": self.drawn, "left": self.left}
        return {"folder": str(self.folder), **counts}


def draw_prompt_grid(request: PromptGrid, txt2img: Txt2Img, root: Path) -> PromptGridResult:
    """Draw the grid of txt2img's prompt, or of the character's where the box is empty; goes on where it stopped.

    `root` holds the characters. Everything is looked at before the first picture.

    Raises:
        RequestError: the prompt does not name one zoom and one viewing angle, or a setting cannot be used.
        UnsafePrompt: a prompt pairs sexual wording with somebody described as a minor. Nothing is drawn.
        FolderError: the disk is full or may not be written. What was drawn is kept.
    """
    check_numbers(request)
    request.vocabulary.check()
    place, character = _chosen(request.folder, root)
    prompts = _prompts(request.vocabulary, txt2img, character)
    _look_at(request.vocabulary, prompts, txt2img, character)
    if place is None:
        settings = {"zooms": request.vocabulary.zooms, "angles": request.vocabulary.angles, **txt2img.settings()}
        place = dated_place(txt2img.output / DATED, request, settings, date.today())
    plan = draw_up(place.plan, request).asked_for(request)
    existing = len(plan) - len(place.missing(plan))
    drawn = 0
    for path, picture in fill(place, plan, _painter(prompts, txt2img, request.vocabulary), Silent()):
        drawn += 1
        txt2img.saved(path, picture)
    result = PromptGridResult(request.vocabulary, place.images, len(plan), existing, drawn, _samples(place, plan))
    txt2img.tell(told(result))
    return result


def told(result: PromptGridResult) -> str:
    """What came of it, in one line."""
    there = f", {result.existing} were there already" if result.existing else ""
    done = f"{result.drawn} of {result.planned} images drawn{there}. Each lies with its .txt in {result.folder}."
    if not result.drawn and not result.left:
        return f"All {result.planned} images are in {result.folder} already: ask for more of each cell to draw others."
    return f"{done} {result.left} are still to come: generate again to go on." if result.left else done


def _chosen(folder: str, root: Path) -> tuple[Place | None, Character | None]:
    if not folder.strip():
        return None, None
    path = root / Path(folder.strip()).expanduser()
    if (path / CHARACTER_FILE).exists():
        with CharacterFolder.open(path) as opened:
            return Place.of(opened), opened.character
    # Nothing is ever started where there was no grid: the path may come from anybody who reaches the page.
    if (path / FILE_NAME).exists():
        return plain_place(path), None
    raise RequestError(
        f"There is no character “{folder.strip()}” and no earlier grid of that path. "
        "Create the character in the tab Consistent Character, or leave the folder empty."
    )


def _prompts(vocabulary: Vocabulary, txt2img: Txt2Img, character: Character | None) -> Mapping[Cell, str]:
    if character is not None and not txt2img.prompt.strip():
        return {cell: txt2img.styled(character.prompt(cell)) for cell in vocabulary.cells()}
    return variants(txt2img.styled(txt2img.prompt), vocabulary)


def _look_at(
    vocabulary: Vocabulary, prompts: Mapping[Cell, str], txt2img: Txt2Img, character: Character | None
) -> None:
    """Check every text that will be drawn, and tell of those that are too long."""
    texts = {text for cell, prompt in prompts.items() for text in txt2img.texts(Shot(cell, prompt, 0), vocabulary)}
    for text in sorted(texts):
        # A prompt for a character may name it by its token, which hides the look.
        guard.check(f"{character.look}, {text}" if character else text)
    lengths = {text: length for text in texts if (length := txt2img.count_tokens(text)) is not None}
    long = [text for text, length in lengths.items() if length > CHUNK_SIZE]
    if long:
        longest = max(long, key=lengths.__getitem__)
        txt2img.tell(
            f"{len(long)} of the {len(lengths)} prompts are longer than {CHUNK_SIZE} tokens, the longest has "
            f"{lengths[longest]}: what is said late in them counts less. Shorten the description."
        )


def _painter(prompts: Mapping[Cell, str], txt2img: Txt2Img, vocabulary: Vocabulary) -> Any:
    def paint(missing: Sequence[Planned]) -> Iterator[tuple[Planned, Picture]]:
        shots = {Shot(planned.cell, prompts[planned.cell], planned.seed): planned for planned in missing}
        for shot, picture in txt2img.draw(tuple(shots), vocabulary):
            yield shots[shot], picture

    return paint


def _samples(place: Place, plan: Sequence[Planned]) -> Mapping[Cell, Path]:
    samples: dict[Cell, Path] = {}
    for planned in plan:
        path = place.images / f"{planned.stem}.png"
        if planned.cell not in samples and path.exists():
            samples[planned.cell] = path
    return samples
