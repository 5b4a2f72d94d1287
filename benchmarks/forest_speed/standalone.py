"""The forest test against the bare sampling of the same pictures, without a web UI."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import torch

from benchmarks.forest_speed.material import TOKEN, forget_pictures
from consistent_character.character.folder import CharacterFolder
from consistent_character.choosing import ForestRequest, ForestTest, Subject, forest_test
from consistent_character.choosing.rendering import Album
from consistent_character.choosing.training_set import find_iterations
from consistent_character.engine import RenderRequest
from consistent_character.hosts.standalone.conditioning import PromptReader, encode
from consistent_character.hosts.standalone.drawing import sampled
from consistent_character.hosts.standalone.engine import StandaloneEngine
from consistent_character.hosts.standalone.schedule import stable_diffusion_schedule
from consistent_character.progress import Silent

BARE, WHOLE = "(a) bare sampling", "(b) the whole test, every iteration"


def works(
    engine: StandaloneEngine, folder: Path, run: Path, request: ForestRequest
) -> Mapping[str, Callable[[], object]]:
    """Both, over the same pictures in the same batches."""
    wanted = replace(request, search="all", more_seeds=0)
    with CharacterFolder.open(folder) as opened:
        iterations = find_iterations(opened, run, engine.vocabulary)
    album = Album(run, TOKEN, wanted, iterations, engine.checkpoint)
    rows = [album.baseline(wanted.seeds), *(album.row(one.step, wanted.seeds) for one in iterations)]
    requests = [planned.request for row in rows for planned in row]
    prepared = _prepared(engine, requests)
    return {BARE: lambda: _bare(engine, prepared), WHOLE: lambda: whole(engine, folder, run, wanted)}


def whole(engine: StandaloneEngine, folder: Path, run: Path, request: ForestRequest) -> ForestTest:
    """The test as the command line does it, with nothing drawn yet and nothing remembered."""
    forget_pictures(run)
    engine._words = type(engine._words)(engine.model)
    with CharacterFolder.open(folder) as opened:
        return forest_test(Subject.of_run(opened, run, engine.vocabulary), request, engine, Silent())


Prepared = list[tuple[list[RenderRequest], torch.Tensor, torch.Tensor]]


@torch.no_grad()
def _prepared(engine: StandaloneEngine, requests: list[RenderRequest]) -> Prepared:
    """Batches with what their prompts come to."""
    first = requests[0]
    size = engine.model.device.batch_size(first.width, first.height)
    batches = [requests[start : start + size] for start in range(0, len(requests), size)]
    return [
        (batch, _words(engine, batch), _words(engine, [replace(one, prompt="") for one in batch])) for batch in batches
    ]


def _words(engine: StandaloneEngine, requests: list[RenderRequest]) -> torch.Tensor:
    found = []
    for request in requests:
        files = {file.name: engine.vocabulary.read(file.path).vectors for file in request.embeddings}
        vectors = {name: torch.from_numpy(one).to(engine.model.device.where) for name, one in files.items()}
        reader = PromptReader(engine.model.tokenizer, {name: len(one) for name, one in vectors.items()})
        found.append(encode(engine.model, [(reader.lay_out(request.prompt), vectors)])[0])
    return torch.cat(found)


def _bare(engine: StandaloneEngine, prepared: Prepared) -> None:
    schedule = stable_diffusion_schedule()
    for batch, words, unwanted in prepared:
        sampled(engine.model, schedule, batch, words, unwanted)
    if engine.model.device.where.type == "cuda":
        torch.cuda.synchronize()
