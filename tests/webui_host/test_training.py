"""Our trainer around a small fake of the web UI's, which has its order of calls and its silences."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import torch
from PIL import Image

from consistent_character.engine import Iteration, PreviewRequest, TrainingExample, TrainRequest
from consistent_character.errors import CheckpointError, FolderError, Interrupted, RequestError, UnsafePrompt
from consistent_character.hosts.embedding_files import read_embedding

NAME = "adal0v"
PREVIEW = PreviewRequest(f"a photo of {NAME} in a forest", seed=7, steps=2, width=64, height=64)


class Watch:
    """Remembers what it is told, and does something at a step."""

    def __init__(self, at: int = 0, act: Callable[[], object] = lambda: None) -> None:
        self.losses: list[float] = []
        self.iterations: list[int] = []
        self.previews: list[tuple[int, Path]] = []
        self._at, self._act = at, act

    def stepped(self, step: int, steps: int, loss: float) -> None:
        self.losses.append(loss)
        if step == self._at:
            self._act()

    def saved(self, iteration: Iteration) -> None:
        self.iterations.append(iteration.step)

    def previewed(self, step: int, image: Path) -> None:
        self.previews.append((step, image))


class Host:
    """The fake web UI, and our trainer in it."""

    def __init__(self, modules: ModuleType, folder: Path) -> None:
        from modules import errors, processing, sd_hijack, sd_models, sd_vae, shared
        from modules.textual_inversion import textual_inversion

        from consistent_character.hosts.webui.engine import WebUIEngine
        from consistent_character.hosts.webui.training import find_trainer

        self.engine = WebUIEngine()
        self.inversion, self.shared, self.errors, self.vae = textual_inversion, shared, errors, sd_vae
        self.database, self.models, self.processing = sd_hijack.model_hijack.embedding_db, sd_models, processing
        self.embeddings = folder / "embeddings"
        self.embeddings.mkdir()
        self.shared.cmd_opts.embeddings_dir = str(self.embeddings)
        trainer = find_trainer()
        assert trainer
        self.trainer = trainer

    def train(self, request: TrainRequest, watch: Watch | None = None) -> Watch:
        told = watch or Watch()
        found = self.trainer.train(request, told)
        assert [iteration.path.exists() for iteration in found] == [True] * len(found)
        return told


@pytest.fixture
def host(modules: ModuleType, tmp_path: Path) -> Iterator[Host]:
    from modules import call_queue

    with call_queue.queue_lock:  # as in a job's turn
        yield Host(modules, tmp_path)


@pytest.fixture
def request_(tmp_path: Path) -> TrainRequest:
    examples = []
    for number, file in enumerate(("a.png", "a.jpg", "b.webp")):
        Image.new("RGB", (64, 64), (number * 20, 0, 0)).save(tmp_path / file)
        examples.append(TrainingExample(tmp_path / file, f"a photo, ąę 漢字 {number}"))
    return TrainRequest(
        NAME,
        tmp_path / "run",
        tuple(examples),
        num_vectors=2,
        learn_rate="0.01",
        steps=5,
        save_every=2,
        width=64,
        height=64,
    )


def vectors(request: TrainRequest, step: int) -> torch.Tensor:
    return read_embedding(request.folder / "embeddings" / f"{NAME}-{step}.pt", 128).vectors


def test_files_of_a_run_and_nothing_elsewhere(host: Host, request_: TrainRequest) -> None:
    """Traps 7, 10 and 11: only the run's own folder is written, and nothing half."""
    told = host.train(request_)
    assert (told.iterations, len(told.losses)) == ([2, 4, 5], 5)
    found = {path.relative_to(request_.folder).as_posix() for path in request_.folder.rglob("*") if path.is_file()}
    assert found == {f"embeddings/{NAME}-{n}.pt{end}" for n in (2, 4, 5) for end in ("", ".optim")} | {"loss.csv"}
    assert [*host.embeddings.iterdir()] == []
    assert (host.database.word_embeddings, host.database.ids_lookup) == ({}, {})
    assert host.inversion.textual_inversion_templates == {}


def test_the_name_tells_the_true_number_of_updates(host: Host, request_: TrainRequest) -> None:
    """Trap 2. AdamW's first update moves every number by the learning rate."""
    host.train(replace(request_, steps=2, save_every=1))
    moved = vectors(request_, 2) - vectors(request_, 1)
    assert float(moved.abs().max()) == pytest.approx(0.01, rel=0.05)
    found = read_embedding(request_.folder / "embeddings" / f"{NAME}-1.pt", 128)
    assert (found.name, found.step, found.checkpoint_name, found.checkpoint_hash) == (f"{NAME}-1", 1, "first", "1" * 10)


def test_every_image_is_trained_with_its_own_caption(host: Host, request_: TrainRequest) -> None:
    """Trap 9: a.png and a.jpg would share one, and a caption lost would be the file's name."""
    host.train(replace(request_, template=("[name], [filewords]",)))
    assert host.inversion.fake_prompts_seen == [[f"{NAME}, a photo, ąę 漢字 {number}" for number in range(3)]]
    assert request_.examples[0].image.exists()


def test_the_thirty_settings(host: Host, request_: TrainRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    from consistent_character.hosts.webui.training.arguments import NAMES, takes

    asked: dict[str, Any] = {}
    real = host.inversion.train_embedding
    assert takes(real)
    assert not takes(lambda id_task, embedding_name: None)
    monkeypatch.setattr(host.inversion, "train_embedding", lambda **given: asked.update(given) or real(**given))
    host.train(replace(request_, batch_size=2, latent_sampling="random"))
    assert tuple(asked) == NAMES
    assert (asked["batch_size"], asked["steps"], asked["latent_sampling_method"]) == (2, 5, "random")
    assert (asked["use_weight"], asked["shuffle_tags"], asked["tag_drop_out"]) == (False, False, 0)
    assert (asked["save_embedding_every"], asked["create_image_every"]) == (1, 0)


def test_a_host_without_a_train_tab_has_no_trainer(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    from consistent_character.hosts.webui.training import find_trainer

    monkeypatch.delattr(host.inversion, "train_embedding")
    assert find_trainer() is None
    monkeypatch.setattr(host.inversion, "train_embedding", lambda name, **more: None, raising=False)
    assert find_trainer() is None


def test_previews_are_true(host: Host, request_: TrainRequest) -> None:
    """Traps 1 and 8: not what the web UI remembers of the prompt; a schedule too; and nothing is saved twice."""
    watch = host.train(replace(request_, preview_every=2, preview=replace(PREVIEW, sampler="DPM++ 2M Karras")))
    assert [(step, path.name) for step, path in watch.previews] == [(2, f"{NAME}-2.png"), (4, f"{NAME}-4.png")]
    first, second = host.processing.fake_calls
    assert first.cached_c is not second.cached_c
    assert first.cached_uc is not second.cached_uc
    for call in (first, second):
        assert (call.sampler_name, call.scheduler, call.do_not_save_samples) == ("DPM++ 2M", "Karras", True)
        assert call.do_not_reload_embeddings


def test_previews_without_a_seed_draw_a_new_one_each_time(host: Host, request_: TrainRequest) -> None:
    host.train(replace(request_, preview_every=1, preview=replace(PREVIEW, seed=-1)))
    assert len({call.seed[0] for call in host.processing.fake_calls}) == 5


def test_the_seed_decides_and_the_hosts_random_numbers_go_on(host: Host, request_: TrainRequest) -> None:
    torch.manual_seed(5)
    wanted = torch.rand(1)
    torch.manual_seed(5)
    losses = host.train(request_).losses
    assert torch.equal(torch.rand(1), wanted)
    assert (
        host.train(replace(request_, folder=request_.folder / "b", preview_every=1, preview=PREVIEW)).losses == losses
    )
    assert host.train(replace(request_, folder=request_.folder / "c", seed=1)).losses != losses


@pytest.mark.parametrize("error", [ZeroDivisionError("why"), Interrupted("enough"), OSError(28, "No space left")])
def test_what_the_trainer_swallows_is_raised(host: Host, request_: TrainRequest, error: Exception) -> None:
    """Trap 3: it reports "finished"."""

    def fail() -> None:
        raise error

    watch = Watch(3, fail)
    with pytest.raises(type(error), match=str(error.args[-1])):
        host.train(request_, watch)
    assert (watch.iterations, len(watch.losses)) == ([2], 3)
    assert host.errors.fake_reported == []
    assert host.inversion.errors is host.errors
    assert not (request_.folder / ".training").exists()


def test_what_else_is_reported_stays_reported(host: Host, request_: TrainRequest) -> None:
    def report() -> None:
        host.inversion.errors.report("Error initializing tensorboard", exc_info=True)

    host.train(request_, Watch(1, report))
    assert host.errors.fake_reported == ["Error initializing tensorboard"]


def test_a_run_that_did_not_train_says_so(host: Host, request_: TrainRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the trainer reports."""
    monkeypatch.setattr(host.inversion, "train_embedding", lambda **given: (None, ""))
    with pytest.raises(RequestError, match="stopped at step 0 of 5"):
        host.train(request_)


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"examples": ()}, "empty"),
        ({"steps": 0}, "steps"),
        ({"batch_size": 0}, "batch size"),
        ({"num_vectors": 76}, "vectors"),
        ({"save_every": -1}, "saving"),
        ({"width": 100}, "multiples of 8"),
        ({"learn_rate": "fast"}, "learning rate"),
        ({"template": ("[filewords]",)}, "lacks"),
        ({"template": ("[name]", " ")}, "blank"),
        ({"template": ("x[name]x",)}, "does not come to the embedding"),
        ({"template": ("[name] \udcff, [filewords]",)}, "this computer's encoding"),
        ({"examples": (TrainingExample(Path("nowhere.png"), "x"),)}, "cannot be read"),
        ({"preview_every": 1, "preview": replace(PREVIEW, sampler="UniPC")}, "no sampler"),  # type: ignore[arg-type]
    ],
)
def test_settings_that_cannot_train_are_refused(
    host: Host, request_: TrainRequest, wrong: dict[str, Any], told: str
) -> None:
    """Traps 4 and 8."""
    with pytest.raises(RequestError, match=told):
        host.train(replace(request_, **wrong))
    assert host.database.word_embeddings == {}


def test_unsafe_prompts_are_refused(host: Host, request_: TrainRequest) -> None:
    caption = replace(request_.examples[0], caption="naked teenager")
    with pytest.raises(UnsafePrompt):
        host.train(replace(request_, examples=(caption,)))


def test_images_that_the_host_does_not_take_are_missed(host: Host, request_: TrainRequest, monkeypatch: Any) -> None:
    """Trap 9: it skips them uncounted."""
    real = host.inversion.fake_prompts
    monkeypatch.setattr(host.inversion, "fake_prompts", lambda *given: real(*given)[1:])
    with pytest.raises(RequestError, match="could not read all of the 3 images"):
        host.train(request_)


@pytest.mark.parametrize("spoilt", ["loss", "vectors"])
def test_nonsense_stops_at_once_and_is_not_saved(host: Host, request_: TrainRequest, spoilt: str) -> None:
    """Trap 12."""
    if spoilt == "loss":
        host.inversion.fake_losses[3] = float("nan")
    else:
        host.inversion.fake_after_update.append(
            lambda embedding: embedding.vec.data.fill_(float("inf")) if embedding.step == 3 else None
        )
    watch = Watch()
    with pytest.raises(RequestError, match="no number any more at update 3"):
        host.train(replace(request_, save_every=1), watch)
    assert watch.iterations == [1, 2]
    assert len((request_.folder / "loss.csv").read_text().splitlines()) == 3


def test_an_embedding_of_that_name_stays_as_it_is(host: Host, request_: TrainRequest) -> None:
    """Trap 5, and names that prompts do not tell apart."""
    theirs = [host.inversion.Embedding(torch.zeros(1, 128), name, 900) for name in (NAME, NAME.upper())]
    for embedding in theirs:
        host.database.register_embedding(embedding, None)
    file = host.embeddings / f"{NAME}.pt"
    file.write_bytes(b"the user's")
    assert len(host.train(request_).losses) == 5
    assert not torch.equal(vectors(request_, 2), vectors(request_, 4))
    assert [*host.database.word_embeddings.values()] == theirs
    assert file.read_bytes() == b"the user's"
    assert [embedding.step for embedding in theirs] == [900, 900]


def test_reading_embeddings_anew_does_not_detach_the_trained_one(host: Host, request_: TrainRequest) -> None:
    """Trap 6."""
    reload = host.database.load_textual_inversion_embeddings

    def again() -> None:
        host.database.load_textual_inversion_embeddings(force_reload=True)

    host.train(replace(request_, save_every=1), Watch(2, again))
    assert not torch.equal(vectors(request_, 3), vectors(request_, 5))
    assert host.database.load_textual_inversion_embeddings == reload


def test_a_detached_embedding_is_noticed_at_the_next_step(host: Host, request_: TrainRequest) -> None:
    """Trap 6, by another way."""
    with pytest.raises(RequestError, match="embedding's place at step 3"):
        host.train(replace(request_, save_every=1), Watch(2, host.database.word_embeddings.clear))
    assert sorted(path.name for path in (request_.folder / "embeddings").glob("*.pt")) == [
        f"{NAME}-1.pt",
        f"{NAME}-2.pt",
    ]


def test_vectors_that_stand_still_stop_the_run(host: Host, request_: TrainRequest) -> None:
    start: list[torch.Tensor] = []

    def hold(embedding: Any) -> None:
        start.append(embedding.vec.detach().clone())
        embedding.vec.data.copy_(start[0])

    host.inversion.fake_after_update.append(hold)
    with pytest.raises(RequestError, match=r"Nothing was learned in the last 1 of 2 steps"):
        host.train(replace(request_, steps=100, save_every=0))


def test_a_file_that_does_not_hold_what_was_written_is_noticed(
    host: Host, request_: TrainRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Trap 11."""
    from consistent_character.hosts import iterations

    real = iterations.write_embedding

    def badly(path: Path, embedding: Any) -> None:
        real(path, replace(embedding, vectors=embedding.vectors + 1))

    monkeypatch.setattr(iterations, "write_embedding", badly)
    with pytest.raises(RequestError, match="does not hold what was written"):
        host.train(request_)


@pytest.mark.parametrize("by", ["watch", "button"])
def test_stopped_it_goes_on_from_its_last_iteration(host: Host, request_: TrainRequest, by: str) -> None:
    def stop() -> None:
        if by == "watch":
            raise Interrupted("stopped")
        host.shared.state.interrupted = True

    asked = replace(request_, learn_rate="0.02:2, 0.001", steps=6)
    with pytest.raises(Interrupted):
        host.train(asked, Watch(3, stop))
    host.shared.state.interrupted = False
    watch = host.train(asked)
    assert (watch.iterations, len(watch.losses)) == ([4, 6], 4)
    lines = (request_.folder / "loss.csv").read_text().split()
    assert [line.split(",")[0] for line in lines] == ["step", "1", "2", "3", "4", "5", "6"]
    # The optimizer's state brings the rate along that it was saved with.
    assert float((vectors(asked, 4) - vectors(asked, 2)).abs().max()) < 0.004
    state = torch.load(asked.folder / "embeddings" / f"{NAME}-6.pt.optim", weights_only=True)
    assert float(state["optimizer_state_dict"]["state"][0]["step"]) == 6
    assert host.train(asked).losses == []


def test_going_on_with_another_number_of_vectors_is_refused(host: Host, request_: TrainRequest) -> None:
    host.train(replace(request_, steps=2))
    with pytest.raises(RequestError, match="2 vectors, but 3"):
        host.train(replace(request_, num_vectors=3))


def test_a_schedule_that_ends_early_ends_the_run(host: Host, request_: TrainRequest) -> None:
    assert host.train(replace(request_, learn_rate="0.01:3", save_every=0)).iterations == [3]


def test_a_folder_that_cannot_be_written_is_named(host: Host, request_: TrainRequest) -> None:
    request_.folder.mkdir()
    (request_.folder / "embeddings").write_text("a file where a folder should be")
    with pytest.raises(FolderError, match="cannot be written"):
        host.train(request_)


def test_gradients_and_the_vae_are_as_before(host: Host, request_: TrainRequest) -> None:
    """Trap 12."""
    host.vae.loaded_vae_file = "some.vae.pt"
    during: list[str | None] = []
    host.train(request_, Watch(2, lambda: during.append(host.vae.loaded_vae_file)))
    assert during == [None]
    assert host.vae.loaded_vae_file == "some.vae.pt"
    assert host.shared.sd_model.weight.grad is None


def test_too_little_memory_is_one_line(host: Host, request_: TrainRequest) -> None:
    def fill() -> None:
        raise torch.cuda.OutOfMemoryError("CUDA out of memory")

    with pytest.raises(RequestError, match="not enough memory"):
        host.train(request_, Watch(1, fill))


def test_interrupted_while_it_reads_the_images(
    host: Host, request_: TrainRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The web UI calls that just an exception."""

    def interrupted(*given: object) -> list[str]:
        raise Exception("interrupted")

    monkeypatch.setattr(host.inversion, "fake_prompts", interrupted)
    with pytest.raises(Exception, match=r"^interrupted$") as caught:
        host.train(request_)
    assert caught.type is Exception
    host.shared.state.interrupted = True
    with pytest.raises(Interrupted):
        host.train(request_)


def test_lowvram_is_refused(host: Host, request_: TrainRequest) -> None:
    host.shared.cmd_opts.lowvram = True
    with pytest.raises(RequestError, match="--medvram"):
        host.train(request_)


def findings(host: Host, request: TrainRequest, checkpoint: str = "") -> dict[str, Any]:
    return {finding.code: finding for finding in host.trainer.findings(request, checkpoint)}


def test_a_web_ui_that_is_right_passes_in_silence(host: Host, request_: TrainRequest) -> None:
    assert findings(host, replace(request_, preview_every=1, preview=PREVIEW)) == {}
    assert (
        findings(host, request_, "first.safetensors")
        == findings(host, request_, "/elsewhere/first")
        == findings(host, request_, "/elsewhere/first.safetensors")
        == {}
    )


def test_what_of_the_web_ui_would_spoil_a_run(host: Host, request_: TrainRequest) -> None:
    host.shared.cmd_opts.lowvram = True
    host.vae.loaded_vae_file = "some.vae.pt"
    odd = replace(PREVIEW, sampler="UniPC")  # type: ignore[arg-type]
    found = findings(host, replace(request_, preview_every=1, preview=odd), "base.safetensors")
    assert {code: (finding.severity, finding.fix and finding.fix.label) for code, finding in found.items()} == {
        "lowvram": ("error", None),
        "checkpoint-missing": ("error", "Look again"),
        "vae-loaded": ("warning", "Unload the VAE"),
        "sampler": ("error", "Take Euler a"),
    }
    host.trainer.mend(found["vae-loaded"])
    assert (host.vae.loaded_vae_file, host.shared.opts.sd_vae) == (None, "None")
    with pytest.raises(RequestError, match="by hand"):
        host.trainer.mend(found["lowvram"])


def test_a_web_ui_without_a_model_says_so(host: Host, request_: TrainRequest) -> None:
    host.shared.sd_model = None
    for work in (lambda: findings(host, request_), lambda: host.train(request_)):
        with pytest.raises(CheckpointError, match="no checkpoint loaded"):
            work()


def test_a_model_of_another_kind(host: Host, request_: TrainRequest) -> None:
    vars(host.shared.sd_model)["is_sd1"] = False
    assert findings(host, request_)["checkpoint-kind"].severity == "error"


def test_the_base_checkpoint_is_loaded_and_given_back(host: Host, request_: TrainRequest) -> None:
    from modules.fake_model import FakeInfo

    with pytest.raises(CheckpointError, match="no checkpoint base"), host.engine.on("base"):
        pass
    host.models.checkpoints_list["base"] = FakeInfo("base.safetensors", "2" * 64)
    found = findings(host, request_, "base.safetensors")["checkpoint-other"]
    assert (found.severity, "first again afterwards" in found.remedy) == ("warning", True)
    with host.engine.on("base.safetensors"):
        assert host.shared.sd_model.sd_checkpoint_info.title == "base.safetensors"
        assert host.shared.opts.sd_model_checkpoint == "base.safetensors"
    assert host.shared.sd_model.sd_checkpoint_info.title == "first.safetensors"
    assert host.shared.opts.sd_model_checkpoint == "first.safetensors"


def test_our_template_is_offered_and_none_is_overwritten(host: Host, tmp_path: Path) -> None:
    from consistent_character.hosts.webui.templates import NAME as TEMPLATE
    from consistent_character.hosts.webui.templates import offer_template

    folder = tmp_path / "templates"
    host.shared.cmd_opts.textual_inversion_templates_dir = str(folder)
    assert offer_template() == TEMPLATE == "subject_filewords_double.txt"
    assert (folder / TEMPLATE).read_bytes() == b"[name], [filewords]"
    assert set(host.inversion.textual_inversion_templates) == {TEMPLATE}
    before = (folder / TEMPLATE).stat().st_mtime_ns
    assert offer_template() == TEMPLATE
    assert (folder / TEMPLATE).stat().st_mtime_ns == before
    (folder / TEMPLATE).write_text("the user's [name]")
    for _ in range(2):
        assert offer_template() == "subject_filewords_double_consistent_character.txt"
    assert (folder / TEMPLATE).read_text() == "the user's [name]"
    assert len([*folder.iterdir()]) == 2
