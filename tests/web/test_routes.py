"""The whole job by REST, on an engine that draws and trains in no time; and what the routes refuse."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from fastapi import FastAPI

from consistent_character.engine import EmbeddingContent, RenderRequest
from consistent_character.house import House, Placed
from consistent_character.web import PREFIX, mount
from tests.fading import painted
from tests.fakes import FakeEngine, as_engine
from tests.web.client import Client

_CHARACTER = {"token": "l4dyx", "look": "a woman with dark skin, square face", "hair": "long blue hair"}


def _client(house: House) -> Client:
    app = FastAPI()
    mount(app, house)
    return Client(app)


class _Gate:
    """Stops the engine before a picture until the test lets it go on."""

    def __init__(self, at: int) -> None:
        self.reached, self.opened = Event(), Event()
        self._left = at

    def __call__(self, request: RenderRequest) -> None:
        self._left -= 1
        if self._left == 0:
            self.reached.set()
            assert self.opened.wait(60)


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(as_engine(painted()), tmp_path / "characters")


@pytest.fixture
def client(house: House) -> Client:
    return _client(house)


@pytest.fixture
def made(client: Client) -> Iterator[Client]:
    """With a character in it."""
    assert client.post("/characters", _CHARACTER).status_code == 201
    return client


def test_the_whole_job(made: Client, house: House) -> None:
    grid = made.done("/characters/l4dyx/generate", {"per_cell": 2, "seed": 1})
    assert (grid["planned"], grid["drawn"]) == (50, 50)
    plan = made.done("/characters/l4dyx/curate/plan", {"keep": 30})
    assert (plan["kept"], plan["rejected"], plan["moved"]) == (30, 20, 0)
    assert made.done("/characters/l4dyx/curate/apply", {"keep": 30})["moved"] == 20
    captions = made.done("/characters/l4dyx/caption/plan")
    assert (captions["changed"], captions["written"]) == (30, 0)
    spared = captions["captions"][0]["image"]
    assert made.done("/characters/l4dyx/caption/apply", {"spare": [spared]})["written"] == 29
    assert made.done("/characters/l4dyx/caption/apply")["written"] == 1
    found = made.post("/characters/l4dyx/preflight").json()
    assert found["errors"] == 0
    run = made.done("/characters/l4dyx/train", {"preview_every": 0})
    assert [one["step"] for one in run["iterations"]] == list(range(10, 201, 10))
    choice = made.done("/characters/l4dyx/choose")
    assert choice["test"]["recommended"] is not None
    assert choice["run"] == run["run"]
    told = made.get("/characters/l4dyx").json()
    assert (told["images"], told["captions"], told["rejected"], told["job"]) == (30, 30, 20, None)
    assert told["runs"] == [Path(run["run"]).name]
    assert [one["name"] for one in made.get("/characters").json()] == ["l4dyx"]


def test_findings_are_mended_by_the_id_of_their_fix(made: Client, house: House) -> None:
    made.done("/characters/l4dyx/generate", {"per_cell": 1, "seed": 1})
    settings = {"save_every": 0, "preview_every": 0}
    found = made.post("/characters/l4dyx/preflight", settings).json()
    assert found["errors"] > 0
    fixes = {one["fix"]["id"]: one["fix"] for one in found["findings"] if one["fix"]}
    assert fixes["caption-infotext"]["label"] == "Run the caption step"
    assert fixes["nothing-saved"]["changes"] == {"save_every": 10}
    assert made.get("/jobs").json()[0]["title"] == "Generating"
    done = made.done("/characters/l4dyx/mend", {**settings, "fixes": ["caption-infotext"]})
    assert (done["mended"], done["left"], done["errors"]) == (["caption-infotext"], [], 0)
    assert done["settings"]["save_every"] == 0
    done = made.done("/characters/l4dyx/mend", settings)
    assert (done["mended"], done["findings"]) == (["nothing-saved"], [])
    run = made.done("/characters/l4dyx/train", done["settings"])
    assert (len(run["iterations"]), run["finished"], run["ending"]) == (20, True, None)
    assert run["forest_watch"] == {"setting": "watch", "seen": [], "overtrained_since": None}
    assert made.done("/characters/l4dyx/undo")["restored"] == 25
    over = made.post("/characters/l4dyx/mend", {"fixes": ["nothing-saved"]}).json()
    over = made.get(f"/jobs/{over['id']}?wait=30").json()
    assert (over["state"], "nothing to mend" in over["error"]) == ("failed", True)


def test_undo_takes_the_last_change_back(made: Client, house: House) -> None:
    made.done("/characters/l4dyx/generate", {"per_cell": 1, "seed": 1})
    before = {path.name: path.read_bytes() for path in (house.root / "l4dyx" / "images").iterdir()}
    made.done("/characters/l4dyx/caption/apply")
    assert made.done("/characters/l4dyx/undo")["restored"] == 25
    assert {path.name: path.read_bytes() for path in (house.root / "l4dyx" / "images").iterdir()} == before


def test_a_job_tells_how_far_it_is_and_can_be_interrupted_and_gone_on_with(tmp_path: Path) -> None:
    gate = _Gate(at=8)
    made = _client(House(as_engine(painted(gate)), tmp_path))
    made.post("/characters", _CHARACTER)
    job = made.post("/characters/l4dyx/generate", {"per_cell": 1}).json()
    assert gate.reached.wait(60)
    far = made.get(f"/jobs/{job['id']}").json()
    assert (far["state"], far["done"], far["total"], far["character"]) == ("working", 7, 25, "l4dyx")
    assert far["seconds_left"] > 0
    assert made.get("/characters/l4dyx").json()["job"] == job["id"]
    assert made.get(f"/jobs/{job['id']}/result").status_code == 409
    busy = made.post("/characters/l4dyx/undo")
    assert (busy.status_code, "still at work" in busy.json()["detail"]) == (409, True)
    assert made.post(f"/jobs/{job['id']}/interrupt").json()["state"] == "stopping"
    gate.opened.set()
    over = made.get(f"/jobs/{job['id']}?wait=30").json()
    assert (over["state"], "kept" in over["error"]) == ("interrupted", True)
    assert made.get(f"/jobs/{job['id']}/result").status_code == 409
    assert made.done("/characters/l4dyx/generate", {"per_cell": 1})["existing"] == 8


@pytest.mark.parametrize(
    ("path", "body", "word"),
    [
        ("generate", {"width": 99}, "multiple of 8"),
        ("generate", {"zooms": []}, "zoom"),
        ("train", {"steps": 0}, "outside"),
        ("caption/plan", {"token": "two words"}, "two words"),
    ],
)
def test_a_setting_that_cannot_be_used_is_one_line(made: Client, path: str, body: object, word: str) -> None:
    refused = made.post(f"/characters/l4dyx/{path}", body)
    assert refused.status_code == 400
    assert word in refused.json()["detail"]
    assert "\n" not in refused.json()["detail"]
    assert made.get("/jobs").json() == []


def test_a_setting_that_does_not_exist_is_refused(made: Client) -> None:
    assert made.post("/characters/l4dyx/generate", {"per_sell": 3}).status_code == 422


def test_what_nobody_foresaw_is_logged_with_its_traceback(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    def broken(request: RenderRequest) -> None:
        raise ZeroDivisionError("by nobody")

    made = _client(House(as_engine(FakeEngine(on_render=broken)), tmp_path))
    made.post("/characters", _CHARACTER)
    job = made.post("/characters/l4dyx/generate", {"per_cell": 1}).json()
    over = made.get(f"/jobs/{job['id']}?wait=30").json()
    assert (over["state"], "nobody foresaw" in over["error"]) == ("failed", True)
    assert "ZeroDivisionError: by nobody" in caplog.text


@pytest.mark.parametrize("name", ["..", "%2e%2e", "..%2f..", "%2Fetc", "l4dyx%2f..", "nobody", ".hidden", "a%00b"])
def test_no_name_leads_out_of_the_root(made: Client, name: str) -> None:
    assert made.get(f"/characters/{name}").status_code == 404
    assert made.post(f"/characters/{name}/generate").status_code in (404, 405)


def test_no_link_leads_out_of_the_root(made: Client, house: House, tmp_path: Path) -> None:
    house.root.joinpath("l4dyx").rename(tmp_path / "outside")
    (house.root / "linked").symlink_to(tmp_path / "outside")
    assert made.get("/characters/linked").status_code == 404
    assert made.post("/characters/linked/caption/apply").status_code == 404
    (tmp_path / "outside").rename(house.root / "l4dyx")
    (house.root / "l4dyx" / "images").rename(tmp_path / "images")
    (house.root / "l4dyx" / "images").symlink_to(tmp_path / "images")
    assert made.post("/characters/l4dyx/caption/apply").status_code == 404


def test_nothing_is_created_where_a_link_leads(client: Client, house: House, tmp_path: Path) -> None:
    house.root.mkdir()
    (tmp_path / "outside").mkdir()
    (house.root / "linked").symlink_to(tmp_path / "outside")
    assert client.post("/characters", {**_CHARACTER, "token": "linked"}).status_code == 404
    assert list((tmp_path / "outside").iterdir()) == []


def test_a_linked_character_hides_no_others(made: Client, house: House, tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "character.toml").write_bytes((house.root / "l4dyx" / "character.toml").read_bytes())
    (house.root / "linked").symlink_to(tmp_path / "outside")
    (house.root / "broken").mkdir()
    (house.root / "broken" / "character.toml").write_text("token =")
    broken, whole = made.get("/characters").json()
    assert (whole["name"], whole["problem"]) == ("l4dyx", None)
    assert (broken["name"], "character.toml" in broken["problem"]) == ("broken", True)


def test_a_run_is_named_not_pointed_at(made: Client, tmp_path: Path) -> None:
    assert "no training run" in made.post("/characters/l4dyx/choose").json()["detail"]
    made.done("/characters/l4dyx/generate", {"per_cell": 1})
    made.done("/characters/l4dyx/caption/apply")
    made.done("/characters/l4dyx/train", {"steps": 2, "save_every": 1, "preview_every": 0})
    for name in ("../runs", str(tmp_path), "nothing"):
        assert made.post("/characters/l4dyx/choose", {"run": name}).status_code == 404


_CHILD = {"token": "ch1ldx", "look": "a 15yo girl"}


def test_no_route_draws_or_trains_a_minor(client: Client, house: House) -> None:
    """Also where the token, or an iteration's name, hides who it is."""
    client.post("/characters", _CHILD)
    client.done("/characters/ch1ldx/generate", {"per_cell": 1})
    client.done("/characters/ch1ldx/caption/apply")
    client.done("/characters/ch1ldx/train", {"steps": 2, "save_every": 1, "preview_every": 0})
    engine: Any = house.engine
    before = (len(engine.rendered), len(engine.trainer.requests))
    for path, body in (
        ("generate", {"per_cell": 2, "zooms": ["a naked closeup"]}),
        ("train", {"preview_prompt": "{name} naked in a forest"}),
        ("train", {"template": ["[name] naked, [filewords]"]}),
        ("choose", {"prompt": "a naked {name} in a forest"}),
    ):
        job = client.post(f"/characters/ch1ldx/{path}", body).json()
        over = client.get(f"/jobs/{job['id']}?wait=30").json()
        assert (over["state"], "refused" in over["error"]) == ("failed", True), path
    assert (len(engine.rendered), len(engine.trainer.requests)) == before


def test_no_linked_run_leads_out_of_the_character(made: Client, house: House, tmp_path: Path) -> None:
    made.done("/characters/l4dyx/generate", {"per_cell": 1})
    made.done("/characters/l4dyx/caption/apply")
    made.done("/characters/l4dyx/train", {"steps": 2, "save_every": 1, "preview_every": 0})
    runs = house.root / "l4dyx" / "runs"
    (run,) = runs.iterdir()
    run.rename(tmp_path / run.name)
    run.symlink_to(tmp_path / run.name)
    for path in ("choose", "resume"):
        assert made.post(f"/characters/l4dyx/{path}").status_code == 404
        assert made.post(f"/characters/l4dyx/{path}", {"run": run.name}).status_code == 404


@pytest.mark.parametrize("token", ["../out", "a/b", "..", "/tmp/x", "a\\b", "con", "a b", ""])
def test_no_token_leads_out_of_the_root(client: Client, house: House, token: str) -> None:
    assert client.post("/characters", {**_CHARACTER, "token": token}).status_code == 400
    assert not house.root.exists()


def test_pages_of_other_sites_cannot_use_the_routes(made: Client) -> None:
    path = f"{PREFIX}/characters/l4dyx/undo"
    foreign = {"Origin": "http://evil.example", "Content-Type": "text/plain"}
    assert made.call("POST", path, content="{}", headers=foreign).status_code == 403
    own = {"Origin": "http://host", "Content-Type": "text/plain"}
    assert made.call("POST", path, content="{}", headers=own).status_code != 403
    jobs = f"{PREFIX}/jobs/x/interrupt"
    assert made.call("POST", jobs, headers={"Origin": "http://evil.example"}).status_code == 403


def test_the_documentation_tells_every_route_and_field(client: Client) -> None:
    told = client.get("/openapi.json").json()
    ours = told["paths"]
    assert len(ours) == 7 + 13 + 2 + 8 + 3
    assert told["servers"] == [{"url": PREFIX}]
    assert PREFIX in client.get("/docs").text
    for path, methods in ours.items():
        for route in methods.values():
            assert route["summary"], path
            assert route["description"], path
            assert route["tags"] == ["Consistent Character"]
    bodies = {name: one for name, one in told["components"]["schemas"].items() if name.endswith(("Body", "Answer"))}
    assert len(bodies) >= 10
    for name, schema in bodies.items():
        for field, one in schema.get("properties", {}).items():
            assert one.get("description"), f"{name}.{field}"
    width = bodies["GenerateBody"]["properties"]["width"]["description"]
    assert width.endswith("[the checkpoint's own]")
    assert bodies["GenerateBody"]["properties"]["steps"]["default"] == 30


class Shelf:
    """A host's folder of embeddings."""

    def __init__(self) -> None:
        self.placed: list[tuple[str, int | None, str]] = []

    def check(self, name: str, own: bool) -> None:
        """Nothing is there."""

    def put(self, content: EmbeddingContent, ending: str, own: bool, aside: Path) -> Placed:
        """Remembers it."""
        self.placed.append((content.name, content.step, ending))
        return Placed(Path("embeddings", f"{content.name}{ending}"))


def test_the_chosen_iteration_is_put_to_use(made: Client, house: House) -> None:
    shelf = Shelf()
    within = _client(replace(house, place=shelf))
    assert within.post("/characters/l4dyx/promote").status_code == 404, "no run yet"
    made.done("/characters/l4dyx/generate", {"per_cell": 1, "seed": 1})
    made.done("/characters/l4dyx/caption/apply")
    made.done("/characters/l4dyx/train", {"preview_every": 0, "steps": 20})
    done = within.done("/characters/l4dyx/promote", {"step": 20, "form": "safetensors"})
    assert (done["step"], done["name"], done["loaded"]) == (20, "l4dyx", True)
    assert shelf.placed == [("l4dyx", 20, ".safetensors")]
    assert Path(done["card"]).is_file()
    alone = made.done("/characters/l4dyx/promote", {"step": 20})
    assert (Path(alone["path"]).name, alone["loaded"]) == ("l4dyx.pt", False)
    assert made.post("/characters/l4dyx/promote", {"form": "ckpt"}).status_code in (400, 422)
