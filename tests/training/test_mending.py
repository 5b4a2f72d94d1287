"""What a look before training finds, a press of a button mends, where a program can."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PIL import Image

from consistent_character.character.folder import CharacterFolder
from consistent_character.errors import RequestError
from consistent_character.findings import Finding, Fix
from consistent_character.training import TrainingSettings, mend, preflight
from tests.fakes import FakeEngine, FakeTrainer
from tests.training.cases import CAPTION, TOKEN

SETTINGS = TrainingSettings(width=64, height=64, num_vectors=4)


def _found(folder: CharacterFolder, settings: TrainingSettings, engine: FakeEngine) -> dict[str, Finding]:
    return {finding.code: finding for finding in preflight(folder, settings, engine)}


@pytest.mark.parametrize(
    ("changes", "code", "mended"),
    [
        ({"template": ()}, "template-empty", {"template": ("[name], [filewords]",)}),
        ({"template": ("[name]", " ")}, "template-blank", {"template": ("[name]",)}),
        ({"template": ("a photo",)}, "template-name", {"template": ("[name], [filewords]",)}),
        ({"learn_rate": "0.005:100, 0.001:150"}, "rate-ends", {"learn_rate": "0.005:100, 0.001:150, 0.001"}),
        ({"save_every": 0}, "nothing-saved", {"save_every": 10}),
        ({"save_every": 300, "steps": 8}, "nothing-saved", {"save_every": 2}),
        ({"forest_watch": "stop", "preview_every": 0}, "watch-blind", {"forest_watch": "stop", "preview_every": 10}),
        ({"batch_size": 7, "gradient_accumulation": 2}, "batch", {"batch_size": 1, "gradient_accumulation": 1}),
    ],
)
def test_settings_are_mended(
    folder: CharacterFolder, changes: dict[str, object], code: str, mended: dict[str, object]
) -> None:
    engine = FakeEngine(trainer=FakeTrainer())
    settings = SETTINGS.with_changes(**changes)
    found = _found(folder, settings, engine)
    new = mend(found[code], folder, settings, engine, _no_caption_step)
    assert new == settings.with_changes(**mended)
    assert code not in _found(folder, new, engine)


def test_as_many_vectors_are_taken_as_fit(folder: CharacterFolder) -> None:
    """The token stands twice: 67 other tokens leave room for 2 x 4 vectors."""
    (folder.images / "00.txt").write_text(f"{TOKEN} " + "photo " * 66, encoding="utf-8")
    engine, settings = FakeEngine(trainer=FakeTrainer()), replace(SETTINGS, num_vectors=9)
    found = _found(folder, settings, engine)["too-long"]
    assert found.fix
    assert found.fix.label == "Take 4 vectors"
    new = mend(found, folder, settings, engine, _no_caption_step)
    assert (new.num_vectors, _found(folder, new, engine)) == (4, {})
    (folder.images / "00.txt").write_text(f"{TOKEN} " + "photo " * 80, encoding="utf-8")
    assert _found(folder, settings, engine)["too-long"].fix is None


def test_images_are_moved_out_and_come_back(folder: CharacterFolder) -> None:
    (folder.images / "03.png").write_bytes(b"no picture")
    engine = FakeEngine(trainer=FakeTrainer())
    found = _found(folder, SETTINGS, engine)["unreadable-image"]
    assert mend(found, folder, SETTINGS, engine, _no_caption_step) == SETTINGS
    assert _found(folder, SETTINGS, engine) == {}
    assert (folder.path / "rejected" / "unreadable-image" / "03.txt").exists()
    folder.undo()
    assert "unreadable-image" in _found(folder, SETTINGS, engine)


def test_the_caption_step_is_run(folder: CharacterFolder) -> None:
    (folder.images / "03.txt").write_text("a photo, (gray:1.3)", encoding="utf-8")
    engine = FakeEngine(trainer=FakeTrainer())

    def rewrite(given: CharacterFolder) -> None:
        (given.images / "03.txt").write_text(CAPTION, encoding="utf-8")

    found = _found(folder, SETTINGS, engine)
    assert list(found) == ["caption-emphasis", "caption-token"]
    mend(found["caption-emphasis"], folder, SETTINGS, engine, rewrite)
    assert _found(folder, SETTINGS, engine) == {}


def test_the_host_mends_what_it_has_found(folder: CharacterFolder) -> None:
    trainer = FakeTrainer()
    trainer.found = [Finding("error", "vae-loaded", "A VAE.", "Unload it.", fix=Fix("Unload it", "host"))]
    engine = FakeEngine(trainer=trainer)
    found = _found(folder, SETTINGS, engine)
    assert list(found) == ["vae-loaded"]
    mend(found["vae-loaded"], folder, SETTINGS, engine, _no_caption_step)
    assert _found(folder, SETTINGS, engine) == {}


def test_what_no_program_can_mend_is_told(folder: CharacterFolder) -> None:
    Image.new("RGB", (64, 64)).save(folder.images / "05.jpg")
    engine = FakeEngine(trainer=FakeTrainer())
    with pytest.raises(RequestError, match=r"mended by hand\. Rename one"):
        mend(_found(folder, SETTINGS, engine)["caption-shared"], folder, SETTINGS, engine, _no_caption_step)


def _no_caption_step(folder: CharacterFolder) -> None:
    raise AssertionError("no captions are wrong here")
