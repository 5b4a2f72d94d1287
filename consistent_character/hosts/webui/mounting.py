"""What the door hands to the tab and the routes: the process's jobs, the forms' size, our page of the settings."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from modules import script_callbacks, sd_models, shared

from consistent_character.hosts.webui.checkpoints import native_edge
from consistent_character.hosts.webui.places import OPTION, usual_characters
from consistent_character.hosts.webui.turn import webui_turn
from consistent_character.house import Keys
from consistent_character.jobs import Jobs

TITLE = "Consistent Character"
TAB = "consistent_character"
_USUAL_EDGE = 512


def hang_up(door: str, **callbacks: Callable[..., Any]) -> None:
    """Have the web UI call these at the moments of their names; `door` is the script that they are of.

    As its `on_<moment>` functions do, but those find the script by reading the source of every function on the stack:
    20 ms for each callback, at every start.
    """
    for moment, callback in callbacks.items():
        waiting = script_callbacks.callback_map[f"callbacks_{moment}"]
        script_callbacks.add_callback(waiting, callback, category=moment, filename=door)


@cache
def jobs() -> Jobs:
    """The jobs of the process: "Reload UI" makes everything else anew, and a job that is at work is found again."""
    return Jobs(webui_turn)


@cache
def keys() -> Keys:
    """The keys of the process: a page that was open before "Reload UI" still saves what is written in it."""
    return Keys()


def usual_size() -> int:
    """The picture edge in pixels that forms begin with: of the model, if it is loaded; nothing is loaded for it."""
    model = sd_models.model_data.sd_model
    return _USUAL_EDGE if model is None else native_edge(model)


def has_queue() -> bool:
    """Whether the page can show anything while a job is at work (not so with `--no-gradio-queue`)."""
    return not getattr(shared.cmd_opts, "no_gradio_queue", False)


def add_settings() -> None:
    """Our page of the web UI's settings. Not to be set by its API, which would lead our routes out of the folder."""
    root = shared.OptionInfo("", "Folder of the characters", section=(TAB, TITLE), restrict_api=True)
    usual = f"empty: {usual_characters().as_posix()} in the web UI's data folder"
    shared.opts.add_option(OPTION, root.info(usual).needs_reload_ui())
