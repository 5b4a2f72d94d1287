"""How exactly the world's readers tell how far somebody is on the way to somebody else.

    python -m benchmarks.looks

People who lie between two others are painted and seen through the codec, as all that the model draws is; what each
reader makes of them is compared with what was painted. The reader of names gives its probability of the person's own
attributes, those of looks measure colours and lengths.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from random import Random

import numpy as np
import numpy.typing as npt
import torch
from PIL import Image

from consistent_character.hosts.standalone.engine import StandaloneEngine
from worlds.cartoon import reader as reading
from worlds.cartoon.look import Look, likeness
from worlds.cartoon.painter import paint
from worlds.cartoon.scene import HELD_OUT, Person, sample_scene
from worlds.cartoon.train_looks import through_codec

Floats = npt.NDArray[np.float64]

_STEPS, _WAYS = 11, 3
_PLACES = ("forest", "night", "gray")


@dataclass(frozen=True)
class Painted:
    """A picture of somebody on the way from a person to somebody else, and how like that person it was painted."""

    person: Person
    picture: Image.Image
    true: float


def ways(random: Random) -> Iterator[tuple[Person, Sequence[Look]]]:
    """From each held-out person to some others in even steps, and to the same person without eyes."""
    for person in HELD_OUT:
        own = Look.of(person)
        for _ in range(_WAYS):
            other = Look.of(sample_scene(random).person)
            yield person, [own.towards(other, step / (_STEPS - 1)) for step in range(_STEPS)]
        yield person, [replace(own, eyes=1 - step / (_STEPS - 1)) for step in range(_STEPS)]


def painted(random: Random) -> Iterator[Painted]:
    """The pictures of all ways, one after the other."""
    for number, (person, looks) in enumerate(ways(random)):
        scene = person.seen(
            clothes="gray", zoom="an extreme closeup", angle="front shot", background=_PLACES[number % len(_PLACES)]
        )
        for look in looks:
            yield Painted(person, paint(scene, Random(random.random()), look), likeness(look, person))


def line(name: str, read: Floats, true: Floats) -> str:
    """How far a reader is off, and how straight its curve is along a way; `(ways, steps)` both."""
    straight = np.mean([np.corrcoef(one, other)[0, 1] for one, other in zip(read, true, strict=True)])
    to_others = np.delete(np.arange(len(true)), np.s_[_WAYS :: _WAYS + 1])
    curve = " ".join(f"{value:.2f}" for value in read[to_others].mean(0))
    return f"{name:18} error {np.abs(read - true).mean():.3f}  correlation {straight:.2f}  on the way {curve}"


def main() -> None:
    torch.manual_seed(0)
    everything = list(painted(Random(5)))
    drawn = torch.from_numpy(np.stack([np.asarray(one.picture) for one in everything]))
    seen = [Image.fromarray(one) for one in through_codec(StandaloneEngine.load(None).model.vae, drawn).numpy()]
    named, readers = reading.load(), reading.load_looks()
    by_name = [reading.likeness(named, [picture], one.person)[0] for picture, one in zip(seen, everything, strict=True)]
    true, names = (np.array(row).reshape(-1, _STEPS) for row in ([one.true for one in everything], by_name))
    print(line("as painted", true, true), line("reader of names", names, true), sep="\n")
    titles = (*(f"reader of looks {number}" for number in (1, 2)), "both, in the mean")
    for title, reader in zip(titles, (*readers.alone, readers), strict=True):
        looks = reading.looks(reader, seen)
        by_look = [likeness(look, one.person) for look, one in zip(looks, everything, strict=True)]
        print(line(title, np.array(by_look).reshape(-1, _STEPS), true))


if __name__ == "__main__":
    main()
