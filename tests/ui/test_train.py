"""The Train panel in a real browser: findings with their buttons, what stops a run, and how its end is told."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from consistent_character.character.character import Character
from consistent_character.character.folder import CharacterFolder
from consistent_character.engine import RenderRequest, TrainingWatch, TrainRequest
from consistent_character.errors import RequestError
from consistent_character.findings import Finding, Fix
from tests.choosing.pictures import WOMAN, Look, draw, training_set
from tests.fakes import FakeEngine, FakeTrainer
from tests.ui.pages import Page

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

TOKEN = "l4dyx"
LOOK = "a woman with dark skin, square face"
_VAE = Finding("warning", "vae-loaded", "A VAE is loaded.", "Unload it.", fix=Fix("Unload the VAE", "host"))


class Paints(FakeTrainer):
    """What it saves has lost its scene from step 35 on, if it fades; or it fails at the end."""

    fades = True
    failure: Callable[[], None] = staticmethod(lambda: None)

    def train(self, request: TrainRequest, watch: TrainingWatch) -> tuple[object, ...]:  # type: ignore[override]
        done = super().train(request, watch)
        self.failure()
        return done

    def _step(self, request: TrainRequest, step: int, watch: TrainingWatch) -> None:
        super()._step(request, step, watch)
        if request.preview_every and step % request.preview_every == 0:
            path = request.folder / "previews" / f"{request.name}-{step}.png"
            path.parent.mkdir(exist_ok=True)
            self.painted(step, seed=step).save(path)
            watch.previewed(step, path)

    def painted(self, step: int, seed: int) -> Image.Image:
        """What an iteration draws."""
        return draw(Look(scene=0.0 if self.fades and step >= 35 else 1.0, likeness=0.8), WOMAN, seed)


@pytest.fixture
def trainer() -> Paints:
    return Paints()


@pytest.fixture
def engine(trainer: Paints) -> FakeEngine:
    def paint(request: RenderRequest) -> Image.Image:
        if not request.embeddings:
            return draw(Look(), WOMAN, request.seed)
        return trainer.painted(int(request.embeddings[0].path.read_bytes()), request.seed)

    return FakeEngine(trainer=trainer, painter=paint)


@pytest.fixture
def images(tmp_path: Path) -> Path:
    """The training set of a character, with the prompts that the pictures were generated with as captions."""
    with CharacterFolder.create(tmp_path / TOKEN, Character(TOKEN, LOOK)) as folder:
        for number, (picture, _) in enumerate(training_set(WOMAN, per_cell=1)):
            picture.save(folder.images / f"{number:02d}.png")
            prompt = f"a closeup front shot photo of {LOOK}, gray background"
            (folder.images / f"{number:02d}.txt").write_text(f"{prompt}\nSteps: 20, Seed: {number}\n", encoding="utf-8")
        return folder.images


@pytest.fixture
def at_train(page: Page, images: Path) -> Page:
    """In the panel, the character open."""
    page.open(TOKEN)
    page.panel("Train")
    return page


def _finding(page: Page, text: str) -> int:
    """The row of a finding, once it is shown."""
    row = page.see("#cc_panel_train .cc-finding", text)
    return int(row.get_attribute("id").rsplit("_", 1)[1])


def _gone(page: Page, text: str) -> None:
    page.page.locator("#cc_panel_train .cc-finding:visible", has_text=text).first.wait_for(state="hidden")


def test_train_looks_first_and_begins_nothing_before_errors_are_mended(
    at_train: Page, images: Path, trainer: FakeTrainer
) -> None:
    before = {path.name: path.read_bytes() for path in images.iterdir()}
    at_train.press("train", "start")
    at_train.told("Training has not begun")
    at_train.see("#cc_train_findings", "1 error")
    assert not trainer.requests
    assert not list((images.parent / "runs").iterdir())
    row = _finding(at_train, "generation parameters left")
    assert at_train.see(f"#cc_train_fix_{row}").inner_text() == "Run the caption step"
    at_train.press("train", "fix", str(row))
    at_train.told("Mended: Run the caption step")
    at_train.see("#cc_train_findings", "Nothing found")
    assert f"photo of {TOKEN}, gray" in (images / "00.txt").read_text(encoding="utf-8")
    at_train.press("train", "undo")
    at_train.told("as before")
    _finding(at_train, "generation parameters left")
    assert {path.name: path.read_bytes() for path in images.iterdir()} == before
    assert not at_train.errors


def test_a_mended_setting_is_shown_in_the_form_and_what_was_edited_stays(at_train: Page, images: Path) -> None:
    page = at_train.page
    page.locator("#cc_panel_train .label-wrap", has_text="Iterations and previews").click()
    at_train.write("#cc_panel_train", "Learning rate", "0.005:100")
    save = page.locator("#cc_panel_train label", has_text="Save every").locator("input")
    save.fill("0")
    save.press("Tab")
    at_train.press("train", "check")
    at_train.press("train", "fix", str(_finding(at_train, "No iteration will be saved")))
    at_train.told("Mended: Save every 10 steps.")
    assert save.input_value() == "10"
    assert page.locator("#cc_panel_train label", has_text="Learning rate").locator("input, textarea").input_value() == (
        "0.005:100"
    )
    _gone(at_train, "No iteration")
    _finding(at_train, "ends at step 100")


def test_one_button_mends_all_that_can_be_mended(at_train: Page, images: Path, trainer: FakeTrainer) -> None:
    trainer.found = [_VAE]
    (images / "03.png").write_bytes(b"no picture")
    (images / "05.jpg").write_bytes((images / "05.png").read_bytes())
    at_train.press("train", "check")
    _finding(at_train, "A VAE is loaded")
    at_train.press("train", "fix", "all")
    at_train.see("#cc_strip .cc-good", "Mended:")
    said = at_train.told("Mended:")
    assert "Unload the VAE" in said and "Take them out of the training set" in said
    assert trainer.found == []
    assert (images.parent / "rejected" / "unreadable-image" / "03.png").is_file()
    row = _finding(at_train, "sharing a caption")
    assert not at_train.page.locator(f"#cc_train_fix_{row}").is_visible()
    assert not at_train.page.locator("#cc_train_fix_all").is_visible()


def test_a_run_that_loses_its_scene_stops_and_says_when_and_why(at_train: Page, images: Path) -> None:
    at_train.press("train", "start")
    at_train.press("train", "fix", str(_finding(at_train, "generation parameters left")))
    at_train.told("Mended:")
    at_train.page.locator("#cc_train_watch label", has_text="stop").click()
    at_train.press("train", "start")
    at_train.told("Stopped at step 50: Overtrained from step 40 on.")
    at_train.see("#cc_strip .cc-warning", "5 iterations saved")
    at_train.see("#cc_train_curve .cc-watch svg")
    strip = at_train.page.locator("#cc_train_curve .cc-previews figure")
    assert [head.split() for head in strip.locator("figcaption").all_inner_texts()] == [
        ["woman"],
        *([str(step), "✓"] for step in (10, 20, 30)),
        *([str(step), "×"] for step in (40, 50)),
    ]
    assert strip.locator("img").count() == 6 * 3
    at_train.see("#cc_train_curve .cc-warning", "Stopped at step 50")
    assert at_train.page.locator("#cc_train_curve .cc-figure").count() == 2
    at_train.page.reload()
    at_train.arrive()
    at_train.open(TOKEN)
    at_train.panel("Train")
    at_train.see("#cc_train_curve .cc-warning", "Stopped at step 50")


def test_a_run_that_did_not_train_says_so_also_tomorrow(at_train: Page, images: Path, trainer: Paints) -> None:
    def fails() -> None:
        raise RequestError("The trainer says that it has finished, but nothing was learned.")

    trainer.fades, trainer.failure = False, fails
    at_train.press("train", "start")
    at_train.press("train", "fix", str(_finding(at_train, "generation parameters left")))
    at_train.told("Mended:")
    at_train.press("train", "start")
    at_train.told("nothing was learned")
    at_train.see("#cc_train_curve .cc-bad", "nothing was learned")
    at_train.page.reload()
    at_train.arrive()
    at_train.open(TOKEN)
    at_train.panel("Train")
    at_train.see("#cc_train_curve .cc-bad", "nothing was learned")


def test_what_the_caption_step_cannot_mend_is_told_and_stays(at_train: Page, images: Path) -> None:
    for caption in images.glob("*.txt"):
        caption.write_text("a dog", encoding="utf-8")
    at_train.press("train", "check")
    at_train.press("train", "fix", str(_finding(at_train, f"does not name {TOKEN}")))
    at_train.see("#cc_strip .cc-warning", "Nothing was mended. Not mended:")
    _finding(at_train, f"does not name {TOKEN}")
    assert not at_train.page.locator("#cc_train_undo").is_visible()


def test_a_run_without_iterations_sends_nobody_to_choose(at_train: Page, images: Path, trainer: Paints) -> None:
    trainer.fades = False
    for caption in images.glob("*.txt"):
        caption.write_text(f"a photo of {TOKEN}", encoding="utf-8")
    at_train.page.locator("#cc_panel_train .label-wrap", has_text="Iterations and previews").click()
    save = at_train.page.locator("#cc_panel_train label", has_text="Save every").locator("input")
    save.fill("0")
    save.press("Tab")
    at_train.press("train", "start")
    assert "Choose finds" not in at_train.told("No iteration was saved")
