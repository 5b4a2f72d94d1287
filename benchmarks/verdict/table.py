"""A line for each run, and the table over all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from statistics import mean

from benchmarks.verdict.corpus import SAVE_EVERY
from benchmarks.verdict.recipes import Case
from benchmarks.verdict.rule_of_thumb import Thumb
from benchmarks.verdict.truth import Truth, as_good
from consistent_character.choosing import ForestTest
from consistent_character.choosing.resampling import SURE, mean_of

WORTHLESS = 0.5
"""A run whose best iteration is worth less has not learned the character: the answer there is to train on."""
_WIDTH = 52


@dataclass(frozen=True)
class Line:
    """One run: what is true, what the test says, and what the rule of thumb says.

    `true_onset` is read from pictures of other seeds, `shown_onset` from the pictures that the test looked at, as is
    `shown_share`, what the recommended iteration is worth of the best among these.
    `best`, `reachable` and `got` are likeness x scene, by the truth: the highest measured of all usable iterations,
    what the best is worth where it is measured with other seeds than it was found with, and the recommended one's.
    `agreed` is how often the best by one of the truth's readers is as good as the best by another, 0..1.
    `clear` is whether the truth would be the same of other seeds, and `sure` how sure the test is of its onset.
    """

    case: str
    wall: str
    place: str
    true_onset: int | None
    onset: int | None
    thumb_onset: int | None
    shown_onset: int | None
    clear: bool
    best_step: int | None
    best: float
    reachable: float
    recommended: int | None
    shown_share: float
    got: float
    thumb_got: float
    drawn: int
    cannot_tell: str
    sure: float
    true_scene: tuple[float, ...]
    true_likeness: tuple[float, ...]
    agreed: float

    @property
    def told(self) -> bool:
        """Whether the test dared to say when, or that never, the run is overtrained."""
        return self.sure >= SURE


def line(case: Case, truth: Truth, test: ForestTest, thumb: Thumb, shown: Truth, agreed: float) -> Line:
    """What came of one run; `shown` is what is true of the pictures that the test looked at."""
    return Line(
        case=case.name,
        wall=case.wall,
        place=case.place,
        true_onset=truth.onset,
        onset=test.onset,
        thumb_onset=thumb.onset,
        shown_onset=shown.onset,
        clear=truth.clear,
        best_step=truth.best.step if truth.best else None,
        best=truth.best.worth if truth.best else 0.0,
        reachable=truth.reachable,
        recommended=test.recommended,
        shown_share=shown.share_of(test.recommended),
        got=truth.worth_of(test.recommended),
        thumb_got=truth.worth_of(thumb.recommended),
        drawn=test.drawn,
        cannot_tell=test.cannot_tell,
        sure=round(test.onset_confidence, 3),
        true_scene=tuple(round(point.scene, 3) for point in truth.points),
        true_likeness=tuple(round(mean_of(point.likenesses), 3) for point in truth.points),
        agreed=agreed,
    )


def told(line: Line) -> str:
    """A run in one line."""
    onsets = [_step(step) for step in (line.true_onset, line.onset, line.thumb_onset)]
    parts = [
        f"{line.case:16} {line.wall.split()[1]:7} {line.place:7}",
        "onset {}{} said {} thumb {} ".format(onsets[0], " " if line.clear else "~", *onsets[1:]),
        f"best {_step(line.best_step)} {line.best:.2f} ({line.reachable:.2f})",
        f"use {_step(line.recommended)} {line.got:.2f} thumb {line.thumb_got:.2f}  drawn {line.drawn:3}",
        "" if line.told else "cannot tell",
    ]
    return " ".join(parts).rstrip()


def _step(step: int | None) -> str:
    return f"{'never' if step is None else step:>5}"


def near(true: int | None, said: int | None) -> bool:
    """Whether an onset is named within one saved iteration, or rightly none."""
    if true is None or said is None:
        return true is said
    return abs(true - said) <= SAVE_EVERY


def summary(lines: Sequence[Line]) -> Iterator[str]:
    """The table."""
    over = [one for one in lines if one.true_onset is not None]
    never = [one for one in lines if one.true_onset is None]
    worth = [one for one in lines if one.reachable >= WORTHLESS]
    told = [one for one in lines if one.told]
    yield f"\n{len(lines)} runs: {len(over)} overtrain, {len(never)} never do; {len(worth)} learn the character"
    yield f"{'':{_WIDTH}}{'test':>14}{'rule of thumb':>16}"
    yield _row("onset within one saved iteration, of those that do", over, _onset, _thumb_onset)
    yield _row("  where the truth itself is clear", _clear(over), _onset, _thumb_onset)
    yield _row("no false alarm, of those that never do", never, _onset, _thumb_onset)
    yield _row("  where the truth itself is clear", _clear(never), _onset, _thumb_onset)
    yield _row("right of all that the test tells about", told, _onset, _thumb_onset)
    yield _row("  where the truth itself is clear", _clear(told), _onset, _thumb_onset)
    yield _row("as the very pictures show that it looked at", told, _shown)
    yield _row("could not tell, of all", lines, lambda one: not one.told)
    yield _row("  where the truth itself is clear", _clear(lines), lambda one: not one.told)
    yield _row("recommended within 5 % of the best reachable", worth, _good, _thumb_good)
    yield _row("  as the very pictures show that it looked at", worth, _shown_good)
    yield _shares(
        "  as what one of the truth's two readers finds best", mean(one.agreed for one in worth) if worth else 0.0
    )
    yield _row("the same of the highest measured, which is too high", worth, _highest, _thumb_highest)
    yield _row("recommended within 10 % of the best reachable", worth, _fair, _thumb_fair)
    shares = (_reached(worth, lambda one: one.got), _reached(worth, lambda one: one.thumb_got))
    yield _shares("how much of the best reachable that is, in the mean", *shares)
    yield _shares("pictures drawn, of those of a full sweep", sum(one.drawn for one in lines) / _full(lines))


def _clear(lines: Sequence[Line]) -> list[Line]:
    return [one for one in lines if one.clear]


def _shares(what: str, test: float, thumb: float | None = None) -> str:
    shares = (f"{share:.0%}" if share is not None else "" for share in (test, thumb))
    return "{:{}}{:>14}{:>16}".format(what, _WIDTH, *shares).rstrip()


def _row(
    what: str, lines: Sequence[Line], test: Callable[[Line], bool], thumb: Callable[[Line], bool] | None = None
) -> str:
    counts = [sum(map(rule, lines)) for rule in (test, thumb) if rule is not None]
    shares = [*(f"{count}/{len(lines)} {count / max(1, len(lines)):.0%}" for count in counts), ""]
    return f"{what:{_WIDTH}}{shares[0]:>14}{shares[1]:>16}"


def _onset(one: Line) -> bool:
    return near(one.true_onset, one.onset)


def _shown(one: Line) -> bool:
    return near(one.shown_onset, one.onset)


def _thumb_onset(one: Line) -> bool:
    return near(one.true_onset, one.thumb_onset)


def _good(one: Line) -> bool:
    return as_good(one.got, one.reachable)


def _shown_good(one: Line) -> bool:
    return as_good(one.shown_share, 1.0)


def _thumb_good(one: Line) -> bool:
    return as_good(one.thumb_got, one.reachable)


def _highest(one: Line) -> bool:
    return as_good(one.got, one.best)


def _thumb_highest(one: Line) -> bool:
    return as_good(one.thumb_got, one.best)


def _fair(one: Line) -> bool:
    return one.got >= 0.9 * one.reachable


def _thumb_fair(one: Line) -> bool:
    return one.thumb_got >= 0.9 * one.reachable


def _reached(lines: Sequence[Line], got: Callable[[Line], float]) -> float:
    """The mean share of the best reachable worth, at most all of it for each run."""
    return mean(min(1.0, got(one) / one.reachable) for one in lines) if lines else 0.0


def _full(lines: Sequence[Line]) -> int:
    return sum((1 + len(one.true_scene)) * 8 for one in lines)
