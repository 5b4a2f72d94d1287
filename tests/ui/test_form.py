"""A form holds every field of its request, and reads it as the request's types want it."""

from __future__ import annotations

from dataclasses import dataclass

import gradio as gr
import pytest

from consistent_character.errors import RequestError
from consistent_character.ui.form import LINES, NUMBERS, PHRASES, Form, shown_to_the_user


@dataclass(frozen=True)
class _Request:
    count: int = 3
    scale: float = 1.5
    names: tuple[str, ...] = ("a", "b")
    seeds: tuple[int, ...] = (1, 2)
    hidden: str = "kept"


@pytest.fixture
def form() -> Form[_Request]:
    with gr.Blocks():
        return Form(
            _Request,
            {"hidden": "fixed"},
            {"seeds": NUMBERS},
            count=gr.Number(label="Count"),
            scale=gr.Slider(0, 3),
            names=gr.CheckboxGroup(["a", "b"]),
            seeds=gr.Textbox(),
        )


def test_what_the_page_sends_becomes_the_request(form: Form[_Request]) -> None:
    sent = {"count": 4.0, "scale": 2, "names": ["b"], "seeds": "7, 8"}
    request = form.read({form.components[name]: value for name, value in sent.items()})
    assert request == _Request(4, 2.0, ("b",), (7, 8), "fixed")
    assert (type(request.count), type(request.scale)) == (int, float)


def test_a_request_shown_and_read_again_is_the_same(form: Form[_Request]) -> None:
    request = _Request(9, 0.5, (), (3,), "fixed")
    shown = form.show(request)
    assert form.read({component: update["value"] for component, update in shown.items()}) == request


def test_an_empty_number_is_named(form: Form[_Request]) -> None:
    values = dict.fromkeys(form.components.values(), "")
    with pytest.raises(RequestError, match="Count"):
        form.read({**values, form.components["count"]: None})


def test_a_field_that_is_missing_is_found_when_the_page_is_built() -> None:
    with gr.Blocks(), pytest.raises(TypeError, match="seeds"):
        Form(_Request, {"hidden": ""}, count=gr.Number(), scale=gr.Number(), names=gr.Textbox())


def test_text_boxes_hold_lists() -> None:
    assert LINES.read("[name], [filewords]\n\n a photo of [name]\n") == ("[name], [filewords]", " a photo of [name]")
    assert PHRASES.read(" gray background, , long hair ") == ("gray background", "long hair")
    assert NUMBERS.read("1, 2 3") == (1, 2, 3)
    with pytest.raises(RequestError, match="whole numbers"):
        NUMBERS.read("1, two")


def test_a_mistake_of_the_user_is_one_line_on_the_page() -> None:
    with pytest.raises(gr.Error, match="take another") as caught, shown_to_the_user():
        raise RequestError("take another")
    assert isinstance(caught.value.__cause__, RequestError)


def test_any_other_error_keeps_its_traceback() -> None:
    with pytest.raises(ZeroDivisionError), shown_to_the_user():
        raise ZeroDivisionError
