"""Embeddings in all the forms that are about, and files that only look like one: each of these is one clear line."""

from __future__ import annotations

import base64
import json
import pickle
import zipfile
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin
from safetensors.torch import save_file

from consistent_character.errors import RequestError
from consistent_character.hosts.embedding_files import Embedding, read_embedding, write_embedding
from consistent_character.hosts.embedding_pictures import sequence

FIXTURES = Path(__file__).parent / "fixtures"
"""Made by the web UI's own `image_embedding.py`, v1.10.1."""
VECTORS = torch.arange(24, dtype=torch.float32).reshape(3, 8) / 4 - 2


def refused(path: Path, match: str) -> None:
    with pytest.raises(RequestError, match=match) as caught:
        read_embedding(path, width=8)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", ["by-web-ui-text.png", "by-web-ui-pixels.png", "by-web-ui-pixels.webp"])
def test_the_web_uis_pictures_are_read_and_tell_their_step(name: str) -> None:
    found = read_embedding(FIXTURES / name, width=8)
    assert torch.equal(found.vectors, VECTORS)
    # The web UI has put N - 1 updates into `<name>-N`, and the file says so itself.
    assert (found.name, found.step) == ("fr3nch-31", 30)
    assert (found.checkpoint_hash, found.checkpoint_name) == ("0123456789", "world")


def test_the_fixed_sequence() -> None:
    # The first ten of a linear congruential generator by hand: x -> (1664525 x + 1013904223) mod 2^32, modulo 255.
    state, expected = 0, []
    for _ in range(1000):
        state = (state * 1664525 + 1013904223) % 2**32
        expected.append(state % 255)
    assert sequence(1000).tolist() == expected
    assert sequence(3).tolist() == expected[:3]


@pytest.mark.parametrize("ending", [".pt", ".safetensors"])
def test_what_is_written_says_all_of_itself(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"me{ending}"
    written = Embedding(VECTORS, "me", 40, "abc", "world", notes="Step 40 of 60.")
    write_embedding(path, written)
    found = read_embedding(path, width=8)
    assert torch.equal(found.vectors, VECTORS)
    assert (found.name, found.step, found.checkpoint_hash, found.checkpoint_name, found.notes) == (
        *("me", 40, "abc", "world", "Step 40 of 60."),
    )
    assert [one.name for one in tmp_path.iterdir()] == [path.name]


def test_a_safetensors_that_says_nothing_is_named_by_its_file(tmp_path: Path) -> None:
    save_file({"anything": VECTORS}, tmp_path / "her.safetensors", metadata={"step": "many"})
    found = read_embedding(tmp_path / "her.safetensors", width=8)
    assert (found.name, found.step, found.notes) == ("her", None, "")


def test_several_tokens_of_one_embedding(tmp_path: Path) -> None:
    rows = {"<me>_2": VECTORS[2], "<me>": VECTORS[0], "<me>_1": VECTORS[1]}
    save_file({name: row.clone() for name, row in rows.items()}, tmp_path / "me.safetensors")
    assert torch.equal(read_embedding(tmp_path / "me.safetensors", width=8).vectors, VECTORS)
    save_file({"<me>": VECTORS[0].clone(), "<you>": VECTORS[1].clone()}, tmp_path / "two.safetensors")
    refused(tmp_path / "two.safetensors", "no textual inversion embedding")


def test_an_old_file_with_torchs_own_list_of_parameters(tmp_path: Path) -> None:
    if not hasattr(torch.serialization, "safe_globals"):
        pytest.skip("this torch cannot be told that it is safe")
    old = torch.nn.ParameterDict({"*": torch.nn.Parameter(VECTORS)})
    torch.save({"string_to_token": {"*": torch.tensor(265)}, "string_to_param": old}, tmp_path / "old.pt")
    assert torch.equal(read_embedding(tmp_path / "old.pt", width=8).vectors, VECTORS)


def test_another_width_and_another_kind_of_model_say_so(tmp_path: Path) -> None:
    with pytest.raises(RequestError, match="8 wide, this checkpoint's 768"):
        read_embedding(FIXTURES / "by-web-ui-text.png", width=768)
    save_file({"clip_l": VECTORS, "clip_g": VECTORS.clone()}, tmp_path / "xl.safetensors")
    refused(tmp_path / "xl.safetensors", "Stable Diffusion XL")


def picture(path: Path, text: str | None = None, size: tuple[int, int] = (16, 16)) -> Path:
    info = PngImagePlugin.PngInfo()
    if text is not None:
        info.add_text("sd-ti-embedding", text)
    noise = np.random.default_rng(0).integers(1, 256, (*size[::-1], 3), dtype=np.uint8)
    Image.fromarray(noise).save(path, pnginfo=info)
    return path


def packed(document: Any) -> str:
    return base64.b64encode(json.dumps(document).encode()).decode()


@pytest.mark.parametrize(
    ("text", "match"),
    [
        (None, "without an embedding"),
        ("no base64!", "damaged"),
        (base64.b64encode(b"{").decode(), "damaged"),
        (base64.b64encode(b"[" * 100_000).decode(), "damaged"),
        (packed([1, 2]), "damaged"),
        (packed({"string_to_param": {"*": {"TORCHTENSOR": [[1, 2], [3]]}}}), "damaged"),
        (packed({"string_to_param": {"*": {"TORCHTENSOR": "evil"}}}), "damaged"),
        (packed({"string_to_param": {"*": {"TORCHTENSOR": []}}}), "no usable embedding"),
        (packed({"string_to_param": {"*": [1, 2]}}), "no textual inversion embedding"),
    ],
)
def test_pictures_that_hold_none(tmp_path: Path, text: str | None, match: str) -> None:
    refused(picture(tmp_path / "p.png", text), match)


def test_a_picture_that_was_changed_or_is_none(tmp_path: Path) -> None:
    pixels = np.array(Image.open(FIXTURES / "by-web-ui-pixels.png"))
    pixels[5:9, 2:4] ^= 7
    Image.fromarray(pixels).save(tmp_path / "changed.png")
    refused(tmp_path / "changed.png", "changed|damaged|without")
    (tmp_path / "text.png").write_text("hello")
    refused(tmp_path / "text.png", "no picture")
    whole = (FIXTURES / "by-web-ui-pixels.png").read_bytes()
    (tmp_path / "cut.png").write_bytes(whole[: len(whole) // 2])
    refused(tmp_path / "cut.png", "damaged|no picture")
    Image.new("RGB", (9, 9)).save(tmp_path / "black.png")
    refused(tmp_path / "black.png", "without an embedding")


def test_bombs_are_refused_before_they_are_unpacked(tmp_path: Path) -> None:
    Image.new("1", (5_000, 5_000)).save(tmp_path / "wide.png")
    refused(tmp_path / "wide.png", "too large")
    with zipfile.ZipFile(tmp_path / "zip.pt", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("archive/data.pkl", bytes(100 << 20))
    refused(tmp_path / "zip.pt", "too large to be an embedding: 100 MB unpacked")
    content = {"string_to_param": {"*": torch.zeros(1, 8).expand(10**9, 8)}}
    torch.save(content, tmp_path / "claims.pt")
    refused(tmp_path / "claims.pt", "no usable embedding: it has 1000000000 vectors")
    with (tmp_path / "huge.pt").open("wb") as file:
        file.truncate(65 << 20)
    refused(tmp_path / "huge.pt", "too large to be an embedding: 65 MB")


def test_a_bomb_in_the_pixels(tmp_path: Path) -> None:
    block = np.frombuffer(zlib.compress(bytes(80 << 20), 9), np.uint8)
    block = np.resize(block, (64, -(-len(block) // (64 * 3)), 3))
    crossing = sequence(block.size).reshape(block.shape) & 15
    low, high = (((part ^ crossing) | 0x80).astype(np.uint8) for part in (block & 15, block >> 4))
    gap, middle = np.zeros((64, 1, 3), np.uint8), np.full((64, 8, 3), 0x91, np.uint8)
    Image.fromarray(np.concatenate([low, gap, middle, gap, high], axis=1)).save(tmp_path / "bomb.png")
    refused(tmp_path / "bomb.png", "damaged, or too large")


class _Runs:
    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (Path("was-run"),)


def test_a_bare_pickle_runs_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "evil.bin").write_bytes(pickle.dumps({"x": _Runs()}, protocol=2))
    refused(tmp_path / "evil.bin", "refused|damaged")
    assert not (tmp_path / "was-run").exists()


@pytest.mark.filterwarnings("ignore:Detected pickle protocol:UserWarning")
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=400), st.sampled_from([".pt", ".bin", ".safetensors", ".png", ".webp"]), st.booleans())
def test_any_bytes_are_an_embedding_or_one_line(tmp_path: Path, content: bytes, ending: str, appended: bool) -> None:
    path = tmp_path / f"any{ending}"
    start = (FIXTURES / "by-web-ui-text.png").read_bytes()[:200] if appended and ending == ".png" else b""
    path.write_bytes(start + content)
    try:
        read_embedding(path, width=8)
    except RequestError as error:
        assert path.name in str(error)
