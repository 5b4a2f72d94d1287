"""A forest test as one picture, to be posted or printed: the answer, the curves, the contact sheet."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image, ImageDraw, ImageFont, ImageOps, UnidentifiedImageError

from consistent_character.choosing import ForestTest
from consistent_character.prompts.pictures import FAST
from consistent_character.report.curves import WIDTH, curves
from consistent_character.report.palette import PAPER
from consistent_character.report.sheet import DOES_NOT_COUNT, counting_seeds
from consistent_character.report.verdicts import in_words

if TYPE_CHECKING:
    from PIL.ImageFont import FreeTypeFont

_EDGE, _GAP, _MARGIN = 112, 6, 48
"""Pixels of a picture, between two, and around all."""
_LABELS, _LEAST = 250, 1180
"""Pixels of the column of words, and of the narrowest poster."""
_MOST_PIXELS = 60_000_000
"""A poster of very many pictures has smaller ones."""

_Pictures = Mapping[Path, Image.Image | None]


@dataclass(frozen=True)
class _Row:
    """One row of the sheet: its words, their colour, and for each seed a picture and whether it counts."""

    title: str
    words: str
    colour: str
    pictures: tuple[tuple[Path | None, bool], ...]
    chosen: bool = False


def poster(test: ForestTest, base: Path, *, run: str) -> bytes:
    """The picture, as PNG, in the page's light colours."""
    rows = list(_rows(test, base))
    edge = _edge(len(rows), len(test.seeds))
    width = max(_LEAST, 2 * _MARGIN + _LABELS + len(test.seeds) * (edge + _GAP))
    plot = _curves(test, width - 2 * _MARGIN)
    top = 132 + plot.height + 24
    canvas = Image.new("RGB", (width, top + len(rows) * (edge + _GAP) + 70), PAPER.ground)
    _head(canvas, test, run)
    canvas.paste(plot, (_MARGIN, 132))
    draw = ImageDraw.Draw(canvas)
    with ThreadPoolExecutor() as threads:
        paths = [path for row in rows for path, _ in row.pictures if path]
        small = dict(zip(paths, threads.map(lambda path: _small(path, edge), paths), strict=True))
    for number, row in enumerate(rows):
        _draw_row(canvas, draw, row, top + number * (edge + _GAP), edge, small)
    _foot(canvas, draw, test)
    written = BytesIO()
    canvas.save(written, "PNG", **FAST)
    return written.getvalue()


def _edge(rows: int, columns: int) -> int:
    room = _MOST_PIXELS / max(1, rows * max(1, columns))
    return max(24, min(_EDGE, int(room**0.5) - _GAP))


def _rows(test: ForestTest, base: Path) -> Iterable[_Row]:
    counting = counting_seeds(test)
    yield _Row("Training pictures", "likeness 1, scene 0", PAPER.quiet, _plain(test.references, test, base))
    marked = tuple(
        (path, seed in counting) for (path, _), seed in zip(_plain(test.baseline, test, base), test.seeds, strict=True)
    )
    yield _Row(f"“{test.class_word}”", "scene 1, likeness 0", PAPER.quiet, marked)
    for one in test.iterations:
        drawn = {picture.seed: picture for picture in one.pictures}
        found = (drawn.get(seed) for seed in test.seeds)
        pictures = tuple((base / one.path, one.counts) if one else (None, True) for one in found)
        words = f"{one.verdict}\nscene {one.scene:.2f}, likeness {one.likeness:.2f}"
        chosen = one.step == test.recommended
        yield _Row(f"step {one.step}", words, PAPER.of(one.verdict), pictures, chosen)


def _plain(paths: Sequence[str], test: ForestTest, base: Path) -> tuple[tuple[Path | None, bool], ...]:
    padded = [*paths, *[""] * len(test.seeds)][: len(test.seeds)]
    return tuple((base / path if path else None, True) for path in padded)


def _curves(test: ForestTest, width: int) -> Image.Image:
    written = BytesIO()
    curves(test, PAPER).savefig(written, format="png", dpi=width / WIDTH, facecolor=PAPER.ground, pil_kwargs=dict(FAST))
    return Image.open(written).convert("RGB")


@cache
def _font(size: int, *, bold: bool = False) -> FreeTypeFont:
    """The font that comes with matplotlib: the same picture on every computer."""
    from matplotlib import get_data_path

    name = "DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf"
    return ImageFont.truetype(str(Path(get_data_path(), "fonts", "ttf", name)), size)


def _head(canvas: Image.Image, test: ForestTest, run: str) -> None:
    draw = ImageDraw.Draw(canvas)
    room = canvas.width - 2 * _MARGIN
    draw.text((_MARGIN, 34), _cut(f"{test.token or 'Forest test'} · {run}", 18, room), PAPER.quiet, _font(18))
    draw.text((_MARGIN, 64), _cut(in_words(test), 30, room, bold=True), PAPER.ink, _font(30, bold=True))


def _cut(words: str, size: int, room: int, *, bold: bool = False) -> str:
    """As much of a line as fits."""
    font = _font(size, bold=bold)
    if font.getlength(words) <= room:
        return words
    while words and font.getlength(f"{words}…") > room:
        words = words[:-1]
    return f"{words.rstrip()}…"


def _draw_row(canvas: Image.Image, draw: ImageDraw.ImageDraw, row: _Row, top: int, edge: int, small: _Pictures) -> None:
    if row.chosen:
        draw.rectangle((_MARGIN - 16, top - _GAP // 2, _MARGIN - 11, top + edge + _GAP // 2), fill=PAPER.good)
    draw.text((_MARGIN, top + 4), _cut(row.title, 17, _LABELS - 16, bold=True), PAPER.ink, _font(17, bold=True))
    draw.multiline_text((_MARGIN, top + 30), row.words, row.colour, _font(14), spacing=5)
    if row.chosen and edge > 90:
        draw.text((_MARGIN, top + 78), "use this one", PAPER.good, _font(14, bold=True))
    for column, (path, counts) in enumerate(row.pictures):
        place = (_MARGIN + _LABELS + column * (edge + _GAP), top)
        _put(canvas, draw, small.get(path) if path else None, place, edge, counts=counts)


def _put(
    canvas: Image.Image,
    draw: ImageDraw.ImageDraw,
    small: Image.Image | None,
    place: tuple[int, int],
    edge: int,
    *,
    counts: bool,
) -> None:
    """A picture, gray and pale where it does not count; a frame where there is none."""
    left, top = place
    if small is None:
        draw.rectangle((left, top, left + edge - 1, top + edge - 1), outline=PAPER.rule)
        return
    if not counts:
        pale = Image.new("RGB", small.size, PAPER.ground)
        small = Image.blend(pale, ImageOps.grayscale(small).convert("RGB"), 0.35)
    canvas.paste(small, (left + (edge - small.width) // 2, top + (edge - small.height) // 2))


def _small(path: Path, edge: int) -> Image.Image | None:
    try:
        with Image.open(path) as opened:
            opened.draft("RGB", (edge, edge))
            small = opened.convert("RGB")
    except (OSError, UnidentifiedImageError, Image.DecompressionBombError):
        return None
    return ImageOps.contain(small, (edge, edge), Image.Resampling.LANCZOS)


def _foot(canvas: Image.Image, draw: ImageDraw.ImageDraw, test: ForestTest) -> None:
    pale = f" · pale: {DOES_NOT_COUNT}" if len(counting_seeds(test)) < len(test.seeds) else ""
    words = f"{test.prompt} · {test.checkpoint} · seeds {', '.join(map(str, test.seeds))}{pale}"
    draw.text((_MARGIN, canvas.height - 44), _cut(words, 14, canvas.width - 2 * _MARGIN), PAPER.quiet, _font(14))
