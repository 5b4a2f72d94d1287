"""The table of embeddings, as the web UI keeps it."""

from __future__ import annotations

import os
from collections import namedtuple
from pathlib import Path
from typing import Any

import torch
from modules import errors, shared
from modules.fake_model import ids_of
from modules.textual_inversion.learn_schedule import LearnRateScheduler

TextualInversionTemplate = namedtuple("TextualInversionTemplate", ["name", "path"])
textual_inversion_templates: dict[str, Any] = {}


def list_textual_inversion_templates() -> dict[str, Any]:
    """The templates' folder, read anew."""
    textual_inversion_templates.clear()
    for path in Path(shared.cmd_opts.textual_inversion_templates_dir).rglob("*"):
        textual_inversion_templates[path.name] = TextualInversionTemplate(path.name, str(path))
    return textual_inversion_templates


class Embedding:
    """Vectors under a name."""

    def __init__(self, vec: Any, name: str, step: int | None = None) -> None:
        self.vec = vec
        self.name = name
        self.step = step
        self.shape: int | None = None
        self.vectors = 0
        self.sd_checkpoint: str | None = None
        self.sd_checkpoint_name: str | None = None
        self.filename: str | None = None
        self.shorthash: str | None = None


class DirWithTextualInversionEmbeddings:
    """A folder, and when it was looked at last."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.mtime: float | None = None


class EmbeddingDatabase:
    """Finds embeddings in prompts: by the ids of their names, the longest name first."""

    def __init__(self) -> None:
        self.ids_lookup: dict[int, list[tuple[list[int], Embedding]]] = {}
        self.word_embeddings: dict[str, Embedding] = {}
        self.skipped_embeddings: dict[str, Embedding] = {}
        self.expected_shape = -1
        self.embedding_dirs: dict[str, DirWithTextualInversionEmbeddings] = {}
        self.previously_displayed_embeddings: tuple[Any, ...] = ()

    def add_embedding_dir(self, path: str) -> None:
        self.embedding_dirs[path] = DirWithTextualInversionEmbeddings(path)

    def register_embedding_by_name(self, embedding: Embedding | None, model: Any, name: str) -> Embedding | None:
        """As the web UI does it, with a list that grows in place and names that are told apart by case."""
        ids = ids_of(name)
        lookup = self.ids_lookup.setdefault(ids[0], [])
        if name in self.word_embeddings:
            lookup = [entry for entry in lookup if entry[1].name != name]
        if embedding is not None:
            lookup += [(ids, embedding)]
        self.ids_lookup[ids[0]] = sorted(lookup, key=lambda entry: len(entry[0]), reverse=True)
        if embedding is None:
            self.word_embeddings.pop(name, None)
            if not self.ids_lookup[ids[0]]:
                del self.ids_lookup[ids[0]]
            return None
        self.word_embeddings[name] = embedding
        return embedding

    def register_embedding(self, embedding: Embedding, model: Any) -> Embedding | None:
        return self.register_embedding_by_name(embedding, model, embedding.name)

    def load_textual_inversion_embeddings(self, force_reload: bool = False) -> None:
        """All that lie in the folders as .pt; all others are gone."""
        self.ids_lookup.clear()
        self.word_embeddings.clear()
        for path in (path for folder in self.embedding_dirs for path in sorted(Path(folder).rglob("*.pt"))):
            content = torch.load(path, weights_only=True)
            self.register_embedding_by_name(create_embedding_from_data(content, path.stem), None, path.stem)

    def get_expected_shape(self) -> int:
        return 128

    def find_embedding_at_position(self, tokens: list[int], offset: int) -> tuple[Embedding | None, int | None]:
        for ids, embedding in self.ids_lookup.get(tokens[offset], ()):
            if tokens[offset : offset + len(ids)] == ids:
                return embedding, len(ids)
        return None, None


def create_embedding_from_data(
    data: dict[str, Any], name: str, filename: str = "unknown embedding file", filepath: str | None = None
) -> Embedding:
    """With a path the web UI hashes the file, and remembers that for good."""
    if filepath:
        raise AssertionError(f"{Path(filepath).name} was put into the web UI's cache of hashes.")
    vectors = data["string_to_param"]["*"]
    embedding = Embedding(vectors, name, data.get("step"))
    embedding.vectors, embedding.shape = vectors.shape
    return embedding


def write_loss(log_directory: str, filename: str, step: int, epoch_len: int, values: dict[str, Any]) -> None:
    """A line in the day's folder."""
    with (Path(log_directory) / filename).open("a", encoding="utf-8") as file:
        file.write(f"{step},{values['loss']}\n")


def save_embedding(
    embedding: Any,
    optimizer: Any,
    checkpoint: Any,
    embedding_name: str,
    filename: str,
    remove_cached_checksum: bool = True,
) -> None:
    """In place, and under a name of its own."""
    embedding.name = embedding_name
    torch.save({"string_to_param": {"*": embedding.vec}, "step": embedding.step}, filename)


def train_embedding(
    id_task: Any,
    embedding_name: Any,
    learn_rate: Any,
    batch_size: Any,
    gradient_step: Any,
    data_root: Any,
    log_directory: Any,
    training_width: Any,
    training_height: Any,
    varsize: Any,
    steps: Any,
    clip_grad_mode: Any,
    clip_grad_value: Any,
    shuffle_tags: Any,
    tag_drop_out: Any,
    latent_sampling_method: Any,
    use_weight: Any,
    create_image_every: Any,
    save_embedding_every: Any,
    template_filename: Any,
    save_image_with_stored_embedding: Any,
    preview_from_txt2img: Any,
    preview_prompt: Any,
    preview_negative_prompt: Any,
    preview_steps: Any,
    preview_sampler_name: Any,
    preview_cfg_scale: Any,
    preview_seed: Any,
    preview_width: Any,
    preview_height: Any,
) -> tuple[Any, str]:
    """Pulls the vectors that the prompts come to towards one; with the web UI's order of calls, and its silences."""
    from modules import sd_hijack

    assert template_filename in textual_inversion_templates, f"Prompt template file {template_filename} not found"
    filename = os.path.join(shared.cmd_opts.embeddings_dir, f"{embedding_name}.pt")  # noqa: PTH118
    database = sd_hijack.model_hijack.embedding_db
    embedding = database.word_embeddings[embedding_name]
    embedding.step = embedding.step or 0
    if embedding.step >= steps:
        return embedding, filename
    scheduler = LearnRateScheduler(learn_rate, steps, embedding.step)
    prompts = fake_prompts(data_root, textual_inversion_templates[template_filename].path, embedding_name)
    fake_prompts_seen.append(prompts)
    embedding.vec.requires_grad = True
    optimizer = torch.optim.AdamW([embedding.vec], lr=scheduler.learn_rate, weight_decay=0.0)
    try:
        while True:
            scheduler.apply(optimizer, embedding.step)
            if scheduler.finished or shared.state.interrupted:
                break
            loss = _loss(database, prompts[embedding.step % len(prompts)]) + shared.sd_model.weight.sum()
            loss.backward()
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)
            embedding.step += 1
            for act in fake_after_update:
                act(embedding)
            if save_embedding_every and (embedding.step + 1) % save_embedding_every == 0:
                every = f"{embedding_name}-{embedding.step + 1}"
                save_embedding(embedding, optimizer, None, every, str(Path(log_directory) / f"{every}.pt"))
            values = {"loss": f"{fake_losses.get(embedding.step, loss.item()):.7f}", "learn_rate": scheduler.learn_rate}
            per_epoch = len(prompts) // min(batch_size, len(prompts))
            write_loss(log_directory, "textual_inversion_loss.csv", embedding.step, per_epoch, values)
        save_embedding(embedding, optimizer, None, embedding_name, filename)
    except Exception:  # noqa: BLE001 - so does the web UI
        errors.report("Error training embedding", exc_info=True)
    return embedding, filename


fake_prompts_seen: list[list[str]] = []
"""What each run was trained on."""
fake_after_update: list[Any] = []
"""Is called after every update, with the embedding."""
fake_losses: dict[int, float] = {}
"""The losses of some steps."""


def fake_prompts(data_root: str, template: str, name: str) -> list[str]:
    """One for each image, the caption from the .txt beside it; without one, from the file's name."""
    line = Path(template).read_text().splitlines()[0]
    images = sorted(path for path in Path(data_root).iterdir() if path.suffix != ".txt")
    texts = [path.with_suffix(".txt") for path in images]
    captions = [text.read_text(encoding="utf8") if text.exists() else text.stem for text in texts]
    return [line.replace("[filewords]", caption).replace("[name]", name) for caption in captions]


def _loss(database: EmbeddingDatabase, prompt: str) -> Any:
    ids = ids_of(prompt)
    found = [database.find_embedding_at_position(ids, place)[0] for place in range(len(ids))]
    return sum((((one.vec - 1) ** 2).mean() + torch.rand(()) for one in found if one), torch.zeros(()))
