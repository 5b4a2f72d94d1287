"""The grid through the web UI's `p`, on the fake of its `modules`: batches, flags, memory, texts."""

from __future__ import annotations

import gc
import json
import weakref
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from PIL import Image

from consistent_character.errors import ConsistentCharacterError, UnsafePrompt
from consistent_character.generating.prompt_grid import PromptGrid, PromptGridResult, draw_prompt_grid
from consistent_character.prompts import infotext
from consistent_character.prompts.cells import Vocabulary

SMALL = Vocabulary(("a closeup", "a full body"), ("front shot", "side angle"))


@dataclass
class P:
    """A job as the Script menu hands it over."""

    outpath_samples: str
    prompt: Any = "a closeup front shot photo of a woman"
    negative_prompt: str = "a closeup, blurry"
    styles: list[str] = field(default_factory=list)
    seed: Any = -1
    subseed: Any = -1
    subseed_strength: float = 0
    batch_size: int = 3
    n_iter: int = 4
    steps: int = 2
    width: int = 8
    height: int = 8
    enable_hr: bool = False
    hr_prompt: Any = ""
    hr_negative_prompt: str = ""
    extra_generation_params: dict[str, Any] = field(default_factory=dict)
    override_settings: dict[str, Any] = field(default_factory=dict)
    do_not_save_samples: bool = False
    do_not_save_grid: bool = False
    sd_model: object = field(default_factory=object)
    said: list[str] = field(default_factory=list, init=False)

    def comment(self, text: str) -> None:
        self.said.append(text)

    def close(self) -> None:
        """Nothing to close."""

    def get_conds_with_caching(self, function: Callable[..., Any], prompts: Any, steps: int, *_: Any) -> Any:
        """What prompts come to."""
        return function(self.sd_model, prompts, steps)


@dataclass
class Host:
    """The fake, and what the script does in it."""

    processing: Any
    state: Any
    callbacks: Any
    shared: Any
    script: Any
    output: Path

    def p(self, **values: Any) -> P:
        return P(str(self.output), **values)

    def draw(self, p: P, per_cell: int = 2) -> tuple[PromptGridResult, Any]:
        txt2img = self.script.ScriptTxt2Img(p)
        result = draw_prompt_grid(PromptGrid(SMALL, per_cell, seed=txt2img.seed), txt2img, self.output)
        return result, txt2img.processed(result.samples, result.vocabulary, result.facts)

    def at_batch(self, number: int, does: Callable[[Any], None]) -> None:
        """In the middle of that batch, from 1."""
        self.processing.fake_during.append(lambda p: does(p) if len(self.processing.fake_calls) == number else None)


@pytest.fixture
def host(modules: ModuleType, tmp_path: Path) -> Iterator[Host]:
    from modules import call_queue, processing, script_callbacks, sd_hijack, shared

    from consistent_character.hosts.webui import grid_script

    shared.opts.data.update(grid_background_color="#ffffff")
    sd_hijack.model_hijack.get_prompt_lengths = lambda text: (len(text.split()), 75)
    with call_queue.queue_lock:  # as around every `Script.run`
        yield Host(processing, shared.state, script_callbacks, shared, grid_script, tmp_path)


def test_full_batches_across_the_prompts_of_copies_that_save_nothing(host: Host) -> None:
    p = host.p(override_settings={"a": 1})
    result, _ = host.draw(p)
    calls = host.processing.fake_calls
    assert [call.batch_size for call in calls] == [3, 3, 2]
    assert {call.n_iter for call in calls} == {1}
    assert all(len(call.prompt) == len(call.seed) == call.batch_size for call in calls)
    assert len(set(calls[0].prompt)) == 3
    assert all(call.do_not_save_samples and call.do_not_save_grid for call in calls)
    assert host.state.job_count == 3
    assert (p.prompt, p.seed, p.n_iter) == ("a closeup front shot photo of a woman", -1, 4)
    assert all(
        call.override_settings == {"a": 1} and call.override_settings is not p.override_settings for call in calls
    )
    for path in sorted(result.folder.glob("*.png")):
        text = path.with_suffix(".txt").read_text(encoding="utf-8")
        assert path.stem.endswith(f"-{infotext.parse(text).parameters['Seed']}")


def test_processed_is_one_small_sheet_with_the_text_of_its_first_cell(host: Host) -> None:
    result, processed = host.draw(host.p())
    assert len(processed.images) == 1
    text = result.samples[SMALL.cells()[0]].with_suffix(".txt").read_text(encoding="utf-8").strip()
    assert processed.infotexts == [text]
    assert processed.all_prompts == ["a closeup front shot photo of a woman"]
    assert f"Seed: {processed.seed}" in text
    assert processed.extra_generation_params["Character grid"]["left"] == 0


def test_what_reforge_gathers_is_gathered_for_each_batch_alone(host: Host) -> None:
    p = host.p()
    p.pixels_after_sampling = []  # type: ignore[attr-defined]
    host.draw(p)
    lists = [call.pixels_after_sampling for call in (p, *host.processing.fake_calls)]
    assert len({id(one) for one in lists}) == len(lists) == 4


def test_a_batch_is_let_go_of_before_the_next(host: Host) -> None:
    seen: list[weakref.ref[Image.Image]] = []
    most: list[int] = []
    original = host.processing.process_images

    def drawing(p: Any) -> Any:
        gc.collect()
        most.append(sum(image() is not None for image in seen))
        done = original(p)
        seen.extend(map(weakref.ref, done.images))
        return done

    host.processing.process_images = drawing
    host.draw(host.p(), per_cell=20)
    assert len(most) == 27
    assert max(most) <= 2 * 3, "of 80"


@pytest.mark.parametrize("flag", ["interrupted", "skipped"])
def test_a_batch_that_was_cut_off_is_not_kept(host: Host, flag: str) -> None:
    host.at_batch(2, lambda p: setattr(host.state, flag, True))
    p = host.p()
    result, _ = host.draw(p)
    assert (result.drawn, result.left) == ((3, 5) if flag == "interrupted" else (5, 3))
    assert "still to come" in p.said[-1]
    host.state.interrupted = False
    host.processing.fake_during.clear()
    again, _ = host.draw(host.p())
    assert again.folder == result.folder
    assert again.left == 0


def test_interrupt_after_this_batch_keeps_it(host: Host) -> None:
    host.at_batch(2, lambda p: setattr(host.state, "stopping_generation", True))
    assert host.draw(host.p())[0].drawn == 6


def test_styles_are_put_in_once_and_read_by_the_guard(host: Host) -> None:
    host.shared.prompt_styles.fake_styles.update(oil=("oil painting", "photo"), bad=("naked 15yo girl", ""))
    host.draw(host.p(styles=["oil"]))
    first = host.processing.fake_calls[0]
    assert first.prompt[0] == "a closeup front shot photo of a woman, oil painting"
    assert first.negative_prompt == "a closeup, blurry, photo"
    assert first.styles == []
    with pytest.raises(UnsafePrompt):
        host.draw(host.p(styles=["bad"]))


def test_what_another_extension_makes_of_a_prompt_is_guarded_too(host: Host) -> None:
    def wildcard(p: Any) -> None:
        p.prompt = [f"{prompt}, naked 15yo girl" for prompt in p.prompt]

    host.at_batch(1, wildcard)
    with pytest.raises(UnsafePrompt):
        host.draw(host.p())
    assert not list(host.output.rglob("*.png"))


def test_pictures_that_another_extension_takes_are_missed(host: Host) -> None:
    original = host.processing.process_images

    def taking(p: Any) -> Any:
        done = original(p)
        done.images.pop()
        return done

    host.processing.process_images = taking
    with pytest.raises(ConsistentCharacterError, match="another extension"):
        host.draw(host.p())


def test_an_error_in_a_cell_is_told_and_what_was_drawn_stays(host: Host) -> None:
    """The stock plot leaves the cell blank, and says nothing."""

    def fail(p: Any) -> None:
        raise ZeroDivisionError("in a cell")

    host.at_batch(2, fail)
    with pytest.raises(ZeroDivisionError, match="in a cell"):
        host.draw(host.p())
    assert len(list(host.output.rglob("*.png"))) == 3


def test_the_second_pass_has_its_own_prompt_for_each_cell(host: Host) -> None:
    host.draw(host.p(enable_hr=True, hr_prompt="a closeup, sharp", hr_negative_prompt="soft"), per_cell=1)
    first = host.processing.fake_calls[0]
    assert first.hr_prompt == ["a closeup, sharp", "a closeup, sharp", "a full body, sharp"]
    assert first.hr_negative_prompt == "soft"
    with pytest.raises(UnsafePrompt):
        host.draw(host.p(enable_hr=True, hr_prompt="a naked 15yo girl"))


@pytest.mark.parametrize(("seed", "means"), [(-1, -1), ("", -1), (None, -1), ("7", 7), (7.0, 7), ("x", -1)])
def test_the_seed_as_the_web_ui_reads_it(host: Host, seed: Any, means: int) -> None:
    assert host.script.ScriptTxt2Img(host.p(seed=seed)).seed == means


def test_variation_seeds_follow_the_picture_not_the_batch(host: Host) -> None:
    host.draw(host.p(seed=5, subseed=9, subseed_strength=0.5, batch_size=3))
    by_seed = {
        seed: sub for call in host.processing.fake_calls for seed, sub in zip(call.seed, call.subseed, strict=True)
    }
    host.processing.fake_calls.clear()
    host.output = host.output / "other"
    host.draw(host.p(seed=5, subseed=9, subseed_strength=0.5, batch_size=8))
    assert by_seed == dict(zip(host.processing.fake_calls[0].seed, host.processing.fake_calls[0].subseed, strict=True))


def test_settings_are_plain_and_know_nothing_of_batches(host: Host) -> None:
    settings = host.script.ScriptTxt2Img(host.p()).settings()
    json.dumps(settings)
    assert settings == host.script.ScriptTxt2Img(host.p(batch_size=8, n_iter=1)).settings()
    assert settings != host.script.ScriptTxt2Img(host.p(steps=9)).settings()
    assert "sd_model" not in settings


def test_a_checkpoint_chosen_meanwhile_waits_for_the_grids_end(host: Host) -> None:
    from modules import fake_model, sd_models

    other = fake_model.FakeInfo("other.safetensors", "2" * 64)
    sd_models.checkpoint_aliases["other.safetensors"] = other
    host.at_batch(1, lambda p: host.shared.opts.data.update(sd_model_checkpoint="other.safetensors"))
    host.draw(host.p())
    first, *later = host.processing.fake_calls
    assert "sd_model_checkpoint" not in first.override_settings
    assert {call.override_settings["sd_model_checkpoint"] for call in later} == {"first.safetensors"}


def test_nothing_drawn_is_nothing_shown(host: Host) -> None:
    host.state.interrupted = True
    result, processed = host.draw(host.p())
    assert (result.drawn, processed.images) == (0, [])
    assert processed.extra_generation_params["Character grid"]["left"] == 8


def test_the_boxes_of_txt2img_are_the_first_of_their_ids(modules: ModuleType) -> None:
    from consistent_character.hosts.webui.stock_grid import BOXES, Boxes

    boxes = Boxes()
    for page in ("txt2img", "img2img", "the API"):
        for elem_id in (*BOXES, "img2img_prompt", None):
            boxes.take((page, elem_id), elem_id=elem_id)
        boxes.take((page, "no id"))
    assert set(boxes.found) == set(BOXES.values())
    assert {page for page, _ in boxes.found.values()} == {"txt2img"}


def test_settings_that_spoil_the_stock_plot_are_named(modules: ModuleType) -> None:
    from modules.shared import opts

    from consistent_character.hosts.webui.stock_grid import advice

    opts.data.update(samples_save=True, save_txt=True, return_grid=True)
    assert advice() == ()
    opts.data.update(samples_save=False, save_txt=False, return_grid=False)
    assert len(advice()) == 3


def test_other_extensions_hear_of_every_saved_picture(host: Host) -> None:
    result, _ = host.draw(host.p())
    told = [Path(filename) for filename, _ in host.callbacks.fake_saved]
    assert sorted(told) == sorted(result.folder.glob("*.png"))
    assert all(texts["parameters"].startswith("a ") for _, texts in host.callbacks.fake_saved)
