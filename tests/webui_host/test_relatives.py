"""The web UI's relatives, where they differ from it: reForge, which trains, and Forge, which draws in its own way.

Source: reForge of 2026-03 (3b56b268) and Forge of 2025-06 (dfdcbab6), `modules/` of each.
"""

from __future__ import annotations

import runpy
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace

import gradio as gr
import pytest

from consistent_character.engine import RenderRequest
from consistent_character.errors import CheckpointError, RequestError
from consistent_character.jobs import Jobs

_SCRIPTS = Path(__file__).resolve().parents[2] / "scripts"


@pytest.fixture
def reforge(modules: ModuleType, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """No optimizations to undo, and a look for one of its own scripts at every batch."""
    from modules import processing, sd_hijack

    monkeypatch.delattr(sd_hijack, "undo_optimizations")
    monkeypatch.delattr(sd_hijack, "current_optimizer")
    monkeypatch.setattr(processing, "fake_during", [lambda p: list(p.scripts.alwayson_scripts)])
    return modules


@pytest.fixture
def forge(modules: ModuleType, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """No trainer, no table of embeddings, and until the first picture no model either but something in its place."""
    from modules import sd_hijack, sd_models, shared
    from modules.textual_inversion import textual_inversion

    for name in ("train_embedding", "save_embedding", "write_loss", "LearnRateScheduler"):
        monkeypatch.delattr(textual_inversion, name)
    monkeypatch.delattr(sd_hijack, "undo_optimizations")
    monkeypatch.delattr(sd_hijack, "current_optimizer")
    monkeypatch.delattr(sd_hijack.model_hijack, "embedding_db")
    empty = SimpleNamespace(cond_stage_model=None, chunk_length=75)
    monkeypatch.setattr(sd_models.model_data, "sd_model", empty)
    monkeypatch.setattr(shared, "sd_model", empty)
    monkeypatch.setattr(sd_models, "reload_model_weights", lambda *_, **__: None)
    return modules


def test_reforge_draws(reforge: ModuleType) -> None:
    from consistent_character.hosts.webui.engine import WebUIEngine

    (drawn,) = WebUIEngine().render([RenderRequest("a woman", seed=7)])
    assert drawn.image.getpixel((0, 0)) == (0, 7, 0)


def test_reforge_is_ready_to_train(reforge: ModuleType) -> None:
    import torch
    from modules import call_queue
    from modules.textual_inversion.textual_inversion import Embedding

    from consistent_character.hosts.webui.training.surroundings import ready_to_train, stands_for_its_name

    embedding = Embedding(torch.zeros(1, 128), "ada")
    embedding.vectors, embedding.shape = 1, 128
    with call_queue.queue_lock, ready_to_train(embedding):
        assert stands_for_its_name(embedding)


def test_a_vae_that_cannot_be_taken_off_is_not_trained_through(modules: ModuleType) -> None:
    """It would stay, and the web UI would say that there is none."""
    from modules import sd_vae

    from consistent_character.hosts.webui.training.surroundings import checkpoints_own_vae

    sd_vae.loaded_vae_file, sd_vae.fake_base_kept = "/models/VAE/noisy.vae.pt", False
    with pytest.raises(RequestError, match=r"noisy\.vae\.pt"), checkpoints_own_vae():
        pass
    assert sd_vae.loaded_vae_file == "/models/VAE/noisy.vae.pt"


def test_tokens_are_counted_where_the_counter_wants_what_reads_them(modules: ModuleType) -> None:
    from modules import sd_hijack

    from consistent_character.hosts.webui.grid_script import ScriptTxt2Img

    reader = object()
    p = SimpleNamespace(sd_model=SimpleNamespace(cond_stage_model=reader))
    asked = []

    def lengths(text: str, cond_stage_model: object) -> tuple[int, int]:
        asked.append(cond_stage_model)
        return len(text.split()), 75

    sd_hijack.model_hijack.get_prompt_lengths = lengths
    assert ScriptTxt2Img(p).count_tokens("a closeup front shot") == 4
    assert asked == [reader]


def test_in_forge_both_doors_open(forge: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    from modules import script_callbacks

    for module in [name for name in sys.modules if name.startswith("consistent_character.hosts.webui")]:
        monkeypatch.delitem(sys.modules, module)
    runpy.run_path(str(_SCRIPTS / "character_grid.py"))
    runpy.run_path(str(_SCRIPTS / "consistent_character.py"))
    (add_tab,) = [callback for moment, callback in script_callbacks.fake_registered if moment == "ui_tabs"]
    ((tab, title, _),) = add_tab()
    assert title == "Consistent Character"
    told = "\n".join(str(block.value) for block in tab.blocks.values() if isinstance(block, gr.HTML))
    assert "cannot train embeddings" in told


def test_in_forge_the_engine_says_what_else_to_do(forge: ModuleType, tmp_path: Path) -> None:
    from modules import shared

    from consistent_character.hosts.webui.engine import WebUIEngine
    from consistent_character.hosts.webui.turn import webui_turn

    engine = WebUIEngine()
    assert engine.trainer is None
    with pytest.raises(CheckpointError, match="reForge"):
        engine.count_tokens("a woman")
    asked = RenderRequest("a woman", seed=7)
    job = Jobs(webui_turn).start(tmp_path, "drawing", lambda _: list(engine.render([asked])), engine=True)
    assert [*job.standings()]
    with pytest.raises(CheckpointError, match="Character zoom × angle grid"):
        job.result()
    assert not shared.state.interrupted


def test_in_forge_names_are_known_by_their_files(forge: ModuleType, tmp_path: Path) -> None:
    from modules import shared

    from consistent_character.hosts.webui.engine import WebUIEngine

    shared.cmd_opts.embeddings_dir = str(tmp_path)
    (tmp_path / "ada.pt").touch()
    assert WebUIEngine().embedding_names() == ("ada",)
