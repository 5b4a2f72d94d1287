"""Captions one by one: what they are, saving one, its chips and tokens, its picture."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import JSONResponse
from pydantic import Field

from consistent_character.captioning import chips, editing, postures, tags
from consistent_character.captioning.editing import Caption, ChangedMeanwhile
from consistent_character.character.folder import CharacterFolder
from consistent_character.character.vocabulary import vocabulary_of
from consistent_character.documents import tagged, to_json
from consistent_character.house import House
from consistent_character.prompts.template import DEFAULT_TEMPLATE
from consistent_character.training.captions import CHUNK, longest_prompt, tokens_of
from consistent_character.web.answers import one_line
from consistent_character.web.bodies import Body
from consistent_character.web.caption_answers import (
    CaptionAnswer,
    CaptionsAnswer,
    PlacesAnswer,
    TagsAnswer,
    TokensAnswer,
    all_postures,
    caption_answer,
    captions_answer,
)
from consistent_character.web.pictures import Thumbnails, small, whole
from consistent_character.web.places import NotHere, folder_at

_ADDRESS = "/characters/{name}"
_ONE = f"{_ADDRESS}/captions/{{image}}"


class TextBody(Body):
    """A caption's text that need not be saved."""

    text: str = Field(description="The caption.")


class SaveBody(Body):
    """A caption as a person wrote it."""

    text: str | None = Field(
        ..., description="The caption; byte order mark and line ends stay as in the file. null: take the file away."
    )
    expected: str | None = Field(
        ...,
        description="The `version` that was changed, null if there was no file: nothing else is overwritten.",
    )
    convert: bool = Field(False, description="Write a caption that was in another encoding as UTF-8.")


class PosturesBody(Body):
    """A character's own postures."""

    postures: list[str] = Field(description="All that it shall have, beside the tutorial's seven.")


def add_captions(router: APIRouter, house: House) -> None:
    """Add the routes of single captions. `name` may be a key that the tab has handed out, too."""
    _add_reading(router, house)
    _add_saving(router, house)
    _add_asking(router, house)
    _add_pictures(router, house)


def _opened(house: House, name: str) -> CharacterFolder:
    return CharacterFolder.open(folder_at(house, name))


def _add_reading(router: APIRouter, house: House) -> None:
    @router.get(f"{_ADDRESS}/captions", summary="Every caption", response_model=CaptionsAnswer)
    def captions(name: str, request: Request) -> Any:
        """Every image with its caption, and the phrases that its chips and tags are made of. No picture is opened."""
        with _opened(house, name) as folder:
            answer = captions_answer(folder)
        content = json.dumps(answer, separators=(",", ":")).encode()  # as ASCII: file names may be no Unicode
        return Response(content, media_type="application/json", headers={"Cache-Control": "no-store"})

    @router.get(_ONE, summary="One caption", response_model=CaptionAnswer)
    def caption(name: str, image: str) -> Any:
        """The caption as it is now; of an image without one, the prompt inside of the picture too."""
        with _opened(house, name) as folder:
            return JSONResponse(caption_answer(_caption(folder, image), offered=True))

    @router.get(f"{_ADDRESS}/tags", summary="The tags", response_model=TagsAnswer)
    def tag_table(
        name: str,
        has: str | None = Query(None, alias="with", description="Only captions that have this phrase."),
        lacks: str | None = Query(None, alias="without", description="Only captions that lack this phrase."),
    ) -> Any:
        """How many captions have each phrase, and the images whose captions have one or lack another."""
        with _opened(house, name) as folder:
            found = tuple(editing.captions(folder))
        chosen = tags.chosen([caption.text for caption in found], has, lacks)
        return to_json(tagged([found[place] for place in chosen]))


def _add_saving(router: APIRouter, house: House) -> None:
    @router.put(_ONE, summary="Save one caption", response_model=CaptionAnswer)
    def save(name: str, image: str, body: SaveBody) -> Any:
        """Written at once, as a change of its own that `undo` takes back.

        409 with `now`, the caption as it is, where another program has changed it. Nothing is overwritten then.
        """
        with _opened(house, name) as folder:
            now = _caption(folder, image)
            try:
                if now.version != body.expected:
                    raise ChangedMeanwhile(f"The caption of {image} was changed by another program since you saw it.")
                saved = editing.save(folder, image, now.stored, body.text, convert=body.convert)
            except ChangedMeanwhile as error:
                told = {"detail": one_line(error), "now": caption_answer(_caption(folder, image))}
                return JSONResponse(told, 409)
            return JSONResponse({**caption_answer(saved.caption), "batch": saved.batch})

    @router.put(f"{_ADDRESS}/postures", summary="A character's own postures")
    def keep(name: str, body: PosturesBody) -> Any:
        """Kept in `postures.txt`, beside the tutorial's seven, which are always there. Answers what is kept."""
        return {"postures": list(postures.keep_postures(folder_at(house, name), body.postures))}


def _add_asking(router: APIRouter, house: House) -> None:
    @router.post(f"{_ADDRESS}/places", summary="Where a caption's chips go", response_model=PlacesAnswer)
    def places(name: str, body: TextBody) -> Any:
        """Where a text names its zoom, viewing angle and posture, or would name them. Nothing is written."""
        with _opened(house, name) as folder:
            known = postures.spellings(all_postures(folder))
            found = chips.places(body.text, vocabulary_of(folder.path), known, folder.character.token)
        return {"zoom": found.zoom, "angle": found.angle, "posture": found.posture, "tags": tags.phrases(body.text)}

    @router.post(f"{_ADDRESS}/tokens", summary="How long a caption is", response_model=TokensAnswer)
    def tokens(name: str, body: TextBody) -> Any:
        """In tokens, the embedding counting as many as it has vectors. May load the model, if none is loaded yet."""
        with _opened(house, name) as folder:
            who = folder.character
        text, count = body.text.strip(), house.engine.count_tokens
        training = longest_prompt(text, who.token, who.num_vectors, DEFAULT_TEMPLATE, count)
        alone = tokens_of(text, who.token, who.num_vectors, count)
        return {"caption": alone, "training": training, "room": CHUNK, "vectors": who.num_vectors}


def _add_pictures(router: APIRouter, house: House) -> None:
    thumbnails = Thumbnails()

    @router.get(f"{_ADDRESS}/images/{{image}}", summary="A picture", response_class=Response)
    def picture(name: str, image: str, request: Request) -> Any:
        """The file as it is."""
        return whole(_picture(house, name, image), request)

    @router.get(f"{_ADDRESS}/thumbnails/{{image}}", summary="A small picture", response_class=Response)
    def thumbnail(name: str, image: str, request: Request) -> Any:
        """At most 128 pixels wide and high, as JPEG; made when it is first asked for."""
        return small(_picture(house, name, image), thumbnails, request)


def _caption(folder: CharacterFolder, image: str) -> Caption:
    try:
        return editing.caption_of(folder, image)
    except editing.NoSuchImage as error:
        raise NotHere(one_line(error)) from error


def _picture(house: House, name: str, image: str) -> Path:
    try:
        return editing.picture_of(folder_at(house, name) / "images", image)
    except editing.NoSuchImage as error:
        raise NotHere(one_line(error)) from error
