"""Which iteration is put where prompts find it, what is told with it, and what becomes of what was there."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from consistent_character.character.character import Character
from consistent_character.character.folder import CharacterFolder
from consistent_character.character.installed import own_names
from consistent_character.choosing import ForestTest, IterationResult, Promoted, PromoteRequest, promote
from consistent_character.choosing.battery.result import Battery, Summary, Tried, write_battery
from consistent_character.choosing.result import write_result
from consistent_character.choosing.shelves import FolderShelf
from consistent_character.choosing.weighing import best_weight
from consistent_character.engine import EmbeddingContent
from consistent_character.errors import FolderError, RequestError
from consistent_character.house import Place
from consistent_character.progress import Silent
from tests.fakes import FakeEngine, FakeVocabulary

FILES = FakeVocabulary()


@pytest.fixture
def folder(tmp_path: Path) -> CharacterFolder:
    """With a run of two iterations, the first of which is recommended; both were saved as the Train tab does."""
    made = CharacterFolder.create(tmp_path / "her", Character("l4dyx", "a woman with dark skin"))
    run = made.new_run()
    (run / "embeddings").mkdir()
    for step in (30, 60):
        saved = EmbeddingContent(FILES.words("a woman") + step, f"l4dyx-{step + 1}", step, "abcdef", "world")
        FILES.write(run / "embeddings" / f"l4dyx-{step + 1}.pt", saved)
    request = {"name": "l4dyx", "learn_rate": "0.005", "template": ["[name], [filewords]"], "steps": 60}
    (run / "request.json").write_text(json.dumps(request), encoding="utf-8")
    write_result(run, told(30))
    return made


def told(step: int | None) -> ForestTest:
    rows = (IterationResult(30, 0.9, 0.8, "good", 1.0, "The forest is there | all of it.", ()),)
    prompt = "a photo of {name} in a forest"
    return ForestTest(prompt, "woman", "world", (1, 2), (), (), rows, 60, step, "", 1.0, 1.0, 1.0)


def put(folder: CharacterFolder, request: PromoteRequest, place: Place | None = None) -> Promoted:
    asked = replace(request, samples=0) if request.samples > 1 else request
    return promote(folder, folder.runs()[0], asked, FakeEngine(), place, Silent())


@pytest.fixture
def shelf(tmp_path: Path) -> FolderShelf:
    return FolderShelf(tmp_path / "embeddings", FILES)


@pytest.mark.parametrize(
    ("request_", "step", "file"),
    [
        (PromoteRequest(), 30, "l4dyx.pt"),
        (PromoteRequest(60, form="safetensors"), 60, "l4dyx.safetensors"),
        (PromoteRequest(60, " her-60 "), 60, "her-60.pt"),
    ],
)
def test_the_recommended_one_by_the_token_unless_told_otherwise(
    folder: CharacterFolder, shelf: FolderShelf, request_: PromoteRequest, step: int, file: str
) -> None:
    done = put(folder, request_, shelf)
    assert (done.path, done.step, done.aside) == (shelf.folder / file, step, ())
    there = FILES.read(done.path)
    # The file is called l4dyx-31; the true step is what it says inside.
    assert (there.name, there.step, there.checkpoint_hash, there.checkpoint_name) == (
        *(Path(file).stem, step, "abcdef", "world"),
    )
    assert there.notes.startswith(f"Step {step} of 60, trained on world [abcdef].\nRecommended weight 1.")
    assert own_names(folder.path) == {Path(file).stem}
    published = folder.path / "promoted" / Path(file).stem
    assert {path.name for path in published.iterdir()} == {file, "README.md"}
    assert done.card == published / "README.md"


def test_the_card_says_what_is_known_and_what_is_not(folder: CharacterFolder, shelf: FolderShelf) -> None:
    text = put(folder, PromoteRequest(), shelf).card.read_text(encoding="utf-8")
    for line in (
        "instance_prompt: l4dyx",
        "| Trigger word | `l4dyx` |",
        "| Step | 30 |",
        "| Checkpoint | world [abcdef] |",
        "| Learning rate | `0.005` |",
        "Forest test: good, scene 0.90, likeness 0.80",
        "Overtraining begins at step 60.",
        "Asked for `a photo of l4dyx in a forest` with 2 seeds on world, against `woman`.",
        "- Any other checkpoint than world.",
        "- Any weight but 1.",
    ):
        assert line in text, line
    assert str(folder.path) not in text, "nobody else needs to know where it lay"
    (folder.runs()[0] / "forest-test.json").unlink()
    (folder.runs()[0] / "request.json").unlink()
    bare = put(folder, PromoteRequest(60), shelf).card.read_text(encoding="utf-8")
    assert "No forest test was done." in bare
    assert "The settings are not known" in bare


def test_the_card_tells_what_else_was_tried_with_this_step(folder: CharacterFolder, shelf: FolderShelf) -> None:
    places = Summary("places", "Beaches work, snow does not.", 3, 1, 4)
    tried = (Tried("world", summaries=(places,)), Tried("other", problem="It is not here."))
    write_battery(folder.runs()[0], Battery("l4dyx", 30, "woman", (1, 2), "colours", tried))
    text = put(folder, PromoteRequest(), shelf).card.read_text(encoding="utf-8")
    assert "- On world:\n  - places: 3 good, 1 bad. Beaches work, snow does not.\n- On other: It is not here." in text
    assert "- Any other checkpoint than world.\n- Any weight but 1." in text
    assert "What else was tried" not in put(folder, PromoteRequest(60), shelf).card.read_text(encoding="utf-8")


def test_the_previous_one_is_kept_and_told_of(folder: CharacterFolder, shelf: FolderShelf) -> None:
    first = put(folder, PromoteRequest(), shelf)
    content = first.path.read_bytes()
    second = put(folder, PromoteRequest(60, form="safetensors"), shelf)
    assert [path.read_bytes() for path in second.aside] == [content]
    assert second.aside[0].is_relative_to(folder.path / "promoted" / "previous")
    assert [path.name for path in shelf.folder.iterdir()] == ["l4dyx.safetensors"]
    third = put(folder, PromoteRequest(), shelf)
    fourth = put(folder, PromoteRequest(60), shelf)
    kept = [*second.aside, *third.aside, *fourth.aside]
    assert len(set(kept)) == 3
    assert all(path.is_file() for path in kept)
    published = sorted(path.name for path in (folder.path / "promoted" / "previous").iterdir() if path.is_dir())
    assert published == ["l4dyx-1", "l4dyx-2", "l4dyx-3"], "what was published of another iteration is kept whole"


def test_another_s_embedding_makes_room_only_when_told(folder: CharacterFolder, shelf: FolderShelf) -> None:
    shelf.folder.mkdir()
    theirs = shelf.folder / "L4DYX.bin"
    theirs.write_bytes(b"theirs")
    with pytest.raises(RequestError, match="is there already"):
        put(folder, PromoteRequest(), shelf)
    assert [path.read_bytes() for path in shelf.folder.iterdir()] == [b"theirs"]
    assert not (folder.path / "promoted").exists()
    done = put(folder, PromoteRequest(make_room=True), shelf)
    assert [path.read_bytes() for path in done.aside] == [b"theirs"]
    assert [path.name for path in shelf.folder.iterdir()] == ["l4dyx.pt"]


def test_a_card_that_was_written_into_is_kept(folder: CharacterFolder) -> None:
    first = put(folder, PromoteRequest())
    assert (first.path, first.loaded) == (first.card.parent / "l4dyx.pt", False)
    assert put(folder, PromoteRequest()) == first
    assert not (folder.path / "promoted" / "previous").exists()
    first.card.write_text("mine", encoding="utf-8")
    put(folder, PromoteRequest())
    assert (folder.path / "promoted" / "previous" / "README-1.md").read_text(encoding="utf-8") == "mine"
    assert own_names(folder.path) == frozenset(), "no prompt can name it yet"


@pytest.mark.parametrize(
    ("request_", "line"),
    [
        (PromoteRequest(45), "no iteration of step 45: take one of 30, 60"),
        (PromoteRequest(name="../her"), "cannot be used"),
        (PromoteRequest(name="two words"), "cannot be used"),
        (PromoteRequest(samples=1), "2 to 16 seeds, or 0"),
        (PromoteRequest(form="ckpt"), "no form"),  # type: ignore[arg-type]
    ],
)
def test_what_cannot_be_is_one_line_and_nothing_is_placed(
    folder: CharacterFolder, shelf: FolderShelf, request_: PromoteRequest, line: str
) -> None:
    with pytest.raises(RequestError, match=line):
        put(folder, request_, shelf)
    assert not shelf.folder.exists()
    assert own_names(folder.path) == frozenset()


def test_nothing_is_recommended(folder: CharacterFolder, shelf: FolderShelf) -> None:
    run = folder.runs()[0]
    write_result(run, told(None))
    with pytest.raises(RequestError, match="forest test first, or name a step"):
        put(folder, PromoteRequest(), shelf)
    (run / "forest-test.json").unlink()
    with pytest.raises(RequestError, match="forest test first, or name a step"):
        put(folder, PromoteRequest(), shelf)
    assert put(folder, PromoteRequest(60), shelf).step == 60
    with pytest.raises(FolderError, match="no iterations"):
        promote(folder, folder.new_run(), PromoteRequest(60), FakeEngine(), shelf, Silent())


def test_samples_without_training_pictures_are_not_measured(folder: CharacterFolder) -> None:
    done = promote(folder, folder.runs()[0], PromoteRequest(), FakeEngine(), None, Silent())
    assert done.weight == 1
    assert "Not measured: The forest test needs at least 4 training pictures" in done.weight_reason


def test_the_usual_weight_stays_unless_another_is_clearly_better() -> None:
    usual = [0.5, 0.5, 0.5, 0.5]
    cases = [
        ({0.8: [0.6] * 4, 1.0: usual, 1.2: [0.3] * 4}, 0.8),
        ({0.8: [0.52] * 4, 1.0: usual}, 1.0),
        ({0.8: [1.0, 1.0, 0.4, 0.4], 1.0: usual}, 1.0),
        ({1.0: usual, 1.2: [0.9, 0.9, 0.9, 0.4]}, 1.2),
    ]
    for worth, weight in cases:
        assert best_weight(worth)[0] == weight
    assert best_weight(cases[0][0])[1] == "Likeness × scene is 0.60 at 0.8, 0.50 at 1, 0.30 at 1.2, with 4 seeds each."
    assert np.isfinite(best_weight({1.0: [0.0]})[0])
