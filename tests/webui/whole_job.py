"""One person of the cartoon world and the settings with which the web UI makes an embedding of her in minutes."""

from __future__ import annotations

import csv
import json
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from consistent_character.character.folder import CharacterFolder
from consistent_character.choosing.watching import Watcher
from consistent_character.hosts.embedding_files import read_embedding
from consistent_character.hosts.standalone.engine import StandaloneEngine
from consistent_character.progress import Silent
from consistent_character.prompts import infotext
from consistent_character.training import TrainingSettings, train
from tests.webui.server import RunningWebUI
from worlds.cartoon.scene import HELD_OUT

HER = HELD_OUT[1]
"""None of the pictures that the checkpoint learned from shows her."""
PER_CELL, KEPT = 5, 100
"""Four pictures of each cell are kept: enough for the forest test to compare with those framed as its own are."""
STEPS, SAVED_EVERY = 120, 30
FOREST = "{name}, an extreme closeup front shot photo of {name} in a forest"
"""Names the embedding twice, as the template `[name], [filewords]` does while it is trained."""
TRAINING = {
    "learn_rate": "0.005",
    "batch_size": 8,
    "steps": STEPS,
    "save_every": SAVED_EVERY,
    "preview_every": SAVED_EVERY,
    "preview_prompt": FOREST,
    "preview_steps": 8,
    "preview_cfg_scale": 5.0,
}
EDGE = 96
"""Pixels; Forge cannot say what a checkpoint was made for, and takes 512."""
CHOOSING = {"prompt": FOREST, "steps": 12, "cfg_scale": 5.0, "width": EDGE, "height": EDGE}
WIDTH = 128
"""Numbers in one token's vector."""
_NO_PATHS = """() => {
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
        const text = texts.currentNode, short = text.data.replace(/\\/\\S+(?=\\/(outputs|embeddings)\\/)/g, "…");
        if (short != text.data) text.data = short;
    }
}"""
_LOADED = """() => Promise.all([...document.images].filter(image => image.offsetParent).map(image => {
    image.loading = 'eager';
    return image.decode().catch(() => null);
}))"""
"""Pictures far down are loaded only when somebody comes there."""
_RECORD = "WEBUI_RECORD"
"""Names a folder that keeps the screenshots, for the documentation."""


@dataclass(frozen=True)
class Made:
    """The folder of a character, as the tests look at it."""

    path: Path
    token: str

    @property
    def run(self) -> Path:
        """The newest run."""
        return max((self.path / "runs").iterdir())

    def pictures(self) -> list[Path]:
        """The images that are kept."""
        return sorted((self.path / "images").glob("*.png"))

    def captions(self) -> list[str]:
        """What stands beside them."""
        return [path.with_suffix(".txt").read_text(encoding="utf-8") for path in self.pictures()]

    def rejected(self) -> int:
        """Images that have been moved out of the way."""
        return len(list((self.path / "rejected").rglob("*.png")))

    def iterations(self) -> list[int]:
        """The steps of the saved iterations, each of which can be read and holds what its name says."""
        steps = sorted(int(path.stem.rsplit("-", 1)[1]) for path in (self.run / "embeddings").glob("*.pt"))
        for step in steps:
            found = self.embedding(step)
            assert (found.step, found.vectors.shape) == (step, (8, WIDTH))
            assert bool(torch.isfinite(found.vectors).all())
        return steps

    def embedding(self, step: int) -> Any:
        """One iteration."""
        return read_embedding(self.run / "embeddings" / f"{self.token}-{step}.pt", WIDTH)

    def losses(self) -> list[float]:
        """The loss of every step; none is missing, and none is there twice."""
        with (self.run / "loss.csv").open(newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        assert [int(row["step"]) for row in rows] == list(range(1, len(rows) + 1))
        return [float(row["loss"]) for row in rows]


def whole_grid(made: Made) -> None:
    """Every picture with a text that draws it again, all of them different."""
    texts = [infotext.parse(text) for text in made.captions()]
    assert len({text.parameters["Seed"] for text in texts}) == len(texts)
    assert all(HER.look in text.prompt and text.parameters["Size"] == "96x96" for text in texts)


def all_rewritten(made: Made) -> None:
    """The captions have the token in place of the look, and nothing that a prompt alone needs."""
    for caption in made.captions():
        assert re.search(rf"photo of {made.token}\b", caption)
        assert "neutral gray background" in caption
        assert not re.search(r"Steps:|[()]|hair", caption)


def learned(made: Made) -> None:
    """It came to its end, and the later half of it is better than the first."""
    losses = made.losses()
    assert made.iterations() == list(range(SAVED_EVERY, STEPS + 1, SAVED_EVERY))
    assert len(losses) == STEPS
    assert sum(losses[STEPS // 2 :]) < 0.9 * sum(losses[: STEPS // 2])
    assert sorted(path.suffix for path in (made.run / "previews").iterdir()) == [".png"] * len(made.iterations())


def used(running: RunningWebUI, name: str) -> set[str]:
    """Draw a picture with the name in its prompt; returns the embeddings that the web UI says it has found there."""
    asked = {"prompt": f"a photo of {name} in a forest", "steps": 2, "width": 96, "height": 96, "seed": 1}
    told = json.loads(running.request("/sdapi/v1/txt2img", asked)["info"])
    parameters = infotext.parse(told["infotexts"][0]).parameters
    said = parameters.get("TI hashes") or parameters.get("TI") or ""  # with their hashes, and in Forge without
    return {part.partition(":")[0].strip() for part in said.strip('"').split(",")} - {""}


def train_elsewhere(path: Path, engine: StandaloneEngine) -> None:
    """Train the character in its folder without the web UI, with the settings that it would get."""
    with CharacterFolder.open(path) as folder:
        settings = TrainingSettings.for_character(folder.character, 96).with_changes(**TRAINING)
        train(folder, settings, engine, Silent(), watcher=Watcher(folder, engine))


def picture_of(page: Any, name: str, folder: Path) -> Path:
    """Save the whole page as a browser shows it, without this computer's paths; kept where the environment says so."""
    target = Path(os.environ.get(_RECORD) or folder)
    target.mkdir(parents=True, exist_ok=True)
    path = target / f"{name}.png"
    page.evaluate("scrollTo(0, 0)")
    page.evaluate(_NO_PATHS)
    page.evaluate(_LOADED)
    page.screenshot(path=str(path), full_page=True)
    return path
