"""A run's iterations by what their files say, and the training pictures that a prompt's pictures are compared with."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from consistent_character.character.character import Character
from consistent_character.character.folder import CharacterFolder
from consistent_character.character.vocabulary import FILE_NAME
from consistent_character.choosing import Subject
from consistent_character.choosing.same_step import one_for_each_step
from consistent_character.choosing.training_set import (
    Reference,
    each_view_once,
    find_iterations,
    framed,
    framing_of,
)
from consistent_character.engine import Iteration
from consistent_character.prompts.cells import ANGLES, ZOOMS, Vocabulary
from tests.choosing.pictures import WOMAN, training_set
from tests.fakes import FakeVocabulary

PIXELS = np.zeros((48, 48, 5), dtype=np.float32)


@pytest.fixture
def folder(tmp_path: Path) -> CharacterFolder:
    return CharacterFolder.create(tmp_path / "her", Character("t0ken", WOMAN.look))


def trained(folder: CharacterFolder, **files: str) -> Path:
    """A run whose files hold these bytes, of a character with a few pictures."""
    for number, (picture, caption) in enumerate(training_set(WOMAN, per_cell=1)[:4]):
        picture.save(folder.images / f"{number}.png")
        (folder.images / f"{number}.txt").write_text(caption, encoding="utf-8")
    run = folder.new_run()
    (run / "embeddings").mkdir()
    for name, content in files.items():
        (run / "embeddings" / f"{name.replace('_', '-')}.pt").write_text(content)
    return run


def references(*captions: str, phrases: Vocabulary | None = None) -> list[Reference]:
    return [
        Reference(Path(f"{n}.png"), framing_of(text, phrases or Vocabulary()), PIXELS)
        for n, text in enumerate(captions)
    ]


def test_the_step_is_read_from_inside_the_file(folder: CharacterFolder) -> None:
    run = folder.new_run()
    (run / "embeddings").mkdir()
    for name, step in (("t0ken-10", 10), ("t0ken-99", 20), ("t0ken-100", 20), ("t0ken-5", 30)):
        (run / "embeddings" / f"{name}.pt").write_bytes(str(step).encode())
    (run / "embeddings" / "t0ken-40.pt").write_bytes(b"cut off")
    found = find_iterations(folder, run, FakeVocabulary())
    assert [(one.step, one.path.stem) for one in found] == [
        *((10, "t0ken-10"), (20, "t0ken-99"), (30, "t0ken-5"), (40, "t0ken-40"))
    ]
    assert [one.step for one in find_iterations(folder, run)] == [5, 10, 40, 99, 100]


def test_files_of_one_step_are_told(folder: CharacterFolder) -> None:
    run = trained(folder, t0ken_10="10", t0ken_20="20", t0ken_21="20", t0ken_22="20", t0ken_30="10")
    (note,) = Subject.of_run(folder, run, FakeVocabulary()).notes
    assert note == (
        "Several files say the same step, and of these the first by name that can be read is looked at. Passed over: "
        "t0ken-30.pt (step 10, as t0ken-10.pt), t0ken-21.pt (step 20, as t0ken-20.pt), "
        "t0ken-22.pt (step 20, as t0ken-20.pt)."
    )
    assert Subject.of_run(folder, run).notes == (), "their names differ"


def test_a_damaged_file_pushes_none_aside_that_says_its_step(folder: CharacterFolder) -> None:
    run = trained(folder, t0ken_10="cut off", t0ken_11="10")
    subject = Subject.of_run(folder, run, FakeVocabulary())
    assert [one.path.name for one in subject.iterations] == ["t0ken-11.pt"]
    assert "t0ken-10.pt (step 10, as t0ken-11.pt)" in subject.notes[0]


def test_many_files_of_one_step_are_counted(tmp_path: Path) -> None:
    same = [Iteration(9, tmp_path / f"lady-{number:02}.pt") for number in range(20)]
    found, (note,) = one_for_each_step(same)
    assert [one.path.name for one in found] == ["lady-00.pt"]
    assert "lady-08.pt (step 9, as lady-00.pt) and 11 more." in note
    assert one_for_each_step(same[:1])[1] == ()


def test_a_folders_own_words_are_known(folder: CharacterFolder) -> None:
    """The lists of its plan: another zoom than the tutorial's."""
    pictures = [{"zoom": "a mugshot", "angle": "from behind"}]
    (folder.path / FILE_NAME).write_text(json.dumps({"pictures": pictures}), encoding="utf-8")
    for number, (picture, _) in enumerate(training_set(WOMAN, per_cell=1)[:8]):
        picture.save(folder.images / f"{number}.png")
        text = f"{'a mugshot' if number < 4 else ZOOMS[0]} {ANGLES[0]} of t0ken"
        (folder.images / f"{number}.txt").write_text(text, encoding="utf-8")
    run = folder.new_run()
    (run / "embeddings").mkdir()
    (run / "embeddings" / "t0ken-10.pt").write_bytes(b"10")
    subject = Subject.of_run(folder, run, FakeVocabulary())
    found = framed(subject.references, "a (Mugshot:1.2) photo of woman in a forest")
    assert [one.path.stem for one in found.references] == ["0", "1", "2", "3"]
    assert found.note == ""


def test_the_framing_asked_for_needs_no_note() -> None:
    found = framed(references(*[f"{ZOOMS[0]} {ANGLES[0]}"] * 4, *[f"{ZOOMS[1]} {ANGLES[0]}"] * 4), f"{ZOOMS[0]} photo")
    assert (len(found.references), found.note) == (4, "")


@pytest.mark.parametrize(
    ("captions", "prompt", "told"),
    [
        (["a photo"] * 6, f"{ZOOMS[0]} photo", "No caption says how near the camera is"),
        ([f"{ZOOMS[1]} photo"] * 6, "a photo", "The prompt does not say how near the camera is"),
        ([f"{ZOOMS[1]} photo"] * 6, f"{ZOOMS[0]} photo", f"Only 0 of the training pictures are “{ZOOMS[0]}”"),
        (
            [f"{ZOOMS[0]}"] * 3 + [f"{ZOOMS[1]}"] * 3,
            f"{ZOOMS[0]} photo",
            f"Only 3 of the training pictures are “{ZOOMS[0]}”",
        ),
    ],
)
def test_comparing_with_everything_is_told(captions: list[str], prompt: str, told: str) -> None:
    found = framed(references(*captions), prompt)
    assert len(found.references) == 6
    assert told in found.note
    assert "all 6 training pictures" in found.note


@pytest.mark.parametrize(
    ("captions", "once"),
    [
        ([f"{zoom} {angle} photo" for zoom in ZOOMS for angle in ANGLES], True),
        ([f"{zoom} {angle} photo" for zoom in ZOOMS for angle in ANGLES] + [f"{ZOOMS[0]} {ANGLES[0]} photo"] * 3, True),
        ([f"{zoom} {angle} photo" for zoom in ZOOMS for angle in ANGLES] * 2, False),
        ([f"{zoom} photo" for zoom in ZOOMS], False),
        (["a photo"], False),
    ],
)
def test_captions_tell_whether_each_view_is_shown_once(captions: list[str], once: bool) -> None:
    assert each_view_once(references(*captions, phrases=Vocabulary(ZOOMS, ANGLES))) == once
