"""Templates of textual inversion."""

from __future__ import annotations

import pytest

from consistent_character.errors import RequestError
from consistent_character.prompts import extra_networks, template


def test_both_places_are_filled() -> None:
    assert template.fill("[name], [filewords]", "abc", "a photo of abc") == "abc, a photo of abc"


def test_a_caption_that_holds_a_placeholder_is_text() -> None:
    assert template.fill("[name] [filewords]", "abc", "[name] [filewords]") == "abc [name] [filewords]"


@pytest.mark.parametrize("lines", [[], [""], ["[name]", "  "], ["[filewords]"]])
def test_what_cannot_train_is_refused(lines: list[str]) -> None:
    with pytest.raises(RequestError):
        template.check_template(lines)


def test_the_default_can_train() -> None:
    template.check_template(template.DEFAULT_TEMPLATE)


def test_extra_networks_are_taken_out() -> None:
    assert extra_networks.without("a<lora:b:0.8>, <hypernet:x:1> c <3") == "a,  c <3"
