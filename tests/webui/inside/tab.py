"""What of ours hangs in the web UI."""

from __future__ import annotations

import sys
import threading
from collections import Counter
from typing import Any


def ours() -> dict[str, Any]:
    """How often each thing of ours is there."""
    from modules import script_callbacks, scripts, shared

    callbacks = Counter(
        f"{category}: {one.name}"
        for category, found in script_callbacks.enumerate_callbacks()
        for one in found
        if "consistent_character" in one.script or "character_grid" in one.script
    )
    paths = (route.path for route in shared.demo.server_app.routes)
    routes = Counter(path for path in paths if path.startswith("/consistent-character"))
    ids = Counter(block.elem_id for block in shared.demo.blocks.values() if str(block.elem_id).startswith("cc_"))
    tabs = Counter(name for name in shared.tab_names if name == "Consistent Character")
    menu = Counter(one.title() for one in scripts.scripts_txt2img.selectable_scripts if "haracter" in one.title())
    return {"callbacks": callbacks, "routes": routes, "ids": ids, "tabs": tabs, "menu": menu}


def threads() -> list[str]:
    """Threads of ours."""
    return sorted(thread.name for thread in threading.enumerate() if thread.name.startswith("consistent-character"))


def saved_defaults() -> list[str]:
    """What the web UI would store of the tab in its ui-config.json."""
    from modules import shared

    return [key for key in shared.demo.ui_loadsave.ui_settings if key.startswith("consistent_character/")]


def reload_ui() -> None:
    """Press "Reload UI"."""
    from modules import shared

    shared.state.request_restart()


def state() -> dict[str, Any]:
    """The web UI's own account of its job."""
    from modules import shared

    return {**shared.state.dict(), "class": type(shared.state).__mro__[0].__module__}


def imported() -> list[str]:
    """Heavy libraries that are there."""
    return [name for name in ("diffusers", "mediapipe", "consistent_character.hosts.standalone") if name in sys.modules]


def list_checkpoints() -> None:
    """Look what checkpoints there are, as the button beside the menu does."""
    from modules import sd_models

    sd_models.list_models()
