"""The token check: is this word still free, or does the base model make something of it already?

    <character>/token-check/<settings>/<word>-<seed>.png

A token's pictures are held against those of made-up words with the same seeds. Any word changes a picture a little, and
how much that is the made-up words say themselves: each is read against the others in turn. A token that stands out
further than any of them means something to the model, and training would have to fight that meaning.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt
from PIL import Image

from consistent_character.character.character import check_token
from consistent_character.character.files import explained, write_whole
from consistent_character.character.folder import CharacterFolder
from consistent_character.character.installed import own_names
from consistent_character.engine import Engine, RenderRequest, Sampler
from consistent_character.errors import RequestError
from consistent_character.progress import Progress
from consistent_character.prompts import guard
from consistent_character.prompts.pictures import as_png
from consistent_character.vision import features

Answer = Literal["free", "taken", "unsure"]
Floats = npt.NDArray[np.float32]

FOLDER_NAME = "token-check"
_KEY = "token-check-key"
_MADE_UP = 8
_EDGE = 6
"""Pictures are compared at so many pixels a side: what stands where, not how it is drawn."""
_BEYOND = 1.15
"""Times the most conspicuous made-up word: further away than this is a meaning, between is open."""
_STEADY = 2.0
"""Likewise for how alike the change is from seed to seed."""
_CONSONANTS, _VOWELS = "bcdfghjklmnpqrstvwxz", "aeiou0134"


@dataclass(frozen=True)
class TokenRequest:
    """The word to look at, and the pictures to look at it with."""

    token: str = ""
    """The word. Empty is the character's token."""
    seeds: tuple[int, ...] = (1, 2, 3, 4)
    """The same for the token and for the made-up words beside it, 2 to 16 of them."""
    sampler: Sampler = "Euler a"
    """By the name that A1111 gives it."""
    steps: int = 20
    """Sampling steps a picture, 1 to 150."""
    cfg_scale: float = 7.0
    """How strictly the word is obeyed, 1 to 30."""
    width: int = 512
    """Pixels, a multiple of 8; the size that the checkpoint was trained at draws best."""
    height: int = 512
    """Pixels, a multiple of 8."""

    def check(self) -> None:
        """Look at every setting.

        Raises:
            RequestError: the first setting that cannot be used.
        """
        if len(set(self.seeds)) != len(self.seeds) or not 2 <= len(self.seeds) <= 16 or min(self.seeds) < 0:
            raise RequestError("The token check needs 2 to 16 seeds, all different and none below 0.")
        if self.sampler not in get_args(Sampler):
            raise RequestError(f'There is no sampler "{self.sampler}": take one of {", ".join(get_args(Sampler))}.')
        if self.token.strip():
            check_token(self.token.strip())

    def picture(self, word: str, seed: int) -> RenderRequest:
        """One picture of a word alone."""
        return RenderRequest(
            word,
            seed,
            width=self.width,
            height=self.height,
            sampler=self.sampler,
            steps=self.steps,
            cfg_scale=self.cfg_scale,
        )


@dataclass(frozen=True)
class TokenCheck:
    """What came of a look at a token.

    `reasons` say in words why it is `taken`, `free` or `unsure`, the weightiest first. `tokens` is how many tokens of
    a prompt the bare word takes. `distance` is how far its pictures are from those of the made-up words, in steps of
    Lab, and `made_up` how far these are from each other; 0 and none where nothing was drawn. Paths are within the
    character folder, in the order of the seeds.
    """

    token: str
    answer: Answer
    reasons: tuple[str, ...]
    tokens: int
    checkpoint: str
    distance: float = 0.0
    made_up: Mapping[str, float] = field(default_factory=dict)
    pictures: tuple[str, ...] = ()
    made_up_pictures: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def check_the_token(folder: CharacterFolder, request: TokenRequest, engine: Engine, progress: Progress) -> TokenCheck:
    """Draw what the base model makes of a word alone, and say whether it is free. What is drawn is kept.

    Raises:
        RequestError: a setting cannot be used, or the token is no single word.
        UnsafePrompt: the word itself is refused.
        FolderError: the disk is full or may not be written. What was drawn is kept.
        Interrupted: the user stopped it. What was drawn is kept.
    """
    request.check()
    token = request.token.strip() or folder.character.token
    check_token(token)
    guard.check(f"{folder.character.look}, {token}")
    known = tuple(_known(folder, token, engine))
    told = TokenCheck(token, "taken", known, len(engine.known_tokens(token)), engine.checkpoint.name)
    names = {name.lower() for name in engine.embedding_names()}
    if token.lower() in names:
        return told  # what would be drawn is that embedding, not what the model makes of the word
    words = (token, *made_up_words(token, names))
    drawn = {word: _paths(folder, request, word, engine) for word in words}
    _draw(request, drawn, engine, progress)
    return _judged(told, {word: [_described(path) for path in paths] for word, paths in drawn.items()}, drawn, folder)


def made_up_words(token: str, taken: set[str], count: int = _MADE_UP) -> tuple[str, ...]:
    """Words that nobody has written, always the same ones: what is drawn of them serves every token."""
    draw = Random("made-up words")
    words: list[str] = []
    while len(words) < count:
        word = "".join(draw.choice((_CONSONANTS, _VOWELS)[place % 2]) for place in range(draw.choice((5, 6, 7, 8))))
        if word not in taken and word != token.lower():
            words.append(word)
    return tuple(words)


def _known(folder: CharacterFolder, token: str, engine: Engine) -> Iterator[str]:
    if token.lower() in {name.lower() for name in engine.embedding_names()}:
        if token.lower() in own_names(folder.path):
            yield (
                f"This character's own embedding {token} is loaded: prompts come to it and no more to the bare word. "
                "The check is for before training."
            )
        else:
            yield f"An embedding called {token} is loaded: prompts come to that one. Choose another token."
    elif len(engine.known_tokens(token)) == 1:
        yield f"{token} is a word of the model's own vocabulary, a single token. Choose a word that nobody uses."


def _paths(folder: CharacterFolder, request: TokenRequest, word: str, engine: Engine) -> list[Path]:
    settings = _key(request.picture("", 0), engine)[:8]
    return [folder.path / FOLDER_NAME / settings / f"{word.lower()}-{seed}.png" for seed in request.seeds]


def _key(picture: RenderRequest, engine: Engine) -> str:
    document = {**dataclasses.asdict(picture), "checkpoint": engine.checkpoint.sha256}
    return hashlib.sha256(json.dumps(document, sort_keys=True).encode()).hexdigest()


def _draw(request: TokenRequest, drawn: Mapping[str, Sequence[Path]], engine: Engine, progress: Progress) -> None:
    """Draw what is not there yet."""
    planned = [
        (path, request.picture(word, seed))
        for word, paths in drawn.items()
        for path, seed in zip(paths, request.seeds, strict=True)
    ]
    missing = [(path, picture) for path, picture in planned if not _is_there(path, _key(picture, engine))]
    progress.begin("Token check", total=len(planned), done=len(planned) - len(missing))
    if missing:
        with explained(missing[0][0]):
            missing[0][0].parent.mkdir(parents=True, exist_ok=True)
    rendered = engine.render(picture for _, picture in missing)
    for (path, picture), one in zip(missing, rendered, strict=True):
        write_whole(path, as_png(one.image, one.infotext, **{_KEY: _key(picture, engine)}))
        progress.advance(note=picture.prompt)


def _is_there(path: Path, key: str) -> bool:
    try:
        with Image.open(path) as image:
            image.load()
            return bool(image.info.get(_KEY) == key)
    except (OSError, SyntaxError, ValueError):
        return False


def _described(path: Path) -> Floats:
    """A picture as L, a and b at few pixels, `(EDGE, EDGE, 3)`."""
    return features.to_lab(features.resized(features.load_rgb(path, 2 * features.FEATURE_EDGE), _EDGE))


def _judged(
    told: TokenCheck, seen: Mapping[str, Sequence[Floats]], drawn: Mapping[str, Sequence[Path]], folder: CharacterFolder
) -> TokenCheck:
    rows = {word: np.stack([picture.reshape(-1) for picture in pictures]) for word, pictures in seen.items()}
    others = [word for word in rows if word != told.token]
    distances = {word: _distance(rows, word, others) for word in rows}
    steadiness = {word: _steadiness(rows, word, others) for word in rows}
    usual = {word: distances[word] for word in others}
    answer, reason = verdict(
        told.token, distances[told.token], steadiness[told.token], usual, [steadiness[word] for word in others]
    )

    def within(word: str) -> tuple[str, ...]:
        return tuple(path.relative_to(folder.path).as_posix() for path in drawn[word])

    return dataclasses.replace(
        told,
        answer="taken" if told.reasons else answer,
        reasons=(*told.reasons, reason),
        distance=round(distances[told.token], 4),
        made_up={word: round(value, 4) for word, value in usual.items()},
        pictures=within(told.token),
        made_up_pictures={word: within(word) for word in others},
    )


def verdict(
    token: str, distance: float, steadiness: float, usual: Mapping[str, float], usual_steadiness: Sequence[float]
) -> tuple[Answer, str]:
    """Whether a token's pictures stand out among made-up words', and why, in words.

    Args:
        token: the word.
        distance: how far its pictures are from those of the made-up words.
        steadiness: how alike the change is from seed to seed, over what chance does.
        usual: the same distance for each made-up word against the others.
        usual_steadiness: likewise.
    """
    most = max(usual.values())
    figures = (
        f"its pictures differ from those of made-up words by {distance:.1f} steps of Lab, and these from each other "
        f"by {min(usual.values()):.1f} to {most:.1f}"
    )
    if distance > _BEYOND * most:
        return "taken", f"{token} means something to the model already: {figures}. Choose another word."
    if distance > most and steadiness > _STEADY * max(usual_steadiness):
        return "taken", f"{token} means something to the model already, the same with every seed: {figures}."
    if distance > most:
        return "unsure", f"{token} may mean something to the model: {figures}. Look at them, or take more seeds."
    return "free", f"The model makes no more of {token} than of any made-up word: {figures}."


def _distance(rows: Mapping[str, Floats], word: str, others: Sequence[str]) -> float:
    """The mean distance to other words' pictures of the same seeds, in steps of Lab."""
    found = [np.sqrt(((rows[word] - rows[other]) ** 2).mean(axis=1)).mean() for other in others if other != word]
    return float(np.mean(found))


def _steadiness(rows: Mapping[str, Floats], word: str, others: Sequence[str]) -> float:
    """How large the common change of all seeds is over how they differ in it; about 1 for no meaning at all."""
    changes = rows[word] - np.mean([rows[other] for other in others if other != word], axis=0)
    common = changes.mean(axis=0)
    within = ((changes - common) ** 2).sum() / (len(changes) - 1)
    return float(len(changes) * (common**2).sum() / max(float(within), 1e-9))
