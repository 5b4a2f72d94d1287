"""The look before training: everything that costs people a run, found before the run."""

from __future__ import annotations

import shutil
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from consistent_character.character.folder import CharacterFolder
from consistent_character.character.installed import own_names
from consistent_character.engine import Engine
from consistent_character.errors import RequestError
from consistent_character.findings import Finding, Fix, about
from consistent_character.learning_rate import last_step, parse_schedule
from consistent_character.prompts import guard
from consistent_character.prompts.template import DEFAULT_TEMPLATE
from consistent_character.training.asking import request_for
from consistent_character.training.captions import (
    CHUNK,
    Captioned,
    Unreadable,
    has_emphasis,
    is_infotext,
    longest_prompt,
    names_token,
    prompts_of,
    read_all,
)
from consistent_character.training.settings import TrainingSettings
from consistent_character.vision import features

FEW_IMAGES = 10
"""Below this many pictures a character is learned with all that these pictures happen to share."""
_WIDTH = 768
_BYTES_A_FLOAT = 4
_SPARE_BYTES = 64 * 2**20
_USUAL_TEMPLATE = Fix("Use [name], [filewords]", "settings", (("template", DEFAULT_TEMPLATE),))
_RUN_CAPTION_STEP = Fix("Run the caption step", "captions")
_MOVE_OUT = Fix("Take them out of the training set", "move-out")


@dataclass(frozen=True)
class Inspection:
    """All that the checks look at. `taken` are names, beside the host's embeddings, that it may not have."""

    folder: CharacterFolder
    settings: TrainingSettings
    engine: Engine
    images: tuple[Captioned, ...]
    taken: Collection[str] = ()

    @property
    def token(self) -> str:
        """The word that is to stand for the character."""
        return self.folder.character.token

    @property
    def captioned(self) -> tuple[Captioned, ...]:
        """The images whose caption can be read."""
        return tuple(image for image in self.images if isinstance(image.caption, str))

    def images_where(self, holds: Callable[[str], bool]) -> list[Path]:
        """The images whose caption can be read and for which `holds`."""
        return [image.image for image in self.captioned if holds(image.text)]


def preflight(
    folder: CharacterFolder, settings: TrainingSettings, engine: Engine, taken: Collection[str] = ()
) -> tuple[Finding, ...]:
    """Everything that would spoil a training run, errors first; nothing is written.

    `taken` are names, beside those of the host's embeddings, that the new one may not have.
    """
    inspection = Inspection(folder, settings, engine, read_all(folder), taken)
    findings = [finding for check in _CHECKS for finding in check(inspection)]
    return tuple(sorted(findings, key=lambda finding: finding.severity != "error"))


def _trainer(look: Inspection) -> Iterator[Finding]:
    if look.engine.trainer is None:
        yield Finding(
            "error",
            "no-trainer",
            "This web UI cannot train embeddings.",
            "Train in AUTOMATIC1111, in reForge, or on its own with “python start.py ui”, and choose here: the "
            "character folder is the same.",
        )


def _settings(look: Inspection) -> Iterator[Finding]:
    try:
        look.settings.check()
    except RequestError as error:
        yield Finding("error", "settings", str(error), "Change that setting.")
        return
    end = last_step(look.settings.learn_rate, look.settings.steps)
    if end < look.settings.steps:
        message = f"The learning rate {look.settings.learn_rate} ends at step {end}, and the run with it."
        last = parse_schedule(look.settings.learn_rate)[-1].rate
        rate = f"{look.settings.learn_rate.rstrip(', ')}, {last:g}"
        fix = Fix(f"Go on at {last:g}", "settings", (("learn_rate", rate),))
        yield Finding("warning", "rate-ends", message, "Add a rate for the rest, such as “, 0.001”.", fix=fix)
    if look.settings.save_every == 0:
        message = "No iteration will be saved, so there will be none to choose from."
        yield Finding("warning", "nothing-saved", message, "Save a copy every 10 steps.", fix=_save_more(look))
    elif look.settings.save_every > look.settings.steps:
        message = "Only the last step will be saved, so there will be nothing to choose from if it is overtrained."
        yield Finding("warning", "nothing-saved", message, "Save more often than once in a run.", fix=_save_more(look))
    if look.settings.forest_watch == "stop" and look.settings.preview_every == 0:
        message = "The forest watch shall stop the run, and it looks as often as there are previews: never."
        every = max(1, min(10, look.settings.steps // 4))
        fix = Fix(f"Preview every {every} steps", "settings", (("preview_every", every),))
        yield Finding("warning", "watch-blind", message, "Make a preview every 10 steps.", fix=fix)


def _save_more(look: Inspection) -> Fix:
    every = max(1, min(10, look.settings.steps // 4))
    return Fix(f"Save every {every} steps", "settings", (("save_every", every),))


def _template(look: Inspection) -> Iterator[Finding]:
    lines = look.settings.template
    if any(not line.strip() for line in lines):
        message = "The prompt template has blank lines, and each trains on an empty prompt."
        kept = tuple(line for line in lines if line.strip()) or DEFAULT_TEMPLATE
        fix = Fix("Remove the blank lines", "settings", (("template", kept),))
        yield Finding("error", "template-blank", message, "Remove the blank lines.", fix=fix)
    if not any(line.strip() for line in lines):
        remedy = "Use the line: [name], [filewords]"
        yield Finding("error", "template-empty", "The prompt template is empty.", remedy, fix=_USUAL_TEMPLATE)
    elif nameless := [line for line in lines if line.strip() and "[name]" not in line]:
        captions_name_it = all(names_token(image.text, look.token) for image in look.captioned)
        saved = "[filewords]" in nameless[0] and captions_name_it
        message = f'The template line "{nameless[0]}" lacks [name]'
        message += ", only the captions name the token." if saved else ": what it trains on never names the token."
        remedy = "Use the line: [name], [filewords]"
        yield Finding("warning" if saved else "error", "template-name", message, remedy, fix=_USUAL_TEMPLATE)


def _images(look: Inspection) -> Iterator[Finding]:
    count, updates = len(look.images), look.settings.batch_size * look.settings.gradient_accumulation
    if count == 0:
        yield Finding(
            "error",
            "no-images",
            f"There is no image in {look.folder.images}.",
            "Generate some, or put image and .txt pairs there.",
        )
    elif count < FEW_IMAGES:
        message = f"{count} images are few: what they share by chance will be learned as part of the character."
        yield Finding("warning", "few-images", message, "Generate more, or undo the last culling; 150 is usual.")
    if 0 < count < updates:
        message = f"A step looks at {updates} images and there are only {count}."
        remedy = "Lower the batch size or the gradient accumulation; 1 and 1 is usual."
        fix = Fix("Take 1 and 1", "settings", (("batch_size", 1), ("gradient_accumulation", 1)))
        yield Finding("warning", "batch", message, remedy, fix=fix)


def _pixels(look: Inspection) -> Iterator[Finding]:
    broken, squeezed = [], []
    wanted = look.settings.width / look.settings.height
    for image in look.images:
        shape = _shape(image.image)
        if shape is None:
            broken.append(image.image)
        elif abs(shape[0] / shape[1] / wanted - 1) > 0.02:
            squeezed.append(image.image)
    remedy = "Curate again, or move them away."
    yield from about("error", "unreadable-image", broken, "that cannot be read", remedy, _MOVE_OUT)
    size = f"{look.settings.width} x {look.settings.height}"
    yield from about(
        "warning", "squeezed", squeezed, f"to be squeezed to {size}", "Crop them, or train at their own proportions."
    )


def _shape(path: Path) -> tuple[int, int] | None:
    """Width and height of a picture that can be decoded to its end, else None."""
    try:
        return features.picture_size(path)
    except OSError:
        return None


def _captions(look: Inspection) -> Iterator[Finding]:
    def having(why: Unreadable) -> list[Path]:
        return [image.image for image in look.images if image.caption is why]

    yield from about(
        "error",
        "caption-missing",
        having(Unreadable.MISSING),
        "without a caption",
        "Write a .txt of the same name beside each, or A1111 trains on the file's name.",
        _RUN_CAPTION_STEP,
    )
    yield from about(
        "error",
        "caption-undecodable",
        having(Unreadable.UNDECODABLE),
        "whose caption is no UTF-8 text",
        "Save these .txt files as UTF-8.",
        _MOVE_OUT,
    )
    yield from about(
        "warning",
        "caption-empty",
        look.images_where(lambda text: not text),
        "with an empty caption",
        "Run the caption step, or write what is in the picture and is not the character.",
        _RUN_CAPTION_STEP,
    )


def _shared(look: Inspection) -> Iterator[Finding]:
    twins: defaultdict[str, list[Path]] = defaultdict(list)
    for image in look.images:
        twins[image.image.stem].append(image.image)
    shared = [path for paths in twins.values() if len(paths) > 1 for path in paths]
    remedy = "Rename one of each, and give it a .txt of its own."
    yield from about("error", "caption-shared", shared, "sharing a caption with another of the same name", remedy)


def _wording(look: Inspection) -> Iterator[Finding]:
    remedy = "Run the caption step."
    parameters = look.images_where(is_infotext)
    what = "with generation parameters left in the caption"
    yield from about("error", "caption-infotext", parameters, what, remedy, _RUN_CAPTION_STEP)
    stronger = look.images_where(lambda text: not is_infotext(text) and has_emphasis(text))
    what = "with emphasis left in the caption, such as (…:1.3), which trains at that strength"
    yield from about("warning", "caption-emphasis", stronger, what, remedy, _RUN_CAPTION_STEP)
    nameless = look.images_where(lambda text: bool(text) and not names_token(text, look.token))
    what = f"whose caption does not name {look.token}"
    yield from about("warning", "caption-token", nameless, what, remedy, _RUN_CAPTION_STEP)


def _safety(look: Inspection) -> Iterator[Finding]:
    # The token hides the look from whoever reads the caption: who it is and what is trained are read together.
    who, settings = f"{look.folder.character.look}, {look.settings.initialization_text}", look.settings

    def refused(text: str) -> bool:
        prompts = (text, *prompts_of(text, look.token, settings.template))
        return any(guard.refuses(f"{who}, {prompt}") for prompt in prompts)

    seen = look.images_where(refused)
    what = "whose caption is refused, since it pairs sexual wording with a person described as under 18"
    yield from about("error", "unsafe", seen, what, "Such a character is not trained.")
    if guard.refuses(f"{who}, {settings.preview_prompt}"):
        yield Finding("error", "unsafe", "The preview's prompt is refused.", "Write another preview prompt.")


def _length(look: Inspection) -> Iterator[Finding]:
    """Tokens of a prompt grow linearly with the vectors: by one for every place where the token stands."""

    def tokens(text: str, vectors: int) -> int:
        return longest_prompt(text, look.token, vectors, look.settings.template, look.engine.count_tokens)

    vectors = look.settings.num_vectors
    lengths = {image.image: tokens(image.text, vectors) for image in look.captioned}
    long = [image for image, length in lengths.items() if length > CHUNK]
    if long:
        longest = max(lengths.values())
        what = f"with a prompt of more than {CHUNK} tokens (the longest {longest}, {look.token} counting its vectors)"
        remedy = (
            f"What lies beyond {CHUNK} is learned apart from the rest: shorten these captions or take fewer vectors."
        )
        text = next(image.text for image in look.captioned if lengths[image.image] == longest)
        fitting = next((fewer for fewer in range(vectors - 1, 0, -1) if tokens(text, fewer) <= CHUNK), None)
        fix = fitting and Fix(f"Take {fitting} vectors", "settings", (("num_vectors", fitting),))
        yield from about("warning", "too-long", long, what, remedy, fix or None)


def _token(look: Inspection) -> Iterator[Finding]:
    token, remedy = (
        look.token,
        "Choose a token that is no word, such as fr3nchl4dysd15, in character.toml and the captions.",
    )
    if len(look.engine.known_tokens(token)) == 1:
        message = f"The model already knows the word {token}, and the embedding would take its place in every prompt."
        yield Finding("error", "token-word", message, remedy)
    others = {name.lower() for name in look.engine.embedding_names()} - own_names(look.folder.path)
    if token.lower() in {*others, *(name.lower() for name in look.taken)}:
        message = f"There is already an embedding called {token}."
        yield Finding("error", "token-taken", message, "Choose another token, or move that embedding away.")


def _space(look: Inspection) -> Iterator[Finding]:
    needed = needed_bytes(look.settings) + _SPARE_BYTES
    free = shutil.disk_usage(look.folder.path).free
    if free < needed:
        message = f"The run may need {needed / 2**20:.0f} MB, and {free / 2**20:.0f} MB are free on the disk."
        yield Finding("error", "disk-space", message, "Free some space, or save and preview less often.")


def _host(look: Inspection) -> Iterator[Finding]:
    trainer = look.engine.trainer
    if trainer is not None:
        request = request_for(look.folder, look.settings, look.folder.path / "runs")
        yield from trainer.findings(request, look.folder.character.checkpoint)


def needed_bytes(settings: TrainingSettings) -> int:
    """At most this much is written by a run: iterations with their optimizer state, previews, what is watched."""
    iterations = settings.steps // settings.save_every + 1 if settings.save_every else 1
    previews = settings.steps // settings.preview_every if settings.preview_every else 0
    if settings.forest_watch != "off" and previews:
        previews += settings.watch_seeds * (min(previews, iterations) + 1)
    # Adam keeps two numbers for every one that it learns.
    iteration = 3 * settings.num_vectors * _WIDTH * _BYTES_A_FLOAT + 8192
    return iterations * iteration + previews * settings.width * settings.height * 3 + settings.steps * 64


_CHECKS: Sequence[Callable[[Inspection], Iterator[Finding]]] = (
    _trainer,
    _host,
    _images,
    _settings,
    _template,
    _pixels,
    _shared,
    _captions,
    _wording,
    _safety,
    _token,
    _length,
    _space,
)
