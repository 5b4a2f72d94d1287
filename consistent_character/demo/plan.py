"""Every number that the demo is made of."""

from __future__ import annotations

from dataclasses import dataclass

from consistent_character.engine import Sampler


@dataclass(frozen=True)
class RunPlan:
    """One of the demo's training runs. Steps, vectors and rates mean what they mean in A1111's Train tab."""

    name: str
    """`right` or `overtrained`: the name in report.json, and of the run's own character folder."""
    title: str
    """The same in words."""
    summary: str
    """One sentence that tells what this run is to show."""
    leave_out_backdrop: bool
    """Whether the captions keep silent about the backdrop."""
    steps: int
    learn_rate: str
    num_vectors: int
    batch_size: int
    save_every: int
    """Steps between iterations; each is judged, so this decides how long choosing takes."""


RIGHT = RunPlan(
    name="right",
    title="Captions done right",
    summary="Every caption names the gray backdrop, so the embedding has no reason to learn it.",
    leave_out_backdrop=False,
    steps=200,
    learn_rate="0.005",
    num_vectors=8,
    batch_size=8,
    save_every=20,
)

OVERTRAINED = RunPlan(
    name="overtrained",
    title="Backdrop left out, trained too hard",
    summary="No caption names the gray backdrop, and nothing stops the run: the wall is learned as part of the person.",
    leave_out_backdrop=True,
    steps=160,
    learn_rate="0.003",
    num_vectors=8,
    batch_size=8,
    save_every=20,
)


@dataclass(frozen=True)
class DemoPlan:
    """What the demo does, and how long it takes: at most ten minutes on two cores."""

    person: int = 1
    """Which of the cartoon world's held-out people is made, from 0."""
    token: str = "c4rt00nl4dy"
    seed: int = 1
    """Decides the images and the order of training: the same seed makes the same demo."""
    per_cell: int = 8
    """Images of each of the 25 cells."""
    keep: int = 125
    """Images that are trained on, balanced over the cells."""
    size: int = 96
    """Pixels; the cartoon world's own size."""
    sampler: Sampler = "DPM++ 2M Karras"
    sampling_steps: int = 15
    cfg_scale: float = 5.0
    forest_prompt: str = "{name}, an extreme closeup front shot photo of {name} in a forest"
    """The scene that an overtrained embedding can no longer draw. It names the embedding twice, as the template
    `[name], [filewords]` did while it was trained, and an angle, or late embeddings turn round."""
    forest_seeds: tuple[int, ...] = (1, 2, 3, 4)
    forest_sampler: Sampler = "Euler a"
    forest_steps: int = 15
    forest_cfg_scale: float = 5.0
    runs: tuple[RunPlan, ...] = (RIGHT, OVERTRAINED)
