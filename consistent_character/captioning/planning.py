"""The plan of all caption changes, which is shown before anything is written, and its one-go application."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from consistent_character.captioning import sources
from consistent_character.captioning.phrases import phrases
from consistent_character.captioning.postures import own_postures, postures_for
from consistent_character.captioning.request import CaptionRequest
from consistent_character.captioning.rewriting import Rewriter
from consistent_character.captioning.scope import Scope
from consistent_character.captioning.sources import Source
from consistent_character.character.folder import CharacterFolder, Pair
from consistent_character.character.journal import CaptionBytes
from consistent_character.character.vocabulary import vocabulary_of
from consistent_character.progress import Progress

Status: TypeAlias = Literal["changed", "unchanged", "review", "undecodable"]

CONVERTED = "converted to UTF-8"
APPENDED = "prompt of the picture appended"
_TITLE = "Prompts made captions"
_HAS_ONE = "it has a caption"


@dataclass(frozen=True)
class CaptionRow:
    """One image's caption in the plan.

    Its text before and after, the rules that changed it, or the `reason` why it stays. A row for review whose text
    would change is an offer: `CaptionPlan.accepting` takes it.

    `stored` are the caption file's bytes when the plan was made, None where there was no file.
    """

    pair: Pair
    stored: bytes | None
    before: str
    after: str
    status: Status
    rules: tuple[str, ...] = ()
    reason: str = ""

    @property
    def name(self) -> str:
        """The image's file name."""
        return self.pair.name

    @property
    def is_offer(self) -> bool:
        """Whether a person may take this row, which is for review, as it is."""
        return self.status == "review" and self.after != self.before


@dataclass(frozen=True)
class CaptionPlan:
    """What will become of every caption; rows in the order of the images' names.

    `outside` counts the images that the request does not mean.
    """

    request: CaptionRequest
    rows: tuple[CaptionRow, ...]
    outside: int = 0

    def with_status(self, status: Status) -> tuple[CaptionRow, ...]:
        """The rows of one status."""
        return tuple(row for row in self.rows if row.status == status)

    def rule_counts(self) -> dict[str, int]:
        """How many captions each rule changes, most first."""
        return dict(Counter(rule for row in self.rows for rule in row.rules).most_common())

    def without(self, images: Collection[str]) -> CaptionPlan:
        """The plan without some images, by file name."""
        return replace(self, rows=tuple(row for row in self.rows if row.name not in images))

    def accepting(self, images: Collection[str]) -> CaptionPlan:
        """The plan with the offers for some images taken, by file name."""
        return replace(
            self,
            rows=tuple(
                replace(row, status="changed") if row.name in images and row.is_offer else row for row in self.rows
            ),
        )


def plan(folder: CharacterFolder, request: CaptionRequest) -> CaptionPlan:
    """Plan the captions of all images in the folder that the request means; nothing is written.

    Captions without the look, with only a part of it or with more than one, and prompts that say several things, are
    for review.
    """
    words = vocabulary_of(folder.path)
    postures = (*postures_for(folder.character.initialization_text), *own_postures(folder.path))
    planner = _Planner(request, Rewriter(request, words, postures), Scope(request, words))
    rows = tuple(planner.rows(folder.pairs()))
    return CaptionPlan(request, rows, planner.outside)


def apply(folder: CharacterFolder, plan: CaptionPlan, progress: Progress | None = None) -> int:
    """Write the changed captions in one batch, and return its id; 0 if there is nothing to change.

    `folder.undo()` takes the batch back.

    Raises:
        CaptionError: a caption was changed since the plan was made. Nothing is written.
        FolderError: the system refuses. What was written is taken back.
        Interrupted: somebody stopped it. What was written is taken back.
    """
    edits = [CaptionBytes(row.pair.caption, row.stored, row.after.encode()) for row in plan.with_status("changed")]
    return folder.database.apply_caption_edits(edits, progress, title=_TITLE) if edits else 0


class _Planner:
    """Goes through a folder; counts the images that lie `outside` of the request's scope."""

    def __init__(self, request: CaptionRequest, rewriter: Rewriter, scope: Scope) -> None:
        self.outside = 0
        self._request = request
        self._rewriter = rewriter
        self._scope = scope

    def rows(self, pairs: Collection[Pair]) -> Iterator[CaptionRow]:
        """A row for each image that is meant."""
        owners: dict[str, Pair] = {}
        for pair in pairs:
            owner = owners.setdefault(pair.caption_path, pair)
            if owner is not pair:
                reason = f"it shares its caption with {owner.name}: rename one of the two"
                yield CaptionRow(pair, None, "", "", "review", reason=reason)
                continue
            source = self._source(pair)
            if self._scope.holds(pair.name, None if source.problem else source.text):
                yield self._row(pair, source)
            else:
                self.outside += 1

    def _source(self, pair: Pair) -> Source:
        source = sources.read(pair)
        if source.undecodable and source.suggested and self._request.convert:
            assert source.stored is not None, "what is undecodable has been read"
            text = sources.decode_as(source.stored, source.suggested)
            return replace(source, text=text, problem="", undecodable=False)
        return source

    def _row(self, pair: Pair, source: Source) -> CaptionRow:
        if source.problem:
            status: Status = "undecodable" if source.undecodable else "review"
            return CaptionRow(pair, source.stored, source.text, source.text, status, reason=source.problem)
        if source.stored is None or self._request.existing == "rewrite":
            return self._rewritten(pair, source, source.text)
        if self._request.existing == "skip":
            return CaptionRow(pair, source.stored, source.text, source.text, "unchanged", reason=_HAS_ONE)
        inside = sources.read_picture(pair)
        if inside.problem:
            reason = f"nothing to {self._request.existing} it with: {inside.problem}"
            return CaptionRow(pair, source.stored, source.text, source.text, "review", reason=reason)
        if self._request.existing == "overwrite":
            return self._rewritten(pair, source, inside.text)
        return self._appended(pair, source, inside.text)

    def _rewritten(self, pair: Pair, source: Source, text: str) -> CaptionRow:
        rewritten = self._rewriter.rewrite(text)
        before = source.text
        if rewritten.problem:
            return CaptionRow(pair, source.stored, before, before, "review", reason=rewritten.problem)
        rules = (CONVERTED, *rewritten.rules) if source.suggested else rewritten.rules
        return _changed(pair, source, rewritten.text, rules, rewritten.doubts)

    def _appended(self, pair: Pair, source: Source, inside: str) -> CaptionRow:
        rewritten = self._rewriter.rewrite(inside)
        if rewritten.problem:
            return CaptionRow(pair, source.stored, source.text, source.text, "review", reason=rewritten.problem)
        own = {phrase.lower() for phrase in phrases(source.text)}
        new = [phrase for phrase in phrases(rewritten.text) if phrase.lower() not in own]
        text = ", ".join((source.text.rstrip(" ,\r\n"), *new)) if own else rewritten.text
        return _changed(pair, source, text if new else source.text.rstrip(), (APPENDED,), rewritten.doubts)


def _changed(pair: Pair, source: Source, after: str, rules: tuple[str, ...], doubts: tuple[str, ...]) -> CaptionRow:
    if source.stored is not None and not source.suggested and after == source.text.rstrip():
        return CaptionRow(pair, source.stored, source.text, source.text, "unchanged")
    status: Status = "review" if doubts else "changed"
    return CaptionRow(pair, source.stored, source.text, after, status, rules, "; ".join(doubts))
