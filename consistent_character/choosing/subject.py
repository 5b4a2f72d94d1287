"""What a forest test is about: the iterations of one run, the pictures they were trained on, and where it is kept."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from consistent_character.character.folder import CharacterFolder
from consistent_character.choosing.training_set import Reference, begun_as, iterations_of, load_references
from consistent_character.engine import Iteration, Vocabulary


@dataclass(frozen=True)
class Subject:
    """One run, wherever it comes from.

    `path` is its folder: pictures and result are kept there. `base` is the folder from which the result's paths start.
    `look` is whom it shows, in words, as far as anybody said; the guard reads it. `notes` is what else is to be told:
    of files that could not be used, and of steps that no file says. `initialization_text` is what the vectors began as;
    empty where nothing says it.
    """

    path: Path
    base: Path
    token: str
    look: str
    iterations: tuple[Iteration, ...]
    references: tuple[Reference, ...]
    notes: tuple[str, ...] = ()
    initialization_text: str = ""

    @classmethod
    def of_run(cls, folder: CharacterFolder, run: Path, vocabulary: Vocabulary | None = None) -> Subject:
        """A run of a character folder. With the host's `vocabulary` steps are read from inside the files.

        Raises:
            FolderError: it has no iterations, or too few of its training pictures can be read.
        """
        iterations = iterations_of(folder, run, vocabulary)
        references = load_references(folder, run)
        who = folder.character
        notes, begun = iterations.notes, begun_as(run)
        return cls(run, folder.path, who.token, who.look, iterations.found, references, notes, begun)
