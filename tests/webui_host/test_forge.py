"""Forge, which has no trainer, loads its model late, and draws with it on one thread and in a way of its own.

What embeddings by file are to mean there is in `test_embeddings_by_file.py`, as for the others.
"""

from __future__ import annotations

import runpy
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import gradio as gr
import numpy as np
import pytest
import torch

from consistent_character.engine import EmbeddingContent, RenderRequest
from consistent_character.errors import CheckpointError, Interrupted, RequestError
from consistent_character.hosts.embedding_files import Embedding, write_embedding
from consistent_character.jobs import Jobs

_SCRIPTS = Path(__file__).resolve().parents[2] / "scripts"
ASKED = RenderRequest("a photo of ada", seed=7, width=96, height=96)


def drawn(*requests: RenderRequest) -> list[Any]:
    """Their pictures' colours: the sum of the vectors that the prompt came to, and the seed."""
    from consistent_character.hosts.webui.engine import WebUIEngine

    return [rendered.image.getpixel((0, 0)) for rendered in WebUIEngine().render(requests)]


def loadings() -> list[str]:
    from modules import sd_models

    return [info.filename for info, _ in sd_models.model_data.fake_loadings]


def another_checkpoint(name: str = "other.safetensors") -> str:
    from modules import fake_model, sd_models

    sd_models.checkpoint_aliases[name] = fake_model.FakeInfo(name, "2" * 64)
    return name


def put(folder: Path, name: str, value: float) -> None:
    """An embedding of one vector whose sum is `value`."""
    write_embedding(folder / f"{name}.pt", Embedding(torch.tensor([[value] + [0.0] * 127]), name))


def test_both_doors_open(forge: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
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
    assert "start.py ui" in told
    assert loadings() == [], "a page is built without a model"


def test_it_draws_before_anybody_else_has(forge: ModuleType) -> None:
    """Until then there is something in the model's place that cannot draw."""
    from modules_forge import main_thread

    from consistent_character.hosts.webui.engine import WebUIEngine

    engine = WebUIEngine()
    assert engine.trainer is None
    assert drawn(ASKED) == [(0, 7, 0)]
    assert engine.checkpoint.name == "first"
    assert engine.count_tokens("a woman") == 2
    assert loadings() == ["first.safetensors"]
    assert main_thread.fake_ran == [], "this is the main thread, which waits for nobody"


def test_a_job_draws_on_forges_own_thread(forge: ModuleType, tmp_path: Path) -> None:
    from modules import shared
    from modules_forge import main_thread

    from consistent_character.hosts.webui.turn import webui_turn

    job = Jobs(webui_turn).start(tmp_path, "drawing", lambda _: drawn(ASKED), engine=True)
    assert [*job.standings()]
    assert job.result() == [(0, 7, 0)]
    assert len(main_thread.fake_ran) == 2, "once to load the model, and once to draw"
    assert not shared.state.interrupted


def test_what_is_raised_there_is_told_here(forge: ModuleType, tmp_path: Path) -> None:
    """Forge itself shows it in its terminal, and gives nothing back."""
    from modules import processing

    from consistent_character.hosts.webui.turn import webui_turn

    def fail(p: Any) -> None:
        raise RuntimeError("no memory")

    processing.fake_during.append(fail)
    job = Jobs(webui_turn).start(tmp_path, "drawing", lambda _: drawn(ASKED), engine=True)
    assert [*job.standings()]
    with pytest.raises(RuntimeError, match="no memory"):
        job.result()


def test_a_button_stops_it(forge: ModuleType) -> None:
    from modules import processing, shared

    processing.fake_during.append(lambda p: setattr(shared.state, "interrupted", True))
    with pytest.raises(Interrupted):
        drawn(ASKED)


def test_a_job_draws_with_what_the_menu_says(forge: ModuleType, tmp_path: Path) -> None:
    """Nothing is loaded at a choice in the menu; the model that was drawn with last would draw."""
    from modules import shared

    from consistent_character.hosts.webui.engine import WebUIEngine
    from consistent_character.hosts.webui.turn import webui_turn

    drawn(ASKED)
    shared.opts.data["sd_model_checkpoint"] = another_checkpoint()
    job = Jobs(webui_turn).start(tmp_path, "drawing", lambda _: drawn(ASKED), engine=True)
    assert [*job.standings()]
    assert loadings() == ["first.safetensors", "other.safetensors"]
    assert WebUIEngine().checkpoint.name == "other"


def test_a_choice_meanwhile_waits(forge: ModuleType) -> None:
    from modules import processing, shared

    from consistent_character.hosts.webui.engine import WebUIEngine

    engine, other = WebUIEngine(), another_checkpoint()
    for _ in engine.render([ASKED] * 40):
        shared.opts.data["sd_model_checkpoint"] = other
    assert len(processing.fake_calls) > 1
    assert loadings() == ["first.safetensors"]
    assert shared.opts.sd_model_checkpoint == other


def test_pictures_of_a_model_loaded_anew_are_not_taken(forge: ModuleType) -> None:
    """Our embeddings are in the table of the one before: a name would silently be words."""
    from modules import processing, sd_models

    drawn(ASKED)
    sd_models.model_data.fake_more = "a VAE"
    with pytest.raises(RequestError, match="start the job again"):
        drawn(ASKED)
    assert processing.need_global_unload, "what is remembered of prompts is the other model's"
    assert drawn(ASKED) == [(0, 7, 0)]


def test_what_comes_into_the_folder_is_found(forge: ModuleType, tmp_path: Path) -> None:
    """Forge looks at it when it loads a model, and never again."""
    from modules import processing, shared

    from consistent_character.hosts.webui.engine import WebUIEngine
    from consistent_character.hosts.webui.keeping import kept

    shared.cmd_opts.embeddings_dir = str(tmp_path)
    put(tmp_path, "eva", 2)
    assert WebUIEngine().embedding_names() == ("eva",), "known by its file"
    assert drawn(ASKED, RenderRequest("eva", seed=7, width=96, height=96)) == [(0, 7, 0), (2, 7, 0)]
    processing.StableDiffusionProcessing.cached_c[0] = "a photo of ada"
    with kept():
        put(tmp_path, "ada", 5)
    assert drawn(ASKED) == [(5, 7, 0)]
    assert processing.StableDiffusionProcessing.cached_c == [None, None], "as words it was remembered"


def test_a_job_leaves_the_models_table_and_the_remembered_prompts(forge: ModuleType, tmp_path: Path) -> None:
    from modules import processing, shared

    from consistent_character.hosts.webui.keeping import kept

    shared.cmd_opts.embeddings_dir = str(tmp_path)
    put(tmp_path, "eva", 2)
    drawn(ASKED)
    table = shared.sd_model.text_processing_engine.embeddings
    before = {**table.word_embeddings}
    remembered = processing.StableDiffusionProcessing.cached_c
    with kept():
        assert processing.StableDiffusionProcessing.cached_c is not remembered
        table.register_embedding_by_name(SimpleNamespace(name="left"), "left")
    assert table.word_embeddings == before
    assert processing.StableDiffusionProcessing.cached_c is remembered


def test_what_reads_otherwise_is_told(forge: ModuleType) -> None:
    """Of some models nothing reads as CLIP does. A job that draws nothing is none the worse for it."""
    from modules import sd_models, shared

    from consistent_character.hosts.webui.engine import WebUIEngine
    from consistent_character.hosts.webui.keeping import kept

    drawn(ASKED)
    other = SimpleNamespace(sd_checkpoint_info=shared.sd_model.sd_checkpoint_info, is_sd1=False)
    sd_models.model_data.sd_model = shared.sd_model = other
    with kept():
        assert WebUIEngine().embedding_names() == ()
    with pytest.raises(CheckpointError, match=r"Stable Diffusion 1\.x"):
        WebUIEngine().count_tokens("a woman")
    with pytest.raises(CheckpointError, match=r"no Stable Diffusion 1\.x"):
        drawn(ASKED)


def test_where_there_is_no_checkpoint_it_is_told(forge: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    from modules import sd_models

    monkeypatch.setattr(sd_models, "select_checkpoint", lambda: None)
    with pytest.raises(CheckpointError, match="no checkpoint loaded"):
        drawn(ASKED)


def test_the_grid_script_counts_with_the_model(forge: ModuleType) -> None:
    """What stands in its place before the first picture counts commas."""
    from modules import sd_hijack, shared

    from consistent_character.hosts.webui.grid_script import ScriptTxt2Img

    def lengths(text: str, cond_stage_model: object) -> tuple[int, int]:
        return len(shared.sd_model.text_processing_engine.tokenize([text])[0]), 75

    sd_hijack.model_hijack.get_prompt_lengths = lengths
    assert ScriptTxt2Img(SimpleNamespace(sd_model=shared.sd_model)).count_tokens("a closeup front shot") == 4


def test_a_checkpoint_is_put_to_use_and_given_back_unless_the_user_chose_another(forge: ModuleType) -> None:
    from modules import sd_models, shared

    from consistent_character.hosts.webui.engine import WebUIEngine

    other, third = another_checkpoint(), another_checkpoint("third.safetensors")
    sd_models.checkpoints_list.update(sd_models.checkpoint_aliases)
    engine = WebUIEngine()
    assert engine.checkpoint.name == "first"
    with engine.on("other"):
        assert (engine.checkpoint.name, shared.opts.sd_model_checkpoint) == ("other", other)
        sd_models.checkpoint_aliases[other].title += " [2222222222]"  # as soon as it is read, its hash is known
    assert (engine.checkpoint.name, shared.opts.sd_model_checkpoint) == ("first", "first.safetensors")
    with engine.on("other"):
        shared.opts.sd_model_checkpoint = third
    assert shared.opts.sd_model_checkpoint == third
    with pytest.raises(CheckpointError, match="no checkpoint fourth"), engine.on("fourth"):
        pass


def test_token_vectors_are_the_readers(forge: ModuleType) -> None:
    from modules import sd_models

    from consistent_character.hosts.webui.engine import WebUIEngine

    engine = WebUIEngine()
    assert engine.checkpoint
    table = torch.eye(4, 128)
    embeddings = SimpleNamespace(token_embedding=SimpleNamespace(weight=table))
    encoder = SimpleNamespace(transformer=SimpleNamespace(text_model=SimpleNamespace(embeddings=embeddings)))
    sd_models.model_data.sd_model.text_processing_engine.text_encoder = encoder
    assert engine.vocabulary.norms().tolist() == [1.0] * 4


def test_what_is_promoted_is_loaded_at_once(forge: ModuleType, tmp_path: Path) -> None:
    from modules import shared

    from consistent_character.hosts.webui.installing import Shelf

    shared.cmd_opts.embeddings_dir = str(tmp_path / "embeddings")
    (tmp_path / "embeddings").mkdir()
    content = EmbeddingContent(np.array([[9.0] + [0.0] * 127], dtype=np.float32), "ada", 30)
    assert drawn(ASKED)[0][0] == 0
    assert Shelf().put(content, ".pt", True, tmp_path / "aside").loaded
    assert drawn(ASKED)[0][0] == 9
