"""The prompts of the battery, in groups: what each asks for, and where in the picture that is to be seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from consistent_character.prompts.cells import TUTORIAL, Vocabulary

Where = Literal["backdrop", "body", "hair", "everywhere", "nowhere"]
"""Where a group's prompts change the picture; `nowhere`: only in how it is framed."""
OWN = "own"

_PLACES = ("in a forest", "on a beach", "in a city", "in the snow", "at night")
_OUTFITS = ("wearing red clothes", "wearing a black suit", "wearing a blue denim jacket", "wearing a white winter coat")
_HAIR = ("with long blonde hair", "with short red hair", "with long black hair", "with short white hair")
_STYLES = ("oil painting", "watercolor painting", "pencil sketch", "anime drawing", "black and white photo")


@dataclass(frozen=True)
class Prompt:
    """One prompt with `{name}` in it; `what` is what it asks for that the others of its group do not."""

    what: str
    text: str


@dataclass(frozen=True)
class Group:
    """Prompts of one kind. `title` names them in the plural, `thing` is what one of them may lose."""

    name: str
    title: str
    thing: str
    where: Where
    prompts: tuple[Prompt, ...]


def groups_of(vocabulary: Vocabulary = TUTORIAL, own: Sequence[str] = ()) -> tuple[Group, ...]:
    """The groups for a character whose training pictures are asked for in the words of `vocabulary`."""
    zoom, angle = vocabulary.zooms[min(2, len(vocabulary.zooms) - 1)], vocabulary.angles[0]
    seen = f"{zoom} {angle}"
    shots = dict.fromkeys(
        [f"{near} {angle}" for near in vocabulary.zooms] + [f"{zoom} {at}" for at in vocabulary.angles]
    )
    return (
        Group("places", "places", "the place", "backdrop", _after(f"{seen} photo of {{name}} ", _PLACES)),
        Group("outfits", "outfits", "the outfit", "body", _after(f"{seen} photo of {{name}} ", _OUTFITS)),
        Group("hair", "hair colours", "the hair", "hair", _after(f"{seen} photo of {{name}} ", _HAIR)),
        Group(
            "styles",
            "art styles",
            "the style",
            "everywhere",
            tuple(Prompt(style, f"{seen} {style} of {{name}}") for style in _STYLES),
        ),
        Group(
            "shots",
            "zooms and viewing angles",
            "the framing",
            "nowhere",
            tuple(Prompt(shot, f"{shot} photo of {{name}}") for shot in shots),
        ),
        Group(OWN, "prompts of your own", "what was asked for", "nowhere", tuple(Prompt(text, text) for text in own)),
    )


def _after(start: str, ends: Sequence[str]) -> tuple[Prompt, ...]:
    return tuple(Prompt(end, f"{start}{end}") for end in ends)
