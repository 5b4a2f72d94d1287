"""Training in a real web UI: every trap of its trainer, and nothing of the web UI left changed."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from consistent_character.character.character import Character
from consistent_character.character.folder import CharacterFolder
from consistent_character.hosts.embedding_files import read_embedding
from consistent_character.prompts import infotext
from tests.choosing.pictures import WOMAN, training_set
from tests.webui.server import CHECKPOINT, WORLD, RunningWebUI

pytestmark = [pytest.mark.webui, pytest.mark.usefixtures("trainer")]

NAME = "adal0v"
WIDTH = 128
PREVIEW = {
    "prompt": f"an extreme closeup photo of {NAME} in a forest",
    "seed": 7,
    "steps": 4,
    "width": 96,
    "height": 96,
}


@pytest.fixture
def examples(tmp_path: Path) -> list[list[str]]:
    """Six pictures. Two differ in their ending only; one caption has letters that Latin-1 lacks."""
    (tmp_path / "images").mkdir()
    made = []
    for number, file in enumerate(("a.png", "a.jpg", "b.png", "c.png", "d.webp", "e.png")):
        pixels = np.full((96, 96, 3), 128, np.uint8)
        pixels[20:76, 30:66] = np.random.default_rng(number).integers(0, 255, 3)
        path = tmp_path / "images" / file
        Image.fromarray(pixels).save(path)
        made.append([str(path), f"a closeup front shot photo of a woman, {number} gray, ąę 漢字"])
    return made


@pytest.fixture
def asked(tmp_path: Path, examples: list[list[str]]) -> dict[str, Any]:
    return {
        "name": NAME,
        "folder": str(tmp_path / "run"),
        "examples": examples,
        "num_vectors": 3,
        "learn_rate": "0.01",
        "steps": 4,
        "width": 96,
        "height": 96,
        "save_every": 2,
    }


@pytest.fixture(autouse=True)
def as_before(trainer: None, running: RunningWebUI) -> Iterator[None]:
    """Whatever a test trains, however it ends: the web UI is as it was."""
    before = running.inside("training.state")
    yield
    after = {**running.inside("training.state"), "random": before["random"]}
    assert _differences(before, after) == {}


def _differences(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    """What differs, also inside of dictionaries."""
    found = {name: (before.get(name), after.get(name)) for name in {*before, *after}}
    found = {name: (old, new) for name, (old, new) in found.items() if old != new}
    both = [name for name, values in found.items() if all(isinstance(value, dict) for value in values)]
    return {**found, **{name: _differences(before[name], after[name]) for name in both}}


def train(running: RunningWebUI, asked: dict[str, Any], **more: Any) -> dict[str, Any]:
    found: dict[str, Any] = running.inside("training.train", request=asked, **more)
    return found


def vectors(asked: dict[str, Any], step: int) -> torch.Tensor:
    return read_embedding(Path(asked["folder"]) / "embeddings" / f"{NAME}-{step}.pt", WIDTH).vectors


def rows(asked: dict[str, Any]) -> list[dict[str, str]]:
    with (Path(asked["folder"]) / "loss.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def pictures(asked: dict[str, Any]) -> list[Path]:
    return sorted((Path(asked["folder"]) / "previews").glob("*.png"))


def test_a_run_has_a_folder_of_its_own_and_everything_in_it(running: RunningWebUI, asked: dict[str, Any]) -> None:
    """Traps 7 and 10: nothing goes into a folder of the day, and a run that draws no preview trains as well."""
    before = running.inside("training.state")
    told = train(running, asked)
    assert running.inside("training.state") == before, "also the random numbers"
    assert (told["error"], told["iterations"], told["saved"]) == ("", [2, 4], [2, 4])
    found = sorted(path.relative_to(asked["folder"]).as_posix() for path in Path(asked["folder"]).rglob("*"))
    names = [f"embeddings/{NAME}-{step}.pt{end}" for step in (2, 4) for end in ("", ".optim")]
    assert found == ["embeddings", *names, "loss.csv"]
    assert [(row["step"], row["epoch"], row["epoch_step"], row["learn_rate"]) for row in rows(asked)] == [
        (str(step), "0", str(step - 1), "0.01") for step in (1, 2, 3, 4)
    ]
    assert [float(row["loss"]) for row in rows(asked)] == pytest.approx(told["losses"])


def test_the_name_tells_the_true_number_of_updates(running: RunningWebUI, asked: dict[str, Any]) -> None:
    """Trap 2. AdamW's first update moves every number by the learning rate, whatever its gradient."""
    assert train(running, {**asked, "steps": 2, "save_every": 1})["saved"] == [1, 2]
    moved = (vectors(asked, 2) - vectors(asked, 1)).abs()
    embedding = read_embedding(Path(asked["folder"]) / "embeddings" / f"{NAME}-1.pt", WIDTH)
    state = torch.load(Path(asked["folder"]) / "embeddings" / f"{NAME}-1.pt.optim", weights_only=True)
    assert (embedding.name, embedding.step, embedding.checkpoint_name) == (f"{NAME}-1", 1, CHECKPOINT)
    assert float(state["optimizer_state_dict"]["state"][0]["step"]) == 1
    assert 0 < float(moved.max()) < 0.011


def test_previews_show_the_vectors_as_they_are(running: RunningWebUI, asked: dict[str, Any]) -> None:
    """Trap 1: with one prompt and one seed the web UI's own would all be the first one."""
    wanted = {**asked, "learn_rate": "0.05", "preview_every": 2, "preview": PREVIEW}
    told = train(running, wanted, options={"persistent_cond_cache": True})
    assert (told["error"], told["previews"]) == ("", [f"{NAME}-2.png", f"{NAME}-4.png"])
    first, second = (np.asarray(Image.open(path)).astype(int) for path in pictures(asked))
    assert np.abs(first - second).max() > 8
    for path, step in zip(pictures(asked), (2, 4), strict=True):
        with Image.open(path) as image:
            text = infotext.parse(image.info["parameters"])
        assert (text.prompt, text.parameters["Seed"]) == (PREVIEW["prompt"], "7")
        redrawn = running.inside("engine.render", requests=[_picture(asked, step)], folder=str(path.parents[1]))
        assert "error" not in redrawn[0]
        again = np.asarray(Image.open(path.parents[1] / "0.png")).astype(int)
        assert np.abs(again - np.asarray(Image.open(path)).astype(int)).max() <= 2


def _picture(asked: dict[str, Any], step: int) -> dict[str, Any]:
    path = str(Path(asked["folder"]) / "embeddings" / f"{NAME}-{step}.pt")
    return {**PREVIEW, "sampler": "Euler a", "embeddings": [[NAME, path]]}


@pytest.mark.parametrize("sampler", ["DPM++ 2M Karras", "DPM++ 2M", "Euler"])
def test_previews_with_every_sampler(running: RunningWebUI, asked: dict[str, Any], sampler: str) -> None:
    """Trap 8: the web UI's trainer knows no "DPM++ 2M Karras", and ends in silence."""
    wanted = {**asked, "steps": 1, "preview_every": 1, "preview": {**PREVIEW, "sampler": sampler}}
    assert train(running, wanted)["previews"] == [f"{NAME}-1.png"]
    with Image.open(pictures(asked)[0]) as image:
        assert sampler.startswith(infotext.parse(image.info["parameters"]).parameters["Sampler"])


def test_previews_disturb_nothing_and_the_seed_decides(running: RunningWebUI, asked: dict[str, Any]) -> None:
    """The web UI seeds the noise of training anew with every preview."""
    losses = train(running, asked)["losses"]
    folder = f"{asked['folder']}-watched"
    watched = {**asked, "folder": folder, "preview_every": 1, "preview": PREVIEW}
    assert train(running, watched)["losses"] == losses
    assert torch.equal(vectors(asked, 4), vectors(watched, 4))
    assert train(running, {**asked, "folder": f"{folder}-2", "seed": 1})["losses"] != losses


def test_what_the_web_ui_swallows_is_raised(running: RunningWebUI, asked: dict[str, Any]) -> None:
    """Trap 3: its trainer would report "Training finished"."""
    told = train(running, asked, act="fail", at=3)
    assert told["error"] == "ZeroDivisionError: division by zero"
    assert (len(told["losses"]), told["saved"]) == (3, [2])
    assert train(running, {**asked, "preview_every": 1, "preview": {**PREVIEW, "sampler": "UniPC"}})[
        "error"
    ].startswith("RequestError: There is no sampler 'UniPC'")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"template": ["[filewords]"]}, "lacks [name]"),
        ({"template": ["[name], [filewords]", ""]}, "blank"),
        ({"template": ["x[name]x"]}, "does not come to the embedding"),
        ({"learn_rate": "1e30", "save_every": 1}, "no number any more"),
        ({"examples": [["/nowhere.png", "x"]]}, "cannot be read"),
    ],
)
def test_what_cannot_train_says_so(
    running: RunningWebUI, asked: dict[str, Any], changes: dict[str, Any], words: str
) -> None:
    """Traps 4, 9 and 12: the web UI would train to the end."""
    told = train(running, {**asked, **changes})
    assert words in told["error"]
    assert told["saved"] in ([], [1])


def test_a_loss_that_is_no_number_stops_before_it_is_saved(running: RunningWebUI, asked: dict[str, Any]) -> None:
    told = train(running, {**asked, "save_every": 1}, act="spoil", at=2)
    assert "no number any more at update 3" in told["error"]
    assert (told["saved"], len(rows(asked))) == ([1, 2], 2)


def test_the_same_name_trains_again(running: RunningWebUI, asked: dict[str, Any]) -> None:
    """Trap 5: the web UI would find the trained vectors in memory, and be finished at once."""
    assert train(running, asked)["iterations"] == [2, 4]
    again = {**asked, "folder": f"{asked['folder']}-again"}
    assert len(train(running, again)["losses"]) == 4
    assert torch.equal(vectors(asked, 4), vectors(again, 4))


def test_an_embedding_of_that_name_is_never_touched(running: RunningWebUI, asked: dict[str, Any]) -> None:
    """Neither under its own name nor in another case, which prompts do not tell apart."""
    running.inside("training.create", name=NAME.upper())
    try:
        before = running.inside("training.state")
        assert len(train(running, {**asked, "learn_rate": "0.05"})["losses"]) == 4
        assert not torch.equal(vectors(asked, 2), vectors(asked, 4))
        assert running.inside("training.state") == before
    finally:
        running.inside("training.forget", names=[NAME.upper()])


def test_embeddings_that_are_read_anew_do_not_detach_what_is_trained(
    running: RunningWebUI, asked: dict[str, Any]
) -> None:
    """Trap 6: the trained vectors would stay as they were, to a reported success."""
    try:
        told = train(running, {**asked, "save_every": 1, "steps": 5}, act="reload", at=2)
        assert (told["error"], told["saved"]) == ("", [1, 2, 3, 4, 5])
        assert not torch.equal(vectors(asked, 3), vectors(asked, 5))
    finally:
        running.inside("training.forget", names=["newcomer"])


def test_vectors_that_were_replaced_are_noticed_at_once(running: RunningWebUI, asked: dict[str, Any]) -> None:
    told = train(running, {**asked, "save_every": 1}, act="replace", at=2)
    assert "something in this embedding's place at step 3" in told["error"]
    assert told["saved"] == [1, 2]


@pytest.mark.parametrize(("act", "words"), [("interrupt", "by the watch"), ("press", "Stopped")])
def test_stopped_it_goes_on_from_its_last_iteration(
    running: RunningWebUI, asked: dict[str, Any], act: str, words: str
) -> None:
    wanted = {**asked, "steps": 6, "learn_rate": "0.02:2, 0.001"}
    told = train(running, wanted, act=act, at=3)
    assert told["error"].startswith("Interrupted:")
    assert words in told["error"]
    assert [row["step"] for row in rows(asked)] == ["1", "2", "3"]
    told = train(running, wanted)
    assert (told["error"], told["saved"], told["iterations"]) == ("", [4, 6], [2, 4, 6])
    assert [row["step"] for row in rows(asked)] == ["1", "2", "3", "4", "5", "6"]
    assert [row["learn_rate"] for row in rows(asked)] == ["0.02", "0.02", "0.001", "0.001", "0.001", "0.001"]
    # The saved optimizer brings its old rate along; a step at .02 would move much farther than this.
    assert 0 < float((vectors(asked, 4) - vectors(asked, 2)).abs().max()) < 0.01
    state = torch.load(Path(asked["folder"]) / "embeddings" / f"{NAME}-6.pt.optim", weights_only=True)
    assert float(state["optimizer_state_dict"]["state"][0]["step"]) == 6
    assert train(running, wanted)["losses"] == []


def test_a_safe_web_ui_loads_what_was_trained(running: RunningWebUI, asked: dict[str, Any]) -> None:
    """Trap 13: what a newer torch writes it takes for malicious."""
    told = train(running, {**asked, "steps": 2}, flags="safe")
    assert (told["error"], told["saved"]) == ("", [2])
    assert train(running, asked, flags="safe")["saved"] == [4]
    path = Path(asked["folder"]) / "embeddings" / f"{NAME}-4.pt"
    assert running.inside("training.loads", path=str(path), safely=True)


def test_lowvram_is_refused(running: RunningWebUI, asked: dict[str, Any]) -> None:
    assert "--medvram" in train(running, asked, flags="lowvram")["error"]
    ((code, severity, message, _),) = running.inside("training.findings", request=asked, flags="lowvram")
    assert (code, severity) == ("lowvram", "error")
    assert "--medvram" in message


@pytest.fixture
def vae(running: RunningWebUI) -> Iterator[None]:
    """A VAE of its own is loaded over the checkpoint's."""
    chosen = running.inside("training.chosen_vae")
    folder = running.data / "models" / "VAE"
    folder.mkdir(exist_ok=True)
    path = folder / "noisy.vae.pt"
    running.inside("training.save_vae", path=str(path))
    running.inside("training.load_vae", path=str(path))
    yield
    running.inside("training.load_vae", path="")
    running.inside("training.choose_vae", name=chosen)
    path.unlink()


@pytest.mark.usefixtures("vae")
def test_another_vae_is_put_aside_and_loaded_again(running: RunningWebUI, asked: dict[str, Any]) -> None:
    """Trap 12: it would change what is learned."""
    ((code, severity, _, fix),) = running.inside("training.findings", request=asked)
    assert (code, severity, fix) == ("vae-loaded", "warning", "Unload the VAE")
    before = running.inside("training.state")
    losses = train(running, asked)["losses"]
    assert running.inside("training.state") == before
    running.inside("training.mend", code="vae-loaded")
    assert running.inside("training.findings", request=asked) == []
    without = {**asked, "folder": f"{asked['folder']}-without"}
    assert train(running, without)["losses"] == losses


@pytest.fixture
def second_checkpoint(running: RunningWebUI) -> Iterator[str]:
    folder = running.data / "models" / "Stable-diffusion"
    path = folder / "base-world.safetensors"
    path.symlink_to(WORLD / f"{CHECKPOINT}.safetensors")
    (folder / "base-world.yaml").write_bytes((folder / f"{CHECKPOINT}.yaml").read_bytes())
    yield path.name
    path.unlink()
    (folder / "base-world.yaml").unlink()
    running.inside("training.list_checkpoints")


def test_the_base_checkpoint_is_loaded_and_given_back(
    running: RunningWebUI, asked: dict[str, Any], second_checkpoint: str
) -> None:
    ((code, severity, _, fix),) = running.inside("training.findings", request=asked, checkpoint=second_checkpoint)
    assert (code, severity, fix) == ("checkpoint-missing", "error", "Look again")
    with pytest.raises(AssertionError, match="CheckpointError"):
        running.inside("training.on", checkpoint=second_checkpoint)
    running.inside("training.mend", code="checkpoint-missing")
    ((code, severity, message, _),) = running.inside("training.findings", request=asked, checkpoint=second_checkpoint)
    assert (code, severity) == ("checkpoint-other", "warning")
    assert f"{CHECKPOINT} again afterwards" in message
    usual = f"{CHECKPOINT}.safetensors"
    assert running.inside("training.on", checkpoint=second_checkpoint) == [*[second_checkpoint] * 2, *[usual] * 2]
    assert running.inside("training.on", checkpoint="") == [usual] * 4
    assert running.inside("training.findings", request=asked, checkpoint=f"/elsewhere/{usual}") == []


def test_our_template_is_offered_at_once_and_no_other_is_overwritten(running: RunningWebUI) -> None:
    """In the list of the Train tab without a restart; a file of the user's under its name stays."""
    name = "subject_filewords_double.txt"
    ours = running.templates / name
    before = ours.read_bytes() if ours.exists() else None
    try:
        ours.write_text("something else [name]")
        offered, names = running.inside("training.offer_template")
        assert (offered, ours.read_text()) == (
            "subject_filewords_double_consistent_character.txt",
            "something else [name]",
        )
        assert {name, offered} <= set(names)
        assert running.inside("training.offer_template")[0] == offered, "one is enough"
        (running.templates / offered).unlink()
        ours.unlink()
        assert running.inside("training.offer_template")[0] == name
        assert ours.read_text() == "[name], [filewords]"
    finally:
        ours.write_bytes(before) if before is not None else ours.unlink()
        running.inside("training.list_templates")


def test_the_whole_step_on_the_characters_own_checkpoint(
    running: RunningWebUI, tmp_path: Path, second_checkpoint: str
) -> None:
    """From the folder to iterations that differ, with another checkpoint loaded before and after."""
    running.inside("training.list_checkpoints")
    character = Character(NAME, "a woman with blue hair", checkpoint=f"/elsewhere/{second_checkpoint}", num_vectors=3)
    with CharacterFolder.create(tmp_path / "ada", character) as folder:
        for number, (picture, _) in enumerate(training_set(WOMAN, per_cell=1)):
            picture.save(folder.images / f"{number:02d}.png")
            (folder.images / f"{number:02d}.txt").write_text(f"a photo of {NAME}, neutral gray background {number}")
    settings = {"steps": 4, "save_every": 2, "preview_every": 2, "preview_steps": 4, "learn_rate": "0.01"}
    told = running.inside("whole_training.train", folder=str(folder.path), settings=settings)
    assert told["findings"] == ["checkpoint-other"]
    assert (told["checkpoint"], told["iterations"], told["finished"]) == ("base-world", [2, 4], True)
    assert [step for step, _ in told["watched"]] == [2, 4]
    saved = [read_embedding(Path(told["run"]) / "embeddings" / f"{NAME}-{step}.pt", WIDTH) for step in (2, 4)]
    assert {one.checkpoint_name for one in saved} == {"base-world"}
    assert not torch.equal(saved[0].vectors, saved[1].vectors)
