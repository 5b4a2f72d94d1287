"""How like the character the person is."""

from __future__ import annotations

from consistent_character.choosing.signals.signal import Signal
from consistent_character.choosing.verdict import LIKE, Judged

_SOURCE = "0 is whom the class word draws with the same seeds, 1 the training set's pictures among themselves"


def likeness_signal(judged: Judged, by: str) -> Signal:
    """An iteration's likeness, 1 is the character; `by` says what it was read from, and may go on in sentences."""
    like = judged.likeness >= LIKE
    whom = "more the character than anybody" if like else "still more anybody than the character"
    reason = f"The person is {whom} ({judged.likeness:.2f}), read from {by}."
    return Signal("likeness", judged.likeness, "high", reason, _SOURCE, *judged.likeness_band, bad=not like)
