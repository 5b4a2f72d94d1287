"""The k nearest are found as a plain sort finds them."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from consistent_character.vision.signals.yardstick import smallest


@given(
    values=arrays.arrays(
        np.float32,
        st.tuples(st.integers(1, 6), st.integers(1, 400)),
        elements=st.floats(-100, 100, width=32),
    ),
    k=st.integers(1, 9),
)
def test_the_smallest_of_each_row(values: np.ndarray, k: int) -> None:
    k = min(k, values.shape[1])
    found = smallest(values, k)
    assert found.shape == (len(values), k)
    assert all(len(set(row)) == k for row in found.tolist())
    picked = np.sort(np.take_along_axis(values, found, axis=1), axis=1)
    assert np.array_equal(picked, np.sort(values, axis=1)[:, :k])
