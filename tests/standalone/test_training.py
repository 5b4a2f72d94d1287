"""Textual inversion by the standalone trainer, on a model that knows nothing: its promises hold all the same."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from consistent_character.engine import Iteration, PreviewRequest, TrainingExample, TrainRequest
from consistent_character.errors import FolderError, Interrupted, RequestError, UnsafePrompt
from consistent_character.hosts.embedding_files import read_embedding
from consistent_character.hosts.standalone.engine import StandaloneEngine
from consistent_character.hosts.standalone.lessons import Batches
from consistent_character.hosts.standalone.training import initial_vectors
from consistent_character.prompts import infotext


class Watch:
    """Remembers what it is told; stops the run after step `stop`."""

    def __init__(self, stop: int = 0) -> None:
        self.losses: list[float] = []
        self.iterations: list[Iteration] = []
        self.previews: list[tuple[int, Path]] = []
        self._stop = stop

    def stepped(self, step: int, steps: int, loss: float) -> None:
        self.losses.append(loss)
        if step == self._stop:
            raise Interrupted("stopped")

    def saved(self, iteration: Iteration) -> None:
        assert iteration.path.is_file()
        self.iterations.append(iteration)

    def previewed(self, step: int, image: Path) -> None:
        assert image.is_file()
        self.previews.append((step, image))


@pytest.fixture
def request_(tmp_path: Path, examples: tuple[TrainingExample, ...]) -> TrainRequest:
    return TrainRequest(
        name="fr3nch",
        folder=tmp_path / "run",
        examples=examples,
        num_vectors=3,
        learn_rate="0.01",
        batch_size=2,
        steps=5,
        width=64,
        height=64,
        save_every=2,
    )


def train(engine: StandaloneEngine, request: TrainRequest, stop: int = 0) -> Watch:
    watch = Watch(stop)
    engine.trainer.train(request, watch)
    return watch


def saved_bytes(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (folder / "embeddings").iterdir()}


def rows(folder: Path) -> list[dict[str, str]]:
    with (folder / "loss.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def test_files_of_a_run(engine: StandaloneEngine, request_: TrainRequest) -> None:
    watch = Watch()
    iterations = engine.trainer.train(request_, watch)
    assert [iteration.step for iteration in iterations] == [2, 4, 5]
    assert list(iterations) == watch.iterations
    for iteration in iterations:
        found = read_embedding(iteration.path, 128)
        assert iteration.path.name == f"fr3nch-{iteration.step}.pt"
        assert (found.name, found.step) == (f"fr3nch-{iteration.step}", iteration.step)
        assert found.vectors.shape == (3, 128)
        assert (found.checkpoint_hash, found.checkpoint_name) == (engine.checkpoint.sha256[:10], "random-world")
    table = rows(request_.folder)
    assert [row["step"] for row in table] == ["1", "2", "3", "4", "5"]
    assert [(row["epoch"], row["epoch_step"]) for row in table] == [
        ("0", "0"),
        ("0", "1"),
        ("1", "0"),
        ("1", "1"),
        ("2", "0"),
    ]
    assert [float(row["loss"]) for row in table] == pytest.approx(watch.losses, abs=1e-6)
    assert {row["learn_rate"] for row in table} == {"0.01"}


def test_the_number_in_the_name_is_the_number_of_updates(engine: StandaloneEngine, request_: TrainRequest) -> None:
    train(engine, replace(request_, steps=1, save_every=1))
    start = initial_vectors(engine.model, request_.initialization_text, 3)
    moved = read_embedding(request_.folder / "embeddings" / "fr3nch-1.pt", 128).vectors - start
    # AdamW's first update moves every number by the learning rate, whatever its gradient.
    assert float(moved.abs().median()) == pytest.approx(0.01, rel=0.01)
    assert float(moved.abs().max()) < 0.0101


@pytest.mark.parametrize("sampling", ["once", "random"])
def test_going_on_is_the_same_bit_for_bit_as_never_stopping(
    engine: StandaloneEngine, request_: TrainRequest, tmp_path: Path, sampling: str
) -> None:
    whole = replace(request_, latent_sampling=sampling)  # type: ignore[arg-type]
    train(engine, whole)
    parted = replace(whole, folder=tmp_path / "parted")
    with pytest.raises(Interrupted):
        train(engine, parted, stop=3)
    assert [row["step"] for row in rows(parted.folder)] == ["1", "2", "3"]
    assert len(train(engine, parted).losses) == 3
    assert saved_bytes(parted.folder) == saved_bytes(whole.folder)
    assert rows(parted.folder) == rows(whole.folder)


def test_a_half_written_run_is_gone_on_with(engine: StandaloneEngine, request_: TrainRequest) -> None:
    train(engine, request_)
    wanted = saved_bytes(request_.folder)
    embeddings = request_.folder / "embeddings"
    (embeddings / "fr3nch-5.pt").unlink()
    (embeddings / "fr3nch-5.pt.tmp").write_bytes(b"half")
    with (request_.folder / "loss.csv").open("ab") as file:
        file.write(b"6,1,")
    train(engine, request_)
    assert saved_bytes(request_.folder) == wanted
    assert [row["step"] for row in rows(request_.folder)] == ["1", "2", "3", "4", "5"]
    assert not train(engine, request_).losses


def test_only_the_new_vectors_learn(engine: StandaloneEngine, request_: TrainRequest) -> None:
    networks = (engine.model.unet, engine.model.vae, engine.model.text_encoder)
    before = [{name: tensor.clone() for name, tensor in network.state_dict().items()} for network in networks]
    train(engine, replace(request_, steps=2))
    for network, old in zip(networks, before, strict=True):
        assert all(torch.equal(tensor, old[name]) for name, tensor in network.state_dict().items())
        assert all(parameter.grad is None for parameter in network.parameters())


def test_previews_have_their_own_seed_and_disturb_nothing(
    engine: StandaloneEngine, request_: TrainRequest, tmp_path: Path
) -> None:
    train(engine, request_)
    preview = PreviewRequest("a photo of fr3nch in a forest", seed=7, steps=1, width=64, height=64)
    watched = replace(request_, folder=tmp_path / "watched", preview_every=2, preview=preview)
    watch = train(engine, watched)
    assert saved_bytes(watched.folder) == saved_bytes(request_.folder)
    assert [(step, path.name) for step, path in watch.previews] == [(2, "fr3nch-2.png"), (4, "fr3nch-4.png")]
    pictures = []
    for _, path in watch.previews:
        with Image.open(path) as image:
            told = infotext.parse(image.info["parameters"])
            pictures.append(np.asarray(image).astype(int))
        assert (told.prompt, told.parameters["Seed"]) == (preview.prompt, "7")
    assert np.abs(pictures[0] - pictures[1]).max() > 0


def test_a_preview_without_a_seed_draws_a_new_one_each_time(engine: StandaloneEngine, request_: TrainRequest) -> None:
    preview = PreviewRequest("a photo of fr3nch", steps=1, width=64, height=64)
    watch = train(engine, replace(request_, steps=2, preview_every=1, preview=preview))
    seeds = set()
    for _, path in watch.previews:
        with Image.open(path) as image:
            seeds.add(infotext.parse(image.info["parameters"]).parameters["Seed"])
    assert len(seeds) == 2


def test_the_seed_of_a_run_decides_it(engine: StandaloneEngine, request_: TrainRequest, tmp_path: Path) -> None:
    short = replace(request_, steps=2)
    for name, seed in (("a", 0), ("b", 0), ("c", 1)):
        train(engine, replace(short, folder=tmp_path / name, seed=seed))
    a, b, c = (saved_bytes(tmp_path / name)["fr3nch-2.pt"] for name in "abc")
    assert a == b != c


def test_accumulated_batches_make_one_update_each(engine: StandaloneEngine, request_: TrainRequest) -> None:
    asked = replace(request_, gradient_accumulation=2, steps=2)
    assert len(train(engine, asked).losses) == 2
    assert [row["epoch"] for row in rows(asked.folder)] == ["0", "1"]


def test_prompts_of_one_and_of_two_chunks_train_in_one_batch(engine: StandaloneEngine, request_: TrainRequest) -> None:
    long = replace(request_.examples[0], caption="a beach BREAK fr3nch")
    watch = train(engine, replace(request_, examples=(long, *request_.examples[1:]), batch_size=5, steps=1))
    assert len(watch.losses) == 1


def test_batches_cover_an_epoch_once() -> None:
    batches = Batches(count=7, batch_size=2, accumulation=1, seed=3)
    assert batches.steps_per_epoch == 3
    epoch = [place for update in range(3) for batch in batches.of_update(update) for place in batch]
    assert len(set(epoch)) == 6
    following = [place for update in range(3, 6) for batch in batches.of_update(update) for place in batch]
    assert len(set(following)) == 6
    assert epoch != following
    accumulated = Batches(count=7, batch_size=2, accumulation=3, seed=3)
    assert accumulated.of_update(0) == [batches.of_update(update)[0] for update in range(3)]


def test_batches_are_no_larger_than_the_training_set(request_: TrainRequest) -> None:
    batches = Batches.of(replace(request_, batch_size=100, gradient_accumulation=9))
    assert (batches.batch_size, batches.accumulation, batches.steps_per_epoch) == (5, 1, 1)


def test_a_schedule_that_ends_early_ends_the_run(engine: StandaloneEngine, request_: TrainRequest) -> None:
    watch = train(engine, replace(request_, learn_rate="0.01:1, 0.002:3", save_every=0))
    assert [iteration.step for iteration in watch.iterations] == [3]
    assert [row["learn_rate"] for row in rows(request_.folder)] == ["0.01", "0.002", "0.002"]


def test_initial_vectors_repeat_the_initialization_text(engine: StandaloneEngine) -> None:
    table = engine.model.text_encoder.get_input_embeddings().weight
    a, woman = (table[engine.known_tokens(word)[0]] for word in ("a", "woman"))
    wanted = torch.stack([a, a, a, woman, woman])
    assert torch.equal(initial_vectors(engine.model, "a woman", 5), wanted)
    assert torch.equal(initial_vectors(engine.model, "a woman", 1), a[None])
    assert torch.equal(initial_vectors(engine.model, "", 2), torch.zeros(2, 128))


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"examples": ()}, "empty"),
        ({"steps": 0}, "steps"),
        ({"batch_size": 0}, "batch size"),
        ({"gradient_accumulation": 0}, "accumulation"),
        ({"num_vectors": 76}, "vectors"),
        ({"num_vectors": 0}, "vectors"),
        ({"save_every": -1}, "0"),
        ({"width": 100}, "multiples of 8"),
        ({"learn_rate": "fast"}, "learning rate"),
        ({"template": ("[filewords]",)}, "lacks"),
        ({"template": ()}, "template is empty"),
        ({"template": ("x[name]x",)}, "does not come to the embedding"),
        ({"examples": (TrainingExample(Path("nowhere.png"), "x"),)}, "cannot be read"),
        ({"preview_every": 1, "preview": PreviewRequest("x", sampler="UniPC")}, "no sampler"),  # type: ignore[arg-type]
    ],
)
def test_settings_that_cannot_train_are_refused(
    engine: StandaloneEngine, request_: TrainRequest, wrong: dict[str, object], told: str
) -> None:
    with pytest.raises(RequestError, match=told):
        train(engine, replace(request_, **wrong))  # type: ignore[arg-type]
    assert not (request_.folder / "embeddings").exists()


def test_unsafe_captions_and_previews_are_refused(engine: StandaloneEngine, request_: TrainRequest) -> None:
    caption = replace(request_.examples[0], caption="naked teenager")
    with pytest.raises(UnsafePrompt):
        train(engine, replace(request_, examples=(caption,)))
    with pytest.raises(UnsafePrompt):
        train(engine, replace(request_, preview_every=1, preview=PreviewRequest("fr3nch, 15yo, nude")))


def test_going_on_with_another_number_of_vectors_is_refused(engine: StandaloneEngine, request_: TrainRequest) -> None:
    train(engine, replace(request_, steps=2))
    with pytest.raises(RequestError, match="3 vectors, but 4"):
        train(engine, replace(request_, num_vectors=4))


def test_a_loss_that_is_no_number_stops_the_run_at_once(engine: StandaloneEngine, request_: TrainRequest) -> None:
    with pytest.raises(RequestError, match="update 2"):
        train(engine, replace(request_, learn_rate="1e30", save_every=1))
    assert sorted(saved_bytes(request_.folder)) == ["fr3nch-1.pt", "fr3nch-1.pt.optim"]


def test_a_folder_that_cannot_be_written_is_named(engine: StandaloneEngine, request_: TrainRequest) -> None:
    request_.folder.mkdir()
    (request_.folder / "embeddings").write_text("a file where a folder should be")
    with pytest.raises(FolderError, match="cannot be written"):
        train(engine, replace(request_, steps=2))
