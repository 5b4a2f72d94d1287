"""Which pictures stay and which go, and why: drawn up as a plan, carried out by one undoable batch of moves."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from consistent_character.character.folder import CharacterFolder, Pair
from consistent_character.character.journal import StoredVerdict
from consistent_character.character.vocabulary import vocabulary_of
from consistent_character.curating.analysis import Analysis, cell_asked_for, company, remembered, typicality
from consistent_character.curating.duplicates import Duplicates
from consistent_character.curating.selection import Candidate, keep_balanced
from consistent_character.errors import RequestError
from consistent_character.progress import Progress
from consistent_character.prompts.cells import Cell, Vocabulary
from consistent_character.vision import features

Verdict = Literal["good", "bad", "unsure"]
Reason = Literal["unreadable", "blank", "near-duplicate", "surplus"]
CHECK = "curate"
"""The name under which verdicts are stored in the folder's database; their score is the `quality`."""

_BLANK = 0.7
_RATHER_BLANK = 0.4
_ODD = 0.5
_BLURRED = 0.6


@dataclass(frozen=True)
class CurateRequest:
    """How pictures are chosen."""

    keep: int = 150
    """Pictures to keep, balanced over the cells; the tutorial trains on about 150."""


@dataclass(frozen=True)
class Scores:
    """How good a picture is among those of its run. All are 0..1, and 1 is good."""

    content: float
    """0 is one flat colour."""
    sharpness: float
    """Of the person, as a share of the usual; the usual and more is 1."""
    backdrop: float
    """How much the backdrop is like the other pictures'; an outlier is 0."""
    person: float
    """How much the person is like the others of the cell; an outlier is 0."""

    @property
    def quality(self) -> float:
        """All of them in one number, which the best pictures are picked by."""
        return self.content * (self.sharpness + self.backdrop + self.person) / 3


@dataclass(frozen=True)
class Decision:
    """What becomes of one picture, and why.

    `image` is the file's name, `cell` what the picture was asked to be. An unreadable picture has no scores.
    `rejected_as` names the folder below `rejected/`, and is None for a picture that stays.
    """

    image: str
    cell: Cell | None
    verdict: Verdict
    reason: str
    scores: Scores | None = None
    rejected_as: Reason | None = None

    @property
    def keep(self) -> bool:
        """Whether the picture stays."""
        return self.rejected_as is None


@dataclass(frozen=True)
class CurationPlan:
    """A decision for every picture, in the order of their names. Nothing has been moved yet."""

    request: CurateRequest
    decisions: tuple[Decision, ...]

    @property
    def kept(self) -> tuple[Decision, ...]:
        """The pictures that stay."""
        return tuple(decision for decision in self.decisions if decision.keep)

    @property
    def rejected(self) -> tuple[Decision, ...]:
        """The pictures that go."""
        return tuple(decision for decision in self.decisions if not decision.keep)

    @property
    def reasons(self) -> Mapping[str, int]:
        """How many go for each reason, the most frequent first."""
        return dict(Counter(d.rejected_as for d in self.decisions if d.rejected_as is not None).most_common())


@dataclass(frozen=True)
class _Looked:
    """A readable picture."""

    name: str
    cell: Cell | None
    analysis: Analysis


@dataclass(frozen=True)
class _Scored(_Looked):
    """A readable picture on its way to a decision."""

    scores: Scores


def plan(folder: CharacterFolder, request: CurateRequest, progress: Progress) -> CurationPlan:
    """Look at every picture and decide which stay. Nothing is moved.

    Unreadable, blank and doubled pictures go first; of the rest, `request.keep` stay, as many of every cell as there
    are. One bad file becomes a row of the plan and never stops the others.

    Raises:
        RequestError: `keep` is less than 1.
        Interrupted: the user stopped it; what was looked at is remembered.
    """
    if request.keep < 1:
        raise RequestError(f"Keep at least 1 picture, not {request.keep}.")
    pairs = folder.pairs()
    vocabulary = vocabulary_of(folder.path)
    progress.begin("Looking at pictures", total=len(pairs))
    seen: list[_Looked | Decision] = []
    for pair in pairs:
        seen.append(_look(folder, pair, vocabulary))
        progress.advance(note=pair.image.name)
    unreadable = [item for item in seen if isinstance(item, Decision)]
    looked = _scored([item for item in seen if isinstance(item, _Looked)])
    decisions = (*unreadable, *_decide(looked, request.keep))
    return CurationPlan(request, tuple(sorted(decisions, key=lambda decision: decision.image)))


def apply(folder: CharacterFolder, plan: CurationPlan) -> int:
    """Move what the plan rejects to `rejected/<reason>/`, as one batch that can be undone; store every verdict.

    A picture that has gone since the plan was drawn up is passed over. Returns the batch's number, 0 if there was
    nothing to move.

    Raises:
        FolderError: the disk is full or may not be written.
    """
    pairs = {pair.image.name: pair for pair in folder.pairs()}
    decisions = [decision for decision in plan.decisions if decision.image in pairs]
    folder.database.put_verdicts(_stored(decision) for decision in decisions)
    moves = [(pairs[d.image], str(d.rejected_as)) for d in decisions if d.rejected_as is not None]
    return folder.move_out(moves) if moves else 0


def _stored(decision: Decision) -> StoredVerdict:
    return StoredVerdict(
        decision.image, CHECK, decision.scores.quality if decision.scores else 0.0, decision.verdict, decision.reason
    )


def _look(folder: CharacterFolder, pair: Pair, vocabulary: Vocabulary) -> _Looked | Decision:
    cell = cell_asked_for(pair, vocabulary)
    try:
        return _Looked(pair.image.name, cell, remembered(pair.image, folder.database))
    except OSError as error:
        reason = f"unreadable: {error.strerror or error}"
        return Decision(pair.image.name, cell, "bad", reason, rejected_as="unreadable")


def _scored(looked: Sequence[_Looked]) -> list[_Scored]:
    """The pictures with their scores, relative to the run: no fixed threshold fits photographs and cartoons."""
    if not looked:
        return []
    usual_sharpness = float(np.median([picture.analysis.sharpness for picture in looked]))
    # In an extreme closeup hair fills most of the border: odd is a backdrop that is odd in the run and in its cell.
    in_run = dict(zip((p.name for p in looked), typicality([p.analysis.background for p in looked]), strict=True))
    in_cell = _company_in_cell(looked, lambda analysis: analysis.background)
    people = _company_in_cell(looked, lambda analysis: analysis.person)
    return [
        _with_scores(picture, usual_sharpness, max(in_run[picture.name], in_cell[picture.name]), people[picture.name])
        for picture in looked
    ]


def _company_in_cell(looked: Sequence[_Looked], vector_of: Callable[[Analysis], features.Floats]) -> dict[str, float]:
    """By name: how much each picture is like some others of its cell, 0..1."""
    cells: defaultdict[Cell | None, list[_Looked]] = defaultdict(list)
    for picture in looked:
        cells[picture.cell].append(picture)
    return {
        picture.name: score
        for pictures in cells.values()
        for picture, score in zip(pictures, company([vector_of(p.analysis) for p in pictures]), strict=True)
    }


def _with_scores(picture: _Looked, usual_sharpness: float, backdrop: float, person: float) -> _Scored:
    scores = Scores(
        content=1 - picture.analysis.blankness,
        sharpness=min(1.0, picture.analysis.sharpness / max(usual_sharpness, 1e-6)),
        backdrop=backdrop,
        person=person,
    )
    return _Scored(picture.name, picture.cell, picture.analysis, scores)


def _decide(pictures: Sequence[_Scored], keep: int) -> Iterable[Decision]:
    """A decision for each: blank ones, then doubles of better ones, then those beyond `keep`."""
    doubles, candidates = Duplicates(len(pictures)), []
    for picture in sorted(pictures, key=lambda picture: (-picture.scores.quality, picture.name)):
        if picture.analysis.blankness >= _BLANK:
            yield _rejection(picture, "blank", "bad", "blank: nothing stands out from one flat colour")
        elif twin := doubles.add(picture.name, picture.analysis.hashes, picture.analysis.thumbnail):
            yield _rejection(picture, "near-duplicate", "bad", f"nearly the same picture as {twin}, which is better")
        else:
            candidates.append(picture)
    kept = keep_balanced([Candidate(p.name, p.cell, p.scores.quality) for p in candidates], keep)
    for picture in candidates:
        yield _kept(picture) if picture.name in kept else _surplus(picture)


def _rejection(picture: _Scored, rejected_as: Reason, verdict: Verdict, reason: str) -> Decision:
    return Decision(picture.name, picture.cell, verdict, reason, picture.scores, rejected_as)


def _kept(picture: _Scored) -> Decision:
    doubt = _doubt(picture.scores)
    verdict: Verdict = "unsure" if doubt else "good"
    return Decision(picture.name, picture.cell, verdict, doubt or "nothing against it", picture.scores)


def _surplus(picture: _Scored) -> Decision:
    doubt = _doubt(picture.scores)
    why = "surplus: enough pictures of this cell are better" + (f"; {doubt}" if doubt else "")
    return _rejection(picture, "surplus", "unsure" if doubt else "good", why)


def _doubt(scores: Scores) -> str:
    """What a person should look at, in words; empty if nothing."""
    doubts = {
        "almost nothing stands out from one flat colour": scores.content < 1 - _RATHER_BLANK,
        "the person is less sharp than in the other pictures": scores.sharpness < _BLURRED,
        "the backdrop is unlike that of the other pictures": scores.backdrop < _ODD,
        "the person looks unlike the others of this cell": scores.person < _ODD,
    }
    return "; ".join(words for words, holds in doubts.items() if holds)
