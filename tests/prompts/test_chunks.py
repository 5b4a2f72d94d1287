"""Chunks of 75 tokens end where A1111 ends them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consistent_character.prompts.chunks import Chunk, Piece, Placed, chunk

COMMA = 267


def pieces_of(count: int, commas: tuple[int, ...] = ()) -> list[Piece | None]:
    return [Piece(COMMA if at in commas else 1000 + at) for at in range(count)]


def lengths(pieces: list[Piece | None]) -> list[int]:
    return [len(part.tokens) for part in chunk(pieces, COMMA)]


@pytest.mark.parametrize(
    ("count", "commas", "expected"),
    [
        (0, (), [0]),
        (75, (), [75]),
        (76, (), [75, 1]),
        (151, (), [75, 75, 1]),
        (80, (60,), [61, 19]),
        (80, (55,), [56, 24]),
        (80, (54,), [75, 5]),
        (80, (74,), [75, 5]),
        (76, (75,), [75, 1]),
        (75, (60,), [75]),
    ],
)
def test_lengths(count: int, commas: tuple[int, ...], expected: list[int]) -> None:
    assert lengths(pieces_of(count, commas)) == expected


def test_a_break_ends_a_chunk_at_once() -> None:
    assert lengths([*pieces_of(3), None, *pieces_of(2)]) == [3, 2]
    assert lengths([None]) == [0]


def test_an_embedding_is_never_cut() -> None:
    embedding = Piece(0, 1.3, "fr3nchl4dysd15", 8)
    first, second = chunk([*pieces_of(70), embedding, Piece(5)], COMMA)
    assert len(first.tokens) == 70
    assert second.embeddings == (Placed(0, "fr3nchl4dysd15", 8),)
    assert second.weights == (1.3,) * 8 + (1.0,)


def test_an_embedding_behind_the_comma_moves_on_with_its_vectors() -> None:
    first, second = chunk([*pieces_of(65, (64,)), Piece(0, 1.0, "x", 8), Piece(7), Piece(8), Piece(9)], COMMA)
    assert (len(first.tokens), first.embeddings) == (65, ())
    assert second.embeddings == (Placed(0, "x", 8),)
    assert second.tokens[8:] == (7, 8, 9)


def test_an_embedding_longer_than_a_chunk_is_an_error() -> None:
    with pytest.raises(ValueError, match="do not fit"):
        chunk([Piece(0, 1.0, "x", 76)], COMMA)


def test_a_framed_chunk_is_what_the_text_encoder_takes() -> None:
    framed = Chunk((5, 0, 0), (1.2, 1.0, 1.0), (Placed(1, "x", 2),)).framed(1, 2, size=5)
    assert framed.tokens == (1, 5, 0, 0, 2, 2, 2)
    assert framed.weights == (1.0, 1.2, 1.0, 1.0, 1.0, 1.0, 1.0)
    assert framed.embeddings == (Placed(2, "x", 2),)


PIECES = st.builds(Piece, st.sampled_from([COMMA, 1, 2, 3]), st.sampled_from([1.0, 1.3])) | st.builds(
    Piece, st.just(0), st.just(1.0), st.just("e"), st.integers(1, 10)
)


@given(st.lists(PIECES, max_size=300))
def test_nothing_is_lost_and_nothing_is_too_long(pieces: list[Piece]) -> None:
    chunks = chunk(pieces, COMMA)
    assert all(len(part.tokens) == len(part.weights) <= 75 for part in chunks)
    expected = [token for piece in pieces for token in ([0] * piece.length if piece.embedding else [piece.token])]
    assert [token for part in chunks for token in part.tokens] == expected
    assert sum(len(part.embeddings) for part in chunks) == sum(bool(piece.embedding) for piece in pieces)
