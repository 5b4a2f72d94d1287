"""What to do about a test that cannot tell, or cannot tell well."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from consistent_character.choosing.reading import CROWDED, Instruments
from consistent_character.choosing.searching import torn
from consistent_character.choosing.verdict import LIKE, Choice

_SCENE = "Ask for another place, or load a checkpoint that draws this one: the class word's pictures show what it can."
_CROWDED = "Ask for a wider zoom, such as a medium closeup, in which more of the place is seen."
_PERSON = (
    "Compare by eye, or take another class word: the one of this test draws people just like the character already."
)
_SEEDS = "Take more seeds: those of this test do not agree."
_LONGER = "Train on, or at a higher learning rate: no iteration is the character yet."
_GENTLER = "Train more gently, save iterations more often, and see that every caption names the backdrop."
_TORN = (
    "Look at all pictures: this run loses its scene and finds it again, so that what is named is only where "
    "one cut in two fits best."
)
_OPEN = (
    "Take more seeds, or go by the pictures around these steps. The iteration to use is judged by its own pictures and "
    "does not hang on it."
)
_UNSURE = 0.7


def advice_for(choice: Choice, instruments: Instruments, notes: Sequence[str], damaged: Mapping[int, str]) -> str:
    """Sentences, the most important first; empty where nothing is to be done. `notes` are told anyway."""
    return " ".join(dict.fromkeys([*_advice(choice, instruments), *filter(None, notes), *_files(damaged)]))


def _advice(choice: Choice, instruments: Instruments) -> Iterator[str]:
    if instruments.no_scene:
        yield _CROWDED if instruments.no_scene == CROWDED else _SCENE
    elif instruments.likeness.cannot_tell:
        yield _PERSON
    elif choice.recommended is None:
        yield _GENTLER
    else:
        yield from _about(choice)


def _about(choice: Choice) -> Iterator[str]:
    if choice.cannot_tell:
        yield _OPEN
    elif torn(choice):
        yield _TORN
    best = next(judged for judged in choice.iterations if judged.step == choice.recommended)
    if best.likeness < LIKE:
        yield _LONGER if choice.onset is None else _GENTLER
    if choice.confidence < _UNSURE and not choice.runners_up:
        yield _SEEDS


def _files(damaged: Mapping[int, str]) -> Iterator[str]:
    if damaged:
        first = next(iter(damaged.values()))
        yield f"{len(damaged)} of the iterations cannot be used, such as that of step {next(iter(damaged))}: {first}"
