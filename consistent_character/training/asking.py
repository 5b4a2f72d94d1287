"""What the host's trainer is asked for: the folder's captions as they are now, and the settings."""

from __future__ import annotations

from pathlib import Path

from consistent_character.character.folder import CharacterFolder
from consistent_character.engine import TrainingExample, TrainRequest
from consistent_character.training.captions import read_all
from consistent_character.training.settings import TrainingSettings


def request_for(folder: CharacterFolder, settings: TrainingSettings, run: Path) -> TrainRequest:
    """The trainer's request for the folder's captions as they are now."""
    token = folder.character.token
    return TrainRequest(
        name=token,
        folder=run,
        examples=tuple(TrainingExample(image.image, image.text) for image in read_all(folder)),
        initialization_text=settings.initialization_text,
        num_vectors=settings.num_vectors,
        learn_rate=settings.learn_rate,
        batch_size=settings.batch_size,
        gradient_accumulation=settings.gradient_accumulation,
        steps=settings.steps,
        template=settings.template,
        width=settings.width,
        height=settings.height,
        latent_sampling=settings.latent_sampling,
        save_every=settings.save_every,
        preview_every=settings.preview_every,
        preview=settings.preview(token),
        seed=settings.seed,
    )
