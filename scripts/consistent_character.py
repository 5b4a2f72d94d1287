"""The web UI's door: hangs the tab, the routes, the settings and the template up in it, and has no logic of its own.

"Reload UI" executes this file again, on a new page and with no callbacks left; the package stays as it is.
"""

from functools import cache
from typing import Any

from consistent_character.hosts.webui import installing, login, mounting, places, stock_grid, templates
from consistent_character.hosts.webui.engine import WebUIEngine
from consistent_character.house import House
from consistent_character.ui.stock import StockTxt2Img
from consistent_character.ui.tab import mounted
from consistent_character.vision.seeing.opened import installed_sight
from consistent_character.web import mount


@cache
def house() -> House:
    """What the tab and the routes share."""
    size, keys = mounting.usual_size, mounting.keys()
    return House(WebUIEngine(), places.characters(), mounting.jobs(), size, installing.Shelf(), keys, installed_sight)


def add_tab() -> list[tuple[Any, str, str]]:
    """The tab, its title and its id."""
    stock = StockTxt2Img(boxes.found, stock_grid.advice)
    return [(mounted(house(), queue=mounting.has_queue(), stock=stock), mounting.TITLE, mounting.TAB)]


def add_routes(demo: Any, app: Any) -> None:
    """The routes, behind the web UI's own login."""
    mount(app, house(), login.guard_of(app))


boxes = stock_grid.Boxes()
mounting.hang_up(
    __file__,
    after_component=boxes.take,
    before_ui=templates.offer_template,
    ui_settings=mounting.add_settings,
    ui_tabs=add_tab,
    app_started=add_routes,
)
