"""What models of photographs see in a run's pictures, as far as they are to be believed for it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from consistent_character.progress import Progress
from consistent_character.vision.seeing.seen import Floats, Mask, Seen
from consistent_character.vision.seeing.sight import Sight
from consistent_character.vision.seeing.trust import Trust, identities, person_masks, trust
from consistent_character.vision.signals.identity import Identities
from consistent_character.vision.signals.pixels import EDGE
from consistent_character.vision.signals.scene import People


class Witness:
    """Tells who is where, and whose face it is, where that can be believed; nothing at all without `sight`.

    `framed` are the training pictures that the prompt's are compared with, `everything` those of all framings: their
    faces are taken where too few of the others show one.
    """

    def __init__(self, sight: Sight | None, framed: Sequence[Path], everything: Sequence[Path]) -> None:
        self._sight, self._framed, self._everything = sight, framed, everything
        self._known: Sequence[Path] = framed
        self._seen: dict[Path, Seen] = {}
        self._trust = Trust(masks=False, identity=False, reason="")

    @property
    def reason(self) -> str:
        """Whether the models are believed and why, in a sentence; empty where there are none."""
        return self._trust.reason

    def hear(self, baseline: Sequence[Path], progress: Progress) -> None:
        """Look at the training pictures and the class word's, and decide whether the models are to be believed.

        Raises:
            Interrupted: the user stopped it.
        """
        if self._sight is None:
            return
        framed, strangers = (self._looked_at(self._sight, paths, progress) for paths in (self._framed, baseline))
        self._trust, self._known = trust(framed, strangers, self._sight.problem), self._framed
        if self._trust.masks and not self._trust.identity and len(self._everything) > len(self._framed):
            wider = trust(self._looked_at(self._sight, self._everything, progress), strangers)
            if wider.identity:
                self._trust, self._known = wider, self._everything

    def look(self, paths: Sequence[Path], progress: Progress) -> None:
        """Look at more pictures, if what is seen there would be believed.

        Raises:
            Interrupted: the user stopped it.
        """
        if self._sight is not None and self._trust.masks:
            self._looked_at(self._sight, paths, progress)

    def _looked_at(self, sight: Sight, paths: Sequence[Path], progress: Progress) -> list[Seen]:
        found = sight.look(paths, progress)
        self._seen.update(zip(paths, found, strict=True))
        return list(found)

    def people(self, baseline: Sequence[Path]) -> People | None:
        """Where somebody is, in the training pictures of this framing and in the class word's; None: not to be told."""
        if not self._trust.masks:
            return None
        return People([self.person(path) for path in self._framed], [self.person(path) for path in baseline])

    def faces(self, baseline: Sequence[Path]) -> Identities | None:
        """Whose faces the training pictures and the class word's show; None: not to be told."""
        if not self._trust.identity:
            return None
        return Identities([self.face(path) for path in self._known], [self.face(path) for path in baseline])

    def person(self, path: Path) -> Mask | None:
        """Where somebody is in a picture that was looked at, `(EDGE, EDGE)`; None: nobody was seen."""
        return person_masks([self._seen[path]], EDGE)[0] if self._trust.masks and path in self._seen else None

    def face(self, path: Path) -> Floats | None:
        """Whose face it is in a picture that was looked at, `(128,)`; None: none was seen well enough."""
        return identities([self._seen[path]])[0] if self._trust.identity and path in self._seen else None
