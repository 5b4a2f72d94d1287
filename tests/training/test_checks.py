"""Each thing that costs people a run is found before it, and a folder that is right passes in silence."""

from __future__ import annotations

import shutil
from collections import namedtuple
from dataclasses import replace

import pytest
from PIL import Image

from consistent_character.character.character import Character
from consistent_character.character.folder import CharacterFolder
from consistent_character.character.installed import remember
from consistent_character.training import Finding, TrainingSettings, preflight
from consistent_character.training.checks import needed_bytes
from tests.fakes import FakeEngine, FakeTrainer
from tests.training.cases import CAPTION, TOKEN

SETTINGS = TrainingSettings(width=64, height=64, num_vectors=4)


def _look(folder: CharacterFolder, settings: TrainingSettings = SETTINGS, **more: object) -> dict[str, Finding]:
    engine = FakeEngine(trainer=FakeTrainer())
    return {finding.code: finding for finding in preflight(folder, settings, engine, **more)}  # type: ignore[arg-type]


def _caption(folder: CharacterFolder, number: int, text: str) -> None:
    (folder.images / f"{number:02d}.txt").write_text(text, encoding="utf-8")


def _with(folder: CharacterFolder, **changes: object) -> CharacterFolder:
    folder.character = replace(folder.character, **changes)  # type: ignore[arg-type]
    return folder


def test_a_folder_that_is_right_passes_in_silence(folder: CharacterFolder) -> None:
    before = {path: path.stat().st_mtime_ns for path in folder.path.rglob("*") if "character.db" not in path.name}
    assert _look(folder) == {}
    assert {path: path.stat().st_mtime_ns for path in before} == before
    assert folder.runs() == ()


def test_a_host_that_cannot_train(folder: CharacterFolder) -> None:
    (finding,) = preflight(folder, SETTINGS, FakeEngine(trainer=None))
    assert (finding.severity, finding.code) == ("error", "no-trainer")
    assert "reForge" in finding.remedy


def test_no_images_and_few(folder: CharacterFolder) -> None:
    folder.move_out([(pair, "surplus") for pair in folder.pairs()[3:]])
    found = _look(folder)
    assert list(found) == ["few-images"]
    assert found["few-images"].severity == "warning"
    assert list(_look(folder, replace(SETTINGS, batch_size=2, gradient_accumulation=2))) == ["few-images", "batch"]
    folder.move_out([(pair, "surplus") for pair in folder.pairs()])
    found = _look(folder)
    assert list(found) == ["no-images"]
    assert found["no-images"].severity == "error"


def test_images_that_cannot_be_read_or_will_be_squeezed(folder: CharacterFolder) -> None:
    whole = (folder.images / "00.png").read_bytes()
    (folder.images / "00.png").write_bytes(whole[:-30])
    Image.new("RGB", (64, 96)).save(folder.images / "01.png")
    found = _look(folder)
    assert found["unreadable-image"].images == ("00.png",)
    assert found["unreadable-image"].severity == "error"
    assert found["squeezed"].images == ("01.png",)
    assert found["squeezed"].severity == "warning"
    assert set(found) == {"unreadable-image", "squeezed"}


@pytest.mark.parametrize("content", ["Grüße".encode("latin-1"), "a photo".encode("utf-16"), b"\x00\xff\xfe"])
def test_captions_that_are_missing_empty_or_no_text(folder: CharacterFolder, content: bytes) -> None:
    (folder.images / "02.txt").unlink()
    (folder.images / "03.txt").write_bytes(content)
    _caption(folder, 4, " \n")
    found = _look(folder)
    assert {code: finding.images for code, finding in found.items()} == {
        "caption-missing": ("02.png",),
        "caption-undecodable": ("03.png",),
        "caption-empty": ("04.png",),
    }
    assert [finding.severity for finding in found.values()] == ["error", "error", "warning"]


def test_a_byte_order_mark_and_windows_line_ends_are_no_fault(folder: CharacterFolder) -> None:
    (folder.images / "00.txt").write_bytes(b"\xef\xbb\xbf" + CAPTION.encode() + b"\r\n")
    assert _look(folder) == {}


def test_what_is_left_in_captions(folder: CharacterFolder) -> None:
    _caption(folder, 0, f"a closeup photo of {TOKEN}, (plain gray clothes:1.3)")
    _caption(folder, 1, f"a closeup photo of {TOKEN}, [gray]")
    _caption(folder, 2, f"a closeup photo of {TOKEN}, plain clothes\\(gray\\)")
    _caption(folder, 3, f"a photo of {TOKEN}\nNegative prompt: teen\nSteps: 4, Sampler: Euler, Size: 64x64")
    _caption(folder, 4, f"a closeup photo of a woman, {TOKEN}2, x{TOKEN}")
    _caption(folder, 5, f"A closeup photo of {TOKEN.upper()}.")
    found = _look(folder)
    assert {code: (finding.severity, finding.images) for code, finding in found.items()} == {
        "caption-infotext": ("error", ("03.png",)),
        "caption-emphasis": ("warning", ("00.png", "01.png")),
        "caption-token": ("warning", ("04.png",)),
    }


def test_two_images_with_one_caption(folder: CharacterFolder) -> None:
    Image.new("RGB", (64, 64)).save(folder.images / "05.jpg")
    found = _look(folder)
    assert found["caption-shared"].images == ("05.jpg", "05.png")
    assert found["caption-shared"].severity == "error"


@pytest.mark.parametrize(
    ("template", "code", "severity"),
    [
        ((), "template-empty", "error"),
        (("", " "), "template-empty", "error"),
        (("[name], [filewords]", ""), "template-blank", "error"),
        (("[filewords]",), "template-name", "warning"),
        (("a photo",), "template-name", "error"),
        (("[name], [filewords]", "a photo of [filewords]"), "template-name", "warning"),
    ],
)
def test_templates_that_cannot_train(
    folder: CharacterFolder, template: tuple[str, ...], code: str, severity: str
) -> None:
    found = _look(folder, replace(SETTINGS, template=template))
    assert found[code].severity == severity


def test_a_template_without_the_name_and_captions_without_the_token_learn_nothing(folder: CharacterFolder) -> None:
    _caption(folder, 7, "a closeup photo of a woman")
    found = _look(folder, replace(SETTINGS, template=("[filewords]",)))
    assert found["template-name"].severity == "error"


def test_the_embeddings_vectors_count_as_often_as_the_token_stands_there(folder: CharacterFolder) -> None:
    """The template's name and the caption's: 2 x vectors. 59 other tokens and 2 x 8 are 75."""
    _caption(folder, 0, f"{TOKEN} " + "photo " * 58)
    assert _look(folder, replace(SETTINGS, num_vectors=8)) == {}
    _caption(folder, 0, f"{TOKEN} " + "photo " * 59)
    found = _look(folder, replace(SETTINGS, num_vectors=8))
    assert found["too-long"].images == ("00.png",)
    assert found["too-long"].severity == "warning"
    assert "the longest 76" in found["too-long"].message
    assert _look(folder, replace(SETTINGS, num_vectors=7)) == {}


def test_a_token_that_is_a_word_or_taken(folder: CharacterFolder) -> None:
    found = _look(_with(folder, token="forest"))
    assert found["token-word"].severity == "error"
    assert "fr3nchl4dysd15" in found["token-word"].remedy
    _with(folder, token=TOKEN)
    assert _look(folder, taken=("someone", "else")) == {}
    assert _look(folder, taken=("someone", TOKEN.upper()))["token-taken"].severity == "error"
    host = FakeEngine(trainer=FakeTrainer(), embeddings=("someone", TOKEN.upper()))
    assert [finding.code for finding in preflight(folder, SETTINGS, host)] == ["token-taken"]
    remember(folder.path, TOKEN)
    assert preflight(folder, SETTINGS, host) == (), "that one is an iteration of this very character"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"learn_rate": "quick"}, '"quick" is no learning rate'),
        ({"steps": 0}, "Steps: 0 is outside"),
        ({"num_vectors": 76}, "Num vectors: 76 is outside 1 to 75"),
        ({"batch_size": 0}, "Batch size: 0"),
        ({"width": 60, "height": 60}, "Width: 60"),
        ({"width": 68, "height": 68}, "multiple of 8"),
        ({"latent_sampling": "twice"}, "Latent sampling: take one of once, deterministic, random"),
        ({"preview_sampler": "Eulre"}, "Preview sampler: take one of Euler a"),
        ({"initialization_text": "  "}, "initialization text is empty"),
    ],
)
def test_settings_outside_their_range(folder: CharacterFolder, changes: dict[str, object], words: str) -> None:
    found = _look(folder, SETTINGS.with_changes(**changes))
    assert next(iter(found)) == "settings"
    assert found["settings"].severity == "error"
    assert words in found["settings"].message


@pytest.mark.parametrize("save_every", [0, 201])
def test_nothing_to_choose_from(folder: CharacterFolder, save_every: int) -> None:
    found = _look(folder, replace(SETTINGS, save_every=save_every))
    assert (list(found), found["nothing-saved"].severity) == (["nothing-saved"], "warning")


def test_a_learning_rate_that_ends_early(folder: CharacterFolder) -> None:
    found = _look(folder, replace(SETTINGS, learn_rate="0.005:100"))
    assert (list(found), found["rate-ends"].severity) == (["rate-ends"], "warning")
    assert "ends at step 100" in found["rate-ends"].message
    assert _look(folder, replace(SETTINGS, learn_rate="0.005:100", steps=100)) == {}


def test_no_space_left(folder: CharacterFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage(2**40, 2**40, 2**20))
    found = _look(folder)
    assert found["disk-space"].severity == "error"
    assert "1 MB are free" in found["disk-space"].message


def test_space_needed_is_an_upper_bound_of_what_known_runs_write() -> None:
    tutorial = TrainingSettings()
    assert 20 * (8 * 768 * 4) < needed_bytes(tutorial) < 64 * 2**20
    assert needed_bytes(replace(tutorial, save_every=1)) > 8 * needed_bytes(replace(tutorial, preview_every=0))


@pytest.mark.parametrize("look", ["a 15yo girl", "a schoolgirl with hazel eyes"])
def test_what_the_token_hides_is_read_with_the_caption(folder: CharacterFolder, look: str) -> None:
    assert _look(_with(folder, look=look)) == {}
    _caption(folder, 6, f"a closeup photo of {TOKEN} naked, neutral gray background")
    found = _look(folder)
    assert found["unsafe"].severity == "error"
    assert found["unsafe"].images == ("06.png",)
    assert _look(_with(folder, look="a 25yo French woman")) == {}


@pytest.mark.parametrize(
    ("look", "changes"),
    [
        ("a 15yo girl", {"template": ("[name] naked, [filewords]",)}),
        ("a 15yo girl", {"preview_prompt": "a naked {name}"}),
        ("a woman with hazel eyes", {"template": ("[name] naked, [filewords]",), "initialization_text": "child"}),
        ("a woman with hazel eyes", {"preview_prompt": "a naked {name}", "initialization_text": "child"}),
    ],
)
def test_what_the_token_hides_is_read_with_every_setting(
    folder: CharacterFolder, look: str, changes: dict[str, object]
) -> None:
    _with(folder, look=look)
    assert "unsafe" not in _look(folder)
    assert _look(folder, SETTINGS.with_changes(**changes))["unsafe"].severity == "error"


def test_errors_come_first_and_say_what_to_do(folder: CharacterFolder) -> None:
    _caption(folder, 0, "a photo, (gray:1.3)")
    (folder.images / "01.txt").unlink()
    findings = preflight(folder, replace(SETTINGS, steps=0), FakeEngine(trainer=None))
    severities = [finding.severity for finding in findings]
    assert severities == sorted(severities)
    assert severities.count("error") == 3
    for finding in findings:
        assert finding.message.endswith(".")
        assert finding.remedy
        assert "\n" not in str(finding)


def test_many_names_are_cut_short(folder: CharacterFolder) -> None:
    for number in range(6):
        (folder.images / f"{number:02d}.txt").unlink()
    finding = _look(folder)["caption-missing"]
    assert finding.message == "6 images without a caption: 00.png, 01.png, 02.png, …."
    assert len(finding.images) == 6


def test_the_defaults_follow_the_character() -> None:
    character = Character(token=TOKEN, look="a man", initialization_text="man", num_vectors=12)
    settings = TrainingSettings.for_character(character, size=96)
    assert (settings.initialization_text, settings.num_vectors) == ("man", 12)
    assert (settings.width, settings.height) == (96, 96)
    assert (settings.steps, settings.learn_rate, settings.template) == (200, "0.002", ("[name], [filewords]",))
