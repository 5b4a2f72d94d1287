"""The model card: what stands in README.md beside an embedding that is given away."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from consistent_character.character.character import Character
from consistent_character.choosing.battery.result import Battery
from consistent_character.choosing.request import NAME
from consistent_character.choosing.result import ForestTest
from consistent_character.choosing.weighing import USUAL, Sample, Weighed
from consistent_character.engine import EmbeddingContent

_SETTINGS = {
    "learn_rate": "Learning rate",
    "batch_size": "Batch size",
    "gradient_accumulation": "Gradient accumulation",
    "steps": "Steps planned",
    "initialization_text": "Initialization text",
    "template": "Prompt template",
    "latent_sampling": "Latent sampling",
    "seed": "Seed",
}
_SHORT_HASH = 10
_COLUMNS = 4


@dataclass(frozen=True)
class Training:
    """How a run was trained, as far as its folder says; names and values are written for people."""

    settings: Mapping[str, str] = field(default_factory=dict)
    checkpoint_name: str = ""
    checkpoint_hash: str = ""
    steps: int = 0


def training_of(run: Path) -> Training:
    """What the run's `request.json` says; nothing where there is none, as for iterations brought from elsewhere."""
    try:
        document = json.loads((run / "request.json").read_text(encoding="utf-8"))
        checkpoint = document.get("checkpoint", {})
        settings = {told: _written(document[name]) for name, told in _SETTINGS.items() if name in document}
        pictures = {"Pictures": str(len(document.get("examples", ())))}
        size = {"Size": f"{document['width']} x {document['height']}"} if "width" in document else {}
        name, content = str(checkpoint.get("name", "")), str(checkpoint.get("sha256", ""))[:_SHORT_HASH]
        return Training({**pictures, **size, **settings}, name, content, int(document.get("steps", 0)))
    except (OSError, ValueError, AttributeError, KeyError, TypeError):
        return Training()


def _written(value: Any) -> str:
    return " · ".join(map(str, value)) if isinstance(value, list) else str(value)


@dataclass(frozen=True)
class Promotion:
    """All that is known of what is given away."""

    character: Character
    content: EmbeddingContent
    form: str
    test: ForestTest | None
    training: Training
    weighed: Weighed
    tried: Battery | None = None

    @property
    def file_name(self) -> str:
        """The embedding's file."""
        return f"{self.content.name}.{self.form}"

    @property
    def checkpoint(self) -> str:
        """The model that it was trained on."""
        named = self.content.checkpoint_name or "not known"
        return f"{named} [{self.content.checkpoint_hash}]" if self.content.checkpoint_hash else named

    @property
    def trigger(self) -> str:
        """What to write in a prompt."""
        weight = self.weighed.weight
        return self.content.name if weight == USUAL else f"({self.content.name}:{weight:g})"

    @property
    def notes(self) -> str:
        """What the file itself says, in a few lines."""
        of = f" of {self.training.steps}" if self.training.steps else ""
        lines = [
            f"Step {self.content.step}{of}, trained on {self.checkpoint}.",
            f"Recommended weight {self.weighed.weight:g}. {self.weighed.reason}",
            *_verdict(self),
        ]
        return "\n".join(lines)


def card(promotion: Promotion, sha256: str, folder: Path) -> str:
    """The card in Markdown; paths of pictures are relative to `folder`."""
    name = promotion.content.name
    parts = (
        ["---", "tags:", "- stable-diffusion", "- textual-inversion", f"instance_prompt: {name}", "---"],
        [f"# {name}", "", "A textual inversion embedding for Stable Diffusion 1.x, of a person who does not exist."],
        _table({"": "", **_facts(promotion, sha256)}),
        _use(promotion),
        _samples(promotion, folder),
        ["## What it was tested for", "", *_tested(promotion)],
        _else(promotion),
        ["## What was not tried", "", *(f"- {line}" for line in _untried(promotion))],
        ["## How it was trained", "", *_trained(promotion)],
    )
    return "\n\n".join("\n".join(part) for part in parts if part) + "\n"


def _facts(promotion: Promotion, sha256: str) -> dict[str, str]:
    return {
        "Trigger word": f"`{promotion.content.name}`",
        "Recommended weight": f"{promotion.weighed.weight:g}",
        "File": f"`{promotion.file_name}`, SHA-256 `{sha256}`",
        "Vectors": f"{len(promotion.content.vectors)}, each takes a token of the prompt",
        "Step": str(promotion.content.step),
        "Checkpoint": _cell(promotion.checkpoint),
        "Who": _cell(promotion.character.look),
    }


def _use(promotion: Promotion) -> list[str]:
    return [
        "## How to use it",
        "",
        f"Put `{promotion.file_name}` into the web UI's `embeddings` folder and write the trigger word into a prompt:",
        "",
        f"    a color photo of {promotion.trigger} in a forest",
        "",
        f"Weight {promotion.weighed.weight:g}: {promotion.weighed.reason}",
    ]


def _samples(promotion: Promotion, folder: Path) -> list[str]:
    """A row for each weight, a column for each seed."""
    samples = promotion.weighed.samples
    if not samples:
        return []
    seeds = list(dict.fromkeys(one.seed for one in samples))[:_COLUMNS]
    lines = [
        "## Samples",
        "",
        "| weight |" + "".join(f" seed {seed} |" for seed in seeds),
        "|---" * (len(seeds) + 1) + "|",
    ]
    for weight in dict.fromkeys(one.weight for one in samples):
        row = [one for one in samples if one.weight == weight and one.seed in seeds]
        lines.append(f"| {weight:g} |" + "".join(f" {_picture(one, folder)} |" for one in row))
    asked = next(one.prompt for one in samples if one.weight == USUAL)
    return [*lines, "", f"`{asked}`; each picture holds its own settings."]


def _picture(sample: Sample, folder: Path) -> str:
    return f"![weight {sample.weight:g}, seed {sample.seed}]({sample.path.relative_to(folder).as_posix()})"


def _verdict(promotion: Promotion) -> Iterator[str]:
    """What the forest test said of this iteration, in a few sentences."""
    test = promotion.test
    if test is None:
        yield "No forest test was done."
        return
    found = next((one for one in test.iterations if one.step == promotion.content.step), None)
    if found is None:
        yield "The forest test has not looked at this step."
    else:
        yield (
            f"Forest test: {found.verdict}, scene {found.scene:.2f}, likeness {found.likeness:.2f} "
            f"(1 is all of it), confidence {found.confidence:.2f}. {found.reason}"
        )
    if test.cannot_tell:
        yield f"It could not tell all: {test.cannot_tell}"
    elif test.onset is not None:
        yield f"Overtraining begins at step {test.onset}."


def _tested(promotion: Promotion) -> list[str]:
    test = promotion.test
    lines = list(_verdict(promotion))
    if test is not None:
        prompt = test.prompt.replace(NAME, promotion.content.name)
        lines.append(
            f"Asked for `{prompt}` with {len(test.seeds)} seeds on {test.checkpoint}, against `{test.class_word}`."
        )
        if test.recommended not in (None, promotion.content.step):
            lines.append(f"The forest test recommends step {test.recommended}; this is another one.")
    return lines


def _else(promotion: Promotion) -> list[str]:
    """Other places, outfits, styles, shots and checkpoints, a sentence for each group of prompts."""
    if promotion.tried is None:
        return []
    lines = ["## What else was tried", ""]
    for one in promotion.tried.tried:
        lines.append(f"- On {_cell(one.checkpoint)}:" + (f" {_cell(one.problem)}" if one.problem else ""))
        lines += [f"  - {found.group}: {found.counts}. {_cell(found.words)}" for found in one.summaries]
    return lines


def _untried(promotion: Promotion) -> Iterator[str]:
    test, tried = promotion.test, promotion.tried
    known = [(test and test.checkpoint) or promotion.content.checkpoint_name]
    known += [one.checkpoint for one in tried.tried if not one.problem] if tried else []
    named = ", ".join(dict.fromkeys(filter(None, known)))
    yield f"Any other checkpoint than {named}." if named else "Any checkpoint."
    if test is None:
        yield "Any place at all: there was no forest test."
    elif tried is None:
        yield "Other places, outfits, hair colours and styles than the forest test's prompt names."
    if not promotion.weighed.measured:
        yield "Any weight but 1."
    yield "Prompts with other embeddings or LoRAs."
    yield "Whether the face is like that of a real person, by chance."


def _trained(promotion: Promotion) -> Sequence[str]:
    if not promotion.training.settings:
        return ["The settings are not known: it was trained elsewhere."]
    told = {name: f"`{_cell(value)}`" for name, value in promotion.training.settings.items()}
    return _table({"": "", "Checkpoint": _cell(promotion.checkpoint), **told})


def _table(rows: Mapping[str, str]) -> list[str]:
    """Two columns; the first row is the heading."""
    first, *others = (f"| {name} | {value} |" for name, value in rows.items())
    return [first, "|---|---|", *others]


def _cell(text: str) -> str:
    """Text that ends no cell of a table."""
    return " ".join(text.replace("|", "\\|").split())
