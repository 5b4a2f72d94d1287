"""The Script menu."""

from __future__ import annotations

from typing import Any


class Script:
    """An entry of the menu."""

    def title(self) -> str:
        raise NotImplementedError

    def ui(self, is_img2img: bool) -> Any:
        """No settings."""

    def show(self, is_img2img: bool) -> Any:
        return True

    def run(self, p: Any, *args: Any) -> Any:
        """Nothing to do."""

    def elem_id(self, item_id: str) -> str:
        return f"script_{item_id}"


class ScriptRunner:
    """The scripts of a tab; none in a new one."""

    def __init__(self) -> None:
        self.alwayson_scripts: list[Script] = []
