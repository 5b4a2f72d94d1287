"""`report.html`, a page that needs no network and no other file, and `report.json`, the same facts for programs."""

from __future__ import annotations

import json
from collections.abc import Iterable
from importlib.resources import files
from pathlib import Path
from typing import Any

from consistent_character.character.files import write_whole
from consistent_character.report.inputs import caption_changes, contact_sheet, rejections
from consistent_character.report.markup import Html, element, join
from consistent_character.report.pictures import inlined, roomy_edge
from consistent_character.report.sheet import pictures_of
from consistent_character.report.showing import showing
from consistent_character.report.story import RunStory, Story
from consistent_character.report.verdicts import answer
from consistent_character.report.words import counted, duration


def write_report(story: Story, folder: Path) -> Path:
    """Write both files into `folder`, each whole or not at all; returns the path of `report.html`."""
    folder.mkdir(parents=True, exist_ok=True)
    _write(folder / "report.json", json.dumps(facts(story), indent=2, ensure_ascii=False) + "\n")
    return _write(folder / "report.html", page(story))


def _write(path: Path, text: str) -> Path:
    write_whole(path, text.encode())
    return path


def facts(story: Story) -> dict[str, Any]:
    """The content of `report.json`: counts, seconds, and both runs' figures."""
    return {
        "images": len(story.images),
        "kept": len(story.kept),
        "captions": len({change.image for run in story.runs for change in run.captions}),
        "seconds": {"total": round(story.total_seconds, 1), **{name: round(value, 1) for name, value in story.seconds}},
        "runs": [_run_facts(run) for run in story.runs],
    }


def _run_facts(run: RunStory) -> dict[str, Any]:
    return {
        "name": run.name,
        "onset": run.test.onset,
        "recommended": run.test.recommended,
        "cannot_tell": run.test.cannot_tell,
        "iterations": [
            {
                "step": iteration.step,
                "scene": round(iteration.scene, 4),
                "likeness": round(iteration.likeness, 4),
                "verdict": iteration.verdict,
            }
            for iteration in run.test.iterations
        ],
    }


def stylesheet(*names: str) -> str:
    """The named style sheets of this package, joined."""
    return "\n".join(files(__package__ or "").joinpath(name).read_text(encoding="utf-8") for name in names)


def page(story: Story) -> str:
    """The whole of `report.html`."""
    edge = roomy_edge(sum(len(pictures_of(run.test, run.base)) for run in story.runs))
    chapters = [
        _masthead(story),
        _answers(story),
        _generated(story),
        _curated(story),
        _captioned(story),
        *(_run(run, edge) for run in story.runs),
        _times(story),
    ]
    return document(f"{story.token} · consistent character", chapters)


def document(title: str, chapters: Iterable[Html]) -> str:
    """A page that needs no network and no other file."""
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="color-scheme", content="light dark"),
        element("title", title),
        element("style", Html(stylesheet("page.css", "parts.css"))),
    )
    body = element("body", element("main", join(chapters), class_="cc"))
    return f"<!doctype html>\n{element('html', head, body, lang='en')}\n"


def _masthead(story: Story) -> Html:
    return element(
        "header",
        element("p", "Consistent character", class_="kicker"),
        element("h1", story.token),
        element("p", story.look, class_="look"),
        element(
            "ul",
            *(
                element("li", element("b", value), " ", words)
                for value, words in (
                    (f"{len(story.images):,}", "images drawn"),
                    (f"{len(story.kept):,}", "kept"),
                    (str(len(story.runs)), "training runs"),
                    (duration(story.total_seconds), "in all"),
                )
            ),
            class_="facts",
        ),
    )


def _answers(story: Story) -> Html:
    cards = (
        element(
            "a",
            element("h3", run.title),
            answer(run.test),
            element("p", run.summary, class_="quiet"),
            href=f"#{run.name}",
            class_="card",
        )
        for run in story.runs
    )
    return element("section", element("h2", "What came out"), element("div", *cards, class_="cards"))


def _chapter(number: str, title: str, lead: str, *content: str, id_: str | None = None) -> Html:
    heading = element("h2", element("span", number, class_="number"), title)
    return element("section", heading, element("p", lead, class_="lead"), *content, id=id_)


def _generated(story: Story) -> Html:
    lead = (
        f"{counted(len(story.images), 'image')} of one description, for every zoom and every viewing angle, "
        f"drawn by {story.checkpoint}. "
        "The dimmed ones were rejected in step 2; point at one to see why."
    )
    prompt = element("p", element("code", story.prompt), class_="prompt")
    return _chapter("1", "Generated", lead, prompt, contact_sheet(story.images, *_in_use(story)))


def _in_use(story: Story) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The zooms and the angles that there are pictures of, in the order of their lists."""
    zooms, angles = {image.zoom for image in story.images}, {image.angle for image in story.images}
    words = story.vocabulary
    return tuple(z for z in words.zooms if z in zooms), tuple(a for a in words.angles if a in angles)


def _curated(story: Story) -> Html:
    lead = (
        f"{counted(len(story.kept), 'image')} kept, {len(story.rejected):,} moved out of the way. "
        "Nothing is deleted: each pile is a folder."
    )
    return _chapter("2", "Curated", lead, rejections(story.rejected))


def _captioned(story: Story) -> Html:
    lead = "What the prompt became when it turned into the caption that the training reads."
    parts = [join([element("h3", run.title), caption_changes(run.captions)]) for run in story.runs]
    return _chapter("3", "Captioned", lead, *parts)


def _run(run: RunStory, edge: int) -> Html:
    return _chapter(
        "4 and 5",
        f"Trained and chosen: {run.title}",
        run.summary,
        settings_list(run.settings),
        showing(run.test, run.base, inlined(edge, pictures_of(run.test, run.base))),
        id_=run.name,
    )


def settings_list(settings: Iterable[tuple[str, str]]) -> Html:
    """Names and values, in a line or two."""
    rows = (element("div", element("dt", name), element("dd", value)) for name, value in settings)
    return element("dl", *rows, class_="settings")


def _times(story: Story) -> Html:
    longest = max((seconds for _, seconds in story.seconds), default=1.0) or 1.0
    rows = (
        element(
            "tr",
            element("th", name, scope="row"),
            element("td", element("span", element("i", style=f"width:{seconds / longest:.1%}"), class_="cc-bar")),
            element("td", duration(seconds)),
        )
        for name, seconds in story.seconds
    )
    total = element(
        "tr",
        element("th", "in all", scope="row"),
        element("td"),
        element("td", duration(story.total_seconds)),
        class_="total",
    )
    return element("section", element("h2", "Where the time went"), element("table", *rows, total, class_="times"))
