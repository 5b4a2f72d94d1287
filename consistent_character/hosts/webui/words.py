"""What prompts come to in the web UI's text encoder: each is read once in a job.

The web UI itself remembers the last batch's prompts, all of them together, and by their text alone: it reads a prompt
anew whenever its pictures go over into the next batch, and takes other vectors under the same name for the old ones.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any

from modules import prompt_parser, shared

from consistent_character.engine import EmbeddingFile
from consistent_character.hosts.webui.kinds import kind

Read = Callable[..., Any]
"""`StableDiffusionProcessing.get_conds_with_caching`."""
_REMEMBERED = 256
"""Prompts: 60 MB."""
_LISTS = ("TI hashes", "TI")
"""What A1111 and reForge say of the embeddings that they found, and what Forge says."""


@dataclass(frozen=True)
class _Known:
    """One prompt: what decides what it comes to, that, and what the web UI says of it in the generation parameters."""

    key: tuple[Any, ...]
    conditioning: Any
    told: dict[str, Any]


class Words:
    """Remembers what prompts came to, by the web UI's own rule and the files of the embeddings that they name."""

    def __init__(self) -> None:
        self._known: list[_Known] = []
        self._job: float | None = None

    def of_this_job(self) -> Words:
        """These, and nothing in them that was read before the web UI's present job began: embeddings may be others."""
        if self._job != shared.state.time_start:
            self._job, self._known = shared.state.time_start, []
        return self

    def reader(self, p: Any, files: Collection[EmbeddingFile]) -> Read:
        """What to put in the place of `p.get_conds_with_caching`; `files` are the embeddings of its prompts."""
        plain = p.get_conds_with_caching

        def read(
            function: Any, prompts: Any, steps: int, caches: Any, networks: Any, hires_steps: int | None = None
        ) -> Any:
            notebook = kind().notebook(p.sd_model)  # Forge may have loaded a model since

            def one(text: str) -> Any:
                alone = prompt_parser.SdConditioning([text], copy_from=prompts)
                decides = p.cached_params(alone, steps, networks, hires_steps, shared.opts.use_old_scheduling)
                key = (function.__name__, _vectors(text, files), decides)
                return self._asked(
                    key, notebook, lambda: plain(function, alone, steps, _empty(caches), networks, hires_steps)
                )

            each = {text: one(text) for text in dict.fromkeys(prompts)}
            return _joined([each[text] for text in prompts])

        return read

    def _asked(self, key: tuple[Any, ...], notebook: Any, read: Callable[[], Any]) -> Any:
        found = next((known for known in self._known if known.key == key), None)
        if found is None:
            found = _listened(key, notebook, read)
            self._known = [*self._known[1 - _REMEMBERED :], found]
        notebook.extra_generation_params = _both(notebook.extra_generation_params, found.told)
        return found.conditioning


def _listened(key: tuple[Any, ...], notebook: Any, read: Callable[[], Any]) -> _Known:
    """Read a prompt, and catch what the web UI has to say of it."""
    before, notebook.extra_generation_params = notebook.extra_generation_params, {}
    try:
        return _Known(key, read(), dict(notebook.extra_generation_params))
    finally:
        notebook.extra_generation_params = before


def _both(before: dict[str, Any], told: dict[str, Any]) -> dict[str, Any]:
    """As the web UI adds to what it has said. Source: `modules/sd_hijack_clip.py: TextConditionalModel.forward`."""
    lists = {name: [said[name] for said in (told, before) if said.get(name)] for name in _LISTS}
    return {**before, **told, **{name: ", ".join(said) for name, said in lists.items() if said}}


def squashed(text: str) -> str:
    """Without case and spaces: to the tokenizer `a-b` and `A - b` are the same."""
    return "".join(text.casefold().split())


def _vectors(text: str, files: Collection[EmbeddingFile]) -> tuple[object, ...]:
    """What the names in a prompt stand for."""
    named = (file for file in files if squashed(file.name) in squashed(text))
    return tuple((file.name, file.path, file.path.stat().st_mtime_ns) for file in named)


def _empty(caches: Sequence[Any]) -> list[list[None]]:
    return [[None] * len(cache) for cache in caches]


def _joined(found: Sequence[Any]) -> Any:
    """What the prompts would have come to together, of what each alone came to."""
    if isinstance(found[0], list):
        return [schedule for one in found for schedule in one]
    return prompt_parser.MulticondLearnedConditioning(
        (len(found),), [composed for one in found for composed in one.batch]
    )
