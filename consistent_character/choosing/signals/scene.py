"""How much of the scene that was asked for is there: the reading that finds overtraining."""

from __future__ import annotations

from consistent_character.choosing.onset import SCENE_KEPT
from consistent_character.choosing.signals.signal import Signal
from consistent_character.choosing.verdict import Judged

_SOURCE = (
    "Backdrop region in Lab and roughness, person left out; 0 is the training set's backdrop, 1 what the class word "
    "draws with the same seeds"
)


def scene_signal(judged: Judged) -> Signal:
    """An iteration's scene, 1 is all of it."""
    kept = judged.scene >= SCENE_KEPT
    reason = (
        f"{judged.scene:.0%} of the scene is there."
        if kept
        else f"Only {judged.scene:.0%} of the scene is left: the rest is the training set's backdrop."
    )
    return Signal("scene", judged.scene, "high", reason, _SOURCE, *judged.scene_band, bad=not kept)
