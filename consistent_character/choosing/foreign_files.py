"""The embeddings in a folder as iterations of one run: steps from inside, else from the names, else in order."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from consistent_character.choosing.same_step import one_for_each_step
from consistent_character.engine import EmbeddingContent, Iteration, Vocabulary
from consistent_character.errors import RequestError

ENDINGS = (".pt", ".bin", ".safetensors")
PICTURES = (".png", ".webp")
"""Pictures may hold an embedding, and mostly do not."""
_STEP = re.compile(r"(?P<name>.*?)[-_. ]*(?:step|steps|epoch|e|s)?[-_ ]*0*(?P<step>\d+)", re.IGNORECASE)
_DIGITS = re.compile(r"(\d+)")


@dataclass(frozen=True)
class Saved:
    """The iterations found, first to last, and what is to be said about them; `name` is what most are called."""

    name: str
    iterations: tuple[Iteration, ...]
    contents: tuple[EmbeddingContent, ...]
    notes: tuple[str, ...]


@dataclass
class _Notes:
    """What is told about files, each once."""

    said: list[str] = field(default_factory=list)
    pictures: list[str] = field(default_factory=list)

    def all(self) -> tuple[str, ...]:
        if not self.pictures:
            return tuple(self.said)
        count, first = len(self.pictures), self.pictures[0]
        holds = f"{count} pictures hold no embedding" if count > 1 else "One picture holds no embedding"
        return (*self.said, f"{holds} that can be used, such as {first}.")


@dataclass(frozen=True)
class _File:
    path: Path
    content: EmbeddingContent

    @property
    def name(self) -> str:
        """What it is called without its step."""
        return name_of(self.path)


def name_of(path: Path) -> str:
    """What an embedding's file is called without the step at its end."""
    found = _STEP.fullmatch(path.stem)
    return found["name"] if found and found["name"] else path.stem


def saved_in(folder: Path, vocabulary: Vocabulary, token: str = "") -> Saved:
    """The embeddings that lie directly in a folder; with `token` only those that are called so.

    Files that cannot be used, and all but the first of those with the same step, are told in `notes`.
    """
    notes = _Notes()
    files = _told_apart(tuple(_readable(_files(folder, token), vocabulary, notes)), token, notes)
    iterations, same = one_for_each_step(_stepped(files, notes))
    names = Counter(file.name for file in files)
    name = names.most_common(1)[0][0] if names else token
    return Saved(name, iterations, tuple(file.content for file in files), (*notes.all(), *same))


def _files(folder: Path, token: str) -> list[Path]:
    """By name, as people count: 10 after 9."""
    found = (
        [path for path in folder.iterdir() if path.suffix.lower() in (*ENDINGS, *PICTURES)] if folder.is_dir() else []
    )
    wanted = [
        path
        for path in found
        if not path.name.startswith(".") and (not token or name_of(path).lower() == token.lower()) and path.is_file()
    ]
    return sorted(wanted, key=_counted)


def _counted(path: Path) -> list[tuple[int, str]]:
    return [(int(part), "") if part.isdecimal() else (0, part.lower()) for part in _DIGITS.split(path.name)]


def _readable(paths: Iterable[Path], vocabulary: Vocabulary, notes: _Notes) -> Iterable[_File]:
    for path in paths:
        try:
            yield _File(path, vocabulary.read(path))
        except RequestError as error:
            if path.suffix.lower() in PICTURES:
                notes.pictures.append(path.name)
            else:
                notes.said.append(str(error))


def _told_apart(files: Sequence[_File], token: str, notes: _Notes) -> Sequence[_File]:
    """Files of several names may be several embeddings: that is said."""
    names = sorted({file.name for file in files})
    if len(names) > 1 and not token:
        notes.said.append(
            f"The files are called {', '.join(names[:3])}{' and so on' if len(names) > 3 else ''}: all of them are "
            f"taken for one run. If they are not, name one of these as token, such as {names[0]}."
        )
    return files


def _stepped(files: Sequence[_File], notes: _Notes) -> Sequence[Iteration]:
    """Each with its step, first to last."""
    if not all(file.content.step is None for file in files):
        return _from_inside(files, notes)
    named = [_STEP.fullmatch(file.path.stem) for file in files]
    numbers = [int(match["step"]) for match in named if match]
    if files and len(numbers) >= max(1, len(files) - 1):  # the last one of a run often has no number
        notes.said.append(
            "No file says how many steps it has seen: the numbers in their names are taken, which may be epochs."
        )
        last = max(numbers) + (min((abs(a - b) for a in numbers for b in numbers if a != b), default=1))
        steps = [int(match["step"]) if match else last for match in named]
        if last in steps:
            unnumbered = files[steps.index(last)].path.name
            notes.said.append(f"{unnumbered} has no number: it is taken for the last one, as step {last}.")
    else:
        if files:
            notes.said.append(
                "Neither the files nor their names say a step: they are taken in the order of their names."
            )
        steps = list(range(1, len(files) + 1))
    return sorted((Iteration(step, file.path) for step, file in zip(steps, files, strict=True)), key=_step)


def _from_inside(files: Sequence[_File], notes: _Notes) -> Sequence[Iteration]:
    found = []
    for file in files:
        match, step = _STEP.fullmatch(file.path.stem), file.content.step
        if step is None and match is None:
            notes.said.append(f"{file.path.name} says no step, neither inside nor in its name: it is left out.")
            continue
        if step is None and match:
            step = int(match["step"])
            notes.said.append(f"{file.path.name} does not say how many steps it has seen: {step} is from its name.")
        found.append(Iteration(step or 0, file.path))
    return sorted(found, key=_step)


def _step(iteration: Iteration) -> int:
    return iteration.step
