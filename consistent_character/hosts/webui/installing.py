"""An embedding is put into the web UI's own folder and loaded; what had its name is kept, all else left alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from modules import safe, shared

from consistent_character.character.aside import kept_aside
from consistent_character.engine import EmbeddingContent
from consistent_character.errors import FolderError, RequestError
from consistent_character.hosts.embedding_files import Embedding, read_embedding, write_embedding
from consistent_character.hosts.embedding_forms import content_of, vectors_of
from consistent_character.hosts.embedding_pictures import PICTURES
from consistent_character.hosts.webui.checkpoints import loaded_model
from consistent_character.hosts.webui.embeddings import ENDINGS, database, folders, known_names, vector_width
from consistent_character.hosts.webui.keeping import forget_conditionings
from consistent_character.hosts.webui.kinds import kind
from consistent_character.house import Placed


class Shelf:
    """The web UI's folder of embeddings; see `house.Place`. Hold the web UI's queue."""

    def check(self, name: str, own: bool) -> None:
        """See that nothing else goes by the name, or, if that may make room, that it is a file."""
        loaded_model()  # names and widths are those of the model in use
        if name.casefold() not in map(str.casefold, known_names()):
            return
        if not own:
            raise RequestError(
                f"The web UI has an embedding “{name}” already, and it is another one: choose another name, or say "
                "that it shall make room."
            )
        if not any(_files(name)) and name.casefold() in map(str.casefold, database().word_embeddings):
            raise RequestError(f"The embedding “{name}” comes from another extension: choose another name.")

    def put(self, content: EmbeddingContent, ending: str, own: bool, aside: Path) -> Placed:
        """Write it, set aside what it stands in for, and load it at once."""
        self.check(content.name, own)
        target = Path(shared.cmd_opts.embeddings_dir).resolve() / f"{content.name}{ending}"
        before = [path for path in _files(content.name) if _holds_one(path)]
        kept: tuple[Path, ...] = ()
        if before != [target] or not _same(target, content):
            kept = tuple(kept_aside(path, aside) for path in before)
            _write(target, content, [path for path in before if path != target])
        kind().load_embeddings()
        forget_conditionings()  # remembered by the prompt's text, they would show the vectors of before
        return Placed(target, kept, content.name in database().word_embeddings)


def _files(name: str) -> Iterator[Path]:
    """What the web UI would load under the name, wherever in its folders."""
    for folder in folders():
        for path in sorted(Path(folder).resolve().rglob("*")):
            if path.suffix.lower() in ENDINGS and path.stem.casefold() == name.casefold() and path.is_file():
                yield path


def _holds_one(path: Path) -> bool:
    """Not so a picture that only shows on the embedding's card."""
    try:
        vectors_of(content_of(path, safe.unsafe_torch_load), path.name)
    except RequestError:
        return path.suffix.lower() not in PICTURES
    return True


def _same(target: Path, content: EmbeddingContent) -> bool:
    """Whether this very embedding has been put there before."""
    try:
        there = read_embedding(target, vector_width(), load=safe.unsafe_torch_load)
    except RequestError:  # not to be read, or for another model: in any case another one
        return False
    return np.array_equal(there.vectors.numpy(), content.vectors) and there.notes == content.notes


def _write(target: Path, content: EmbeddingContent, others: list[Path]) -> None:
    about = (content.name, content.step, content.checkpoint_hash, content.checkpoint_name, content.notes)
    vectors = torch.from_numpy(np.array(content.vectors, dtype=np.float32))
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        write_embedding(target, Embedding(vectors, *about))
        for path in others:  # kept aside by now; it would be loaded in this one's place
            path.unlink()
    except OSError as error:
        raise FolderError(f"{target} cannot be written ({error.strerror or error}): mend that, try again.") from error
