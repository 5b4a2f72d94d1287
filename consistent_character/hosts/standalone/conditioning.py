"""Turns prompts into what the UNet reads, as AUTOMATIC1111 does: emphasis, chunks of 75 tokens, embeddings by name.

A prompt is first laid out (`PromptReader.lay_out`: token ids, weights, where an embedding's vectors go), which depends
on the names and lengths of the embeddings only; then encoded (`encode`), which takes their vectors. Training lays out
once and encodes at every update.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn
from transformers import CLIPTokenizer

from consistent_character.hosts.standalone.model import Model
from consistent_character.prompts import emphasis
from consistent_character.prompts.chunks import Chunk, Piece, chunk

Layout = tuple[Chunk, ...]
"""A prompt's chunks, each as long as the text encoder takes it."""

Rows = list[Mapping[int, Tensor]]
"""For each sequence in a batch: the vectors that take the places of its tokens, by the first one's position."""


_Prompt = tuple[object, ...]
"""A prompt's layout, and which vectors are in its places."""
_REMEMBERED = 256
"""Prompts: those of a real model take 60 MB."""


class PromptReader:
    """Lays prompts out for one set of embeddings.

    Args:
        tokenizer: the model's.
        lengths: number of vectors of each embedding, by its name.
    """

    def __init__(self, tokenizer: CLIPTokenizer, lengths: Mapping[str, int]) -> None:
        self._tokenizer = tokenizer
        self._comma = int(tokenizer.convert_tokens_to_ids(",</w>"))
        self._lengths = lengths
        self._by_first: dict[int, list[tuple[list[int], str]]] = defaultdict(list)
        for name in lengths:
            ids = self.tokens(name)
            if ids:
                self._by_first[ids[0]].append((ids, name))
        for names in self._by_first.values():
            names.sort(key=lambda entry: len(entry[0]), reverse=True)

    def tokens(self, text: str) -> list[int]:
        """The token ids of a text, without start and end."""
        return _token_ids(self._tokenizer, text)

    def lay_out(self, prompt: str) -> Layout:
        """The prompt's chunks.

        Embeddings are found as the web UI finds them: by their names' tokens, the longest first, in any case.
        """
        return tuple(self._framed(part) for part in chunk(self._pieces(prompt), self._comma))

    def padded(self, layout: Layout, length: int) -> Layout:
        """The same prompt with empty chunks behind it, so that it is `length` chunks long."""
        return layout + (self._framed(Chunk()),) * (length - len(layout))

    def _framed(self, part: Chunk) -> Chunk:
        return part.framed(int(self._tokenizer.bos_token_id), int(self._tokenizer.eos_token_id))

    def _pieces(self, prompt: str) -> Iterator[Piece | None]:
        for run in emphasis.parse(prompt):
            if run.is_break:
                yield None
            else:
                yield from self._pieces_of(self.tokens(run.text), run.weight)

    def _pieces_of(self, ids: list[int], weight: float) -> Iterator[Piece]:
        place = 0
        while place < len(ids):
            found = self._embedding_at(ids, place)
            if found is None:
                yield Piece(ids[place], weight)
                place += 1
            else:
                name, taken = found
                yield Piece(0, weight, name, self._lengths[name])
                place += taken

    def _embedding_at(self, ids: list[int], place: int) -> tuple[str, int] | None:
        for wanted, name in self._by_first.get(ids[place], ()):
            if ids[place : place + len(wanted)] == wanted:
                return name, len(wanted)
        return None


def encode(model: Model, prompts: Sequence[tuple[Layout, Mapping[str, Tensor]]]) -> list[Tensor]:
    """The conditioning of several prompts at once, each `(1, 77 x chunks, width)`.

    Each has its own vectors `(num_vectors, width)` by name, and gradients flow into them. What a prompt comes to does
    not depend on its neighbours: the mean that emphasis restores is that of the prompt's own chunk. (The web UI takes
    it over a whole training batch.)
    """
    chunks = [(part, vectors) for layout, vectors in prompts for part in layout]
    device = model.device.where
    tokens = torch.tensor([part.tokens for part, _ in chunks], device=device)
    weights = torch.tensor([part.weights for part, _ in chunks], device=device)
    rows: Rows = [{placed.offset: vectors[placed.name] for placed in part.embeddings} for part, vectors in chunks]
    with _vectors_put_in(model.token_embedding(), rows):
        words = model.text_encoder(tokens).last_hidden_state
    parts = torch.split(emphasised(words, weights), [len(layout) for layout, _ in prompts])
    return [part.reshape(1, -1, part.shape[-1]) for part in parts]


class Words:
    """What prompts come to in one model, each encoded once: remembered by its layout and its vectors.

    Vectors are told apart as objects: who changes them in place must not ask here.
    """

    def __init__(self, model: Model) -> None:
        self.model = model
        self._known: dict[_Prompt, tuple[Tensor, tuple[Tensor, ...]]] = {}

    @torch.no_grad()
    def of(self, prompts: Sequence[tuple[Layout, Mapping[str, Tensor]]]) -> Tensor:
        """The conditioning `(n, 77 x chunks, width)` of prompts that have as many chunks each."""
        named = {_prompt(layout, vectors): (layout, vectors) for layout, vectors in prompts}
        missing = {key: prompt for key, prompt in named.items() if key not in self._known}
        if missing:
            for (key, prompt), words in zip(missing.items(), encode(self.model, [*missing.values()]), strict=True):
                # With its vectors: as long as they are kept no other tensor is taken for them.
                self._known[key] = (words, tuple(prompt[1].values()))
        found = torch.cat([self._known[_prompt(*prompt)][0] for prompt in prompts])
        for key in [*self._known][: max(0, len(self._known) - _REMEMBERED)]:
            del self._known[key]
        return found


def _prompt(layout: Layout, vectors: Mapping[str, Tensor]) -> _Prompt:
    return (layout, *(id(vectors[placed.name]) for part in layout for placed in part.embeddings))


def emphasised(words: Tensor, weights: Tensor) -> Tensor:
    """Multiply each token's vector by its weight, then restore the mean that the whole chunk had.

    Args:
        words: `(chunks, tokens, width)`.
        weights: `(chunks, tokens)`.

    Source: the meaning of `modules/sd_emphasis.py: EmphasisOriginal` of A1111 1.10.1.
    """
    weighted = words * weights.to(words.dtype).unsqueeze(-1)
    before = words.mean(dim=(1, 2), keepdim=True)
    after = weighted.mean(dim=(1, 2), keepdim=True)
    return weighted * torch.where(after == 0, torch.ones_like(after), before / after)


def count_tokens(tokenizer: CLIPTokenizer, text: str) -> int:
    """Tokens of a prompt, without emphasis, start and end."""
    return sum(len(_token_ids(tokenizer, run.text)) for run in emphasis.parse(text) if not run.is_break)


def _token_ids(tokenizer: CLIPTokenizer, text: str) -> list[int]:
    # verbose=False: a prompt of more than 77 tokens is nothing to warn about here.
    return list(tokenizer(text, truncation=False, add_special_tokens=False, verbose=False)["input_ids"])


@contextmanager
def _vectors_put_in(table: nn.Module, rows: Rows) -> Iterator[None]:
    """While this lasts, the table gives the rows' vectors at their places instead of those of the token ids."""

    def put_in(_module: nn.Module, _inputs: Any, found: Tensor) -> Tensor:
        return torch.stack([_replaced(sequence, places) for sequence, places in zip(found, rows, strict=True)])

    hook = table.register_forward_hook(put_in)
    try:
        yield
    finally:
        hook.remove()


def _replaced(sequence: Tensor, places: Mapping[int, Tensor]) -> Tensor:
    """One sequence `(tokens, width)` with vectors in place of the tokens from each position on."""
    parts: list[Tensor] = []
    done = 0
    for offset, vectors in sorted(places.items()):
        fitting = vectors[: sequence.shape[0] - 1 - offset].to(sequence)
        parts += [sequence[done:offset], fitting]
        done = offset + fitting.shape[0]
    return torch.cat([*parts, sequence[done:]])
