"""Results as JSON."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from consistent_character.documents import to_json


@dataclass(frozen=True)
class Inner:
    """A part of a result."""

    path: Path
    numbers: tuple[float, ...]


def test_a_result_becomes_objects_lists_and_strings() -> None:
    found = to_json({"inner": Inner(Path("a"), (1.0, 2.5)), "score": np.float32(0.5), "none": None, 3: True})
    assert found == {"inner": {"path": "a", "numbers": [1.0, 2.5]}, "score": 0.5, "none": None, "3": True}


def test_what_has_no_form_is_refused() -> None:
    with pytest.raises(TypeError, match="bytes"):
        to_json({"raw": b"x"})
