"""A character in words: who is to be recognised, and how the pictures that it is learned from are asked for."""

from __future__ import annotations

import json
import re
import sys
from dataclasses import asdict, dataclass, fields
from typing import Any

from consistent_character.errors import FolderError, RequestError
from consistent_character.prompts import emphasis
from consistent_character.prompts.cells import Cell

if sys.version_info >= (3, 11):
    import tomllib
else:
    try:
        import tomli as tomllib
    except ModuleNotFoundError:  # a web UI that was offline when the extension was installed
        tomllib = None

BACKGROUND_WEIGHT = 1.3
"""Emphasis on the background while generating, so that nothing distracts from the person."""

MAX_VECTORS = 75
"""An embedding cannot be longer than one chunk of a prompt."""

_TOKEN = re.compile(r"[A-Za-z0-9_-]{1,64}")
_RESERVED_FILE_NAME = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)", re.IGNORECASE)


@dataclass(frozen=True)
class Character:
    """What `character.toml` holds."""

    token: str
    """The word that will stand for the character, such as fr3nchl4dysd15; the embedding's name."""
    look: str
    """The face, in words; this is what the token will mean."""
    body: str = ""
    """The body's shape; named in every caption, so not learned."""
    hair: str = ""
    """The hair; named in every caption, so not learned."""
    wardrobe: str = "plain gray clothes"
    """The clothes in the training images; named in every caption, so not learned."""
    background: str = "neutral gray background"
    """The backdrop of the training images; a plain one is easiest to tell from the person."""
    expression: str = "neutral face expression"
    """The expression of the face; named in every caption, so not learned."""
    initialization_text: str = "woman"
    """Where training starts from, such as woman or man."""
    num_vectors: int = 8
    """The length of the embedding, 1 to 75."""
    checkpoint: str = ""
    """The base model's file; empty is the default."""

    def __post_init__(self) -> None:
        """Refuse what cannot be trained.

        Raises:
            RequestError: the token is not one word, the look is empty, or there are too many vectors or none.
        """
        check_token(self.token)
        if not self.look.strip(" ,\n"):
            raise RequestError(
                "The look is empty: describe the face, for example “a 25yo French woman with hazel eyes”."
            )
        if not 1 <= self.num_vectors <= MAX_VECTORS:
            raise RequestError(f"num_vectors is {self.num_vectors}: take a number from 1 to {MAX_VECTORS}; 8 is usual.")

    def prompt(self, cell: Cell, *, emphasise: bool = True) -> str:
        """The prompt for one cell of the grid, the tutorial's way; empty parts are left out.

        `emphasise=False` gives the same words without any emphasis.
        """
        parts = (self.look, self.wardrobe, self.body, self.hair, self._background(), self.expression)
        told = ", ".join(tidy for part in parts if (tidy := part.strip(" ,\n")))
        prompt = f"{cell.zoom} {cell.angle} photo of {told}"
        return prompt if emphasise else emphasis.strip(prompt)

    def _background(self) -> str:
        """The background, emphasised unless the user did it already."""
        background = self.background.strip(" ,\n")
        if not background or emphasis.parse(background) != [emphasis.Run(background, 1.0)]:
            return background
        return f"({background}:{BACKGROUND_WEIGHT})"

    def to_toml(self) -> str:
        """The text of `character.toml`."""
        return "".join(f"{name} = {_toml_value(value)}\n" for name, value in asdict(self).items())

    @staticmethod
    def from_toml(text: str) -> Character:
        """Read `character.toml`.

        Raises:
            FolderError: it is not TOML, or a key is unknown, missing or of the wrong kind.
            RequestError: a value cannot be used, or Python cannot read TOML.
        """
        if tomllib is None:
            raise RequestError("The library tomli is missing: connect this computer to the internet and start again.")
        try:
            values = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise FolderError(f"character.toml cannot be read: {error}. Mend that line and try again.") from error
        return Character(**_checked(values))


def check_token(token: str) -> None:
    """See that a token is one word of letters, digits, `_` and `-`, at most 64, that can name a file on every system.

    Raises:
        RequestError: it is not.
    """
    if not _TOKEN.fullmatch(token):
        raise RequestError(
            f"The token “{token}” cannot be used: take one word of letters, digits, _ and -, such as fr3nchl4dysd15."
        )
    if _RESERVED_FILE_NAME.fullmatch(token):
        raise RequestError(f"The token “{token}” cannot be used: Windows allows no file of that name. Take another.")


def _checked(values: dict[str, Any]) -> dict[str, Any]:
    """The values, once every key is known, there and of its kind."""
    kinds = {field.name: int if field.name == "num_vectors" else str for field in fields(Character)}
    for name, value in values.items():
        if name not in kinds:
            raise FolderError(
                f"character.toml has an unknown key “{name}”: remove it, or correct it to one of {', '.join(kinds)}."
            )
        if type(value) is not kinds[name]:
            wanted = "a whole number" if kinds[name] is int else "a text in quotes"
            raise FolderError(f"character.toml: “{name}” should be {wanted}.")
    if missing := [name for name in ("token", "look") if name not in values]:
        raise FolderError(f'character.toml lacks “{missing[0]}”: add a line {missing[0]} = "…".')
    return values


def _toml_value(value: object) -> str:
    """A whole number or a basic string; JSON's escapes are TOML's too, except that TOML also wants DEL escaped."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007F")
