"""A1111's notation for learning rates."""

from __future__ import annotations

import pytest

from consistent_character.errors import RequestError
from consistent_character.learning_rate import Rate, parse_schedule, rate_after


@pytest.mark.parametrize(
    ("text", "rates"),
    [
        ("0.002", (Rate(0.002, None),)),
        (" 5e-3 ", (Rate(0.005, None),)),
        ("0.005:100, 0.001", (Rate(0.005, 100), Rate(0.001, None))),
        ("0.005:100,0.002:400,0.001:-1", (Rate(0.005, 100), Rate(0.002, 400), Rate(0.001, None))),
        ("0.005:100,", (Rate(0.005, 100),)),
    ],
)
def test_what_can_be_read(text: str, rates: tuple[Rate, ...]) -> None:
    assert parse_schedule(text) == rates


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", "empty"),
        (" , ", "empty"),
        ("fast", '"fast" is no learning rate'),
        ("0,002", "above 0"),
        ("-0.1", "above 0"),
        ("nan", "above 0"),
        ("inf", "above 0"),
        ("0.1:x", '"0.1:x" is no learning rate'),
        ("0.1:0", "at least 1"),
        ("0.1:100, 0.2:100", "must be larger"),
        ("0.1, 0.2", "must be larger"),
        ("0.1:100, 0.2:50", "must be larger"),
    ],
)
def test_what_cannot(text: str, line: str) -> None:
    with pytest.raises(RequestError, match=line):
        parse_schedule(text)


@pytest.mark.parametrize(
    ("text", "rates"),
    [
        ("0.005", [0.005] * 6),
        ("0.005:2, 0.001", [0.005, 0.005, 0.001, 0.001, 0.001, 0.001]),
        ("0.005:2, 1e-3:4", [0.005, 0.005, 0.001, 0.001, None, None]),
        ("0.005:2, 0.001:-1", [0.005, 0.005, 0.001, 0.001, 0.001, 0.001]),
        ("0.005:100", [0.005] * 6),
    ],
)
def test_the_rate_of_every_update(text: str, rates: list[float | None]) -> None:
    assert [rate_after(parse_schedule(text), updates) for updates in range(6)] == rates
