"""Finds CLIP's vocabulary on this machine.

A real Stable Diffusion checkpoint does not carry it, and nothing is downloaded unasked.
"""

from __future__ import annotations

import gzip
import importlib.util
import json
from pathlib import Path
from tempfile import TemporaryDirectory

from huggingface_hub import try_to_load_from_cache
from transformers import CLIPTokenizer
from transformers.models.clip.tokenization_clip import bytes_to_unicode

from consistent_character.errors import CheckpointError

MERGES = 49152 - 256 - 2
"""Byte pair merges that CLIP uses of the many in OpenAI's file."""

_FILE = "bpe_simple_vocab_16e6.txt.gz"
_CARRIERS = ("open_clip", "clip")
_HUB_NAME = "openai/clip-vit-large-patch14"
_LENGTH = 77
_START, _END = "<|startoftext|>", "<|endoftext|>"


def load_tokenizer(folder: Path | None) -> CLIPTokenizer:
    """The tokenizer in `folder`, or, if that is None, CLIP's own from whatever is installed here.

    Raises:
        CheckpointError: CLIP's own is nowhere on this machine; says how to get it.
    """
    if folder is not None:
        return CLIPTokenizer(str(folder / "vocab.json"), str(folder / "merges.txt"), model_max_length=_LENGTH)
    carried = _carried_file()
    return _from_hub_cache() if carried is None else from_openai_file(carried)


def from_openai_file(path: Path) -> CLIPTokenizer:
    """CLIP's tokenizer from `bpe_simple_vocab_16e6.txt.gz`.

    Source: `clip/simple_tokenizer.py` of github.com/openai/CLIP: the bytes, the same at a word's end, the merges, two
    marks.
    """
    lines = gzip.decompress(path.read_bytes()).decode("utf-8").split("\n")[1 : MERGES + 1]
    letters = list(bytes_to_unicode().values())
    words = [
        *letters,
        *(f"{letter}</w>" for letter in letters),
        *("".join(line.split()) for line in lines),
        _START,
        _END,
    ]
    with TemporaryDirectory() as folder:
        vocabulary, merges = Path(folder) / "vocab.json", Path(folder) / "merges.txt"
        vocabulary.write_text(json.dumps({word: number for number, word in enumerate(words)}), encoding="utf-8")
        merges.write_text("\n".join(["#version: 0.2", *lines]) + "\n", encoding="utf-8")
        return CLIPTokenizer(str(vocabulary), str(merges), model_max_length=_LENGTH)


def _carried_file() -> Path | None:
    """OpenAI's file inside an installed package; the packages themselves are not imported."""
    for package in _CARRIERS:
        found = importlib.util.find_spec(package)
        for folder in (found.submodule_search_locations or ()) if found else ():
            path = Path(folder) / _FILE
            if path.is_file():
                return path
    return None


def _from_hub_cache() -> CLIPTokenizer:
    """From the files that another program had downloaded from the hub before."""
    files = [try_to_load_from_cache(_HUB_NAME, name) for name in ("vocab.json", "merges.txt")]
    if not all(isinstance(file, str) for file in files):
        raise CheckpointError(
            "This checkpoint needs CLIP's vocabulary, which is not on this machine. "
            "Install the package that carries it: pip install --no-deps open_clip_torch"
        )
    return CLIPTokenizer(*files, model_max_length=_LENGTH)
