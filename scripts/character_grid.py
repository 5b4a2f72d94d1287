"""The web UI's door to the zoom x angle grid: an entry in txt2img's Script menu."""

from typing import Any

import modules.scripts as scripts  # not `from … import Script`: that would register the base class as a script

from consistent_character.generating.prompt_grid import draw_prompt_grid
from consistent_character.hosts.webui import grid_script, places
from consistent_character.ui import grid_form


class CharacterGrid(scripts.Script):
    """Five zooms x five viewing angles of the character in the prompt, every picture with its own .txt."""

    def title(self) -> str:
        """Its name in the menu."""
        return grid_script.TITLE

    def show(self, is_img2img: bool) -> bool:
        """It is for txt2img only."""
        return not is_img2img

    def ui(self, is_img2img: bool) -> list[Any]:
        """Its settings."""
        return grid_form.lay_out(self.elem_id, places.characters())

    def run(self, p: Any, *values: Any) -> Any:
        """Draw; what is wrong is raised and shown in the page."""
        txt2img = grid_script.ScriptTxt2Img(p)
        result = draw_prompt_grid(grid_form.read(values, txt2img.seed), txt2img, places.characters())
        return txt2img.processed(result.samples, result.vocabulary, result.facts)
