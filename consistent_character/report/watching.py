"""A watch over a run, as far as it is: its curves, and a strip with the previews of every iteration it has judged."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from consistent_character.choosing import ForestTest, IterationResult
from consistent_character.choosing.watched import Seen, Watched
from consistent_character.report.curves import VERDICT_MARKS, draw_curves
from consistent_character.report.markup import Html, element
from consistent_character.report.palette import PAGE
from consistent_character.report.pictures import thumbnail
from consistent_character.report.plots import svg, watch_curve

_HEIGHT = 2.6
_EDGE = 112
"""Pixels of a preview in the strip; its size on the page is half of that, for sharp screens."""
_COLUMNS = 16
"""The strip shows so many iterations, the last ones: all of them are in the curves."""
_OLD_WORDS = {"good": "scene", "overtrained": "lost"}


def watch_curves(watched: Watched, last: int, width: float) -> Html:
    """Scene and likeness of what was judged so far, `width` in inches; `last` is the run's last step as yet."""
    if any(one.likeness is None for one in watched.seen):
        rows = [(one.step, one.scene, _OLD_WORDS.get(one.verdict, "unsure")) for one in watched.seen]
        return watch_curve(rows, watched.onset, last, width)
    return _curves(watched, width)


@lru_cache(maxsize=64)
def _curves(watched: Watched, width: float) -> Html:
    """Drawn once for each iteration: a page that is drawn anew every few seconds must not wait for it each time."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, _HEIGHT), layout="constrained")
    draw_curves(figure.add_subplot(), _as_test(watched), PAGE)
    return svg(figure)


def _as_test(watched: Watched) -> ForestTest:
    """What the curves are drawn from: a watch is a forest test that is not finished."""
    return ForestTest(
        prompt=watched.prompt,
        class_word=watched.class_word,
        checkpoint=watched.checkpoint,
        seeds=watched.seeds,
        baseline=watched.baseline,
        references=(),
        iterations=tuple(_result(one) for one in watched.seen),
        onset=watched.onset,
        recommended=watched.recommended,
        why=watched.why,
        confidence=0.0,
        scene_auc=0.0,
        likeness_auc=0.0,
    )


def _result(seen: Seen) -> IterationResult:
    return IterationResult(
        seen.step,
        seen.scene,
        seen.likeness or 0.0,
        seen.verdict,
        seen.confidence,
        seen.reason,
        (),
        seen.scene_band,
        seen.likeness_band,
    )


def watch_strip(watched: Watched, run: Path) -> Html:
    """The class word's pictures, then those of each iteration, a row for each seed; nothing where nothing is drawn."""
    if not watched.baseline:
        return Html("")
    first = _column(watched.class_word, "", "what the class word draws", "", watched.baseline, run)
    shown = watched.seen[-_COLUMNS:]
    columns = (
        _column(
            str(one.step), VERDICT_MARKS[one.verdict], f"step {one.step}: {one.reason}", one.verdict, one.pictures, run
        )
        for one in shown
    )
    words = f"What “{watched.class_word}” draws, and each iteration with the same seeds."
    drawn = element("div", first, *columns, class_="cc-previews cc-scroll")
    return element("div", element("p", words, class_="cc-legend"), drawn)


def _column(head: str, sign: str, words: str, verdict: str, pictures: tuple[str, ...], run: Path) -> Html:
    marked = element("span", sign, class_=f"cc-{verdict}", title=verdict) if sign else ""
    images = (_small(run / path, (run / path).stat().st_mtime_ns, words) for path in pictures if (run / path).exists())
    return element("figure", element("figcaption", head, " ", marked), *images)


@lru_cache(maxsize=1024)
def _small(path: Path, changed: int, words: str) -> Html:
    """Made once for each picture: the page is drawn anew every few seconds. `changed` is when it was last written."""
    return thumbnail(path, words, edge=_EDGE)
