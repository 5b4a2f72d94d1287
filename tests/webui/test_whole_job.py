"""The whole job in a real web UI, from the preset to the chosen iteration and its first picture: by REST, by hand."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from consistent_character.hosts.standalone.engine import StandaloneEngine
from tests.ui.conftest import browser
from tests.webui.browsing import window
from tests.webui.by_hand import Hands
from tests.webui.rest import Routes
from tests.webui.server import RunningWebUI, WebUI
from tests.webui.whole_job import (
    CHOOSING,
    EDGE,
    HER,
    KEPT,
    PER_CELL,
    SAVED_EVERY,
    STEPS,
    TRAINING,
    Made,
    all_rewritten,
    learned,
    train_elsewhere,
    used,
    whole_grid,
)

pytestmark = pytest.mark.webui

__all__ = ["browser"]

CELLS = 25
ALL = CELLS * PER_CELL


@pytest.fixture
def bare_shelf(running: RunningWebUI) -> Iterator[Path]:
    """The web UI's embeddings; what a test puts there is taken away again."""
    before = set(running.embeddings.iterdir())
    yield running.embeddings
    for path in set(running.embeddings.iterdir()) - before:
        path.unlink()
    running.inside("engine.reload_embeddings")


def made_of(running: RunningWebUI, token: str) -> Made:
    return Made(running.data / "outputs" / "consistent-character" / token, token)


def state(running: RunningWebUI) -> dict[str, Any]:
    """What a job must leave as it was: all but the files that it is there to make."""
    return {name: value for name, value in running.inside("state.everything").items() if name != "files"}


def test_by_rest(
    webui: WebUI, running: RunningWebUI, routes: Routes, standalone: StandaloneEngine, bare_shelf: Path
) -> None:
    """Where the web UI cannot train, its fourth step is done without one, in the same folder."""
    token, who = "r3dl4dy", "/characters/r3dl4dy"
    made = made_of(running, token)
    before = state(running)
    routes.post("/characters", {"token": token, "look": HER.look})

    grid = {"per_cell": PER_CELL, "steps": 12, "cfg_scale": 5.0, "seed": 1, "width": EDGE, "height": EDGE}
    over = routes.stopped(f"{who}/generate", grid, far=4)
    assert len(made.pictures()) >= over["done"] >= 4
    further = routes.done(f"{who}/generate", grid)
    assert (further["planned"], further["existing"] + further["drawn"]) == (ALL, ALL)
    assert further["existing"] >= over["done"]
    assert len(made.pictures()) == ALL
    whole_grid(made)

    plan = routes.done(f"{who}/curate/plan", {"keep": KEPT})
    assert (plan["kept"] + plan["rejected"], made.rejected()) == (ALL, 0)
    moved = routes.done(f"{who}/curate/apply", {"keep": KEPT})["moved"]
    assert (moved, made.rejected(), len(made.pictures())) == (plan["rejected"], plan["rejected"], plan["kept"])

    changes = routes.done(f"{who}/caption/plan")
    assert (changes["changed"], changes["written"]) == (plan["kept"], 0)
    whole_grid(made)
    assert routes.done(f"{who}/caption/apply")["written"] == plan["kept"]
    all_rewritten(made)

    if webui.kind.trains:
        trained(running, routes, made, before)
    else:
        train_elsewhere(made.path, standalone)
    learned(made)

    chosen = routes.done(f"{who}/choose", CHOOSING)["test"]
    assert chosen["cannot_tell"] == ""
    best = next(one for one in chosen["iterations"] if one["step"] == chosen["recommended"])
    assert best["scene"] > 0.8
    assert best["likeness"] > 0.5
    assert best["likeness"] == max(one["likeness"] for one in chosen["iterations"] if one["scene"] > 0.8)
    assert all((made.path / picture["path"]).is_file() for one in chosen["iterations"] for picture in one["pictures"])
    assert state(running) == before

    put_to_use(running, routes, made, best["step"])
    assert state(running)["settings"] == before["settings"]
    if webui.kind.trains:
        assert routes.post(f"{who}/preflight", TRAINING)["errors"] == 0


def trained(running: RunningWebUI, routes: Routes, made: Made, before: dict[str, Any]) -> None:
    """By the web UI's own trainer, interrupted once."""
    who = f"/characters/{made.token}"
    assert routes.post(f"{who}/preflight", TRAINING)["errors"] == 0
    over = routes.stopped(f"{who}/train", TRAINING, far=SAVED_EVERY + 3)
    assert made.iterations() == [SAVED_EVERY]
    assert over["total"] == STEPS
    assert state(running) == before, "also after an interruption"
    routes.done(f"{who}/resume")


def put_to_use(running: RunningWebUI, routes: Routes, made: Made, step: int) -> None:
    """Prompts find the recommended iteration at once; the one before is kept, and she can be trained once more."""
    who, name = f"/characters/{made.token}", made.token
    assert used(running, name) == set()
    done = routes.done(f"{who}/promote", {"samples": 2})
    path = running.embeddings / f"{name}.pt"
    assert (done["step"], done["name"], done["path"], done["loaded"]) == (step, name, str(path), True)
    assert "Likeness × scene is" in done["weight_reason"]
    assert used(running, name) == {name}
    before = path.read_bytes()
    assert routes.done(f"{who}/promote", {"samples": 2}) == done
    assert path.read_bytes() == before
    other = next(one for one in made.iterations() if one != step)
    (kept,) = routes.done(f"{who}/promote", {"step": other, "samples": 0})["aside"]
    assert Path(kept).read_bytes() == before
    assert used(running, name) == {name}
    assert routes.done(f"{who}/promote", {"step": other, "name": f"{name}-{other}", "samples": 0})["step"] == other
    assert used(running, f"{name}-{other}") == {f"{name}-{other}"}


def test_by_hand(
    webui: WebUI,
    running: RunningWebUI,
    browser: Any,
    standalone: StandaloneEngine,
    bare_shelf: Path,
    tmp_path: Path,
) -> None:
    token = "r3dl4dy2"
    made = made_of(running, token)
    with window(browser, running.url) as page:
        hands = Hands(page, tmp_path)
        hands.create(token)
        hands.token(token)
        hands.grid_in_txt2img(token, PER_CELL)
        assert len(made.pictures()) == ALL
        whole_grid(made)
        before = state(running)

        hands.curate(token, KEPT)
        assert len(made.pictures()) + made.rejected() == ALL
        assert 0 < made.rejected() <= ALL - KEPT + CELLS

        hands.caption()
        all_rewritten(made)

        if webui.kind.trains:
            hands.train(lambda: any(made.path.glob("runs/*/embeddings/*.pt")))
            assert 0 < len(made.iterations()) < STEPS // SAVED_EVERY
            hands.go_on()
        else:
            train_elsewhere(made.path, standalone)
        learned(made)

        step = hands.choose()
        assert step in made.iterations()
        assert state(running) == before
        hands.try_out(step)
        hands.install(step)
        assert running.embeddings.joinpath(f"{token}.pt").is_file()
        hands.use(token)
        assert page.errors == []
