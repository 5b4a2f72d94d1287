"""The kinds of web UI that the tests can start, told apart by what lies in their checkouts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Kind:
    """What differs between them.

    Args:
        name: as its users call it.
        flags: let it draw on the processor, in single precision.
        extensions: folders beside this file that it needs to load the cartoon world, linked in as extensions.
        settings: the user's settings at the first start.
        lacks: what AUTOMATIC1111's `modules` has and this one's has not, in alphabetical order; our code looks first.
        rounds_timesteps: it draws with the nearest of the thousand timesteps, so its pictures are a little others.
        loads_late: it loads a checkpoint only for its first picture.
        imports: heavy libraries that it brings along itself.
        hires: what its API must be told for a second pass.
        trains: it can train embeddings.
        stock_previews: so can its Train tab, with previews; reForge's ends at the first one, and says it has finished.
    """

    name: str
    flags: tuple[str, ...]
    extensions: tuple[str, ...] = ()
    settings: Mapping[str, object] = field(default_factory=dict)
    lacks: tuple[str, ...] = ()
    rounds_timesteps: bool = False
    loads_late: bool = False
    imports: frozenset[str] = frozenset()
    hires: Mapping[str, object] = field(default_factory=dict)
    trains: bool = True
    stock_previews: bool = True


A1111 = Kind("AUTOMATIC1111", ("--use-cpu", "all", "--no-half"))
REFORGE = Kind(
    "reForge",
    ("--always-cpu", "--all-in-fp32"),
    ("reforge_extension",),
    {"show_progress_type": "Approx cheap"},  # for live previews; it would download a small model for its usual way
    ("modules.sd_hijack.current_optimizer", "modules.sd_hijack.undo_optimizations"),
    rounds_timesteps=True,
    imports=frozenset({"diffusers"}),
    stock_previews=False,
)

FORGE = Kind(
    "Forge",
    ("--always-cpu", "--all-in-fp32", "--gradio-allowed-path", "."),  # else it refuses its own scripts and style
    ("forge_extension",),
    rounds_timesteps=True,
    loads_late=True,
    imports=frozenset({"diffusers"}),
    hires={"hr_additional_modules": ["Use same choices"]},
    trains=False,
    stock_previews=False,
)

_BY_FOLDER = {"ldm_patched": REFORGE, "backend": FORGE}
"""What only one of them has."""


def kind_of(checkout: Path) -> Kind:
    """The kind of a checkout; without a sign of another one, it is AUTOMATIC1111's."""
    return next((kind for folder, kind in _BY_FOLDER.items() if (checkout / folder).is_dir()), A1111)
