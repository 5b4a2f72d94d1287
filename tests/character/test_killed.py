"""A program that is killed at any instant loses nothing. `kill_trials` says how that is tried, and tries it longer."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.character import kill_trials

TRIALS = 8


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL")
@pytest.mark.parametrize("seed", range(1000, 1000 + TRIALS))
def test_captions_are_whole_and_come_back(tmp_path: Path, seed: int) -> None:
    kill_trials.trial(tmp_path / "abc", seed)
