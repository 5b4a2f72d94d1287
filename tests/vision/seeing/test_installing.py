"""One command installs the models, whole or not at all, into a folder that nothing else reads."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from consistent_character import doctor, libraries
from consistent_character.errors import RequestError
from consistent_character.vision.seeing import installing
from consistent_character.vision.seeing.models import LANDMARKS, WEIGHTS


@pytest.fixture(autouse=True)
def own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(libraries, "FOLDER", tmp_path / "libraries")
    monkeypatch.setattr(Path, "home", lambda: tmp_path / "home")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    return tmp_path / "libraries" / "seeing"


def laid_down(monkeypatch: pytest.MonkeyPatch, content: str, identity_problem: str = "") -> list[tuple[str, ...]]:
    """What pip and the trial would do is played; returns what pip was asked for."""
    asked: list[tuple[str, ...]] = []

    def bring(folder: Path, requirements: tuple[str, ...], seconds: int, retries: int = 0) -> str:
        asked.append(requirements)
        models = folder / "face_recognition_models" / "models"
        models.mkdir(parents=True, exist_ok=True)
        for name in (LANDMARKS, WEIGHTS, "shape_predictor_68_face_landmarks.dat"):
            (models / name).write_text(content)
        return identity_problem if "dlib-bin" in requirements[0] else ""

    monkeypatch.setattr(libraries, "bring", bring)
    monkeypatch.setattr(installing, "_try", lambda found, place: None)
    return asked


def test_it_is_installed_and_put_in_the_place_of_what_was_there(
    own_folders: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert installing.installed() is None
    assert "doctor --install seeing" in installing.seeing_hint()
    for content in ("first", "second"):
        asked = laid_down(monkeypatch, content)
        told: list[str] = []
        there = installing.install(told.append)
        assert len(told) == installing.PARTS
    assert installing.installed() == there
    assert there.folder.parent == own_folders and there.identity
    assert installing.seeing_hint() == ""
    models = there.folder / "face_recognition_models" / "models"
    assert (models / WEIGHTS).read_text() == "second"
    assert {path.name for path in models.iterdir()} == {LANDMARKS, WEIGHTS}, "the others may not be used by everybody"
    assert [path.name for path in own_folders.iterdir()] == [there.folder.name]
    assert all("==" in requirement for requirements in asked for requirement in requirements)
    assert not any("insightface" in requirement for requirements in asked for requirement in requirements)


def test_without_dlib_people_are_recognised_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    laid_down(monkeypatch, "models", identity_problem="No matching distribution found for dlib-bin")
    there = installing.install(lambda note: None)
    assert not there.identity and "dlib" not in there.name
    assert "not told apart" in installing.seeing_hint()
    assert not (there.folder / "face_recognition_models").exists()


def test_without_a_network_nothing_is_changed(own_folders: Path) -> None:
    with pytest.raises(RequestError, match=r"numpy==1\.26\.4"):
        installing.install(lambda note: None)
    assert list(own_folders.iterdir()) == []
    assert installing.installed() is None


def test_what_does_not_run_is_not_kept(own_folders: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    trial = installing._try
    laid_down(monkeypatch, "models")
    monkeypatch.setattr(installing, "_try", trial)
    with pytest.raises(RequestError, match="do not work on this machine"):
        installing.install(lambda note: None)
    assert list(own_folders.iterdir()) == []


def test_where_the_project_may_not_be_written_the_users_folder_is_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "libraries").write_text("a file in the way")
    laid_down(monkeypatch, "models")
    there = installing.install(lambda note: None)
    assert tmp_path / "home" in there.folder.parents
    assert installing.installed() == there


@pytest.mark.parametrize("content", ["", "{}", "[]", "nonsense"])
def test_a_folder_without_its_marker_is_no_installation(own_folders: Path, content: str) -> None:
    folder = own_folders / f"python{sys.version_info[0]}.{sys.version_info[1]}"
    folder.mkdir(parents=True)
    (folder / "installed.json").write_text(content)
    assert installing.installed() is None


def test_the_doctor_tells_and_is_not_alarmed(monkeypatch: pytest.MonkeyPatch) -> None:
    (found,) = doctor.seeing()
    assert (found.verdict, "doctor --install seeing" in found.remedy) == ("unsure", True)
    laid_down(monkeypatch, "models")
    installing.install(lambda note: None)
    (found,) = doctor.seeing()
    assert (found.verdict, found.remedy) == ("good", "")
    assert "mediapipe" in found.detail
