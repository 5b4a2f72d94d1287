"""Embeddings by file: known to the web UI for as long as a batch is drawn, without touching its embeddings folder."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from modules import safe, shared
from modules.textual_inversion import textual_inversion

from consistent_character.engine import EmbeddingFile
from consistent_character.errors import RequestError
from consistent_character.hosts.embedding_files import read_embedding
from consistent_character.hosts.webui.kinds import kind

ENDINGS = (".pt", ".bin", ".safetensors", ".png", ".webp", ".jxl", ".avif")
"""Files in which the web UI looks for an embedding. Source: `EmbeddingDatabase.load_from_file`."""
_FROM_ITS_TABLE = -1
"""The database's width before it has loaded anything."""
_REST = ("expected_shape", "previously_displayed_embeddings")


def database() -> Any:
    """The web UI's table of embeddings. Have a model loaded: in Forge each has one of its own."""
    return kind().table()


def known_names() -> tuple[str, ...]:
    """Names of the embeddings that the web UI has: in use, unfit for the checkpoint in use, or new in its folder."""
    db = database()
    known: tuple[Collection[str], ...] = (db.word_embeddings, db.skipped_embeddings) if db is not None else ()
    files = (path for folder in folders() for path in Path(folder).rglob("*"))
    found = {path.stem for path in files if path.suffix.lower() in ENDINGS}
    return tuple(sorted(found.union(*known), key=str.casefold))


def last_changes() -> dict[str, int]:
    """When something was last put into or taken out of each of the user's folders, in nanoseconds."""
    there = map(Path, folders())
    return {str(folder): folder.stat().st_mtime_ns for folder in there if folder.is_dir()}


def folders() -> Collection[str]:
    """Where the user's embeddings are."""
    db = database()
    return db.embedding_dirs if db is not None else (shared.cmd_opts.embeddings_dir,)


@contextmanager
def registered(files: Collection[EmbeddingFile], model: Any) -> Iterator[None]:
    """Within it prompts may name these embeddings; afterwards the web UI's tables are as before.

    An embedding of the user's that a prompt would call by the same name is out of the way meanwhile.

    Raises:
        RequestError: a file is no embedding, or one for another model, or its name cannot be found in a prompt.
    """
    loaded = [_loaded(file, vector_width()) for file in {file.name: file for file in files}.values()]
    with tables_kept():
        for embedding in loaded:
            _register(embedding, model)
        yield


@contextmanager
def tables_kept() -> Iterator[None]:
    """Whatever is done to the web UI's tables of embeddings within it, afterwards they are as before.

    The tables stay the same objects, as others may hold them. When the folders were looked at last is kept too: what
    has changed in them since is found at the next generation.
    """
    db = database()
    if db is None:
        yield
        return
    lookup = {first: [*found] for first, found in db.ids_lookup.items()}
    tables = [(table, {**table}) for table in (db.word_embeddings, db.skipped_embeddings)]
    seen = {folder: folder.mtime for folder in db.embedding_dirs.values()}
    rest = {name: getattr(db, name) for name in _REST if hasattr(db, name)}
    try:
        yield
    finally:
        for table, before in ((db.ids_lookup, lookup), *tables):
            table.clear()
            table.update(before)
        for folder, mtime in seen.items():
            folder.mtime = mtime
        for name, value in rest.items():
            setattr(db, name, value)


def vector_width() -> int:
    """Numbers in one token's vector, in the model in use."""
    db = database()
    width = db.get_expected_shape() if db.expected_shape == _FROM_ITS_TABLE else db.expected_shape
    return int(width)


def _loaded(file: EmbeddingFile, width: int) -> Any:
    """The web UI's own object for a file. Without its path: the web UI would write the file's hash into its cache."""
    # torch's own loader: the web UI's takes files that a newer torch has written for malicious, and gives None. Here
    # only weights are read, which runs no code either.
    found = read_embedding(file.path, width, load=safe.unsafe_torch_load)
    content = {
        "string_to_param": {"*": found.vectors},
        "step": found.step,
        "sd_checkpoint": found.checkpoint_hash or None,
        "sd_checkpoint_name": found.checkpoint_name or None,
    }
    return textual_inversion.create_embedding_from_data(content, file.name, filename=file.path.name)


def _register(embedding: Any, model: Any) -> None:
    db, host = database(), kind()
    (ids,) = host.reader(model).tokenize([embedding.name])
    if not ids:
        raise RequestError(f"An embedding cannot be called {embedding.name!r}: a prompt could not name it.")
    for taken, other in [*db.ids_lookup.get(ids[0], ())]:
        if taken == ids:  # the name in another case, or the same one: the first in the table would win
            host.register(None, model, other.name)
    host.register(embedding, model, embedding.name)
    if db.find_embedding_at_position(ids, 0) != (embedding, len(ids)):
        raise RequestError(f"The web UI cannot tell the embedding {embedding.name!r} in prompts: give it another name.")
