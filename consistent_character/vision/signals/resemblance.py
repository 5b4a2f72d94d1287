"""Is it the character? 0 is whom the class word draws, 1 the training set among itself. Needs no recognised face.

Every training picture shows its person on a plain wall, so the wall's colour alone tells where the person is. A picture
is as like as the person of the one training picture that fits best: the same colours in the same places, none of them
right beside it, where longer hair or a broader face would be, and edges that run the same way; what else lies around
does not matter. So another zoom finds training pictures of that zoom, and a face that only has the right colours
somewhere does not do, nor one of another shape.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from consistent_character.vision.signals.edges import cells_of, oriented_gradients
from consistent_character.vision.signals.gauge import CLEAR_GAP, Separation, auc
from consistent_character.vision.signals.pixels import COLOURS, Floats, Mask, in_fields, in_planes, wall_maps

_SIDE = 24
"""Pictures are compared as fields of 24 x 24."""
_SAME = 23.0
"""Colours this far apart in Lab are half the same, a little farther not at all; pictures of one person differ by 5."""
_INSIDE = 0.9
"""Share of a field that must be person: what is mixed with the backdrop would count the wall as part of the person."""
_LEAST_PERSON = 0.2
"""Share of a training picture that its person must fill; a smaller one would be found by chance."""
_AROUND = 4
"""Fields beside the person within which more of it would be seen."""
_HALF = np.float32(np.log(2) ** 0.5 / _SAME**2)
"""What squares of distances are multiplied by so that `exp(-x^2)` is a half at `_SAME`."""
_SPILLED = 0.6
"""What a field of the person's colours outside of it takes away, as a share of what one inside gives."""
_EDGES = 1.0
"""What edges that all run the same way give, where colours that are all the same give 1."""
_SAME_OUTSIDE = 8.0
"""Outside a colour must be nearer to be the person's: a scene may have any."""
_MOSTLY = 0.6
_WHOLLY = 0.9
_BEST = 6
"""Only the best fitting are looked at closely."""
_COLOURS = 48
"""So many of a person's fields say what its colours are."""
_NOTHING = 1e-6
_MOVED = 2
"""Pixels of 48 that a picture is moved by: it then fits itself a little less than a twin of it would."""
_A_FEW = 4
_ALONE = 1.25
"""From here on a ceiling says that hardly any training picture has its like in the set; two of a view give 1.1."""
_CLEAR_AUC = 0.75
"""One stranger of four may well look like the character."""


class ResemblanceSignal:
    """Reads how like the training set's person the person of a picture is.

    Pictures are described pixels (`pixels.described`). `training_set` are pictures of all framings, `same_framing`
    those of them that are framed as the prompt asks for, `baseline` the class word's pictures. `each_view_once` says
    that hardly two of the training set show the person in one way, so that they may well be unlike each other.
    """

    def __init__(
        self,
        training_set: Sequence[Floats],
        same_framing: Sequence[Floats],
        baseline: Sequence[Floats],
        each_view_once: bool = False,
    ) -> None:
        somebody = [~wall for wall in wall_maps(training_set, training_set)]
        weights = np.stack([in_fields(person, _SIDE)[..., 0] for person in somebody])
        large = weights.mean(axis=(1, 2)) >= _LEAST_PERSON
        chosen = np.flatnonzero(large if large.any() else np.ones_like(large))
        people = [_fields(training_set[number]) for number in chosen]
        self._bank, self._shares = in_planes(np.stack(people)), _shares(weights[chosen])
        self._edges = np.stack([oriented_gradients(training_set[number]) for number in chosen])
        self._cells = np.stack([cells_of(somebody[number]) for number in chosen])
        self._outsides = [_Outside.of(*both) for both in zip(people, weights[chosen], strict=True)]
        places = {id(training_set[number]): place for place, number in enumerate(chosen)}
        owned = [places[id(picture)] for picture in same_framing if id(picture) in places] or list(range(len(chosen)))
        self._owned = [training_set[chosen[place]] for place in owned]
        self._strangers = [self._raw(_fields(picture), oriented_gradients(picture)) for picture in baseline]
        self._low = float(np.mean(self._strangers))
        self._characters = [self._raw(people[place], self._edges[place], place) for place in owned]
        if each_view_once and not self._tells:
            self._characters = self._moved

    @property
    def separation(self) -> Separation:
        """How well the class word's people are told from the character, every training picture read without itself.

        Where that is not clear, and each view is shown once, each moved a little: none of them has its like in the set.
        """
        return Separation(auc(self._strangers, self._characters), self._gap)

    @property
    def cannot_tell(self) -> str:
        """Why no reading means anything; empty if they do."""
        if self._tells:
            return ""
        return (
            "Cannot tell how like the character they are: the class word draws people who look just like the training "
            f"set (AUC {self.separation.auc:.2f}, where 0.5 is guessing)."
        )

    @cached_property
    def ceiling(self) -> float:
        """The most that the character itself may read: 1, and more where hardly two training pictures are of one view.

        Then none of them has its like in the set, and what is drawn of the character reads more than they do among
        themselves: up to what they read of themselves, each moved a little.
        """
        found = self._read(float(np.mean(self._moved)))
        return found if found >= _ALONE else 1.0

    def read(self, picture: Floats) -> float:
        """How like the character a picture is; about 0..1, not clipped."""
        return self._read(self._raw(_fields(picture), oriented_gradients(picture)))

    @property
    def _tells(self) -> bool:
        return self.separation.clear(_CLEAR_AUC)

    @property
    def _gap(self) -> float:
        return float(np.mean(self._characters)) - self._low

    @cached_property
    def _moved(self) -> list[float]:
        """How well some training pictures fit that are each moved a little."""
        return [
            self._raw(_fields(other), oriented_gradients(other))
            for picture in self._owned[:_A_FEW]
            for other in (np.roll(picture, step, axis) for axis in (0, 1) for step in (-_MOVED, _MOVED))
        ]

    def _read(self, raw: float) -> float:
        # Where the two ends are alike the scale would be blown up to noise.
        return (raw - self._low) / max(self._gap, CLEAR_GAP)

    def _raw(self, fields: Floats, edges: Floats, without: int = -1) -> float:
        """How well the best fitting person fits; one of the training set left out."""
        apart = self._bank - in_planes(fields)[:, None]
        squares = np.einsum("cpf,cpf->pf", apart, apart)
        fits = np.einsum("pf,pf->p", self._shares, np.exp(-np.square(squares * _HALF)))
        if without >= 0 and len(fits) > 1:
            fits[without] = -np.inf
        best = np.argsort(fits)[: -_BEST - 1 : -1]
        alike = np.einsum("pcd,cd,pc->p", self._edges[best], edges, self._cells[best])
        found = -np.inf
        for fit, place in sorted(zip(fits[best] + _EDGES * alike, best, strict=True), reverse=True):
            if fit <= found:
                break  # nothing is added to what fits worse
            found = max(found, fit - _SPILLED * self._outsides[place].spilled(fields))
        return float(found)


@dataclass(frozen=True)
class _Outside:
    """The ground right beside a training picture's person: its fields, their weights, and the person's colours."""

    fields: Mask
    weights: Floats
    colours: Floats

    @classmethod
    def of(cls, fields: Floats, person: Floats) -> _Outside:
        """Of a picture's fields, and how much of each is person."""
        reached = sliding_window_view(np.pad(person, _AROUND), (2 * _AROUND + 1,) * 2).max(axis=(-2, -1))
        beside = np.clip(reached - person, 0, 1)
        mostly = beside > _MOSTLY
        colours = fields[person >= min(_WHOLLY, float(person.max()))]
        size = max(float(person.sum()), _NOTHING)
        return cls(mostly, beside[mostly] / size, colours[:: max(1, len(colours) // _COLOURS)])

    def spilled(self, fields: Floats) -> float:
        """How much of the person's colours is there, as a share of the person's size."""
        if not self.fields.any():
            return 0.0
        seen = fields[self.fields]
        # The nearest colour by |a - b|² = |a|² + (|b|² - 2 ab).
        nearest = np.square(seen).sum(axis=1) + (np.square(self.colours).sum(axis=1) - 2 * seen @ self.colours.T).min(1)
        return float(self.weights @ np.exp(nearest * _sharpness(_SAME_OUTSIDE)))


def _shares(weights: Floats) -> Floats:
    """What each field of a person counts, `(people, fields)`, 1 in all; `weights` is how much of it is person."""
    inner = np.where(weights >= _INSIDE, weights, 0)
    counted = np.where(inner.any(axis=(1, 2), keepdims=True), inner, weights).reshape(len(weights), -1)
    return np.asarray(counted / np.maximum(counted.sum(axis=1, keepdims=True), _NOTHING), dtype=np.float32)


def _sharpness(width: float) -> np.float32:
    """What the squares of distances are multiplied by in a bell curve of this width."""
    return np.float32(-1 / (2 * width**2))


def _fields(picture: Floats) -> Floats:
    """A picture's colours, `(24, 24, 3)`."""
    return in_fields(picture[..., :COLOURS], _SIDE)
