"""What the routes of single captions answer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic import BaseModel, Field

from consistent_character.captioning import editing, postures, sources, tags
from consistent_character.captioning.editing import Caption
from consistent_character.character.folder import CharacterFolder
from consistent_character.character.vocabulary import vocabulary_of
from consistent_character.errors import FolderError
from consistent_character.prompts import infotext
from consistent_character.web.pictures import version_of


class CaptionAnswer(BaseModel):
    """One image and its caption."""

    image: str = Field(description="The image's file name.")
    picture: str = Field(description="Changes when the picture does: `?v=` of its address.")
    text: str = Field(description="The caption, with plain newlines; empty where there is none or it is not UTF-8.")
    version: str | None = Field(description="Of the caption's bytes, for `expected`; null where there is no file.")
    problem: str = Field(description="What is the matter with it; empty if nothing is.")
    locked: bool = Field(description="Whether it is not to be edited, because of the problem.")
    suggested: str = Field(description="The encoding that an unreadable caption seems to have; empty if none.")
    tags: list[str] = Field(description="Its phrases. In the list of all captions: their places in `phrases`.")
    offered: str | None = Field(None, description="Of an image without a caption, the prompt in the picture.")
    batch: int | None = Field(None, description="The journal's batch that has just written it; 0 if nothing changed.")


class CaptionsAnswer(BaseModel):
    """All captions of a character."""

    token: str = Field(description="The word that stands for the character.")
    vectors: int = Field(description="How many tokens it counts for.")
    zooms: list[str] = Field(description="The zooms in which the pictures were asked for.")
    angles: list[str] = Field(description="The viewing angles.")
    postures: list[str] = Field(description="The tutorial's postures.")
    own: list[str] = Field(description="The character's own.")
    phrases: list[str] = Field(description="Every phrase of the captions: what `tags` of a caption point at.")
    captions: list[dict[str, Any]] = Field(description="See the answer for one caption.")


class PlaceAnswer(BaseModel):
    """The part of a text that a phrase takes: from `start` to `end`, in characters, `before` and `after` around it."""

    start: int = Field(description="Where it begins.")
    end: int = Field(description="Where it ends.")
    before: str = Field(description="What comes with the phrase, before it.")
    after: str = Field(description="What comes with the phrase, behind it.")
    phrase: str = Field(description="The one that is there now; empty if none is.")
    gone: list[int] | None = Field(description="From where to where the text goes when the phrase is taken out.")


class PlacesAnswer(BaseModel):
    """Where a caption's chips go."""

    zoom: PlaceAnswer = Field(description="Where the zoom is, or belongs.")
    angle: PlaceAnswer = Field(description="Where the viewing angle is, or belongs.")
    posture: PlaceAnswer = Field(description="Where the posture is, or belongs.")
    tags: list[str] = Field(description="The text's phrases.")


class TokensAnswer(BaseModel):
    """How long a caption is, in tokens."""

    caption: int = Field(description="The caption alone.")
    training: int = Field(description="As the trainer reads it: “[name], [filewords]”.")
    room: int = Field(description="What lies beyond is learned apart from the rest.")
    vectors: int = Field(description="What each mention of the token counts for.")


class TagAnswer(BaseModel):
    """One phrase."""

    tag: str = Field(description="The phrase, its case kept.")
    captions: int = Field(description="How many captions have it.")


class TagsAnswer(BaseModel):
    """The phrases of the captions that were asked for, the most frequent first, and their images."""

    tags: list[TagAnswer] = Field(description="How often each phrase is used in them.")
    images: list[str] = Field(description="Their images, by file name.")


def captions_answer(folder: CharacterFolder) -> dict[str, Any]:
    """What `CaptionsAnswer` tells; plain, since ten thousand rows are many."""
    vocabulary, who = vocabulary_of(folder.path), folder.character
    places: dict[str, int] = {}
    rows = []
    for caption in editing.captions(folder):
        row = caption_answer(caption)
        rows.append({**row, "tags": [places.setdefault(tag, len(places)) for tag in row["tags"]]})
    usual = postures.postures_for(who.initialization_text)
    return {
        "token": who.token,
        "vectors": who.num_vectors,
        "zooms": vocabulary.zooms,
        "angles": vocabulary.angles,
        "postures": usual,
        "own": all_postures(folder)[len(usual) :],
        "phrases": list(places),
        "captions": rows,
    }


def caption_answer(caption: Caption, *, offered: bool = False) -> dict[str, Any]:
    """What `CaptionAnswer` tells; with `offered`, the picture is opened if there is no caption."""
    answer = {
        "image": caption.pair.image.name,
        "picture": _version(caption.pair.image),
        "text": caption.text,
        "version": caption.version,
        "problem": caption.problem,
        "locked": caption.locked,
        "suggested": caption.suggested,
        "tags": tags.phrases(caption.text),
    }
    if offered and caption.stored is None:
        answer["offered"] = infotext.prompt_of(sources.read_picture(caption.pair).text)
    return answer


def all_postures(folder: CharacterFolder) -> tuple[str, ...]:
    """The tutorial's postures, then the character's own; without these where their file cannot be read."""
    usual = postures.postures_for(folder.character.initialization_text)
    try:
        return (*usual, *postures.own_postures(folder.path))
    except FolderError:
        return usual  # told when somebody keeps one


def _version(path: Path) -> str:
    try:
        return version_of(path)
    except OSError:
        return ""
