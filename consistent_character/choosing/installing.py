"""The chosen iteration is put where the host's own prompts find it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from consistent_character.character.character import check_token
from consistent_character.character.folder import CharacterFolder
from consistent_character.character.installed import remember
from consistent_character.choosing.result import read_result
from consistent_character.choosing.training_set import find_iterations
from consistent_character.engine import Iteration
from consistent_character.errors import RequestError
from consistent_character.house import Place


@dataclass(frozen=True)
class InstallRequest:
    """Which iteration prompts shall be able to name, and how."""

    step: int = 0
    """A saved iteration, by its step. 0 is the one that the forest test recommends."""
    name: str = ""
    """The word that stands for it in prompts: letters, digits, _ and -. Empty is the character's token."""


@dataclass(frozen=True)
class Installed:
    """An iteration that prompts may name from now on."""

    step: int
    name: str
    path: Path


def install(folder: CharacterFolder, run: Path, request: InstallRequest, place: Place) -> Installed:
    """Copy one of a run's iterations to where the host's prompts find it; the run keeps its own.

    Raises:
        RequestError: no iteration of that step, none is recommended, or the name cannot be used or is taken.
        FolderError: the run has no iterations, or its forest test cannot be read.
    """
    name = request.name.strip() or folder.character.token
    check_token(name)
    iteration = _wanted(folder, run, request.step)
    done = Installed(iteration.step, name, place(iteration.path, name))
    remember(folder.path, name)
    return done


def _wanted(folder: CharacterFolder, run: Path, step: int) -> Iteration:
    saved = {iteration.step: iteration for iteration in find_iterations(folder, run)}
    if not step:
        test = read_result(run)
        if test is None or test.recommended is None:
            raise RequestError("No iteration is recommended: do the forest test first, or name a step yourself.")
        step = test.recommended
    if step not in saved:
        raise RequestError(f"There is no iteration of step {step}: take one of {', '.join(map(str, saved))}.")
    return saved[step]
