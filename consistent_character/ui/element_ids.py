"""Every element id of the tab, behind one prefix: what style sheets, scripts and tests hold on to."""

from __future__ import annotations

PREFIX = "cc"
TAB = "cc_tab"


def element_id(*names: str) -> str:
    """The id of a component: `element_id("generate", "start")` is `cc_generate_start`."""
    return "_".join((PREFIX, *names))
