"""The web UI's txt2img as `generating.prompt_grid` draws with it: whole batches of copies of `p`, nothing kept."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from copy import copy
from dataclasses import dataclass, fields
from inspect import signature
from pathlib import Path
from typing import Any

import modules.shared as shared
from modules import images, processing, script_callbacks, sd_hijack, sd_models
from PIL import Image, ImageOps

from consistent_character.errors import ConsistentCharacterError
from consistent_character.hosts.webui.kinds import kind
from consistent_character.prompts import guard, infotext
from consistent_character.prompts.cells import Cell, Vocabulary
from consistent_character.prompts.framing import Shot, follow

TITLE = "Character zoom × angle grid"

_ABOUT_THE_RUN = {"batch_size", "n_iter", "outpath_samples", "outpath_grids", "do_not_save_samples", "do_not_save_grid"}
_ABOUT_THE_RUN |= {"force_task_id", "do_not_reload_embeddings"}
"""Fields of `p` that decide nothing about a picture."""

_GATHERED = ("latents_after_sampling", "pixels_after_sampling", "extra_result_images")
"""Lists in which reForge and Forge keep every picture of a `p`, and of its copies."""

_SHEET_EDGE = 1280
"""Pixels of the contact sheet's longer side, before its legend."""


@dataclass(frozen=True)
class Drawn:
    """A picture and its generation parameters."""

    image: Image.Image
    infotext: str


class ScriptTxt2Img:
    """`p` as a script of the Script menu is given it; the host's queue is held already.

    Source: `modules/processing.py: process_images_inner` and `scripts/xyz_grid.py` of A1111 1.10.1.
    """

    def __init__(self, p: Any) -> None:
        self._p = p
        self._last = p
        self._checkpoint = sd_models.select_checkpoint()

    @property
    def prompt(self) -> str:
        """See `Txt2Img.prompt`."""
        return str(self._p.prompt or "")

    @property
    def output(self) -> Path:
        """See `Txt2Img.output`."""
        return Path(self._p.outpath_samples).resolve()

    @property
    def seed(self) -> int:
        """The seed that is set; -1 where it is to be random."""
        return _number(self._p.seed)

    @property
    def stopped(self) -> bool:
        """Whether somebody pressed Interrupt, once for after this batch or twice for now."""
        return bool(shared.state.interrupted or shared.state.stopping_generation)

    def settings(self) -> Mapping[str, Any]:
        """Every plain field of `p` that decides something about a picture, and the checkpoint."""
        named = {field.name for field in fields(self._p) if field.init} - _ABOUT_THE_RUN
        values = {name: getattr(self._p, name, None) for name in sorted(named)}
        kept = {name: value for name, value in values.items() if _is_plain(value)}
        return {**kept, "seed": self.seed, "checkpoint": str(shared.opts.sd_model_checkpoint)}

    def styled(self, prompt: str) -> str:
        """See `Txt2Img.styled`."""
        return str(shared.prompt_styles.apply_styles_to_prompt(prompt, self._p.styles))

    def texts(self, shot: Shot, vocabulary: Vocabulary) -> tuple[str, ...]:
        """The prompt, and hires fix's own if it has one; there the phrases are replaced as far as it names any."""
        second = self._second_prompt(shot, vocabulary)
        return (shot.prompt, second) if second else (shot.prompt,)

    def count_tokens(self, text: str) -> int | None:
        """As the host's own counter beside the prompt box counts; None where it does not."""
        kind().begin()  # what stands in Forge's model's place before the first picture counts commas
        counter = sd_hijack.model_hijack.get_prompt_lengths
        # reForge and Forge want to be given what reads the prompt.
        reader = [getattr(self._p.sd_model, "cond_stage_model", None)] if len(signature(counter).parameters) > 1 else []
        length, _ = counter(text, *reader)
        return length if isinstance(length, int) else None

    def tell(self, line: str) -> None:
        """Show a line below the pictures."""
        self._p.comment(line)

    def draw(self, shots: Sequence[Shot], vocabulary: Vocabulary) -> Iterator[tuple[Shot, Drawn]]:
        """See `Txt2Img.draw`. A batch is forgotten before the next one is drawn."""
        size = max(1, int(self._p.batch_size))
        batches = [shots[start : start + size] for start in range(0, len(shots), size)]
        shared.state.job_count = len(batches)
        shared.total_tqdm.updateTotal(len(batches) * self._p.steps)
        for number, batch in enumerate(batches, start=1):
            if self.stopped:
                return
            shared.state.job = f"Batch {number} out of {len(batches)}"
            yield from self._batch(batch, vocabulary)

    def saved(self, path: Path, picture: Drawn) -> None:
        """Let other extensions know, as the host does after saving."""
        params = script_callbacks.ImageSaveParams(picture.image, self._p, str(path), {"parameters": picture.infotext})
        script_callbacks.image_saved_callback(params)

    def processed(self, samples: Mapping[Cell, Path], vocabulary: Vocabulary, facts: Mapping[str, Any]) -> Any:
        """What `Script.run` must return: a contact sheet with one small picture of each cell, and the figures."""
        processed = self._with_sheet(samples, vocabulary)
        processed.extra_generation_params = {**processed.extra_generation_params, "Character grid": dict(facts)}
        return processed

    def _with_sheet(self, samples: Mapping[Cell, Path], vocabulary: Vocabulary) -> Any:
        if not samples:
            return processing.Processed(self._last, [], seed=self.seed, info="")
        text = next(iter(samples.values())).with_suffix(".txt").read_text(encoding="utf-8").strip()
        told = infotext.parse(text)
        seed = _number(told.parameters.get("Seed"))
        return processing.Processed(
            self._last,
            [_sheet(samples, vocabulary)],
            seed=seed,
            info=text,
            infotexts=[text],
            all_prompts=[told.prompt],
            all_negative_prompts=[told.negative_prompt],
            all_seeds=[seed],
        )

    def _batch(self, batch: Sequence[Shot], vocabulary: Vocabulary) -> Iterator[tuple[Shot, Drawn]]:
        with closing(self._copy(batch, vocabulary)) as copied:
            processed = processing.process_images(copied)
            self._last = copied
        if shared.state.skipped or shared.state.interrupted:
            # The pictures stopped half-way through their steps: nothing to learn a person from.
            return
        if len(processed.images) < len(batch):
            if self.stopped:
                return
            raise ConsistentCharacterError(
                f"{len(batch)} pictures were asked for, and {len(processed.images)} came: another extension took some."
            )
        # Other extensions append pictures of their own behind ours.
        for shot, image, text in zip(batch, processed.images, processed.infotexts, strict=False):
            guard.check(infotext.parse(text).prompt)
            yield shot, Drawn(image, text)

    def _copy(self, batch: Sequence[Shot], vocabulary: Vocabulary) -> Any:
        p = self._p
        copied = copy(p)
        copied.prompt = [shot.prompt for shot in batch]
        copied.negative_prompt = self._negative(p.negative_prompt)
        copied.styles = []
        copied.seed = [shot.seed for shot in batch]
        copied.batch_size, copied.n_iter = len(batch), 1
        copied.do_not_save_samples = copied.do_not_save_grid = True
        copied.extra_generation_params = dict(p.extra_generation_params)
        copied.override_settings = self._overrides()
        for gathered in _GATHERED:
            if hasattr(p, gathered):
                setattr(copied, gathered, [])
        copied.subseed = _subseeds(p, batch)
        if getattr(p, "enable_hr", False) and p.hr_prompt:
            copied.hr_prompt = [self._second_prompt(shot, vocabulary) for shot in batch]
        if getattr(p, "enable_hr", False) and p.hr_negative_prompt:
            copied.hr_negative_prompt = self._negative(p.hr_negative_prompt)
        return copied

    def _overrides(self) -> dict[str, Any]:
        """The person's own, and the checkpoint that the grid began with: another one may be chosen while it draws."""
        changed = sd_models.select_checkpoint() is not self._checkpoint
        begun = {"sd_model_checkpoint": self._checkpoint.title} if changed else {}
        return {**begun, **self._p.override_settings}

    def _negative(self, prompt: str) -> str:
        return str(shared.prompt_styles.apply_negative_styles_to_prompt(prompt, self._p.styles))

    def _second_prompt(self, shot: Shot, vocabulary: Vocabulary) -> str:
        if not (getattr(self._p, "enable_hr", False) and self._p.hr_prompt):
            return ""
        return follow(self.styled(self._p.hr_prompt), shot.cell, vocabulary)


def _subseeds(p: Any, batch: Sequence[Shot]) -> Any:
    """A variation seed that follows the picture's own, so that it does not depend on the batch; -1 stays random."""
    start = _number(p.subseed)
    return start if start == -1 or not p.subseed_strength else [(start + shot.seed) % 2**32 for shot in batch]


def _number(seed: Any) -> int:
    """A seed as the host reads it: nothing, or what is no number, is -1."""
    try:
        return int(seed)
    except (TypeError, ValueError):
        return -1


def _is_plain(value: Any) -> bool:
    try:
        json.dumps(value)
    except (TypeError, ValueError):
        return False
    return True


def _sheet(samples: Mapping[Cell, Path], vocabulary: Vocabulary) -> Image.Image:
    """Zooms from top to bottom, angles from left to right, as the stock plot draws its grid."""
    columns, rows = len(vocabulary.angles), len(vocabulary.zooms)
    edge = max(48, min(192, _SHEET_EDGE // max(columns, rows)))
    sheet = Image.new("RGB", (columns * edge, rows * edge), shared.opts.grid_background_color)
    for at, cell in enumerate(vocabulary.cells()):
        if cell in samples:
            with Image.open(samples[cell]) as picture:
                fitted = ImageOps.contain(picture, (edge, edge))
            x, y = at % columns * edge, at // columns * edge
            sheet.paste(fitted, (x + (edge - fitted.width) // 2, y + (edge - fitted.height) // 2))
    across = [[images.GridAnnotation(angle)] for angle in vocabulary.angles]
    down = [[images.GridAnnotation(zoom)] for zoom in vocabulary.zooms]
    annotated: Image.Image = images.draw_grid_annotations(sheet, edge, edge, across, down)
    return annotated
