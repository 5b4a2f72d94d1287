"""What was seen is written down and read again, bit by bit; anything else is refused."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from consistent_character.vision.seeing.seen import MASK_EDGE, Face, Pose, Seen, decoded, encoded

SHARES = st.floats(-1, 2, width=32)
HASHES = st.integers(0, 2**64 - 1)


def random_seen(seed: int, *, whole: bool) -> Seen:
    chance = np.random.default_rng(seed)
    vector = chance.normal(size=128).astype(np.float32)
    if not whole:
        return Seen(by="nobody", identity=vector if seed % 2 else None)
    points = chance.normal(size=(33, 3)).astype(np.float32)
    mask = chance.random((MASK_EDGE, MASK_EDGE)) < 0.5
    return Seen("somebody", person=mask, pose=Pose(points, -points), identity=vector, background=vector[:33])


@given(st.text(), st.tuples(HASHES, HASHES), st.lists(st.tuples(SHARES, SHARES, SHARES, SHARES)))
def test_what_is_written_is_read(error: str, hashes: tuple[int, int], boxes: list[tuple[float, ...]]) -> None:
    faces = tuple(Face((a, b, c, d), 0.5) for a, b, c, d in boxes)
    read = decoded(encoded(Seen(error=error, hashes=hashes, faces=faces, size=(3, 4), sharpness=0.25)))
    assert (read.error, read.hashes, read.faces, read.size, read.sharpness) == (error, hashes, faces, (3, 4), 0.25)


@given(st.integers(0, 1000), st.booleans())
def test_arrays_come_back_as_they_were(seed: int, whole: bool) -> None:
    seen = random_seen(seed, whole=whole)
    read = decoded(encoded(seen))
    for name in ("person", "identity", "background"):
        before, after = getattr(seen, name), getattr(read, name)
        assert (before is None and after is None) or np.array_equal(before, after)
    assert (read.pose is None) == (seen.pose is None)
    if seen.pose is not None and read.pose is not None:
        assert np.array_equal(read.pose.points, seen.pose.points)
        assert np.array_equal(read.pose.world, seen.pose.world)


@given(st.integers(0, 100), st.data())
def test_what_is_cut_short_is_refused(seed: int, data: st.DataObject) -> None:
    content = encoded(random_seen(seed, whole=True))
    with pytest.raises(ValueError):
        decoded(content[: data.draw(st.integers(0, len(content) - 1))])


@pytest.mark.parametrize("content", [b"", b"{}", b"[]\n", b"nonsense\nmore", b'{"size": 3}\n'])
def test_nonsense_is_refused(content: bytes) -> None:
    with pytest.raises(ValueError):
        decoded(content)
