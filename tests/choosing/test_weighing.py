"""At which weight the chosen iteration draws best: drawn, read as the forest test reads, and kept as samples."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from consistent_character.character.character import Character
from consistent_character.character.folder import CharacterFolder
from consistent_character.choosing import ForestRequest, PromoteRequest, Subject, forest_test, promote
from consistent_character.engine import RenderRequest
from consistent_character.errors import UnsafePrompt
from consistent_character.progress import Silent
from tests.choosing.pictures import WOMAN, Look, draw, training_set
from tests.choosing.test_witness import sight_of
from tests.fakes import FakeEngine

REQUEST = ForestRequest(
    prompt="an extreme closeup front shot photo of {name} in a forest",
    seeds=(1, 2, 3, 4),
    more_seeds=0,
    steps=9,
    width=96,
    height=96,
)
WEIGHT = re.compile(r"\(t0ken:([\d.]+)\)")
LIKE = {"0.8": 0.3, "1": 0.7, "1.2": 0.95}


def paint(request: RenderRequest) -> Image.Image:
    """The heavier the token, the more of the character."""
    if not request.embeddings:
        return draw(Look(), WOMAN, request.seed)
    found = WEIGHT.search(request.prompt)
    return draw(Look(1, LIKE[found[1] if found else "1"]), WOMAN, request.seed)


@pytest.fixture
def tested(tmp_path: Path) -> CharacterFolder:
    """A character whose run has been tested."""
    folder = CharacterFolder.create(tmp_path / "her", Character(token="t0ken", look=WOMAN.look))
    for number, (image, caption) in enumerate(training_set(WOMAN, per_cell=2)):
        image.save(folder.images / f"{number:04}.png")
        (folder.images / f"{number:04}.txt").write_text(caption, encoding="utf-8")
    run = folder.new_run()
    (run / "embeddings").mkdir()
    for step in (40, 80):
        (run / "embeddings" / f"t0ken-{step}.pt").write_bytes(str(step).encode())
    forest_test(Subject.of_run(folder, run), REQUEST, FakeEngine(painter=paint), Silent())
    return folder


def test_the_weight_that_is_clearly_better_is_recommended(tested: CharacterFolder) -> None:
    engine = FakeEngine(painter=paint)
    done = promote(tested, tested.runs()[0], PromoteRequest(40), engine, None, Silent())
    assert done.weight == 1.2
    assert re.fullmatch(
        r"Likeness × scene is 0\.\d+ at 0\.8, 0\.\d+ at 1, .* at 1\.2, with 4 seeds each\. "
        r"Likeness is read from colours and edges in their places\.",
        done.weight_reason,
    )
    # The class word's pictures are those of the test: its settings are read from them.
    assert len(engine.rendered) == 3 * 4
    assert {request.steps for request in engine.rendered} == {9}
    assert {request.prompt for request in engine.rendered} == {
        REQUEST.prompt.replace("{name}", word) for word in ("(t0ken:0.8)", "t0ken", "(t0ken:1.2)")
    }
    text = done.card.read_text(encoding="utf-8")
    assert "| Recommended weight | 1.2 |" in text
    assert "a color photo of (t0ken:1.2) in a forest" in text
    linked = re.findall(r"\]\((samples/[^)]+)\)", text)
    assert len(linked) == 12
    assert all((done.card.parent / path).is_file() for path in linked)
    assert "Any weight but 1" not in text


def test_what_is_drawn_is_not_drawn_again(tested: CharacterFolder) -> None:
    promote(tested, tested.runs()[0], PromoteRequest(40), FakeEngine(painter=paint), None, Silent())
    again = FakeEngine(painter=paint)
    first = promote(tested, tested.runs()[0], PromoteRequest(40), again, None, Silent())
    assert again.rendered == []
    other = FakeEngine(painter=paint)
    promote(tested, tested.runs()[0], PromoteRequest(80, samples=2), other, None, Silent())
    assert len(other.rendered) == 3 * 2
    kept = tested.path / "promoted" / "previous" / "t0ken-1"
    assert {path.name for path in kept.iterdir()} == {path.name for path in first.card.parent.iterdir()}


def test_photographs_are_weighed_by_their_faces(tested: CharacterFolder, tmp_path: Path) -> None:
    """The face is the character's at every weight: what colours say no longer decides."""
    with sight_of(tmp_path, "knowing", tested.database) as sight:
        run, engine = tested.runs()[0], FakeEngine(painter=paint)
        done = promote(tested, run, PromoteRequest(40), engine, None, Silent(), sight)
    assert done.weight != 1.2
    lightest = re.search(r"(0\.\d+) at 0\.8", done.weight_reason)
    assert lightest is not None and float(lightest[1]) > 0.6, "the colours' likeness is .3 there"
    assert "Likeness is read from the face in 9 of 12 pictures" in done.weight_reason
    assert "recognised in 10 of 10 training pictures (by knowing)" in done.weight_reason


def test_the_guard_reads_the_prompt_with_the_look(tested: CharacterFolder) -> None:
    tested.character = replace(tested.character, look="a naked 12 year old")
    engine = FakeEngine(painter=paint)
    with pytest.raises(UnsafePrompt):
        promote(tested, tested.runs()[0], PromoteRequest(40), engine, None, Silent())
    assert engine.rendered == []
