"""The contact sheet of a forest test: a row for each iteration, a column for each seed, each picture to be enlarged."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from consistent_character.choosing import ForestTest, IterationResult, PictureResult
from consistent_character.report.markup import Html, element
from consistent_character.report.pictures import Addresses, shown
from consistent_character.report.verdicts import badge

REFERENCES, BASELINE = "references", "baseline"
"""The names of the two rows that are no iterations; those are named by their steps."""
DOES_NOT_COUNT = "does not count: the class word does not draw the scene with this seed either"


def counting_seeds(test: ForestTest) -> tuple[int, ...]:
    """The seeds whose pictures count in at least one iteration; all where there are no pictures."""
    seen = {picture.seed for one in test.iterations for picture in one.pictures}
    counting = {picture.seed for one in test.iterations for picture in one.pictures if picture.counts}
    return tuple(seed for seed in test.seeds if seed in counting or seed not in seen)


def pictures_of(test: ForestTest, base: Path) -> tuple[Path, ...]:
    """All pictures that a test shows."""
    drawn = (picture.path for one in test.iterations for picture in one.pictures)
    return tuple(base / path for path in (*test.references, *test.baseline, *drawn))


def contact_sheet(test: ForestTest, base: Path, addresses: Addresses) -> Html:
    """Training pictures and the class word's first, then every iteration with its verdict and reason."""
    counting = counting_seeds(test)
    heads = (_seed_head(seed, seed in counting) for seed in test.seeds)
    head = element("tr", element("th", "step", scope="col"), *heads)
    rows = [
        _anchor(test, base, addresses, REFERENCES, "Training pictures", "Likeness 1, scene 0.", test.references),
        _anchor(test, base, addresses, BASELINE, f"“{test.class_word}”", "Scene 1, likeness 0.", test.baseline),
        *(_iteration(one, test, base, addresses) for one in test.iterations),
    ]
    table = element("table", element("thead", head), element("tbody", *rows), class_="cc-pictures")
    return element("div", table, class_="cc-scroll")


def _seed_head(seed: int, counts: bool) -> Html:
    more = "" if counts else element("span", "does not count", class_="cc-uncounted-head", title=DOES_NOT_COUNT)
    return element("th", f"seed {seed}", more, scope="col")


def _anchor(
    test: ForestTest, base: Path, addresses: Addresses, key: str, name: str, words: str, paths: Sequence[str]
) -> Html:
    """One of the two ends that everything is measured between."""
    head = element("th", element("b", name, class_="cc-step"), element("p", words), scope="row")
    counting = counting_seeds(test)
    cells: list[Html] = []
    for seed, path in zip(test.seeds, [*paths, *[""] * len(test.seeds)], strict=False):
        # Training pictures have no seed: they only stand in the seeds' columns.
        of_seed = key == BASELINE
        words = f"{name}, seed {seed}" if of_seed else f"Training picture {Path(path).name}"
        counts = not of_seed or seed in counting
        picture = _picture(base / path, key, seed, words, addresses, counts=counts) if path else ""
        cells.append(element("td", picture))
    return element("tr", head, *cells, class_="cc-anchor")


def _iteration(one: IterationResult, test: ForestTest, base: Path, addresses: Addresses) -> Html:
    drawn = {picture.seed: picture for picture in one.pictures}
    cells = (element("td", _judged(drawn.get(seed), one, base, addresses)) for seed in test.seeds)
    chosen = one.step == test.recommended
    return element("tr", _verdict(one, chosen=chosen), *cells, class_="cc-chosen" if chosen else None)


def _judged(picture: PictureResult | None, one: IterationResult, base: Path, addresses: Addresses) -> Html:
    if picture is None:
        return element("span", "not drawn", class_="cc-empty", title="The answer was clear without this seed.")
    figures = f"scene {picture.scene:.2f}, likeness {picture.likeness:.2f}"
    words = f"Step {one.step}, seed {picture.seed}: {one.verdict}, {figures}"
    place = base / picture.path
    return _picture(place, str(one.step), picture.seed, words, addresses, counts=picture.counts, why=one.reason)


def _picture(path: Path, row: str, seed: int, words: str, addresses: Addresses, *, counts: bool, why: str = "") -> Html:
    """A button that enlarges its picture."""
    told = words if counts else f"{words} – this picture {DOES_NOT_COUNT}"
    image, whole = shown(path, told, addresses)
    return element(
        "button",
        image,
        type="button",
        class_="cc-picture" if counts else "cc-picture cc-uncounted",
        title=told,
        aria_label=f"Enlarge {told}",
        data_row=row,
        data_seed=str(seed),
        data_whole=whole or None,
        data_words=f"{told}. {why}" if why else told,
    )


def _verdict(one: IterationResult, *, chosen: bool) -> Html:
    step = element("b", str(one.step), class_="cc-step")
    head = element("p", step, badge(one.verdict), element("b", "use this one", class_="cc-use") if chosen else "")
    meters = (_meter("scene", one.scene), _meter("likeness", one.likeness))
    return element("th", head, *meters, element("p", one.reason, class_="cc-reason"), scope="row")


def _meter(name: str, value: float) -> Html:
    filled = element("i", style=f"width:{max(0.0, min(1.0, value)):.0%}")
    bar = element("span", filled, class_=f"cc-bar cc-bar-{name}")
    return element("span", element("span", name), bar, element("span", f"{value:.2f}"), class_="cc-meter")


def viewer() -> Html:
    """What a picture is shown large in."""
    controls = (
        _control(name, sign, words)
        for name, sign, words in (
            ("left", "←", "The seed before (left arrow)"),
            ("right", "→", "The next seed (right arrow)"),
            ("up", "↑", "The row above, same seed (up arrow)"),
            ("down", "↓", "The row below, same seed (down arrow)"),
            ("close", "✕", "Close (Escape)"),
        )
    )
    caption = element("figcaption", aria_live="polite")
    figure = element("figure", element("img", alt=""), caption)
    return element("dialog", figure, *controls, class_="cc-viewer", aria_label="A picture, large")


def _control(name: str, sign: str, words: str) -> Html:
    return element(
        "button", sign, type="button", class_=f"cc-turn cc-turn-{name}", data_turn=name, aria_label=words, title=words
    )


def rows_of(test: ForestTest) -> Iterable[tuple[str, str]]:
    """The key and the name of each row that has pictures of the seeds."""
    if test.baseline:
        yield BASELINE, f"{test.class_word} (class word)"
    yield from ((str(one.step), f"step {one.step} · {one.verdict}") for one in test.iterations if one.pictures)
