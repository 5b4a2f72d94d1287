"""Embedding files: the web UI's form, the same bytes each time, and what else is about."""

from __future__ import annotations

import os
import re
import zipfile
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from consistent_character.errors import RequestError
from consistent_character.hosts.embedding_files import Embedding, checksum, read_embedding, write_embedding

WEB_UI_ALLOWS = re.compile(r"^([^/]+)/((data/\d+)|version|(data\.pkl))$")
"""What the web UI's unpickler takes; source: `modules/safe.py` of A1111 1.0 to 1.10.1."""

VECTORS = torch.arange(24, dtype=torch.float32).reshape(3, 8)


def test_written_as_the_web_ui_writes(tmp_path: Path) -> None:
    path = tmp_path / "me-5.pt"
    write_embedding(path, Embedding(VECTORS, "me-5", 5, "0123456789", "world"))
    content = torch.load(path, weights_only=True)
    assert content.pop("string_to_token") == {"*": 265}
    parameters = content.pop("string_to_param")
    assert parameters.keys() == {"*"}
    assert torch.equal(parameters["*"], VECTORS)
    assert content == {"name": "me-5", "step": 5, "sd_checkpoint": "0123456789", "sd_checkpoint_name": "world"}
    assert all(WEB_UI_ALLOWS.match(member) for member in zipfile.ZipFile(path).namelist())
    assert [file.name for file in tmp_path.iterdir()] == ["me-5.pt"]


def test_a_full_disk_leaves_nothing_half(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(file: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        write_embedding(tmp_path / "me-5.pt", Embedding(VECTORS))
    assert list(tmp_path.iterdir()) == []


def test_read_back_and_the_same_bytes_each_time(tmp_path: Path) -> None:
    written = Embedding(VECTORS, "me", 7, "abc", "world")
    for name in ("a.pt", "b.pt"):
        write_embedding(tmp_path / name, written)
    assert (tmp_path / "a.pt").read_bytes() == (tmp_path / "b.pt").read_bytes()
    found = read_embedding(tmp_path / "a.pt", width=8)
    assert torch.equal(found.vectors, VECTORS)
    assert (found.name, found.step, found.checkpoint_hash, found.checkpoint_name) == ("me", 7, "abc", "world")


@pytest.mark.parametrize("tensor", [VECTORS, VECTORS.half(), VECTORS[0]])
def test_other_forms_are_read(tmp_path: Path, tensor: torch.Tensor) -> None:
    save_file({"emb_params": tensor}, tmp_path / "one.safetensors")
    torch.save({"<me>": tensor}, tmp_path / "one.bin")
    torch.save(
        {"string_to_param": torch.nn.ParameterDict({"*": torch.nn.Parameter(tensor)}).state_dict()}, tmp_path / "one.pt"
    )
    for path in tmp_path.iterdir():
        found = read_embedding(path, width=8)
        assert found.vectors.dtype == torch.float32
        assert torch.equal(found.vectors, tensor.float().reshape(-1, 8))


class Malicious:
    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.mkdir, ("was-run",)


def test_what_is_no_embedding_of_this_model_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    def refused(name: str, match: str) -> None:
        with pytest.raises(RequestError, match=match):
            read_embedding(Path(name), width=8)

    refused("none.pt", "no embedding at")
    torch.save({"string_to_param": {"*": Malicious()}}, "evil.pt")
    refused("evil.pt", "refused")
    assert not Path("was-run").exists()
    save_file({"clip_l": VECTORS, "clip_g": VECTORS.clone()}, "xl.safetensors")
    refused("xl.safetensors", "for Stable Diffusion XL")
    save_file({"emb_params": torch.zeros(2, 1024)}, "two.safetensors")
    refused("two.safetensors", "1024 wide")
    Path("cut.safetensors").write_bytes(b"\x08\x00")
    refused("cut.safetensors", "damaged")
    torch.save([1, 2], "list.pt")
    refused("list.pt", "no textual inversion embedding")


def test_checksum_is_the_web_uis() -> None:
    # By hand: 100 * 997 = 99700; (99700 * 281) ^ (200 * 997) = 27882436; the lower 16 bits in hex.
    assert checksum(torch.tensor([[1.0, 2.0]])) == f"{(99700 * 281 ^ 199400) & 0xFFFF:04x}"
    assert checksum(torch.tensor([[1.0, 2.0]])) != checksum(torch.tensor([[2.0, 1.0]]))
