"""The real web UI, started once for all tests here, and the standalone engine on the same checkpoint beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import torch

from consistent_character.engine import EmbeddingFile
from consistent_character.hosts.embedding_files import Embedding, write_embedding
from consistent_character.hosts.standalone.engine import StandaloneEngine
from tests.webui.rest import Routes
from tests.webui.server import CHECKPOINT, WORLD, RunningWebUI, WebUI, prepare_data, running_webui

MakeEmbedding = Callable[..., EmbeddingFile]


@pytest.fixture(scope="session")
def running(webui: WebUI, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningWebUI]:
    """A web UI that answers. Who leaves something behind in it (an embedding, a setting) takes it away again."""
    data = tmp_path_factory.mktemp("webui-data")
    prepare_data(webui, data)
    with running_webui(webui, data) as found:
        if webui.kind.loads_late:
            found.request("/sdapi/v1/txt2img", {"prompt": "", "steps": 1, "width": 96, "height": 96})
        yield found


@pytest.fixture(scope="session")
def standalone() -> StandaloneEngine:
    """Draws with the same checkpoint, without a web UI."""
    return StandaloneEngine.load(WORLD / f"{CHECKPOINT}.safetensors", device="cpu")


@pytest.fixture
def exact(webui: WebUI, running: RunningWebUI) -> Iterator[None]:
    """A web UI that rounds timesteps does not while this lasts; nothing else keeps its pictures from being the same."""
    if not webui.kind.rounds_timesteps:
        yield
        return
    running.inside("timesteps.rounded", on=False)
    yield
    running.inside("timesteps.rounded", on=True)


@pytest.fixture
def trainer(webui: WebUI) -> None:
    """A web UI that trains; a test of another one ends here."""
    if not webui.kind.trains:
        pytest.skip(f"{webui.kind.name} cannot train, and test_forge sees that the tool says so")


@pytest.fixture
def routes(running: RunningWebUI) -> Iterator[Routes]:
    """Our routes; jobs that a failed test has left are stopped."""
    found = Routes(running)
    yield found
    found.stop_all()


@pytest.fixture
def make_embedding(standalone: StandaloneEngine, tmp_path: Path) -> MakeEmbedding:
    """Writes an embedding that stands for the given words' own vectors, so that it can be told in the picture."""

    def make(name: str, words: str, folder: Path = tmp_path, step: int = 1) -> EmbeddingFile:
        table = standalone.model.token_embedding().weight.detach()
        vectors = table[torch.tensor(standalone.known_tokens(words))]
        path = folder / f"{name}.pt"
        write_embedding(path, Embedding(vectors, name, step=step))
        return EmbeddingFile(name, path)

    return make
