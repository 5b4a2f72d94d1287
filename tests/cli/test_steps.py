"""Each command, from its words to the files and the answer."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from consistent_character.choosing import ForestTest, Subject
from tests.cli.conftest import LOOK, Call
from tests.fakes import FakeEngine, FakeTrainer
from tests.report.forests import forest_test


def names(folder: Path, pattern: str) -> list[str]:
    return sorted(path.name for path in folder.glob(pattern))


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.glob("*.txt")}


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """Three pictures from elsewhere, two of them with a text."""
    folder = tmp_path / "from elsewhere"
    folder.mkdir()
    for name in ("a.png", "b.jpg", "c.webp"):
        Image.new("RGB", (64, 64), "gray").save(folder / name)
    for name in ("a.txt", "b.txt"):
        (folder / name).write_text(f"a closeup front shot photo of ({LOOK}:1.1), plain gray clothes\n")
    (folder / "notes.md").write_text("not ours")
    return folder


class TestNew:
    def test_creates_what_was_described(self, call: Call, tmp_path: Path) -> None:
        answer = call("new", tmp_path / "n", "--token", "n0ra", "--look", LOOK, "--num-vectors", "4", "--json")
        assert answer.document["character"]["num_vectors"] == 4
        assert answer.document["prompt"].startswith("an extreme closeup front shot photo of a 30yo French woman")
        assert (tmp_path / "n" / "character.toml").exists()

    def test_wants_token_and_look(self, call: Call, tmp_path: Path) -> None:
        assert call("new", tmp_path / "n", "--token", "n0ra").code == 2

    def test_refuses_a_token_of_two_words(self, call: Call, tmp_path: Path) -> None:
        answer = call("new", tmp_path / "n", "--token", "two words", "--look", LOOK)
        assert answer.code == 2
        assert "one word" in answer.err

    def test_imports_images_and_their_texts(self, call: Call, pictures: Path, tmp_path: Path) -> None:
        answer = call("new", tmp_path / "n", "--token", "n0ra", "--look", LOOK, "--import", pictures, "--json")
        assert answer.document["imported"] == 3
        assert names(tmp_path / "n" / "images", "*") == ["a.png", "a.txt", "b.jpg", "b.txt", "c.webp"]
        assert contents(tmp_path / "n" / "images") == contents(pictures)

    def test_an_import_that_cannot_be_made_leaves_no_half_folder(
        self, call: Call, pictures: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def full(source: Path, target: Path) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr("shutil.copy2", full)
        answer = call("new", tmp_path / "n", "--token", "n0ra", "--look", LOOK, "--import", pictures)
        assert (answer.code, (tmp_path / "n").exists()) == (2, False)
        assert "No space left on device" in answer.err

    def test_an_empty_import_creates_nothing(self, call: Call, tmp_path: Path) -> None:
        (tmp_path / "empty").mkdir()
        answer = call("new", tmp_path / "n", "--token", "n0ra", "--look", LOOK, "--import", tmp_path / "empty")
        assert (answer.code, (tmp_path / "n").exists()) == (2, False)


class TestGenerate:
    def test_draws_the_grid_once_in_the_checkpoints_size(self, call: Call, drawn: Path, engine: FakeEngine) -> None:
        assert len(names(drawn / "images", "*.png")) == 50
        assert {(request.width, request.height) for request in engine.rendered} == {(64, 64)}
        assert call("generate", drawn, "--per-cell", "2", "--seed", "1", "--json").document["drawn"] == 0

    def test_takes_some_zooms_only(self, call: Call, character: Path) -> None:
        answer = call("generate", character, "--per-cell", "1", "--zooms", "a closeup", "a full body", "--json")
        assert answer.document["planned"] == 10

    def test_refuses_an_unknown_sampler(self, call: Call, character: Path) -> None:
        answer = call("generate", character, "--sampler", "LMS")
        assert answer.code == 2
        assert "DPM++ 2M Karras" in answer.err

    def test_refuses_a_checkpoint_that_is_not_there(
        self, call: Call, character: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.undo()
        answer = call("generate", character, "--checkpoint", tmp_path / "none.safetensors")
        assert answer.code == 2
        assert "none.safetensors" in answer.err


class TestCurateAndUndo:
    def test_plans_without_moving(self, call: Call, drawn: Path) -> None:
        document = call("curate", drawn, "--keep", "25", "--json").document
        assert document["kept"] + document["rejected"] == 50
        assert document["moved"] == 0
        assert len(names(drawn / "images", "*.png")) == 50

    def test_moves_and_takes_back(self, call: Call, drawn: Path) -> None:
        before = names(drawn / "images", "*")
        document = call("curate", drawn, "--keep", "25", "--apply", "--json").document
        assert document["moved"] == document["rejected"] > 0
        assert len(names(drawn / "images", "*.png")) == document["kept"] == 25
        assert call("undo", drawn).code == 0
        assert names(drawn / "images", "*") == before

    def test_there_may_be_nothing_to_take_back(self, call: Call, character: Path) -> None:
        assert call("undo", character).code == 2


class TestCaption:
    def test_shows_the_difference_and_writes_nothing(self, call: Call, drawn: Path) -> None:
        before = contents(drawn / "images")
        answer = call("caption", drawn)
        assert "{+adal0v+}" in answer.out and f"[-{LOOK}" in answer.out
        assert contents(drawn / "images") == before

    def test_rewrites_and_takes_back(self, call: Call, drawn: Path) -> None:
        before = contents(drawn / "images")
        assert call("caption", drawn, "--apply", "--json").document["written"] == 50
        after = contents(drawn / "images")
        assert all(b"adal0v" in text and b"Steps:" not in text and b"(" not in text for text in after.values())
        assert call("undo", drawn).code == 0
        assert contents(drawn / "images") == before

    def test_works_on_any_folder_of_images_and_texts(self, call: Call, pictures: Path) -> None:
        before = contents(pictures)
        document = call("caption", pictures, "--token", "n0ra", "--look", LOOK, "--apply", "--json").document
        assert document["written"] == 2
        assert (pictures / "a.txt").read_text().strip() == "a closeup front shot photo of n0ra, plain gray clothes"
        assert call("undo", pictures).code == 0
        assert contents(pictures) == before

    def test_spares_accepts_and_narrows(self, call: Call, pictures: Path) -> None:
        (pictures / "a.txt").write_text(f"a closeup front shot photo of {LOOK}, [red:blue:0.5] dress")
        (pictures / "b.txt").write_bytes("a full body side angle photo of caf\u00e9".encode("utf-16"))
        who = ("caption", pictures, "--token", "n0ra", "--look", LOOK)
        offered = call(*who)
        assert "a.png  left alone: it held a schedule" in offered.out and "with --accept a.png" in offered.out
        assert call(*who, "--accept", "a.png", "--spare", "b.png", "--json").document["changed"] == 1
        narrow = call(*who, "--zooms", "a closeup", "--json").document
        assert (narrow["review"], narrow["undecodable"], narrow["outside"]) == (2, 1, 0)
        assert call(*who, "--convert", "--json").document["undecodable"] == 0
        assert call(*who, "--replace", "((=>", "--json").code == 2
        assert call(*who, "--accept", "a.png", "--show", "emphasis stripped").out.count("{+") == 0

    def test_a_folder_without_a_character_needs_token_and_look(self, call: Call, pictures: Path) -> None:
        assert call("caption", pictures).code == 2


@pytest.fixture
def captioned(call: Call, drawn: Path) -> Path:
    assert call("caption", drawn, "--apply").code == 0
    return drawn


class TestTrain:
    def test_trains_with_the_flags_given(self, call: Call, captioned: Path, engine: FakeEngine) -> None:
        flags = ("--steps", "20", "--save-every", "5", "--learn-rate", "0.005:10, 0.001")
        document = call("train", captioned, *flags, "--json").document
        assert [row["step"] for row in document["iterations"]] == [5, 10, 15, 20]
        assert Path(document["run"]).parent == captioned / "runs"
        request = engine.trainer.requests[0]  # type: ignore[union-attr]
        assert (request.learn_rate, request.width) == ("0.005:10, 0.001", 64)

    def test_a_check_only_looks(self, call: Call, character: Path) -> None:
        answer = call("train", character, "--check", "--json")
        assert answer.code == 1
        assert answer.document["errors"] > 0
        assert list((character / "runs").iterdir()) == []

    def test_a_check_tells_what_mends_each_finding(self, call: Call, drawn: Path) -> None:
        answer = call("train", drawn, "--check", "--save-every", "0")
        assert answer.code == 1
        assert "error: 50 images with generation parameters" in answer.out
        assert "(--fix: Run the caption step)" in answer.out
        assert "(--fix: Save every 10 steps)" in answer.out

    def test_fixes_what_a_program_can_and_trains(self, call: Call, drawn: Path, engine: FakeEngine) -> None:
        before = contents(drawn / "images")
        refused = call("train", drawn, "--save-every", "0")
        assert refused.code == 2
        assert refused.err.count("generation parameters") == 1
        assert "--fix" in refused.err
        answer = call("train", drawn, "--save-every", "0", "--fix", "--json")
        assert answer.code == 0
        assert "mended: No iteration will be saved" in answer.err
        assert len(answer.document["iterations"]) == 20
        assert call("undo", drawn).code == 0
        assert contents(drawn / "images") == before

    def test_fixes_without_training(self, call: Call, drawn: Path) -> None:
        document = call("train", drawn, "--fix", "--check", "--json").document
        assert "caption-infotext" in document["mended"]
        assert document["errors"] == 0
        assert list((drawn / "runs").iterdir()) == []

    def test_refuses_an_empty_folder(self, call: Call, character: Path) -> None:
        answer = call("train", character)
        assert answer.code == 2
        assert answer.out == ""

    def test_goes_on_with_the_newest_run(
        self, call: Call, captioned: Path, engine: FakeEngine, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(engine, "_trainer", FakeTrainer(interrupt_at=10))
        stopped = call("train", captioned, "--steps", "20", "--save-every", "5")
        assert stopped.code == 130
        assert stopped.err.endswith(f"train {captioned} --steps 20 --save-every 5 --resume\n")
        document = call("train", captioned, "--resume", "--json").document
        assert [row["step"] for row in document["iterations"]] == [5, 10, 15, 20]
        assert len(list((captioned / "runs").iterdir())) == 1


class TestChoose:
    def test_judges_the_newest_run_in_the_checkpoints_size(
        self, call: Call, captioned: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        asked: list[Any] = []

        def judge(subject: Subject, *others: Any) -> ForestTest:
            asked.extend((subject, others[0]))
            return forest_test(subject.base, (25, 75, 100), onset=100, seeds=(7, 8), unseen=(50,))

        monkeypatch.setattr("consistent_character.cli.choose.forest_test", judge)
        for _ in range(2):
            assert call("train", captioned, "--steps", "1").code == 0
        answer = call("choose", captioned, "--class-word", "girl", "--seeds", "7", "8")
        subject, request = asked
        assert subject.path.name.endswith("-2")
        assert answer.out.splitlines()[1:] == [
            "    25      2   0.83      0.23  undertrained: scene kept, likeness 0.23 of 1",
            "    75      2   0.83      0.68  good: scene kept, likeness 0.68 of 1",
            "   100      2   0.12      0.91  overtrained: scene lost, likeness 0.91 of 1",
            "Not needed: 50. --search all looks at these as well.",
            "Overtrained from step 100.",
            "Use step 75: the most like the character of those that still draw the forest",
            f"The pictures: {subject.path / 'report.html'}",
        ]
        assert (request.class_word, request.seeds, request.width, request.height) == ("girl", (7, 8), 64, 64)

    def test_there_must_be_a_run(self, call: Call, character: Path) -> None:
        answer = call("choose", character)
        assert answer.code == 2
        assert "no training run yet" in answer.err


class TestExport:
    @pytest.fixture
    def imported(self, call: Call, pictures: Path, tmp_path: Path) -> Path:
        (pictures / "c.txt").write_text("ein Wort über alles", encoding="utf-8")
        assert call("new", tmp_path / "n", "--token", "n0ra", "--look", LOOK, "--import", pictures).code == 0
        return tmp_path / "n"

    def test_for_kohya(self, call: Call, imported: Path, tmp_path: Path) -> None:
        assert call("export", imported, "--format", "kohya", "--repeats", "5", "--out", tmp_path / "out").code == 0
        assert names(tmp_path / "out" / "5_n0ra woman", "*") == ["a.png", "a.txt", "b.jpg", "b.txt", "c.txt", "c.webp"]

    def test_for_datasets(self, call: Call, imported: Path, tmp_path: Path) -> None:
        assert call("export", imported, "--format", "imagefolder").code == 0
        lines = (tmp_path / "n-imagefolder" / "train" / "metadata.jsonl").read_text("utf-8").splitlines()
        assert json.loads(lines[2]) == {"file_name": "c.webp", "text": "ein Wort über alles"}

    def test_writes_into_nobodys_folder(self, call: Call, imported: Path, tmp_path: Path) -> None:
        (tmp_path / "full").mkdir()
        (tmp_path / "full" / "mine").touch()
        answer = call("export", imported, "--format", "kohya", "--out", tmp_path / "full")
        assert (answer.code, names(tmp_path / "full", "*")) == (2, ["mine"])

    def test_an_undecodable_caption_is_named(self, call: Call, imported: Path, tmp_path: Path) -> None:
        (imported / "images" / "b.txt").write_bytes("über".encode("utf-16"))
        answer = call("export", imported, "--format", "kohya", "--out", tmp_path / "out")
        assert (answer.code, (tmp_path / "out").exists()) == (2, False)
        assert "b.txt" in answer.err
