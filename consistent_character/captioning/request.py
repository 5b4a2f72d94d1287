"""What is asked of the caption step."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, NamedTuple, TypeAlias

from consistent_character.captioning.phrase_lists import PhraseList
from consistent_character.character.character import check_token
from consistent_character.errors import RequestError

Existing: TypeAlias = Literal["rewrite", "skip", "overwrite", "append"]

_ARROW = "=>"


class Replacement(NamedTuple):
    """A regular expression and what its matches become, in the spelling of `re.sub`."""

    pattern: re.Pattern[str]
    by: str

    def apply(self, text: str) -> str:
        """The text with every match replaced."""
        return self.pattern.sub(self.by, text)


@dataclass(frozen=True)
class CaptionRequest:
    """How captions are made from prompts."""

    token: str
    """The word that stands for the character."""
    look: str
    """The words that become the token."""
    leave_out: tuple[str, ...] = ()
    """Phrases to drop from every caption; what no caption names is learned as part of the character."""
    drop: tuple[PhraseList, ...] = ()
    """Lists of words to drop that describe no picture: quality (“masterpiece, 8k”), camera (“bokeh”), style (“cgi”)."""
    replace: tuple[str, ...] = ()
    """Replacements by regular expression, each written “pattern => text”; upper and lower case are the same."""
    add: tuple[str, ...] = ()
    """Phrases to add to every caption that lacks them; a posture takes the place of another one."""
    prefix: str = ""
    """What every caption begins with."""
    suffix: str = ""
    """What every caption ends with."""
    existing: Existing = "rewrite"
    """Images that have a .txt: rewrite it, skip them, overwrite it by the prompt in the picture, or append that."""
    convert: bool = False
    """Read captions that are not UTF-8 in the encoding that they seem to have, and write them as UTF-8."""
    zooms: tuple[str, ...] = ()
    """Only captions that name one of these zooms."""
    angles: tuple[str, ...] = ()
    """Only captions that name one of these viewing angles."""
    search: str = ""
    """Only images whose file name or caption holds these words."""
    images: tuple[str, ...] = ()
    """Only these images, by file name."""

    def __post_init__(self) -> None:
        """Refuse what would replace nothing, or cannot be read.

        Raises:
            RequestError: the token is not one word, the look is empty, or a replacement cannot be read.
        """
        check_token(self.token)
        if not self.look.strip(" ,\n"):
            raise RequestError("The look is empty: give the words that the token shall stand for.")
        self.replacements()

    def replacements(self) -> tuple[Replacement, ...]:
        """The replacements, read.

        Raises:
            RequestError: one has no arrow, or is no regular expression.
        """
        return tuple(map(_replacement, self.replace))


def _replacement(written: str) -> Replacement:
    pattern, arrow, by = written.partition(_ARROW)
    if not arrow or not pattern.strip():
        raise RequestError(f"“{written}” is no replacement: write “what is there {_ARROW} what shall be there”.")
    try:
        compiled = re.compile(pattern.strip(), re.IGNORECASE)
        # Groups that the text names and the pattern lacks are noticed only when the text is used.
        re.compile(f"{compiled.pattern}|", re.IGNORECASE).sub(by.strip(), "")
    except (re.error, IndexError) as error:
        raise RequestError(f"“{written}” is no regular expression ({error}).") from error
    return Replacement(compiled, by.strip())
