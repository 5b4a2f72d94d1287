"""The web UI's engine on a fake web UI: what is drawn together, how many at once, and what stops it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import torch

from consistent_character.engine import EmbeddingContent, RenderRequest
from consistent_character.errors import CheckpointError, Interrupted, RequestError, UnsafePrompt

if TYPE_CHECKING:
    from consistent_character.hosts.webui.engine import WebUIEngine

SMALL = RenderRequest("a woman", seed=1, width=96, height=96, steps=4)
AT_ONCE = 8
"""Pictures of 96 x 96 that a processor draws together."""


@pytest.fixture
def engine(modules: ModuleType) -> WebUIEngine:
    from consistent_character.hosts.webui.engine import WebUIEngine

    return WebUIEngine()


def asking(count: int, **changes: Any) -> list[RenderRequest]:
    return [replace(SMALL, seed=seed, **changes) for seed in range(count)]


def calls() -> list[Any]:
    from modules import processing

    found: list[Any] = processing.fake_calls
    return found


def test_many_prompts_go_into_one_call(engine: WebUIEngine) -> None:
    requests = [replace(SMALL, prompt=f"a woman, {place}", seed=place) for place in range(AT_ONCE)]
    found = list(engine.render(requests))
    assert [rendered.request for rendered in found] == requests
    assert [rendered.infotext.splitlines()[0] for rendered in found] == [one.prompt for one in requests]
    (p,) = calls()
    assert (p.prompt, p.seed) == ([one.prompt for one in requests], [one.seed for one in requests])
    assert (p.batch_size, p.n_iter, p.sampler_name, p.scheduler) == (AT_ONCE, 1, "DPM++ 2M", "Karras")
    assert p.do_not_save_samples
    assert p.do_not_save_grid
    assert p.do_not_reload_embeddings


def test_different_settings_are_drawn_apart_and_come_in_order(engine: WebUIEngine) -> None:
    requests = [replace(SMALL, seed=seed, sampler=("Euler", "Euler a")[seed % 2]) for seed in range(6)]
    found = list(engine.render(requests))
    assert [rendered.request for rendered in found] == requests
    assert sorted((p.sampler_name, p.seed) for p in calls()) == [("Euler", [0, 2, 4]), ("Euler a", [1, 3, 5])]


def test_a_longer_prompt_is_drawn_apart(engine: WebUIEngine) -> None:
    list(engine.render([SMALL, replace(SMALL, prompt="a woman, " * 40)]))
    assert sorted(p.batch_size for p in calls()) == [1, 1]


def test_requests_are_pulled_as_they_are_needed(engine: WebUIEngine) -> None:
    pulled: list[int] = []

    def requests() -> Iterator[RenderRequest]:
        for one in asking(3 * AT_ONCE):
            pulled.append(one.seed)
            yield one

    next(engine.render(requests()))
    assert pulled == [*range(AT_ONCE)]


def test_larger_pictures_make_smaller_batches(engine: WebUIEngine) -> None:
    list(engine.render(asking(4, width=192, height=96)))
    list(engine.render(asking(2, width=512, height=512)))
    assert [p.batch_size for p in calls()] == [4, 1, 1]


def test_too_little_memory_halves_this_batch_and_all_later_ones(engine: WebUIEngine) -> None:
    from modules import processing

    def run_out(p: Any) -> None:
        if p.batch_size > 3:
            raise torch.cuda.OutOfMemoryError("CUDA out of memory")

    processing.fake_during.append(run_out)
    found = list(engine.render(asking(2 * AT_ONCE)))
    assert [rendered.request.seed for rendered in found] == [*range(2 * AT_ONCE)]
    assert [p.batch_size for p in calls()] == [8, 4, *[2] * 8]


def test_too_little_memory_for_one_is_told(engine: WebUIEngine) -> None:
    from modules import processing

    def run_out(p: Any) -> None:
        raise torch.cuda.OutOfMemoryError("CUDA out of memory")

    processing.fake_during.append(run_out)
    with pytest.raises(torch.cuda.OutOfMemoryError):
        list(engine.render([SMALL]))


@pytest.mark.parametrize("flag", ["interrupted", "skipped"])
def test_pictures_of_an_interrupted_batch_are_not_given(engine: WebUIEngine, flag: str) -> None:
    from modules import processing, shared

    found = engine.render(asking(2 * AT_ONCE))
    assert [next(found).request.seed for _ in range(AT_ONCE)] == [*range(AT_ONCE)]
    processing.fake_during.append(lambda p: setattr(shared.state, flag, True))
    if flag == "skipped":  # the web UI takes it back by itself; pressed once more it is seen
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(shared.state, "nextjob", lambda: shared.state.skip())
            with pytest.raises(Interrupted):
                next(found)
    else:
        with pytest.raises(Interrupted):
            next(found)


def test_stopping_after_this_one_gives_this_batch(engine: WebUIEngine) -> None:
    from modules import processing, shared

    processing.fake_during.append(lambda p: shared.state.stop_generating())
    found = engine.render(asking(2 * AT_ONCE))
    assert [next(found).request.seed for _ in range(AT_ONCE)] == [*range(AT_ONCE)]
    with pytest.raises(Interrupted):
        next(found)


def test_nothing_of_an_unsafe_batch_is_drawn(engine: WebUIEngine) -> None:
    with pytest.raises(UnsafePrompt):
        list(engine.render([SMALL, replace(SMALL, prompt="a naked 12 year old")]))
    assert calls() == []


@pytest.mark.parametrize("change", [{"sampler": "DDIM"}, {"steps": 0}, {"cfg_scale": 0}, {"width": 100}])
def test_a_setting_out_of_range_is_told(engine: WebUIEngine, change: dict[str, Any]) -> None:
    with pytest.raises(RequestError):
        list(engine.render([SMALL, replace(SMALL, **change)]))
    assert calls() == []


def test_a_seed_of_minus_one_is_drawn(engine: WebUIEngine) -> None:
    first, second = (rendered.request.seed for rendered in engine.render([replace(SMALL, seed=-1)] * 2))
    assert first != second
    assert min(first, second) >= 0
    assert calls()[0].seed == [first, second]


def test_another_kind_of_checkpoint_is_told(engine: WebUIEngine) -> None:
    from modules import shared

    vars(shared.sd_model)["is_sd1"] = False
    with pytest.raises(CheckpointError, match="no Stable Diffusion 1"):
        list(engine.render([SMALL]))
    shared.sd_model = None
    with pytest.raises(CheckpointError, match="no checkpoint loaded"):
        list(engine.render([SMALL]))


def test_counts_of_the_job_stay_its_own(engine: WebUIEngine) -> None:
    from modules import processing, shared

    shared.state.job_count, shared.state.job_no = 40, 3
    histories: list[bool] = []
    processing.fake_during.append(lambda p: histories.append(shared.cmd_opts.no_prompt_history))
    list(engine.render(asking(2 * AT_ONCE)))
    assert (shared.state.job_count, shared.state.job_no) == (40, 3)
    assert histories == [True, True], "the user's last prompt is overwritten"
    assert not shared.cmd_opts.no_prompt_history


def test_remembered_prompts_are_not_the_user_s(engine: WebUIEngine) -> None:
    from modules import processing

    list(engine.render([SMALL]))
    (p,) = calls()
    assert p.cached_c is not processing.StableDiffusionProcessing.cached_c
    assert p.cached_uc is not processing.StableDiffusionProcessing.cached_uc
    assert p.cached_c is not p.cached_uc


def test_a_checkpoint_chosen_meanwhile_waits(engine: WebUIEngine) -> None:
    from modules import fake_model, sd_models, shared

    second = fake_model.FakeInfo("second.safetensors", "2" * 64)
    sd_models.checkpoint_aliases[second.title] = second
    shared.opts.sd_model_checkpoint = second.title
    list(engine.render([SMALL]))
    assert calls()[0].override_settings == {"sd_model_checkpoint": "first.safetensors"}
    shared.opts.sd_model_checkpoint = "first.safetensors"
    list(engine.render([SMALL]))
    assert calls()[1].override_settings == {}


def test_the_checkpoint_is_told_from_what_is_loaded(engine: WebUIEngine, tmp_path: Path) -> None:
    from modules import shared

    found = engine.checkpoint
    assert (found.name, found.sha256, found.size) == ("first", "1" * 64, 96)
    file = tmp_path / "unhashed.v2.safetensors"
    file.write_bytes(b"weights")
    vars(shared.sd_model).update(image_size=None)
    shared.sd_model.sd_checkpoint_info.filename, shared.sd_model.sd_checkpoint_info.sha256 = str(file), None
    found = engine.checkpoint
    assert (found.name, found.size, found.path) == ("unhashed.v2", 512, file)
    assert found.sha256 == hashlib.sha256(b"weights").hexdigest()


def test_tokens_are_counted_without_emphasis(engine: WebUIEngine) -> None:
    assert engine.count_tokens("a (woman:1.3) [in] BREAK red") == 4
    assert engine.count_tokens("") == 0
    assert len(engine.known_tokens("woman")) == 1
    assert len(engine.known_tokens("fr3nch")) == 3


def test_token_vectors_are_read_from_behind_what_the_web_ui_puts_in(engine: WebUIEngine, tmp_path: Path) -> None:
    from modules import shared

    table = torch.arange(6 * 128, dtype=torch.float32).reshape(6, 128)
    wrapped = SimpleNamespace(wrapped=torch.nn.Embedding.from_pretrained(table))
    reader = shared.sd_model.cond_stage_model
    reader.wrapped = SimpleNamespace(
        transformer=SimpleNamespace(text_model=SimpleNamespace(embeddings=SimpleNamespace(token_embedding=wrapped)))
    )
    reader.tokenize = lambda texts: [[int(word) for word in text.split()] for text in texts]
    vocabulary = engine.vocabulary
    assert np.allclose(vocabulary.words("(2:1.3) 5"), table[[2, 5]].numpy())
    assert np.allclose(vocabulary.norms(), table.norm(dim=1).numpy())
    content = EmbeddingContent(np.ones((2, 128), dtype=np.float32), "me", 7)
    vocabulary.write(tmp_path / "me.pt", content)
    assert vocabulary.read(tmp_path / "me.pt").step == 7


def test_checkpoints_are_those_of_the_menu(engine: WebUIEngine) -> None:
    from modules import fake_model, sd_models

    sd_models.checkpoints_list["more/second.safetensors"] = fake_model.FakeInfo("more/second.safetensors", "2" * 64)
    assert engine.checkpoints() == ("first", "second")
    with engine.on("second"):
        assert engine.checkpoint.name == "second"
    assert engine.checkpoint.name == "first"
