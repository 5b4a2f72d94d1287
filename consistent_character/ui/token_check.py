"""A small part of the first panel: what the model makes of the token before anything is made with it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import gradio as gr

from consistent_character.character.folder import CharacterFolder
from consistent_character.generating.token_check import TokenCheck, TokenRequest, check_the_token
from consistent_character.house import House
from consistent_character.report.markup import Html, element
from consistent_character.report.pictures import thumbnail
from consistent_character.report.words import counted
from consistent_character.ui.element_ids import element_id
from consistent_character.ui.form import on
from consistent_character.ui.pieces import lead, note, table
from consistent_character.ui.running import Told, run
from consistent_character.ui.window import Shell, Window

_KIND = {"free": "good", "taken": "bad", "unsure": "warning"}
_EDGE = 80
_EMPTY = note("A token should mean nothing yet. Look before you caption: afterwards every caption holds it.")


def token_part(house: House, shell: Shell) -> None:
    """Lay out the part and connect it."""
    with gr.Accordion("Check the token", open=False, elem_id=element_id("token")):
        gr.HTML(
            lead(
                "Draws the token alone, with made-up words beside it, and says whether it is free.",
                "adds the pictures to token-check/; what is there is not drawn again.",
            )
        )
        with gr.Row():
            token = gr.Textbox(
                label="Token", info="Empty: the character's own", scale=3, elem_id=element_id("token", "word")
            )
            start = gr.Button("Check", scale=1, min_width=120, elem_id=element_id("token", "start"))
        result = gr.HTML(_EMPTY, elem_id=element_id("token", "result"))

    def checked(word: str, window: Window) -> Any:
        yield from run(
            house,
            shell,
            window,
            title="Token check",
            work=lambda folder: (
                lambda progress: check_the_token(
                    folder, TokenRequest(word or "", width=house.size, height=house.size), house.engine, progress
                )
            ),
            live=lambda folder: {},
            ended=lambda folder, found: Told(
                _told(found), {result: shown(found, folder)}, "good" if found.answer == "free" else "warning"
            ),
        )

    on(start.click, checked, [token, shell.window], [*shell.outputs, result], show_progress="hidden")


def shown(found: TokenCheck, folder: CharacterFolder) -> Html:
    """The answer with its reasons, and below it the pictures: the token's, then each made-up word's."""
    reasons = [note(reason, _KIND[found.answer] if number == 0 else "") for number, reason in enumerate(found.reasons)]
    parts = [element("p", element("b", _told(found)), class_="cc-note"), *reasons]
    if found.pictures:
        rows = [_row(found.token, found.distance, found.pictures, folder.path)]
        made_up = found.made_up_pictures.items()
        rows += [_row(word, found.made_up[word], paths, folder.path) for word, paths in made_up]
        seeds = (f"seed {Path(path).stem.rpartition('-')[2]}" for path in found.pictures)
        parts.append(table(("word", "away by", *seeds), rows))
    return element("div", *parts)


def _row(word: str, distance: float, paths: Iterable[str], base: Path) -> tuple[str, ...]:
    return (word, f"{distance:.1f}", *(thumbnail(base / path, Path(path).stem, edge=_EDGE) for path in paths))


def _told(found: TokenCheck) -> str:
    length = counted(found.tokens, "token")
    return f"{found.token} is {found.answer}; the bare word takes {length} of a prompt's 75."
