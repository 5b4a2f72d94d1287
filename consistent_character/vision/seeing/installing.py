"""The models' libraries: a folder of their own for each Python, filled by one command, used by the worker only.

All of it is free to use in any way: MediaPipe and its models (Apache-2.0), dlib (Boost) and its face models (CC0),
numpy and protobuf (BSD), Pillow (HPND). What they say they depend on is not installed: OpenCV, JAX, matplotlib and the
rest are for parts of them that are not loaded.
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from consistent_character import libraries
from consistent_character.errors import RequestError
from consistent_character.vision.seeing.models import LANDMARKS, WEIGHTS
from consistent_character.vision.seeing.worker import START_SECONDS, Worker, WorkerDied, WorkerHung, WorkerUnusable

COMMAND = "doctor --install seeing"
PARTS = 3
"""How often `install` tells what it is doing."""
_MARKER = "installed.json"
_SECONDS = 60
_RETRIES = 3
_BASIS = ("numpy==1.26.4", "Pillow==10.4.0")
# 0.10.9 is the last one for Python 3.10 that protobuf 3 reads; 3.12 has none before 0.10.13, which wants protobuf 4.
_PEOPLE = (
    ("mediapipe==0.10.14", "protobuf==4.25.8")
    if sys.version_info >= (3, 12)
    else ("mediapipe==0.10.9", "protobuf==3.20.3")
)
_IDENTITY = ("dlib-bin==20.0.1.post1", "face_recognition_models==0.3.0")

Tell = Callable[[str], None]


@dataclass(frozen=True)
class Installation:
    """Models that are there. `name` tells their versions; `identity`: faces can be told apart."""

    folder: Path
    name: str
    identity: bool

    @property
    def command(self) -> tuple[str, ...]:
        """Starts a worker: an interpreter without site-packages, so that the host's libraries are out of its sight."""
        return (sys.executable, "-I", "-S", "-B", str(_entry()), str(self.folder), self.name)


def style_free_command() -> tuple[str, ...]:
    """Starts a worker without models, with the host's own numpy and Pillow."""
    return (sys.executable, str(_entry()))


def _entry() -> Path:
    return Path(__file__).with_name("entry.py")


def base_folder() -> Path:
    """Where libraries go: with the project's own, or below the user's folder where that may not be written."""
    own = libraries.FOLDER / "seeing"
    try:
        own.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=own):
            return own
    except OSError:
        return Path.home() / ".consistent-character" / "libraries" / "seeing"


def _folders() -> tuple[Path, ...]:
    """Where they may be, for the Python that runs this: compiled code fits one version only."""
    version = f"python{sys.version_info[0]}.{sys.version_info[1]}"
    home = Path.home() / ".consistent-character" / "libraries" / "seeing"
    return (libraries.FOLDER / "seeing" / version, home / version)


def installed() -> Installation | None:
    """The models that are there for this Python; None: none."""
    for folder in _folders():
        try:
            told = json.loads((folder / _MARKER).read_text(encoding="utf-8"))
            return Installation(folder, str(told["name"]), bool(told["identity"]))
        except (OSError, ValueError, KeyError, TypeError):
            continue
    return None


def install_command() -> str:
    """What to type, on this machine, from any folder."""
    beside = Path(sys.executable).with_name("consistent-character")
    for program in (beside, beside.with_suffix(".exe")):
        if program.exists():
            return f'"{program}" {COMMAND}' if " " in str(program) else f"{program} {COMMAND}"
    root = Path(__file__).resolve().parents[3]
    return f'cd "{root}" && "{sys.executable}" -m consistent_character {COMMAND}'


def seeing_hint() -> str:
    """One sentence for people who could have the models and have not; empty where they are."""
    there = installed()
    if there is None:
        return (
            "Photographs are judged by colour, layout and edges. To have people, faces and who they are recognised "
            f"(200 MB, once), run: {install_command()}"
        )
    if not there.identity:
        return f"Faces are found but not told apart. To try that part again, run: {install_command()}"
    return ""


def install(tell: Tell) -> Installation:
    """Download everything into the folder, try it, and put it in the place of what was there; whole or not at all.

    Raises:
        RequestError: pip cannot, or what it brought does not work here.
    """
    base = base_folder()
    base.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=base, prefix="part-") as place:
        part = Path(place) / "libraries"
        tell(f"Downloading {_PEOPLE[0]} into {base}")
        _brought(part, (*_BASIS, *_PEOPLE))
        tell(f"Downloading {_IDENTITY[0]} and its models")
        problem = libraries.bring(part, _IDENTITY, _SECONDS, _RETRIES)
        if problem:
            _remove_identity(part)
        _thin_out(part)
        found = Installation(part, _name(with_identity=not problem), not problem)
        tell("Trying it")
        _try(found, Path(place))
        marker = json.dumps({"name": found.name, "identity": found.identity})
        (part / _MARKER).write_text(marker, encoding="utf-8")
        target = base / _folders()[0].name
        _put(part, target, Path(place) / "before")
    return Installation(target, found.name, found.identity)


def _put(part: Path, target: Path, before: Path) -> None:
    try:
        if target.exists():
            target.rename(before)
        part.rename(target)
    except OSError as error:  # Windows keeps libraries that are in use
        raise RequestError(f"{target} is in use ({error}): close the web UI, then install again.") from error


def _brought(part: Path, requirements: tuple[str, ...]) -> None:
    problem = libraries.bring(part, requirements, _SECONDS, _RETRIES)
    if problem:
        raise RequestError(f"The libraries cannot be installed, and everything else works without them: {problem}")


def _name(*, with_identity: bool) -> str:
    wanted = (_PEOPLE[0], _IDENTITY[0]) if with_identity else _PEOPLE[:1]
    return ", ".join(requirement.replace("==", " ") for requirement in wanted)


def _remove_identity(part: Path) -> None:
    for name in ("dlib", "face_recognition_models"):
        shutil.rmtree(part / name, ignore_errors=True)


def _thin_out(part: Path) -> None:
    """Drop the models that are not read: the 68 landmarks among them may not be used commercially."""
    models = part / "face_recognition_models" / "models"
    for path in models.glob("*.dat"):
        if path.name not in (LANDMARKS, WEIGHTS):
            path.unlink()


def _try(found: Installation, place: Path) -> None:
    """Look at a picture of nothing."""
    picture = place / "nothing.png"
    Image.new("RGB", (64, 64), (120, 130, 140)).save(picture)
    worker = Worker(found.command, START_SECONDS)
    try:
        problem = worker.ask(picture).seen.error
    except (WorkerDied, WorkerHung, WorkerUnusable) as error:
        problem = str(error)
    finally:
        worker.close()
    if problem:
        raise RequestError(f"The libraries are there but do not work on this machine: {problem}")
