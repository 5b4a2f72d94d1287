"""What is here and what is missing: Python, libraries, device, model, space. Nothing is imported that may be broken."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Literal

from packaging.requirements import Requirement

from consistent_character.vision.seeing import installing

DISTRIBUTION = "consistent-character"
INSTALL = 'python3 start.py demo installs it, or pip install -e ".[standalone]" -c constraints.txt'
_ROOT = Path(__file__).resolve().parents[1]
_GIGABYTE = 10**9
_ENOUGH_SPACE = 5 * _GIGABYTE
_SECONDS = 120

_ASK_TORCH = """
import json, torch
mps = getattr(torch.backends, "mps", None)
kind = "cuda" if torch.cuda.is_available() else "mps" if mps is not None and mps.is_available() else "cpu"
name = torch.cuda.get_device_name() if kind == "cuda" else ""
memory = torch.cuda.get_device_properties(0).total_memory if kind == "cuda" else 0
told = {"kind": kind, "name": name, "memory": memory, "threads": torch.get_num_threads()}
print(json.dumps({**told, "torch": torch.__version__}))
"""


@dataclass(frozen=True)
class Finding:
    """One thing looked at. `bad`: needed, and missing or broken; `unsure`: deserves a look; `remedy`: what to do."""

    subject: str
    verdict: Literal["good", "bad", "unsure"]
    detail: str
    remedy: str = ""


def examine() -> tuple[Finding, ...]:
    """Look at everything that the standalone host needs."""
    return (*python(), *host(), *libraries(), *seeing(), *device(), *model(), *space(Path.cwd()))


def python(version: tuple[int, int] = sys.version_info[:2]) -> Iterator[Finding]:
    """The Python that runs this."""
    known = (3, 10) <= version <= (3, 12)
    remedy = "" if known else "use Python 3.10, 3.11 or 3.12"
    yield Finding("Python", "good" if known else "bad", f"{version[0]}.{version[1]} at {sys.executable}", remedy)


def host() -> Iterator[Finding]:
    """Which host draws and trains."""
    yield Finding(
        "host",
        "good",
        "standalone (diffusers); as an extension of a web UI it draws and trains with what that has loaded",
    )


def libraries() -> Iterator[Finding]:
    """The libraries of the standalone host, against the versions that were tested together."""
    declared = metadata.requires(DISTRIBUTION) if _installed(DISTRIBUTION) else None
    if declared is None:
        yield Finding(DISTRIBUTION, "bad", "is not installed", INSTALL)
        return
    wanted = [Requirement(line) for line in declared]
    for requirement in wanted:
        if _applies(requirement):
            yield library(requirement, _installed(requirement.name))


def _applies(requirement: Requirement) -> bool:
    return requirement.marker is None or requirement.marker.evaluate({"extra": "standalone"})


def _installed(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def library(requirement: Requirement, version: str | None) -> Finding:
    """One library: is it there, and is it the tested version."""
    if version is None:
        return Finding(requirement.name, "bad", "is not installed", INSTALL)
    if requirement.specifier.contains(version, prereleases=True):
        return Finding(requirement.name, "good", version)
    return Finding(requirement.name, "unsure", f"{version}, tested with {requirement.specifier}", INSTALL)


def seeing() -> Iterator[Finding]:
    """What recognises people and faces in photographs; everything works without it."""
    there, hint = installing.installed(), installing.seeing_hint()
    detail = f"{there.name} at {there.folder}" if there else "no models"
    yield Finding("seeing", "unsure" if hint else "good", detail, hint)


def device(command: Iterable[str] = (sys.executable, "-c", _ASK_TORCH)) -> Iterator[Finding]:
    """What torch would compute on. It is asked in a process of its own: a broken torch can take its process down."""
    try:
        asked = subprocess.run(tuple(command), capture_output=True, text=True, timeout=_SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        yield Finding("device", "bad", f"torch does not answer: {error}", INSTALL)
        return
    if asked.returncode != 0:
        last = (asked.stderr.strip().splitlines() or ["it crashed"])[-1]
        yield Finding("device", "bad", f"torch cannot be loaded: {last}", INSTALL)
        return
    yield _device(json.loads(asked.stdout.strip().splitlines()[-1]))


def _device(told: dict[str, str | int]) -> Finding:
    if told["kind"] == "cuda":
        return Finding("device", "good", f"{told['name']}, {int(told['memory']) / _GIGABYTE:.0f} GB")
    if told["kind"] == "mps":
        return Finding("device", "good", "Apple's GPU (mps)")
    detail = f"CPU with {told['threads']} threads, torch {told['torch']}"
    remedy = "fine for the cartoon world; Stable Diffusion itself wants a GPU"
    if shutil.which("nvidia-smi"):
        remedy = "there is an NVIDIA GPU that this torch cannot use: see https://pytorch.org/get-started"
    return Finding("device", "unsure", detail, remedy)


def model(root: Path = _ROOT) -> Iterator[Finding]:
    """The cartoon world's checkpoint, which is the default."""
    path = root / "worlds" / "cartoon" / "checkpoint" / "cartoon-world.safetensors"
    if not path.is_file():
        yield Finding(
            "cartoon world", "bad", f"{path} is not there", "clone the whole repository, or name a --checkpoint"
        )
    elif re.match(rb"version https://git-lfs", path.read_bytes()[:64]):
        yield Finding("cartoon world", "bad", f"{path} is a Git LFS pointer", "git lfs pull")
    else:
        yield Finding("cartoon world", "good", f"{path}, {path.stat().st_size / 10**6:.0f} MB")


def space(place: Path) -> Iterator[Finding]:
    """Room on the disk: 400 images of 512 pixels take 0.2 GB."""
    free = shutil.disk_usage(place).free
    enough = free >= _ENOUGH_SPACE
    yield Finding(
        "disk",
        "good" if enough else "unsure",
        f"{free / _GIGABYTE:.0f} GB free at {place}",
        "" if enough else "free some space",
    )
