"""Training pictures as every host's model reads them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PIL import Image, UnidentifiedImageError

from consistent_character.engine import TrainingExample
from consistent_character.errors import RequestError


def pixels_of(example: TrainingExample, width: int, height: int) -> npt.NDArray[np.float32]:
    """An image `(height, width, 3)` in -1..1, squeezed to the size that is trained.

    Raises:
        RequestError: it cannot be read.
    """
    try:
        with Image.open(example.image) as image:
            resized = image.convert("RGB").resize((width, height), Image.Resampling.BICUBIC)
    except (UnidentifiedImageError, OSError, ValueError) as error:
        raise RequestError(f"The image {example.image} cannot be read; take it out of the training set.") from error
    return np.asarray(resized, dtype=np.float32) / 127.5 - 1
