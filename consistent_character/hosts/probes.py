"""What losses are read from: the same images, noises and timesteps for every embedding, on every host.

Timesteps decide most of a loss, so they are spread evenly over all of them, each a little off its place, and the
images take turns. All that the embeddings differ in is then what they say.

Source: Voronov et al. (2023), "Is this loss informative? Faster text-to-image customization by tracking objective
dynamics" (DVAR), arXiv 2302.04841, section 4: with images, noises and timesteps fixed the loss tells of convergence.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

import torch
from torch import Tensor

from consistent_character.engine import LossRequest
from consistent_character.errors import RequestError
from consistent_character.hosts.limits import check_size
from consistent_character.prompts import guard
from consistent_character.prompts.template import check_template, fill

TIMESTEPS = 1000
_MOST = 4096


@dataclass(frozen=True)
class Probe:
    """One reading: the place of an image in the request, its prompt, the timestep, and the seed of the noise."""

    image: int
    prompt: str
    timestep: int
    seed: int

    def noise(self, shape: tuple[int, ...]) -> Tensor:
        """Standard normal noise of that shape, on the CPU."""
        return torch.randn(shape, generator=torch.Generator("cpu").manual_seed(self.seed))


def probes(request: LossRequest) -> tuple[Probe, ...]:
    """The readings of a request, the same each time.

    Raises:
        RequestError: a setting cannot be used.
        UnsafePrompt: a prompt is refused.
    """
    _check(request)
    draw = Random(f"probes/{request.seed}")
    order = draw.sample(range(len(request.examples)), len(request.examples))
    return tuple(_probe(request, number, order[number % len(order)], draw) for number in range(request.probes))


def _probe(request: LossRequest, number: int, image: int, draw: Random) -> Probe:
    timestep = int((number + draw.random()) * TIMESTEPS / request.probes)
    line = draw.choice(request.template)
    prompt = fill(line, request.name, request.examples[image].caption)
    guard.check(prompt)
    return Probe(image, prompt, min(timestep, TIMESTEPS - 1), draw.getrandbits(48))


def _check(request: LossRequest) -> None:
    if not request.examples:
        raise RequestError("Losses need at least one training picture with its caption.")
    if not 1 <= request.probes <= _MOST:
        raise RequestError(f"The number of loss readings must lie between 1 and {_MOST}, not {request.probes}.")
    check_size(request.width, request.height)
    check_template(request.template)


def not_named(name: str, prompt: str) -> RequestError:
    """What to say where a prompt does not come to the embedding: every loss would be the same."""
    return RequestError(
        f"The training prompt {prompt!r} does not come to the embedding {name}. Put a space or a comma before and "
        "after [name] in the template."
    )
