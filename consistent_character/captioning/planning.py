"""The plan of all caption changes, which is shown before anything is written, and its one-go application."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

from consistent_character.captioning import sources
from consistent_character.captioning.rewriting import Rewriter
from consistent_character.character.character import check_token
from consistent_character.character.folder import CharacterFolder, Pair
from consistent_character.character.journal import CaptionBytes
from consistent_character.errors import RequestError

Status: TypeAlias = Literal["changed", "unchanged", "review", "undecodable"]


@dataclass(frozen=True)
class CaptionRequest:
    """How captions are made from prompts."""

    token: str
    """The word that stands for the character."""
    look: str
    """The words that become the token."""
    leave_out: tuple[str, ...] = ()
    """Phrases to drop from every caption; what no caption names is learned as part of the character."""

    def __post_init__(self) -> None:
        """Refuse what would replace nothing.

        Raises:
            RequestError: the token is not one word, or the look is empty.
        """
        check_token(self.token)
        if not self.look.strip(" ,\n"):
            raise RequestError("The look is empty: give the words that the token shall stand for.")


@dataclass(frozen=True)
class CaptionRow:
    """One image's caption in the plan.

    Its text before and after, the rules that changed it, or the `reason` why it stays.


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
        return self.pair.image.name


@dataclass(frozen=True)
class CaptionPlan:
    """What will become of every caption; rows in the order of the images' names."""

    request: CaptionRequest
    rows: tuple[CaptionRow, ...]

    def with_status(self, status: Status) -> tuple[CaptionRow, ...]:
        """The rows of one status."""
        return tuple(row for row in self.rows if row.status == status)

    def rule_counts(self) -> dict[str, int]:
        """How many captions each rule changes, most first."""
        return dict(Counter(rule for row in self.rows for rule in row.rules).most_common())

    def without(self, images: Collection[str]) -> CaptionPlan:
        """The plan without some images, by file name."""
        return CaptionPlan(self.request, tuple(row for row in self.rows if row.name not in images))


def plan(folder: CharacterFolder, request: CaptionRequest) -> CaptionPlan:
    """Plan the captions of all images in the folder; nothing is written.

    Captions without the look, with only a part of it or with more than one, and prompts that say several things, are
    for review.
    """
    rewriter = Rewriter(request.token, request.look, request.leave_out)
    return CaptionPlan(request, tuple(_rows(folder.pairs(), rewriter)))


def apply(folder: CharacterFolder, plan: CaptionPlan) -> int:
    """Write the changed captions in one batch, and return its id; 0 if there is nothing to change.

    `folder.undo()` takes the batch back.

    Raises:
        CaptionError: a caption was changed since the plan was made. Nothing is written.
        FolderError: the system refuses. What was written is taken back.
    """
    edits = [CaptionBytes(row.pair.caption, row.stored, row.after.encode()) for row in plan.with_status("changed")]
    return folder.database.apply_caption_edits(edits) if edits else 0


def _rows(pairs: tuple[Pair, ...], rewriter: Rewriter) -> Iterator[CaptionRow]:
    owners: dict[Path, Pair] = {}
    for pair in pairs:
        owner = owners.setdefault(pair.caption, pair)
        if owner is pair:
            yield _row(pair, rewriter)
        else:
            reason = f"it shares its caption with {owner.image.name}: rename one of the two"
            yield CaptionRow(pair, None, "", "", "review", reason=reason)


def _row(pair: Pair, rewriter: Rewriter) -> CaptionRow:
    source = sources.read(pair)
    text = source.text
    if source.problem:
        status: Status = "undecodable" if source.undecodable else "review"
        return CaptionRow(pair, source.stored, text, text, status, reason=source.problem)
    rewritten = rewriter.rewrite(text)
    if rewritten.problem:
        return CaptionRow(pair, source.stored, text, text, "review", reason=rewritten.problem)
    if source.stored is not None and rewritten.text == text.rstrip():
        return CaptionRow(pair, source.stored, text, text, "unchanged")
    return CaptionRow(pair, source.stored, text, rewritten.text, "changed", rewritten.rules)
