"""CLIP's own tokenizer, from what other packages carry."""

from __future__ import annotations

import gzip
import importlib.util
from pathlib import Path

import pytest

from consistent_character.errors import CheckpointError
from consistent_character.hosts.standalone import vocabulary
from consistent_character.hosts.standalone.vocabulary import from_openai_file, load_tokenizer

MERGES = ["i n", "c a", "ca t</w>", "d o", "do g</w>"]


def openai_file(folder: Path) -> Path:
    path = folder / "bpe_simple_vocab_16e6.txt.gz"
    path.write_bytes(gzip.compress("\n".join(['"bpe_simple_vocab_16e6.txt#version: 0.2', *MERGES]).encode()))
    return path


def test_ids_are_numbered_as_openai_does(tmp_path: Path) -> None:
    tokenizer = from_openai_file(openai_file(tmp_path))
    cat, dog = 512 + MERGES.index("ca t</w>"), 512 + MERGES.index("do g</w>")
    assert tokenizer("Cat, dog!", add_special_tokens=False)["input_ids"] == [cat, 267, dog, 256]
    assert (tokenizer.bos_token_id, tokenizer.eos_token_id) == (512 + len(MERGES), 513 + len(MERGES))


def test_it_is_found_in_an_installed_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "open_clip"
    package.mkdir()
    (package / "__init__.py").write_text("raise RuntimeError('must not be imported')")
    openai_file(package)
    monkeypatch.syspath_prepend(tmp_path)
    importlib.invalidate_caches()
    assert len(load_tokenizer(None)) == 514 + len(MERGES)


def test_without_it_the_message_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)
    monkeypatch.setattr(vocabulary, "try_to_load_from_cache", lambda *_names: None)
    with pytest.raises(CheckpointError, match="pip install --no-deps open_clip_torch"):
        load_tokenizer(None)
