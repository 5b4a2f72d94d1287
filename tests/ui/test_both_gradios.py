"""Ways of gradio that mean something else, or nothing, in one of the two versions that hosts bring: 3.41 and 4.40."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gradio as gr
import pytest

from consistent_character.house import House
from consistent_character.ui.tab import build
from tests.fakes import FakeEngine, FakeTrainer, as_engine

PACKAGE = Path(__file__).resolve().parents[2] / "consistent_character"
SOURCES = sorted((PACKAGE / "ui").rglob("*.py"))
TREES = {path.name: ast.parse(path.read_text(encoding="utf-8")) for path in SOURCES}


def _calls() -> Iterator[tuple[str, ast.Call]]:
    for name, tree in TREES.items():
        yield from ((f"{name}:{node.lineno}", node) for node in ast.walk(tree) if isinstance(node, ast.Call))


def _component(node: ast.AST | None) -> bool:
    """Whether it is `gr.Something(…)`."""
    return isinstance(node, ast.Call) and re.match(r"gr\.[A-Z]", ast.unparse(node.func)) is not None


def test_updates_are_made_by_the_one_way_that_both_know() -> None:
    """`gr.Textbox.update` is gone in 4; a component in an update's place is silently wrong in 3."""
    assert [at for at, call in _calls() if re.match(r"gr\.[A-Z]\w*\.update$", ast.unparse(call.func))] == []
    found = []
    for name, tree in TREES.items():
        for node in ast.walk(tree):
            values = node.values if isinstance(node, ast.Dict) else [getattr(node, "value", None)]
            handed_out = isinstance(node, ast.Dict | ast.Return | ast.Yield)
            found += [f"{name}:{node.lineno}" for value in values if handed_out and _component(value)]
    assert found == []


def test_nothing_is_asked_of_gradio_by_an_annotation() -> None:
    """Our events are typed requests behind `*values`, where gradio injects nothing."""
    injected = ("SelectData", "EventData", "Progress", "Request")
    assert [
        f"{name}:{node.lineno}"
        for name, tree in TREES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and ast.unparse(node) in {f"gr.{one}" for one in injected}
    ] == []


def test_arguments_that_only_one_version_knows_are_chosen_by_the_version() -> None:
    one_sided = {"js", "_js", "concurrency_limit", "concurrency_count"}
    assert [at for at, call in _calls() for word in call.keywords if word.arg in one_sided] == []


def test_no_file_box_is_of_a_kind_that_3_refuses() -> None:
    kinds = ((at, word) for at, call in _calls() for word in call.keywords if word.arg == "type")
    assert [at for at, word in kinds if ast.unparse(word.value).strip("'\"") == "filepath"] == []


def test_figures_are_drawn_without_pyplot() -> None:
    """It keeps every figure, and is not for threads."""
    assert [str(path) for path in PACKAGE.rglob("*.py") if "pyplot" in path.read_text(encoding="utf-8")] == []


def test_pictures_are_shown_from_their_files() -> None:
    """A picture that is handed to a gallery as such is written to disk again at each look."""
    opening = re.compile(r"\bImage\.(?:open|fromarray|new)\(")
    assert [path.name for path in SOURCES if opening.search(path.read_text(encoding="utf-8"))] == []


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Any:
    house = House(as_engine(FakeEngine(trainer=FakeTrainer())), tmp_path_factory.mktemp("characters"))
    with build(house) as page:
        return page


def test_no_gallery_is_an_input(page: Any) -> None:
    """3 sends back copies of all pictures, 4 something else."""
    galleries = {number for number, block in page.blocks.items() if isinstance(block, gr.Gallery)}
    assert galleries
    events = page.get_config_file()["dependencies"]
    assert len(events) > 10
    assert [event["targets"] for event in events if galleries & {*event["inputs"]}] == []


def test_choices_are_plain_words(page: Any) -> None:
    """Pairs of label and value become their own spelling in 3."""
    lists = [block for block in page.blocks.values() if isinstance(block, gr.Dropdown)]
    assert lists
    for box in lists:
        for choice in box.choices or ():
            word, value = (choice, choice) if isinstance(choice, str) else choice  # 4 makes a pair of each word itself
            assert word == value
            assert not word.startswith("('"), "a pair, spelled out"
