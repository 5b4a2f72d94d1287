"""The colours of drawings: placeholders that a page turns into its own, light or dark, and fixed ones for a picture."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Palette:
    """A colour for each meaning. `runs` tell runs apart; each has a marker of its own beside it."""

    ink: str
    quiet: str
    rule: str
    ground: str
    scene: str
    likeness: str
    good: str
    bad: str
    unsure: str
    runs: tuple[str, ...]

    def of(self, verdict: str) -> str:
        """The colour of a verdict."""
        return {"good": self.good, "overtrained": self.bad, "undertrained": self.unsure}.get(verdict, self.quiet)


RUNS = 8
"""Colours that people of any eyesight tell apart; more runs than that begin again with another marker."""

_NAMES = ("ink", "quiet", "rule", "ground", "scene", "likeness", "good", "bad", "unsure")
_RUN_NAMES = tuple(f"run-{number}" for number in range(1, RUNS + 1))
_PLACEHOLDERS = {name: f"#0101{number:02x}" for number, name in enumerate((*_NAMES, *_RUN_NAMES), start=1)}

PAGE = Palette(**{name: _PLACEHOLDERS[name] for name in _NAMES}, runs=tuple(map(_PLACEHOLDERS.__getitem__, _RUN_NAMES)))
"""Colours that no drawing would use, each for a variable of the page's style: so one drawing suits light and dark."""

VARIABLES = {colour: f"var(--cc-{name})" for name, colour in _PLACEHOLDERS.items()}
"""What each of `PAGE`'s colours becomes within a page."""

PAPER = Palette(
    ink="#1b1c1f",
    quiet="#6f737c",
    rule="#e6e4df",
    ground="#fdfcfa",
    scene="#0e8a6d",
    likeness="#6a55d9",
    good="#1a7f4e",
    bad="#c2412d",
    unsure="#a16a07",
    runs=("#0072b2", "#d55e00", "#009e73", "#b8568f", "#a67c00", "#2a9bd6", "#6b4fbb", "#5b6068"),
)
"""The page's light colours, for a picture. The runs' follow M. Okabe and K. Ito, Color Universal Design, 2008."""
