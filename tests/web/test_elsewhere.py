"""Runs from elsewhere by REST: real files of every kind, what is refused, and the engine left free while it waits."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from threading import Event
from typing import Any

import pytest
import torch
from fastapi import FastAPI, HTTPException, Request
from PIL import Image
from safetensors.torch import save_file

from consistent_character.engine import RenderRequest
from consistent_character.hosts.token_vectors import TokenVectors
from consistent_character.house import House
from consistent_character.web import PREFIX, mount
from tests.choosing.pictures import WOMAN, Look, draw, training_set
from tests.choosing.test_foreign import _Runs
from tests.fakes import FakeEngine
from tests.web.client import Client
from tests.web.test_eyes import Opened
from tests.web.test_routes import _client

BY_WEB_UI = Path(__file__).resolve().parents[1] / "standalone" / "fixtures" / "by-web-ui-pixels.png"
"""An embedding of eight numbers a vector in a picture; it has seen 30 steps."""
FOREST = {"width": 64, "height": 64, "seeds": [1, 2, 3], "more_seeds": 0, "search": "all"}
WATCHED = {"width": 64, "height": 64}


class RealFiles(FakeEngine):
    """Draws the forest until step 35, and reads files as real hosts do."""

    def __init__(self) -> None:
        super().__init__(painter=self._paint)

    @property
    def vocabulary(self) -> Any:
        return TokenVectors(lambda: torch.ones(4, 8), lambda text: [0])

    def _paint(self, request: RenderRequest) -> Image.Image:
        step = self.vocabulary.read(request.embeddings[0].path).step or 40 if request.embeddings else 0
        return draw(Look(0.0 if step > 35 else 1.0, 0.0 if step < 15 else 0.9), WOMAN, request.seed)


@pytest.fixture
def engine() -> RealFiles:
    return RealFiles()


@pytest.fixture
def house(engine: RealFiles, tmp_path: Path) -> House:
    return House(engine, tmp_path / "characters")


@pytest.fixture
def client(house: House) -> Client:
    return _client(house)


def save(path: Path, step: int) -> None:
    vectors = torch.rand(3, 8, generator=torch.Generator().manual_seed(step))
    torch.save({"string_to_token": {"*": 265}, "string_to_param": {"*": vectors}, "name": "lady", "step": step}, path)


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """Files of four kinds, one that would run code, and one that says a step that another one says."""
    out = tmp_path / "out"
    out.mkdir()
    save(out / "lady-10.pt", 9)
    save(out / "lady-20.pt", 19)
    save(out / "lady-21.pt", 19)
    shutil.copy(BY_WEB_UI, out / "lady-31.png")
    save_file({"emb_params": torch.rand(3, 8)}, out / "lady-40.safetensors")
    torch.save({"string_to_param": {"*": _Runs(tmp_path / "ran")}}, out / "lady-50.pt")
    return out


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    folder = tmp_path / "set"
    folder.mkdir()
    for number, (picture, caption) in enumerate(training_set(WOMAN, per_cell=1)):
        picture.save(folder / f"{number:02d}.png")
        (folder / f"{number:02d}.txt").write_text(caption, encoding="utf-8")
    return folder


def ended(client: Client, path: str, body: object) -> dict[str, Any]:
    """The job, when it is over."""
    started = client.post(path, body)
    assert started.status_code == 202, started.text
    job = started.json()
    while job["state"] not in ("done", "failed", "interrupted"):
        job = client.get(f"/jobs/{job['id']}?wait=30").json()
    return dict(job)


def test_a_folder_of_real_files_is_judged_by_its_path(
    client: Client, files: Path, pictures: Path, tmp_path: Path
) -> None:
    asked = {"path": str(files), "references": str(pictures), **FOREST}
    job = ended(client, "/elsewhere/choose", asked)
    assert (job["state"], job["character"]) == ("done", "out"), job
    found = client.get(f"/jobs/{job['id']}/result").json()
    kept = tmp_path / "out-judged"
    assert Path(found["run"]) == kept
    assert [row["step"] for row in found["test"]["iterations"]] == [9, 19, 30, 40]
    assert (found["test"]["recommended"], found["test"]["onset"]) == (19, 40)
    assert "lady-21.pt (step 19, as lady-20.pt)" in found["test"]["advice"]
    assert {"report.html", "forest-test.json"} <= {path.name for path in kept.iterdir()}
    assert len(list(files.iterdir())) == 6, "left as it was"
    assert not (tmp_path / "ran").exists(), "nothing in a file is run"
    assert "lady-50.pt" in found["test"]["advice"]


def test_what_is_there_is_watched_and_that_is_all(
    client: Client, files: Path, pictures: Path, engine: RealFiles
) -> None:
    asked = {"path": str(files), "references": str(pictures), "patience": 0, **WATCHED}
    job = ended(client, "/elsewhere/watch", asked)
    assert job["state"] == "done", job
    told = client.get(f"/jobs/{job['id']}/result").json()["forest_watch"]
    assert [row["step"] for row in told["seen"]] == [9, 19, 30, 40]
    assert told["overtrained_since"] == 40
    assert any("lady-21.pt (step 19, as lady-20.pt)" in note for note in told["notes"])
    assert len(engine.rendered) == 3 * 5, "three seeds unless others are asked for"


def test_others_may_draw_while_a_watch_waits(client: Client, files: Path, pictures: Path, house: House) -> None:
    """It would hold the engine for ten minutes; and it stops when it is told to, with what it has seen kept."""
    (files / "lady-40.safetensors").unlink()
    asked = {"path": str(files), "references": str(pictures), "every": 0.2, **WATCHED}
    for path in files.iterdir():
        os.utime(path)
    job = client.post("/elsewhere/watch", asked).json()
    while (
        "waiting for the iteration after step 30"
        not in (far := client.get(f"/jobs/{job['id']}?wait=0.2").json())["note"]
    ):
        assert far["state"] in ("working", "waiting"), far
    drawn = Event()
    house.jobs.start(files.parent, "Drawing", lambda progress: drawn.set(), engine=True).result()
    assert drawn.is_set() and client.get(f"/jobs/{job['id']}").json()["state"] == "working"
    busy = client.post("/elsewhere/choose", {"path": str(files), "references": str(pictures), **FOREST})
    assert busy.status_code == 409
    client.post(f"/jobs/{job['id']}/interrupt")
    over = client.get(f"/jobs/{job['id']}?wait=30").json()
    assert (over["state"], "kept" in over["error"]) == ("interrupted", True)
    assert (files.with_name("out-judged") / "forest-watch.json").is_file()


@pytest.mark.parametrize("step", ["choose", "watch"])
@pytest.mark.parametrize(
    ("changes", "status", "words"),
    [
        ({"path": " "}, 400, "Enter the folder of the run"),
        ({"path": "/there/is/none"}, 400, "There is no folder"),
        ({"prompt": "a forest"}, 400, "{name}"),
        ({"prompt": "a naked {name}", "look": "a 15yo girl"}, 400, "refused"),
        ({"prompt": "a naked {name}", "class_word": "15yo girl"}, 400, "refused"),
        ({"width": 99}, 400, "multiple of 8"),
        ({"nonsense": 1}, 422, "nonsense"),
    ],
)
def test_what_cannot_be_used_is_refused_at_once(
    client: Client, files: Path, engine: RealFiles, step: str, changes: dict[str, object], status: int, words: str
) -> None:
    refused = client.post(f"/elsewhere/{step}", {"path": str(files), **changes})
    assert (refused.status_code, words in refused.text) == (status, True), refused.text
    assert client.get("/jobs").json() == [] and engine.rendered == []


def test_what_a_watch_has_no_use_for_is_refused(client: Client, files: Path) -> None:
    assert client.post("/elsewhere/watch", {"path": str(files), "search": "all"}).status_code == 422
    assert "0.1 to 3600" in client.post("/elsewhere/watch", {"path": str(files), "every": 0}).text


@pytest.mark.parametrize("step", ["choose", "watch"])
def test_the_captions_reach_the_safety_check(
    client: Client, files: Path, pictures: Path, engine: RealFiles, step: str
) -> None:
    (pictures / "00.txt").write_text("a 12yo girl", encoding="utf-8")
    asked = {"path": str(files), "references": str(pictures), "prompt": "a naked {name} in a forest", **WATCHED}
    job = ended(client, f"/elsewhere/{step}", asked)
    assert (job["state"], "refused" in job["error"]) == ("failed", True)
    assert engine.rendered == []


def test_what_is_missing_is_told(client: Client, files: Path) -> None:
    job = ended(client, "/elsewhere/choose", {"path": str(files), **FOREST})
    assert (job["state"], "name their folder as references" in job["error"]) == ("failed", True)


def test_the_models_are_asked_and_closed(engine: RealFiles, files: Path, pictures: Path, tmp_path: Path) -> None:
    eyes = Opened()
    client = _client(House(engine, tmp_path / "characters", eyes=eyes))
    asked = {"path": str(files), "references": str(pictures)}
    assert ended(client, "/elsewhere/choose", {**asked, **FOREST})["state"] == "done"
    assert ended(client, "/elsewhere/watch", {**asked, **WATCHED, "patience": 0})["state"] == "done"
    assert (eyes.caches, eyes.closed) == ([None, None], 2)


def test_they_are_behind_the_login_and_not_for_pages_of_other_sites(house: House, files: Path) -> None:
    def login(request: Request) -> None:
        if request.headers.get("authorization") != "Basic right":
            raise HTTPException(401)

    app = FastAPI()
    mount(app, house, login)
    client, body = Client(app), json.dumps({"path": str(files)})
    for step in ("choose", "watch"):
        assert client.post(f"/elsewhere/{step}", {"path": str(files)}).status_code == 401
        headers = {"Authorization": "Basic right", "Origin": "http://evil.example", "Content-Type": "text/plain"}
        answer = client.call("POST", f"{PREFIX}/elsewhere/{step}", content=body, headers=headers)
        assert answer.status_code == 403
    assert house.jobs.all() == []
