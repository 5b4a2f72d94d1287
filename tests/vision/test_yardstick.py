"""The k nearest are found as a plain sort finds them, and a reading lies between its two ends."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from consistent_character.vision.signals.yardstick import Yardstick, smallest


@given(
    values=arrays.arrays(
        np.float32,
        st.tuples(st.integers(1, 400), st.integers(0, 6)),
        elements=st.floats(-100, 100, width=32),
    ),
    k=st.integers(1, 9),
)
def test_the_smallest_of_each_column(values: np.ndarray, k: int) -> None:
    k = min(k, len(values))
    rows, columns, farthest = smallest(values, k)
    assert np.array_equal(farthest, np.sort(values, axis=0)[k - 1])
    found = np.zeros(values.shape, dtype=np.bool_)
    found[rows, columns] = True
    assert np.array_equal(found, values <= farthest)
    assert len(rows) == found.sum()
    assert (np.diff(columns) >= 0).all()


def cloud(where: float, count: int, seed: int) -> list[np.ndarray]:
    random = np.random.default_rng(seed)
    return [random.normal(where, 1, (150, 5)).astype(np.float32) for _ in range(count)]


@pytest.mark.parametrize(("share", "least", "most"), [(0.0, 0.0, 0.1), (0.5, 0.4, 0.6), (1.0, 0.8, 1.0)])
def test_it_reads_the_share_that_has_changed(share: float, least: float, most: float) -> None:
    yardstick = Yardstick(cloud(0, 5, 1), cloud(30, 5, 2), (1.5,) * 5)
    wall, scene = cloud(0, 1, 3)[0], cloud(30, 1, 4)[0]
    seen = np.concatenate([scene[: round(share * 150)], wall[round(share * 150) :]])
    assert least <= yardstick.read(seen) <= most
    assert yardstick.read(wall, zero_owner=2) == pytest.approx(yardstick.read(wall), abs=0.05)


def test_nobody_is_compared_with_itself() -> None:
    strange = cloud(60, 1, 5)[0]
    yardstick = Yardstick([*cloud(0, 4, 1), strange], cloud(30, 5, 2), (1.5,) * 5)
    assert yardstick.distance_from_zero(strange) < 2
    assert yardstick.distance_from_zero(strange, zero_owner=4) > 5


def test_what_has_half_faded_reads_a_quarter_where_that_is_strict() -> None:
    faded = cloud(15, 1, 6)[0]
    loose, strict = (Yardstick(cloud(0, 5, 1), cloud(30, 5, 2), (1.5,) * 5, power) for power in (1.0, 2.0))
    assert loose.read(faded) == pytest.approx(0.5, abs=0.1)
    assert strict.read(faded) == pytest.approx(loose.read(faded) ** 2, abs=0.05)
