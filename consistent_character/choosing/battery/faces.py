"""Whose face a trying out's pictures show, where models see faces that can be believed for this character."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from consistent_character.choosing.battery.reading import FACE, Likeness, by_face
from consistent_character.choosing.reading import ENOUGH
from consistent_character.choosing.training_set import Reference, evenly, framed
from consistent_character.choosing.witness import Witness
from consistent_character.progress import Progress
from consistent_character.vision.seeing.seen import STYLE_FREE
from consistent_character.vision.seeing.sight import Sight
from consistent_character.vision.signals.identity import IdentityGauge, told_apart


class Faces:
    """Reads who it is from faces; from none without `sight`, and where its models are not to be believed.

    `prompt` is framed as most of the prompts are: its training pictures say whether faces can be told. `strangers` are
    the class word's pictures, whatever the prompt.

    Raises:
        Interrupted: the user stopped it.
    """

    def __init__(
        self,
        sight: Sight | None,
        references: Sequence[Reference],
        prompt: str,
        strangers: Sequence[Path],
        progress: Progress,
    ) -> None:
        near, everything = (
            [one.path for one in evenly(some, ENOUGH)] for some in (framed(references, prompt).references, references)
        )
        self._witness = Witness(sight, near, everything)
        self._witness.hear(strangers, progress)
        faces = self._witness.faces(strangers)
        self._gauge: IdentityGauge | None = told_apart(faces) if faces is not None else None
        self._alike = faces is not None and self._gauge is None

    @property
    def tell(self) -> bool:
        """Whether a face tells who it is."""
        return self._gauge is not None

    @property
    def by(self) -> str:
        """What likeness is read from with these pictures, and why, in words."""
        if self.tell:
            return f"{FACE}. {self._witness.reason}".rstrip(" .")
        alike = " Faces do not tell the character from the class word's people here." if self._alike else ""
        return f"{STYLE_FREE}. {self._witness.reason}{alike}".rstrip(" .")

    def look(self, pictures: Sequence[Path], progress: Progress) -> None:
        """Look at pictures that are read next.

        Raises:
            Interrupted: the user stopped it.
        """
        if self._gauge is not None:
            self._witness.look(pictures, progress)

    def likeness(self, pictures: Sequence[Path]) -> Likeness | None:
        """How like the character they are, by those that show a face; None: none does, or faces tell nothing here."""
        return by_face(self._gauge, [self._witness.face(path) for path in pictures])
