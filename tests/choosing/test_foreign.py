"""Runs that another program made, and folders of embeddings from anywhere: what is read, told and refused."""

from __future__ import annotations

import json
import pickle
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from safetensors.torch import save_file

from consistent_character.choosing.foreign import ForeignRequest, place_of, subject_of
from consistent_character.choosing.foreign_files import name_of, saved_in
from consistent_character.choosing.stock_settings import StockSettings, settings_of
from consistent_character.choosing.training_set import Framing
from consistent_character.engine import EmbeddingContent, Iteration
from consistent_character.errors import FolderError
from consistent_character.hosts.token_vectors import TokenVectors
from tests.choosing.pictures import WOMAN, training_set
from tests.fakes import FakeEngine, FakeVocabulary

WIDTH = 16
REAL = TokenVectors(lambda: torch.zeros(4, WIDTH), lambda text: [0])
"""Reads real files, for a model whose vectors have sixteen numbers."""


def save(path: Path, step: int | None, checkpoint: str = "fake", name: str = "") -> Path:
    """A file as the fake engine reads it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    FakeVocabulary().write(
        path, EmbeddingContent(FakeVocabulary().words("woman"), name or path.stem, step, "", checkpoint)
    )
    return path


def pictures(folder: Path, count: int = 25) -> Path:
    """A training set with captions in all 25 cells."""
    folder.mkdir(parents=True)
    for number, (image, caption) in enumerate(training_set(WOMAN, per_cell=1)[:count]):
        image.save(folder / f"{number:02}.png")
        (folder / f"{number:02}.txt").write_text(caption, encoding="utf-8")
    return folder


@pytest.fixture
def stock(tmp_path: Path) -> Path:
    """As the stock Train tab leaves it: `lady-10.pt` has seen nine updates."""
    run = tmp_path / "textual_inversion" / "2026-01-31" / "lady"
    for number in (10, 20, 30):
        save(run / "embeddings" / f"lady-{number}.pt", number - 1, name=f"lady-{number}")
    (run / "images").mkdir()
    Image.new("RGB", (8, 8)).save(run / "images" / "lady-10.png")
    (run / "textual_inversion_loss.csv").write_bytes(b"step,epoch,epoch_step,loss,learn_rate\r\n")
    settle(run, data_root=str(pictures(tmp_path / "set")))
    return run


def settle(run: Path, **settings: object) -> None:
    told = {"embedding_name": "lady", "steps": 30, "save_embedding_every": 10, "log_directory": "textual_inversion"}
    (run / "settings-2026-01-31-10-00-00.json").write_text(json.dumps({**told, **settings}), encoding="utf-8")


def steps(found: tuple[Iteration, ...]) -> list[int]:
    return [iteration.step for iteration in found]


def test_a_stock_run_from_its_folder_alone(stock: Path) -> None:
    found = subject_of(stock, FakeEngine())
    assert steps(found.iterations) == [9, 19, 29], "as the files say, not as they are called"
    assert (found.path, found.base, found.token, found.notes) == (stock, stock, "lady", ())
    assert len(found.references) == 25
    assert Framing("an extreme closeup", "front shot") in [reference.framing for reference in found.references]
    assert "plain gray clothes" in found.look
    assert {path.name for path in stock.iterdir()} == {
        *("embeddings", "images", "textual_inversion_loss.csv", "settings-2026-01-31-10-00-00.json")
    }
    assert subject_of(stock / "embeddings", FakeEngine()).path == stock


def test_pictures_with_the_embedding_do_where_there_are_no_files(stock: Path) -> None:
    (stock / "embeddings").rename(stock / "image_embeddings")
    for path in sorted((stock / "image_embeddings").iterdir()):
        path.rename(path.with_suffix(".png"))
    assert steps(subject_of(stock, FakeEngine()).iterations) == [9, 19, 29]


def test_a_training_set_that_starts_from_the_webui_is_found(stock: Path, tmp_path: Path) -> None:
    settle(stock, data_root="set")
    assert len(subject_of(stock, FakeEngine()).references) == 25


@pytest.mark.parametrize("root", ["C:\\pictures\\lady", "/gone/set", "gone"])
def test_a_training_set_that_is_gone_is_asked_for(stock: Path, tmp_path: Path, root: str) -> None:
    settle(stock, data_root=root)
    with pytest.raises(FolderError, match=r"no longer in .*: name their references folder"):
        subject_of(stock, FakeEngine())
    found = subject_of(stock, FakeEngine(), ForeignRequest(references=str(tmp_path / "set")))
    assert len(found.references) == 25


def test_nothing_that_names_a_training_set(stock: Path, tmp_path: Path) -> None:
    for settings in stock.glob("settings-*.json"):
        settings.write_bytes(b'{"cut o')
    with pytest.raises(FolderError, match="does not say which pictures"):
        subject_of(stock, FakeEngine())
    with pytest.raises(FolderError, match=r"There is no folder .*nowhere"):
        subject_of(stock, FakeEngine(), ForeignRequest(references=str(tmp_path / "nowhere")))
    few = pictures(tmp_path / "few", 3)
    with pytest.raises(FolderError, match=r"at least 4 training pictures .* and 3 can be read"):
        subject_of(stock, FakeEngine(), ForeignRequest(references=str(few)))


def test_another_checkpoint_is_told(stock: Path) -> None:
    save(stock / "embeddings" / "lady-40.pt", 39, checkpoint="other")
    assert subject_of(stock, FakeEngine()).notes == (
        "It was trained on other and is judged on fake: load that one to judge it there.",
    )


def test_a_captions_words_reach_the_safety_check(stock: Path, tmp_path: Path) -> None:
    (tmp_path / "set" / "00.txt").write_text("a 12yo girl, plain clothes", encoding="utf-8")
    assert "a 12yo girl" in subject_of(stock, FakeEngine()).look
    (tmp_path / "set" / "01.txt").unlink()
    (tmp_path / "set" / "01.png").rename(tmp_path / "set" / "0001-a_schoolgirl.png")
    assert "a schoolgirl" in subject_of(stock, FakeEngine()).look, "what the trainer takes where there is no caption"


def test_a_folder_from_elsewhere_is_left_alone(tmp_path: Path) -> None:
    """Results are kept beside it: it may be the web UI's own embeddings folder."""
    for step in (100, 200):
        save(tmp_path / "embeddings" / f"lady-{step}.pt", step)
    asked = ForeignRequest(references=str(pictures(tmp_path / "set")))
    found = subject_of(tmp_path / "embeddings", FakeEngine(), asked)
    assert found.path == found.base == tmp_path / "embeddings-judged"
    assert not found.path.exists()
    assert steps(found.iterations) == [100, 200]


@pytest.mark.parametrize(
    ("names", "wanted", "told"),
    [
        (("lady-000010.pt", "lady-000002.pt", "lady.pt"), {2: "lady-000002", 10: "lady-000010", 18: "lady"}, "epochs"),
        (("lady-step00000500.pt", "lady-step00001000.pt"), {500: "lady-step00000500", 1000: "lady-step00001000"}, "ep"),
        (("first.pt", "second.pt"), {1: "first", 2: "second"}, "in the order of their names"),
        (("only.pt",), {1: "only"}, "in the order of their names"),
    ],
)
def test_steps_that_no_file_says(tmp_path: Path, names: tuple[str, ...], wanted: dict[int, str], told: str) -> None:
    for name in names:
        save(tmp_path / "out" / name, None)
    found = saved_in(tmp_path / "out", FakeVocabulary())
    assert {one.step: one.path.stem for one in found.iterations} == wanted
    assert any(told in note for note in found.notes)


def test_what_cannot_be_used_is_told_and_is_no_end(tmp_path: Path) -> None:
    out = tmp_path / "out"
    save(out / "lady-10.pt", 9)
    save(out / "lady-11.pt", 9)
    save(out / "lady-20.pt", None)
    save(out / "final.pt", None)
    (out / "lady-30.pt").write_bytes(b"\x80cut off")
    (out / ".lady-40.pt").write_bytes(b"half written")
    Image.new("RGB", (8, 8)).save(out / "lady-10.png")
    found = saved_in(out, FakeVocabulary())
    assert {one.step: one.path.name for one in found.iterations} == {9: "lady-10.pt", 20: "lady-20.pt"}
    assert sorted(found.notes) == [
        "One picture holds no embedding that can be used, such as lady-10.png.",
        "Several files say the same step, and of these the first by name that can be read is looked at. Passed over: "
        "lady-11.pt (step 9, as lady-10.pt).",
        "The files are called final, lady: all of them are taken for one run. If they are not, name one of these as "
        "token, such as final.",
        "final.pt says no step, neither inside nor in its name: it is left out.",
        "lady-20.pt does not say how many steps it has seen: 20 is from its name.",
        "lady-30.pt cannot be read: the file is damaged or cut off.",
    ]
    assert steps(saved_in(out, FakeVocabulary(), "FINAL").iterations) == [1]


def test_nothing_of_use(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "lady-10.pt").write_bytes(b"nothing")
    with pytest.raises(FolderError, match=r"no iteration in .* lady-10.pt cannot be read"):
        subject_of(tmp_path / "out", FakeEngine())
    with pytest.raises(FolderError, match="There is no folder"):
        subject_of(tmp_path / "nowhere", FakeEngine())


def test_a_log_of_many_runs_names_them(stock: Path) -> None:
    assert place_of(stock.parents[1]).path == stock, "there is only one"
    save(stock.with_name("man") / "embeddings" / "man-10.pt", 9)
    (stock.with_name("man") / "textual_inversion_loss.csv").write_bytes(b"")
    for folder in (stock.parent, stock.parents[1]):
        with pytest.raises(FolderError, match=r"holds 2 runs: name the folder of one, such as .*lady, .*man"):
            place_of(folder)


@dataclass
class _Runs:
    """Unpickled by a plain loader it runs what it was made with."""

    at: Path

    def __reduce__(self) -> tuple[Callable[[Path], None], tuple[Path]]:
        return Path.touch, (self.at,)


def test_real_files_of_every_kind_and_none_that_runs_code(tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    vectors = torch.rand(2, WIDTH)
    stock = {"string_to_token": {"*": 265}, "string_to_param": {"*": vectors}, "name": "lady-10", "step": 9}
    torch.save(stock, out / "lady-10.pt")
    torch.save({"<lady>": vectors[0]}, out / "lady-30.bin")
    save_file({"emb_params": vectors}, out / "lady-000020.safetensors")
    save_file({"emb_params": torch.rand(2, 2 * WIDTH)}, out / "wide-40.safetensors")
    (out / "lady-50.safetensors").write_bytes(b"\xff" * 64)
    (out / "lady-60.pt").write_bytes(pickle.dumps({"string_to_param": _Runs(tmp_path / "ran")}, protocol=2))
    torch.save({"string_to_param": {"*": _Runs(tmp_path / "ran")}}, out / "lady-70.pt")
    found = saved_in(out, REAL)
    assert not (tmp_path / "ran").exists()
    assert steps(found.iterations) == [9, 20, 30]
    for name in ("wide-40.safetensors", "lady-50.safetensors", "lady-60.pt", "lady-70.pt"):
        assert any(note.startswith(name) for note in found.notes), name
    assert any("another model" in note for note in found.notes)


@given(st.text("lady-_ ", min_size=1, max_size=8).filter(lambda name: name.strip("-_. ")), st.integers(0, 10**8))
def test_a_step_at_the_end_is_taken_off_the_name(name: str, step: int) -> None:
    assert name_of(Path(f"{name}x-{step}.pt")) == f"{name}x"


@pytest.mark.parametrize(("every", "last"), [(10, 29), (7, 27), (1, 30), (50, 0), (0, 0)])
def test_the_last_iteration_of_a_stock_run(every: int, last: int) -> None:
    assert StockSettings(steps=30, save_every=every).last_saved == last


def test_the_newest_settings_that_can_be_read_count(stock: Path) -> None:
    (stock / "settings-2027-01-01-00-00-00.json").write_text("[]")
    assert (settings_of(stock) or StockSettings()).steps == 30
