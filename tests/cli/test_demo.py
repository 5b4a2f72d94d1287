"""What `demo` tells of its two runs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from consistent_character import demo
from tests.cli.conftest import Call
from tests.fakes import FakeEngine

SAID = "Cannot tell from when on it is overtrained, because the seeds do not agree."


@pytest.mark.parametrize(
    ("onset", "recommended", "cannot_tell", "line"),
    [
        (120, 80, "", "her: overtrained from step 120; use step 80."),
        (None, 80, "", "her: no overtraining found; use step 80."),
        (None, 80, SAID, "her: when it is overtrained cannot be told; use step 80."),
        (None, None, SAID, "her: when it is overtrained cannot be told; none can be used."),
    ],
)
def test_it_claims_no_more_than_its_report(
    call: Call,
    engine: FakeEngine,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    onset: int | None,
    recommended: int | None,
    cannot_tell: str,
    line: str,
) -> None:
    run = {"name": "her", "onset": onset, "recommended": recommended, "cannot_tell": cannot_tell, "iterations": []}
    (tmp_path / "report.json").write_text(json.dumps({"runs": [run]}), encoding="utf-8")
    monkeypatch.setattr(demo, "run_demo", lambda out, engine, progress: tmp_path / "report.html")
    assert line in call("demo", "--out", tmp_path).out
