"""Prompts for property tests, and how many of them.

PROMPT_EXAMPLES=100000 pytest tests/prompts -m "not webui"    the long run
"""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

MANY = settings(
    max_examples=int(os.environ.get("PROMPT_EXAMPLES", "100")),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
"""Few by default; as many as the environment says."""

EMPHASIS_PIECES = (
    *("(", ")", "[", "]", "\\", ":", "1.3", ":1.2)", ": -0.5 )", "(a:1.1)", " ", ",", "\n"),
    *("a", "bob cut", "é", "_", "B", "REAK", "BREAK"),
)
CONSTRUCT_PIECES = (*EMPHASIS_PIECES, "|", ":3]", ":.5]", "[b:c:0.5]", "[d|e]", " AND ", ":0.7", "<lora:x:1>", "<")

EMPHASIZED = st.lists(st.sampled_from(EMPHASIS_PIECES), max_size=20).map("".join)
"""Prompts full of brackets, whole and broken."""
PROMPTS = st.lists(st.sampled_from(CONSTRUCT_PIECES), max_size=16).map("".join)
"""Prompts that hold anything, whole and broken."""
