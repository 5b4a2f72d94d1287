"""How a long prompt is cut into chunks of 75 tokens, with the meaning that A1111 gives it.

A comma in the last 20 tokens of a full chunk is where the chunk ends: what comes after it moves on whole. BREAK ends a
chunk at once. An embedding is never cut.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

CHUNK_SIZE = 75
"""Tokens of a chunk, without the start and end tokens."""

COMMA_BACKTRACK = 20
"""How many tokens may move on to the next chunk so that a phrase stays whole; A1111's default."""


@dataclass(frozen=True)
class Piece:
    """A token with its weight, or an embedding of `length` vectors, named by `embedding`, in place of a token."""

    token: int
    weight: float = 1.0
    embedding: str = ""
    length: int = 1


@dataclass(frozen=True)
class Placed:
    """An embedding that begins at token `offset` of its chunk, start token not counted."""

    offset: int
    name: str
    length: int


@dataclass(frozen=True)
class Chunk:
    """At most 75 tokens with their weights; embeddings hold their places with token 0."""

    tokens: tuple[int, ...] = ()
    weights: tuple[float, ...] = ()
    embeddings: tuple[Placed, ...] = ()

    def framed(self, start: int, end: int, size: int = CHUNK_SIZE) -> Chunk:
        """As the text encoder takes it, `size + 2` long: start token, the tokens, end tokens to the end, at weight 1.

        The embeddings' offsets count the start token then.
        """
        rest = size - len(self.tokens) + 1
        return Chunk(
            (start, *self.tokens, *[end] * rest),
            (1.0, *self.weights, *[1.0] * rest),
            tuple(Placed(placed.offset + 1, placed.name, placed.length) for placed in self.embeddings),
        )


def chunk(
    pieces: Iterable[Piece | None], comma: int, size: int = CHUNK_SIZE, backtrack: int = COMMA_BACKTRACK
) -> tuple[Chunk, ...]:
    """Cut into chunks; at least one. None stands for BREAK, `comma` is the comma's token.

    Raises:
        ValueError: an embedding is longer than a chunk.

    Source: the meaning of `modules/sd_hijack_clip.py: tokenize_line` of A1111 1.10.1; other than there, an embedding
    behind the comma moves on together with its vectors.
    """
    cutter = _Cutter(comma, size, backtrack)
    for piece in pieces:
        if piece is None:
            cutter.finish()
        else:
            cutter.take(piece)
    if cutter.pieces or not cutter.chunks:
        cutter.finish()
    return tuple(cutter.chunks)


class _Cutter:
    """The chunks so far, and the pieces of the one that is being filled."""

    def __init__(self, comma: int, size: int, backtrack: int) -> None:
        self.chunks: list[Chunk] = []
        self.pieces: list[Piece] = []
        self._comma = comma
        self._size = size
        self._backtrack = backtrack
        self._after_comma: int | None = None

    def take(self, piece: Piece) -> None:
        is_comma = not piece.embedding and piece.token == self._comma
        if self._filled() == self._size and not is_comma:
            self._move_on_behind_comma()
        if piece.length > self._size:
            raise ValueError(f"{piece.length} vectors do not fit into a chunk of {self._size}")
        starts_next = self._filled() + piece.length > self._size
        if starts_next:
            self.finish()
        self.pieces.append(piece)
        if is_comma and not starts_next:
            self._after_comma = len(self.pieces)

    def finish(self) -> None:
        self.chunks.append(_joined(self.pieces))
        self.pieces = []
        self._after_comma = None

    def _move_on_behind_comma(self) -> None:
        if self._after_comma is None:
            return
        moving = self.pieces[self._after_comma :]
        # A1111 counts from the comma itself, so one token less than the limit moves.
        if _length(moving) + 1 <= self._backtrack:
            del self.pieces[self._after_comma :]
            self.finish()
            self.pieces = moving

    def _filled(self) -> int:
        return _length(self.pieces)


def _length(pieces: list[Piece]) -> int:
    return sum(piece.length for piece in pieces)


def _joined(pieces: list[Piece]) -> Chunk:
    tokens: list[int] = []
    weights: list[float] = []
    embeddings: list[Placed] = []
    for piece in pieces:
        if piece.embedding:
            embeddings.append(Placed(len(tokens), piece.embedding, piece.length))
        tokens += [0] * piece.length if piece.embedding else [piece.token]
        weights += [piece.weight] * piece.length
    return Chunk(tuple(tokens), tuple(weights), tuple(embeddings))
