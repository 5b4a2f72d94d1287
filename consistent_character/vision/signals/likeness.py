"""Is it the character? By the face where one is seen and faces tell, else by colours and edges in their places."""

from __future__ import annotations

from collections.abc import Sequence

from consistent_character.vision.signals.gauge import Separation
from consistent_character.vision.signals.identity import Identities, told_apart
from consistent_character.vision.signals.pixels import Floats
from consistent_character.vision.signals.resemblance import ResemblanceSignal


class Likeness:
    """Reads each picture by what tells most of it: 0 is whom the class word draws, 1 the training set among itself.

    The pictures are those of `ResemblanceSignal`, and so is `each_view_once`. `faces` are of the training set and of
    the baseline; they are asked only where they tell the two apart.
    """

    def __init__(
        self,
        training_set: Sequence[Floats],
        same_framing: Sequence[Floats],
        baseline: Sequence[Floats],
        faces: Identities | None = None,
        each_view_once: bool = False,
    ) -> None:
        self._by_colours = ResemblanceSignal(training_set, same_framing, baseline, each_view_once)
        self._by_face = told_apart(faces) if faces is not None else None

    @property
    def by_identity(self) -> bool:
        """Whether faces are asked."""
        return self._by_face is not None

    @property
    def separation(self) -> Separation:
        """How well the class word's people are told from the character."""
        return self._by_colours.separation if self._by_face is None else self._by_face.separation

    @property
    def cannot_tell(self) -> str:
        """Why no reading means anything; empty if they do."""
        return self._by_colours.cannot_tell if self._by_face is None else ""

    def stretch(self, best: float) -> float:
        """What readings are to be divided by where those of the best iteration are `best` in the mean; 1 or more.

        More only where the training pictures have hardly their like in the set: they are no measure then of how alike
        two pictures of the character are.
        """
        return 1.0 if best <= 1 or self.by_identity else min(best, self._by_colours.ceiling)

    def read(self, picture: Floats, face: Floats | None = None) -> float:
        """How like the character a picture is; about 0..1, not clipped. `face` `(128,)` is the one seen in it."""
        if face is None or self._by_face is None:
            return self._by_colours.read(picture)
        return self._by_face.read(face)
