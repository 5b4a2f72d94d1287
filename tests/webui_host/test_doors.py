"""The doors in `scripts/`, opened as the web UI opens them: executed at each page, their folder off the path after."""

from __future__ import annotations

import ast
import inspect
import runpy
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import gradio as gr
import pytest
from fastapi import FastAPI

from tests.web.client import Client

ROOT = Path(__file__).resolve().parents[2]
DOORS = sorted((ROOT / "scripts").glob("*.py"))
HOST = sorted((ROOT / "consistent_character" / "hosts" / "webui").rglob("*.py"))
MOMENTS = ["after_component", "app_started", "before_ui", "ui_settings", "ui_tabs"]


@dataclass
class Doors:
    """The fake web UI, and the doors in it."""

    callbacks: Any
    scripts: Any
    shared: Any

    def opened(self, name: str) -> dict[str, Any]:
        """What a door defines. While it is executed the extension is on the path, and only then."""
        before = [*sys.path]
        sys.path.insert(0, str(ROOT))
        try:
            return runpy.run_path(str(ROOT / "scripts" / f"{name}.py"))
        finally:
            sys.path[:] = before

    def registered(self) -> dict[str, Any]:
        """What was registered since the last look, by moment."""
        found = [*self.callbacks.fake_registered]
        self.callbacks.fake_registered.clear()
        assert sorted(moment for moment, _ in found) == MOMENTS, "one of each"
        return dict(found)


@pytest.fixture
def doors(modules: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Doors]:
    from modules import paths_internal, script_callbacks, scripts, shared

    monkeypatch.setattr(paths_internal, "data_path", str(tmp_path))
    shared.cmd_opts.textual_inversion_templates_dir = str(tmp_path / "templates")
    yield Doors(script_callbacks, scripts, shared)


def test_each_page_gets_one_of_everything_and_the_jobs_stay(doors: Doors) -> None:
    first = doors.opened("consistent_character")
    doors.registered()
    second = doors.opened("consistent_character")
    doors.registered()
    assert first["house"]() is not second["house"](), "the settings may lead elsewhere now"
    assert first["house"]().jobs is second["house"]().jobs, "a job at work is found again"


def test_the_package_registers_nothing_at_its_import(doors: Doors) -> None:
    doors.opened("consistent_character")
    doors.registered()
    for path in HOST:
        name = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        __import__(name)
    assert doors.callbacks.fake_registered == []


@pytest.mark.parametrize("door", DOORS, ids=lambda path: path.stem)
def test_a_door_has_all_it_needs_when_it_has_been_executed(door: Path) -> None:
    """Afterwards only what lies within the package can be imported."""
    tree = ast.parse(door.read_text(encoding="utf-8"))
    at_the_top = {id(node) for node in tree.body}
    late = [
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom) and id(node) not in at_the_top
    ]
    assert late == []


def test_nothing_in_the_web_ui_needs_another_folder_of_the_repository() -> None:
    others = {path.name for path in ROOT.iterdir() if path.is_dir()} - {"consistent_character"}
    others |= {path.stem for path in ROOT.glob("*.py")}
    found = []
    for path in [*DOORS, *HOST, *(ROOT / "consistent_character").glob("ui/*.py")]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) and not node.level else []
            found += [f"{path.name}: {name}" for name in names if name.partition(".")[0] in others]
    assert found == []


def test_the_base_class_is_no_script_of_ours(doors: Doors) -> None:
    """The web UI registers every class that a door's namespace holds, and the base class would hide all by name."""
    for path in DOORS:
        held = [one for one in doors.opened(path.stem).values() if inspect.isclass(one)]
        ours = [one for one in held if issubclass(one, doors.scripts.Script)]
        assert doors.scripts.Script not in ours
        assert len(ours) == (1 if path.stem == "character_grid" else 0)


def test_the_page_gets_a_tab_whose_labels_the_web_ui_does_not_store(doors: Doors) -> None:
    doors.opened("consistent_character")
    ((tab, title, name),) = doors.registered()["ui_tabs"]()
    assert (title, name) == ("Consistent Character", "consistent_character")
    assert all(block.do_not_save_to_config for block in tab.blocks.values())


def test_what_could_not_be_downloaded_is_said_in_the_tab(doors: Doors, monkeypatch: pytest.MonkeyPatch) -> None:
    """`--skip-install`, or no network: the start goes on."""
    from consistent_character.libraries import Library
    from consistent_character.ui import tab as tab_of_ours

    monkeypatch.setattr(
        tab_of_ours, "missing", lambda: iter([Library("tomli", "tomli>=2", "no character can be opened")])
    )
    doors.opened("consistent_character")
    ((tab, _, _),) = doors.registered()["ui_tabs"]()
    said = [str(block.value) for block in tab.blocks.values() if isinstance(block, gr.HTML)]
    assert any("tomli is missing, so no character can be opened" in words for words in said)


@pytest.mark.parametrize("queue", [True, False])
def test_a_page_without_a_queue_gets_no_handler_that_streams(doors: Doors, queue: bool) -> None:
    """It refuses to call one there (`--no-gradio-queue`)."""
    doors.shared.cmd_opts.no_gradio_queue = not queue
    doors.opened("consistent_character")
    ((tab, _, _),) = doors.registered()["ui_tabs"]()
    handlers = [event.fn for event in (tab.fns.values() if isinstance(tab.fns, dict) else tab.fns) if event.fn]
    assert any(map(inspect.isgeneratorfunction, handlers)) == queue


def test_the_scripts_labels_are_told_from_each_other(doors: Doors) -> None:
    """The web UI stores a script's defaults by label: two of one name would share theirs."""
    script = doors.opened("character_grid")["CharacterGrid"]()
    assert (script.show(False), script.show(True)) == (True, False)
    with gr.Blocks() as page:
        script.ui(False)
    stored = [
        block.label
        for block in page.blocks.values()
        if getattr(block, "label", None) and not getattr(block, "do_not_save_to_config", False)
    ]
    assert stored
    assert len(set(stored)) == len(stored)


def test_without_a_page_the_routes_are_there(doors: Doors, tmp_path: Path) -> None:
    """With `--nowebui` there is no demo, no tab, and nobody has asked for settings."""
    app = FastAPI()
    doors.opened("consistent_character")
    registered = doors.registered()
    registered["before_ui"]()
    registered["app_started"](None, app)
    client = Client(app)
    made = client.post("/characters", {"token": "l4dyx", "look": "a woman"})
    assert made.status_code == 201
    assert [one["name"] for one in client.get("/characters").json()] == ["l4dyx"]
    assert (tmp_path / "outputs" / "consistent-character" / "l4dyx" / "character.toml").is_file()


def test_the_routes_ask_for_the_web_uis_login(doors: Doors) -> None:
    doors.shared.cmd_opts.api_auth = "me:secret"
    app = FastAPI()
    doors.opened("consistent_character")
    doors.registered()["app_started"](None, app)
    for path in ("/characters", "/docs", "/openapi.json"):
        assert Client(app).get(path).status_code == 401


def test_nothing_heavy_is_imported_at_the_start() -> None:
    """What the web UI has imported by then itself is free: torch, gradio, fastapi, numpy, Pillow."""
    code = (
        "import runpy, sys; from tests.webui_modules.loading import fake_modules\n"
        "with fake_modules():\n"
        "    for door in ('consistent_character', 'character_grid'): runpy.run_path(f'scripts/{door}.py')\n"
        "    heavy = 'diffusers transformers mediapipe cv2 scipy sklearn skimage onnxruntime'.split()\n"
        "    print([name for name in heavy if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "[]", done.stdout + done.stderr
