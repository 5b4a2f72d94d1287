"""The character folder: created, opened, moved out of, taken back."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from consistent_character.character.character import Character
from consistent_character.character.folder import CharacterFolder, Pair
from consistent_character.character.journal import CaptionBytes
from consistent_character.errors import FolderError, RequestError

WOMAN = Character("abc", "a woman")
PARTS = {"images", "rejected", "runs", "studies"}


@pytest.fixture
def folder(tmp_path: Path) -> CharacterFolder:
    """A character with the pairs a, b and c."""
    made = CharacterFolder.create(tmp_path / "abc", WOMAN)
    for name in "abc":
        _add(made, f"{name}.png", caption=f"caption {name}")
    return made


def _add(folder: CharacterFolder, name: str, caption: str | None = None) -> None:
    image = folder.images / name
    image.write_bytes(f"image {name}".encode())
    if caption is not None:
        image.with_suffix(".txt").write_text(caption, encoding="utf-8")


def _files(folder: CharacterFolder) -> dict[str, bytes]:
    """Every image and caption of the folder with its bytes, wherever it is."""
    found = (path for part in ("images", "rejected") for path in (folder.path / part).rglob("*") if path.is_file())
    return {path.relative_to(folder.path).as_posix(): path.read_bytes() for path in found}


def test_what_was_created_can_be_opened(folder: CharacterFolder) -> None:
    with CharacterFolder.open(folder.path) as opened:
        assert opened.character == WOMAN
        assert opened.recovered == ()


def test_looking_leaves_nothing_behind(folder: CharacterFolder) -> None:
    before = {path.name for path in folder.path.iterdir()}
    with CharacterFolder.open(folder.path) as opened:
        opened.pairs()
    assert {path.name for path in folder.path.iterdir()} == before == {"character.toml", *PARTS}


def test_a_folder_with_something_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "holiday.jpg").write_bytes(b"x")
    with pytest.raises(FolderError, match="not empty"):
        CharacterFolder.create(tmp_path, WOMAN)
    assert [path.name for path in tmp_path.iterdir()] == ["holiday.jpg"]


def test_a_character_is_not_created_twice(folder: CharacterFolder) -> None:
    with pytest.raises(FolderError, match="character folder already"):
        CharacterFolder.create(folder.path, WOMAN)


def test_a_file_in_the_way_of_the_folder(tmp_path: Path) -> None:
    (tmp_path / "abc").write_bytes(b"x")
    with pytest.raises(FolderError, match="abc"):
        CharacterFolder.create(tmp_path / "abc", WOMAN)


def test_what_is_no_character_folder_is_told_of(tmp_path: Path) -> None:
    with pytest.raises(FolderError, match="no folder"):
        CharacterFolder.open(tmp_path / "nowhere")
    with pytest.raises(FolderError, match=r"no character\.toml"):
        CharacterFolder.open(tmp_path)


def test_a_damaged_database_is_told_of(folder: CharacterFolder) -> None:
    folder.close()
    (folder.path / "character.db").write_bytes(b"this is no database, and long enough to tell" * 100)
    with pytest.raises(FolderError, match="damaged"):
        CharacterFolder.open(folder.path)


def test_pairs_are_sorted_and_images_only(folder: CharacterFolder) -> None:
    for name in ("0.JPG", "d.webp", "e.jpeg", "notes.md", ".hidden.png", "Zoë.png"):
        _add(folder, name)
    assert [pair.image.name for pair in folder.pairs()] == sorted(
        ["0.JPG", "a.png", "b.png", "c.png", "d.webp", "e.jpeg", "Zoë.png"]
    )
    assert folder.pairs()[0].caption == folder.images / "0.txt"


def test_pairs_are_values(folder: CharacterFolder) -> None:
    a, b, _ = folder.pairs()
    assert a == Pair(folder.images / "a.png", folder.images / "a.txt") != b
    assert (a.image, a.caption, a.name) == (folder.images / "a.png", folder.images / "a.txt", "a.png")
    assert len({a, b, *folder.pairs()}) == 3
    assert sorted([b, a]) == [a, b]
    assert a != "a"


@pytest.mark.skipif(os.name == "nt", reason="Windows has other links")
def test_images_behind_links_count_and_broken_links_do_not(folder: CharacterFolder) -> None:
    (folder.images / "link.png").symlink_to(folder.images / "a.png")
    (folder.images / "nowhere.png").symlink_to(folder.images / "gone.png")
    (folder.images / "circle.png").symlink_to(folder.images / "circle.png")
    (folder.images / "folder.png").mkdir()
    assert [pair.name for pair in folder.pairs()] == ["a.png", "b.png", "c.png", "link.png"]
    (folder.path / "images").rename(folder.path / "elsewhere")
    assert folder.pairs() == ()


def test_pairs_move_out_together_and_come_back(folder: CharacterFolder) -> None:
    before = _files(folder)
    a, b, _ = folder.pairs()
    folder.move_out([(a, "near-duplicate"), (b, "blank")])
    assert set(_files(folder)) == {
        "images/c.png",
        "images/c.txt",
        "rejected/near-duplicate/a.png",
        "rejected/near-duplicate/a.txt",
        "rejected/blank/b.png",
        "rejected/blank/b.txt",
    }
    report = folder.undo()
    assert (report.kind, report.restored, report.left) == ("moves", 4, ())
    assert _files(folder) == before


def test_nothing_rejected_before_is_overwritten(folder: CharacterFolder) -> None:
    for round_number in range(3):
        folder.move_out([(folder.pairs()[0], "blank")])
        _add(folder, "a.png", caption=f"round {round_number}")
    rejected = {path.name: path.read_bytes() for path in (folder.path / "rejected" / "blank").iterdir()}
    assert set(rejected) == {"a.png", "a.txt", "a-2.png", "a-2.txt", "a-3.png", "a-3.txt"}
    assert rejected["a.txt"] == b"caption a"
    assert rejected["a-3.txt"] == b"round 1"


def test_an_image_without_a_caption_moves_alone(folder: CharacterFolder) -> None:
    _add(folder, "d.png")
    folder.move_out([(folder.pairs()[3], "blank")])
    assert "rejected/blank/d.png" in _files(folder)
    assert folder.undo().restored == 1


def test_a_caption_that_two_images_share_stays_with_the_one_that_stays(folder: CharacterFolder) -> None:
    _add(folder, "a.jpg")
    before = _files(folder)
    jpg, png = folder.pairs()[:2]
    folder.move_out([(png, "blank")])
    files = _files(folder)
    assert files["images/a.txt"] == files["rejected/blank/a.txt"] == b"caption a"
    assert folder.undo().left == ()
    assert _files(folder) == before
    folder.move_out([(png, "blank"), (jpg, "blank")])
    assert "images/a.txt" not in _files(folder)
    assert folder.undo().left == ()
    assert _files(folder) == before


@pytest.mark.parametrize("reason", ["", "../images", "a/b", ".", "con\n"])
def test_a_reason_cannot_lead_elsewhere(folder: CharacterFolder, reason: str) -> None:
    with pytest.raises(RequestError, match="reason"):
        folder.move_out([(folder.pairs()[0], reason)])


def test_a_move_that_fails_halfway_is_taken_back(folder: CharacterFolder) -> None:
    before = _files(folder)
    gone = Pair(folder.images / "gone.png", folder.images / "gone.txt")
    with pytest.raises(FolderError, match="gone"):
        folder.move_out([(folder.pairs()[0], "blank"), (gone, "blank")])
    assert _files(folder) == before


def test_undo_leaves_what_is_in_the_way(folder: CharacterFolder) -> None:
    folder.move_out([(folder.pairs()[0], "blank")])
    _add(folder, "a.png")
    report = folder.undo()
    assert len(report.left) == 1
    assert "a.png" in report.left[0]
    assert (folder.path / "rejected" / "blank" / "a.png").exists()


def test_undo_takes_the_last_batch_back_and_then_the_one_before(folder: CharacterFolder) -> None:
    before = _files(folder)
    folder.move_out([(folder.pairs()[0], "blank")])
    caption = folder.pairs()[0].caption
    folder.database.apply_caption_edits([CaptionBytes(caption, b"caption b", b"new")])
    assert folder.undo().kind == "captions"
    assert folder.undo().kind == "moves"
    assert _files(folder) == before
    with pytest.raises(RequestError, match="nothing to take back"):
        folder.undo()


def test_the_folder_can_be_moved_elsewhere(folder: CharacterFolder, tmp_path: Path) -> None:
    before = _files(folder)
    folder.move_out([(folder.pairs()[0], "blank")])
    folder.close()
    folder.path.rename(tmp_path / "elsewhere")
    with CharacterFolder.open(tmp_path / "elsewhere") as moved:
        assert moved.undo().left == ()
        assert _files(moved) == before


def test_runs_count_up(folder: CharacterFolder) -> None:
    runs = [folder.new_run() for _ in range(11)]
    (folder.path / "runs" / "notes").mkdir()
    assert folder.runs() == tuple(runs)
    assert runs[10].name.endswith("-11")
