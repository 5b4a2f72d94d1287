"""An embedding is put into the web UI's own folder; what is there already stays as it is."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from modules import safe, shared

from consistent_character.errors import FolderError, RequestError
from consistent_character.hosts.embedding_files import Embedding, read_embedding, write_embedding
from consistent_character.hosts.webui.checkpoints import loaded_model
from consistent_character.hosts.webui.embeddings import known_names, vector_width


def install(file: Path, name: str) -> Path:
    """See `house.Place`. Hold the web UI's queue: a folder that changes spoils a training run.

    The web UI finds it at its next generation.

    Raises:
        RequestError: another embedding goes by that name, or it is one for another model than that in use.
        FolderError: the folder cannot be written.
    """
    folder = Path(shared.cmd_opts.embeddings_dir).resolve()
    target = folder / f"{name}.pt"
    embedding = replace(_read(file), name=name)
    if target.is_file() and _same(target, embedding):
        return target
    if name.casefold() in map(str.casefold, known_names()):
        raise RequestError(
            f"The web UI has an embedding “{name}” already, and it is another one: choose another name, such as "
            f"{name}-{embedding.step or 'new'}."
        )
    try:
        folder.mkdir(parents=True, exist_ok=True)
        write_embedding(target, embedding)
    except OSError as error:
        raise FolderError(f"{target} cannot be written ({error.strerror or error}): mend that, try again.") from error
    return target


def _read(file: Path) -> Embedding:
    loaded_model()  # the width is that of the model in use
    return read_embedding(file, vector_width(), load=safe.unsafe_torch_load)


def _same(target: Path, embedding: Embedding) -> bool:
    """Whether this very embedding has been put there before."""
    try:
        there = _read(target)
    except RequestError:  # not to be read, or for another model: in any case another one
        return False
    return there.vectors.shape == embedding.vectors.shape and bool((there.vectors == embedding.vectors).all())
