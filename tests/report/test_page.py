"""The report is one page that needs nothing beside it, and tells everything."""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from consistent_character.prompts.cells import TUTORIAL, Vocabulary
from consistent_character.report import Story, write_report
from tests.report.stories import story

_OUTSIDE = re.compile(
    r"""(?:src|href)\s*=\s*["'](?!data:|#)|url\(\s*["']?(?!#|data:)|@import|<script|<link""", re.IGNORECASE
)


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Story:
    return story(tmp_path_factory.mktemp("story"), per_cell=1)


@pytest.fixture(scope="module")
def page(told: Story, tmp_path_factory: pytest.TempPathFactory) -> str:
    return write_report(told, tmp_path_factory.mktemp("report")).read_text(encoding="utf-8")


class _Balance(HTMLParser):
    """Counts what is opened and what is closed."""

    def __init__(self) -> None:
        super().__init__()
        self.open: Counter[str] = Counter()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open[tag] += tag not in ("img", "meta")

    def handle_endtag(self, tag: str) -> None:
        self.open[tag] -= 1

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        return


def test_nothing_is_fetched_from_anywhere(page: str) -> None:
    without_namespaces = re.sub(r'xmlns(:\w+)?="[^"]*"', "", page)
    assert not _OUTSIDE.search(without_namespaces)
    assert "http" not in re.sub(r"data:image/webp;base64,[\w+/=]+|<!DOCTYPE[^>]*>", "", without_namespaces)


def test_every_element_is_closed(page: str) -> None:
    balance = _Balance()
    balance.feed(page)
    assert not {tag: count for tag, count in balance.open.items() if count}


def test_every_image_is_shown_in_its_cell(told: Story, page: str) -> None:
    sheet = page[page.index("cc-sheet") : page.index("</table>", page.index('class="cc-sheet"'))]
    assert sheet.count("<img") == len(told.images)
    assert sheet.count("cc-input cc-rejected") == len(told.rejected)


def test_every_rejection_says_why(told: Story, page: str) -> None:
    piles = page[page.index("Curated</h2>") : page.index("Captioned</h2>")]
    for why in {image.why for image in told.rejected}:
        assert piles.count(f"<figcaption>{why}</figcaption>") == sum(image.why == why for image in told.rejected)


def test_every_iteration_tells_its_verdict_and_reason_beside_its_pictures(told: Story, page: str) -> None:
    for run in told.runs:
        chapter = page[page.index(f'<section id="{run.name}"') :]
        chapter = chapter[: chapter.index("</section>")]
        for iteration in run.test.iterations:
            row = re.search(rf'<tr[^>]*><th scope="row"><p><b class="cc-step">{iteration.step}</b>.*?</tr>', chapter)
            assert row is not None
            assert row[0].count("<img") == len(run.test.seeds)
            assert f">{iteration.verdict}<" in row[0]
            assert iteration.reason in row[0]
            assert ("use this one" in row[0]) == (iteration.step == run.test.recommended)
        assert f"Use step {run.test.recommended}" in chapter
        assert (f"overtrained from step {run.test.onset}" in chapter) == (run.test.onset is not None)


def test_both_colour_schemes_define_the_same_colours(page: str) -> None:
    style = page[page.index("<style>") : page.index("</style>")]
    schemes = re.findall(r":root \{(.*?)\}", style, flags=re.DOTALL)
    light, dark = (set(re.findall(r"(--cc-[a-z0-9-]+):", scheme)) - {"--cc-font"} for scheme in schemes)
    used = set(re.findall(r"var\((--cc-[a-z0-9-]+)", page)) - {"--cc-font", "--cc-tone", "--cc-at"}
    assert used <= light == dark


def test_curves_take_their_colours_from_the_page(page: str) -> None:
    drawings = re.findall(r"<svg.*?</svg>", page, flags=re.DOTALL)
    assert len(drawings) == 2
    for drawing in drawings:
        assert "#0101" not in drawing
        assert "var(--cc-scene)" in drawing
        assert "var(--cc-likeness)" in drawing
    assert "overtrained from step 125" in drawings[1]
    assert "overtrained from" not in drawings[0]


def test_the_facts_for_programs(told: Story, tmp_path: Path) -> None:
    write_report(told, tmp_path)
    facts = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    assert (facts["images"], facts["kept"], facts["captions"]) == (25, 16, 6)
    assert facts["seconds"]["total"] == pytest.approx(268.8, abs=0.1)
    assert set(facts["seconds"]) == {"total", "generate", "curate", "caption", "train", "choose"}
    assert [(run["name"], run["onset"], run["recommended"]) for run in facts["runs"]] == [
        ("right", None, 200),
        ("overtrained", 125, 100),
    ]
    assert set(facts["runs"][0]["iterations"][0]) == {"step", "scene", "likeness", "verdict"}


def test_an_unreadable_image_leaves_a_word_and_not_a_hole(told: Story, tmp_path: Path) -> None:
    broken = tmp_path / "broken.png"
    broken.write_bytes(b"\x89PNG\r\n\x1a\n half")
    images = (replace(told.images[0], path=broken), replace(told.images[1], path=tmp_path / "gone.png"))
    page = write_report(replace(told, images=images, runs=()), tmp_path / "out").read_text(encoding="utf-8")
    assert page.count("unreadable</span>") >= 2


def test_images_asked_for_in_words_of_ones_own_stand_in_the_sheet(told: Story, tmp_path: Path) -> None:
    own = Vocabulary(zooms=("a portrait", "an extreme closeup"), angles=("from the left", "front shot"))
    images = (replace(told.images[0], zoom="a portrait", angle="from the left"), *told.images[1:5])
    page = write_report(replace(told, images=images, vocabulary=own.joined(TUTORIAL), runs=()), tmp_path)
    sheet = page.read_text(encoding="utf-8")
    sheet = sheet[sheet.index('class="cc-sheet"') :]
    sheet = sheet[: sheet.index("</table>")]
    assert sheet.count("<img") == len(images)
    assert '<th scope="row">a portrait</th>' in sheet
    assert '<th scope="col">from the left</th>' in sheet
    assert ">a medium shot<" not in sheet, "nothing was drawn of it"


def test_words_of_the_user_are_not_markup(told: Story, tmp_path: Path) -> None:
    page = write_report(replace(told, look="<script>alert(1)</script>"), tmp_path).read_text(encoding="utf-8")
    assert "<script>" not in page


def test_a_run_without_an_answer_says_why(told: Story, tmp_path: Path) -> None:
    why = "The base model does not draw this scene."
    test = replace(
        told.runs[0].test, recommended=None, onset=None, iterations=(), cannot_tell=why, advice="Take a beach."
    )
    run = replace(told.runs[0], test=test)
    page = write_report(replace(told, runs=(run,)), tmp_path).read_text(encoding="utf-8")
    assert "This cannot be told" in page
    assert why in page
    assert "Do this: </b>Take a beach." in page
