"""The web UI's own readers of schedules, AND, extra networks, infotexts and chunks, and ours, say the same."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from random import Random
from typing import Any

import pytest

from consistent_character.prompts import chunks, composition, extra_networks, infotext, schedules
from tests.prompts.strategies import CONSTRUCT_PIECES
from tests.webui.server import WebUI

PROMPTS = int(os.environ.get("PROMPT_EXAMPLES", "2000"))
SCHEDULED = min(PROMPTS, 300)
"""Fewer: the web UI takes up to a second for one."""

COMMA = 267

Ask = Callable[[Sequence[Sequence[Any]]], Iterator[Any]]

pytestmark = pytest.mark.webui


@pytest.fixture(scope="module")
def ask(webui: WebUI) -> Ask:
    """Put questions to the web UI's readers: `[reader, argument, …]`."""
    program = Path(__file__).with_name("webui_language.py")

    def answers(questions: Sequence[Sequence[Any]]) -> Iterator[Any]:
        done = subprocess.run(
            [webui.python, "-W", "ignore", program, webui.folder],
            input="".join(json.dumps(question) + "\n" for question in questions),
            capture_output=True,
            text=True,
            check=False,
            # Between two readings of what is badly nested the web UI chooses by the hashes of a process.
            env={**os.environ, "PYTHONHASHSEED": "1"},
        )
        assert done.returncode == 0, done.stderr
        return map(json.loads, done.stdout.splitlines())

    return answers


def prompts(pieces: Sequence[str], count: int, longest: int = 14) -> list[str]:
    random = Random(1)
    return ["".join(random.choices(pieces, k=random.randint(0, longest))) for _ in range(count)]


class Nested:
    """Prompts that are well nested."""

    WORDS = ("a", "red hat", "é", " ", ", ", "1.3", r"x\]y", "-", "\n")
    TIMES = ("0.5", "3", " 4 ", "1.5", "-1", "1e1", ".25", "0", "1.", "+2")

    def __init__(self) -> None:
        self._random = Random(2)

    def prompt(self, depth: int = 3) -> str:
        return "".join(self._item(depth) for _ in range(self._random.randint(0, 3)))

    def _item(self, depth: int) -> str:
        kind = self._random.randint(0, 9) if depth else 0
        inner = [self.prompt(depth - 1) for _ in range(self._random.randint(2, 4))] if kind > 3 else []
        time = self._random.choice(self.TIMES)
        if kind <= 3:
            return self._random.choice(self.WORDS)
        if kind == 4:
            return f"({inner[0]}:1.3)"
        if kind == 5:
            return f"[{inner[0]}]"
        if kind == 6:
            return f"[{inner[0]}:{time}]"
        return f"[{inner[0]}:{inner[1]}:{time}]" if kind < 9 else f"[{'|'.join(inner)}]"


def scheduled(wanted: Sequence[str]) -> list[list[Any]]:
    random = Random(3)
    return [
        ["schedules", prompt, random.choice([1, 4, 10]), random.choice([None, None, 10, 3]), random.random() < 0.1]
        for prompt in wanted
    ]


def test_schedules(ask: Ask) -> None:
    nested = Nested()
    questions = scheduled([nested.prompt() for _ in range(SCHEDULED)])
    for (_, prompt, *how), found in zip(questions, ask(questions), strict=True):
        assert [[said.until, said.text] for said in schedules.schedule(prompt, *how)] == found, prompt


def test_broken_schedules(ask: Ask) -> None:
    """Where a bracket that is text follows one that closes, the web UI itself reads now so, now so: not compared."""
    wanted = [
        prompt for prompt in prompts(CONSTRUCT_PIECES, SCHEDULED, longest=10) if not re.search(r"[\])][][():]", prompt)
    ]
    questions = scheduled(wanted)
    for (_, prompt, *how), found in zip(questions, ask(questions), strict=True):
        assert [[said.until, said.text] for said in schedules.schedule(prompt, *how)] == found, prompt


def test_parts(ask: Ask) -> None:
    wanted = prompts([*CONSTRUCT_PIECES, "AND", " AND", " : .5", ":-1 ", ":2.", "\t"], PROMPTS)
    for prompt, found in zip(wanted, ask([["parts", prompt] for prompt in wanted]), strict=True):
        assert [[part.text, part.weight] for part in composition.parts(prompt)] == found, prompt


def test_extra_networks(ask: Ask) -> None:
    wanted = prompts(["<", ">", "lora", ":", "x", "=", " ", "<lora:a b:1>", "<hypernet:x>", "\n", "é"], PROMPTS)
    for prompt, (rest, named) in zip(wanted, ask([["networks_of", prompt] for prompt in wanted]), strict=True):
        assert extra_networks.without(prompt) == rest, prompt
        ours: dict[str, list[list[str]]] = {}
        for network in extra_networks.named(prompt):
            ours.setdefault(network.kind, []).append(list(network.arguments))
        assert ours == named, prompt


def infotexts(count: int) -> list[str]:
    random = Random(4)
    words = [
        "a photo, (x:1.3)",
        "Steps: 3",
        "Steps: of stone",
        "Negative prompt of it",
        "é “q”",
        "",
        "  b: c",
        'say "a"',
    ]
    texts = []
    for _ in range(count):
        prompt, negative = ("\n".join(random.choices(words, k=random.randint(0, 3))) for _ in range(2))
        values = {
            name: random.choice(['a, "b": c', "x", "1.5", "two\nlines", "a: b"]) for name in ("Model", "Hires prompt")
        }
        parameters = {"Steps": "20", "Sampler": "Euler a", "Seed": "1", **values}
        texts.append(infotext.format(infotext.Infotext(prompt, negative, parameters)))
    return texts


def test_infotexts(ask: Ask) -> None:
    wanted = infotexts(PROMPTS)
    for text, found in zip(wanted, ask([["infotext", text] for text in wanted]), strict=True):
        ours = infotext.parse(text)
        assert _lines(ours.prompt) == found["Prompt"].strip(), text
        assert _lines(ours.negative_prompt) == found["Negative prompt"].strip(), text
        assert {key: found[key] for key in ours.parameters} == ours.parameters, text


def _lines(text: str) -> str:
    """The web UI takes the spaces from the ends of each line."""
    return "\n".join(line.strip() for line in text.strip().split("\n"))


def test_values_are_quoted_as_the_web_ui_does(ask: Ask) -> None:
    wanted = [value for value in prompts(["a", " ", ",", ":", "é", "1", "\n", "\\"], PROMPTS) if value == value.strip()]
    for value, quoted in zip(wanted, ask([["quote", value] for value in wanted]), strict=True):
        assert infotext.format(infotext.Infotext("", "", {"k": value})) == f"k: {quoted}".strip()


def test_chunks(ask: Ask) -> None:
    """Without an embedding behind the last comma, which the web UI tears from its vectors."""
    random = Random(5)
    wanted = []
    for _ in range(min(PROMPTS, 2000)):
        tokens = random.choices([COMMA, 1, 2, 3], [1, 9, 9, 9], k=random.randint(0, 240))
        embeds = random.random() < 0.3
        if embeds:
            tokens = [-random.randint(1, 20) if token == 3 else token for token in tokens if token != COMMA]
        cuts = sorted(random.sample(range(len(tokens) + 1), min(3, len(tokens) + 1)))
        runs: list[Any] = [
            [tokens[start:end], random.choice([1.0, 1.3])]
            for start, end in zip([0, *cuts], [*cuts, len(tokens)], strict=True)
        ]
        if random.random() < 0.3:
            runs.insert(1, None)
        wanted.append(runs)
    for runs, found in zip(wanted, ask([["chunks", runs, COMMA] for runs in wanted]), strict=True):
        ours = [part.framed(-1, -2) for part in chunks.chunk(_pieces(runs), COMMA)]
        told = [
            [[*part.tokens], [*part.weights], [[placed.offset - 1, placed.length] for placed in part.embeddings]]
            for part in ours
        ]
        assert told == found, runs


def _pieces(runs: Sequence[Any]) -> Iterator[chunks.Piece | None]:
    for run in runs:
        if run is None:
            yield None
            continue
        for token in run[0]:
            yield chunks.Piece(token, run[1]) if token > 0 else chunks.Piece(0, run[1], "embedding", -token)
