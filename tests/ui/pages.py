"""The tab as a person uses it: names of buttons and panels in place of selectors."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import TimeoutError as TooLong

WAIT = 300_000
"""Milliseconds to wait for something to appear before the test fails."""
_AGAIN = 2_000
"""Milliseconds until a button that did nothing is pressed again."""

TEXT_AND_GROUND = """() => {
  const text = document.querySelector('#cc_tab .cc-lead');
  let ground = text;
  while (ground && /, 0\\)$|transparent/.test(getComputedStyle(ground).backgroundColor)) ground = ground.parentElement;
  return [getComputedStyle(text).color, ground ? getComputedStyle(ground).backgroundColor : 'rgb(255, 255, 255)'];
}"""
"""The colours of the tab's text and of what lies behind it."""


class Page:
    """One browser window. `errors` are what scripts of the page failed with."""

    def __init__(self, page: Any, address: str) -> None:
        self.page = page
        self.errors: list[str] = []
        page.set_default_timeout(WAIT)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.goto(address, wait_until="domcontentloaded")
        self.arrive()

    def arrive(self) -> None:
        """Wait until the tab is there."""
        self.see("#cc_open")

    def see(self, selector: str, text: str = "") -> Any:
        """Wait until something is there to be seen; returns it."""
        found = self.page.locator(selector, has_text=text) if text else self.page.locator(selector)
        found.first.wait_for(state="visible")
        return found.first

    def press(self, *names: str) -> None:
        """Click the component whose id is made of these names, as soon as it can be clicked."""
        self.page.click("#cc_" + "_".join(names))

    def press_anew(self, *names: str) -> None:
        """Click a button whose job has just ended, until what it told is gone.

        gradio hears no click while the event before it is not over, which is a moment after its last words are shown.
        """
        told = self.page.locator("#cc_strip .cc-outcome").filter(has_text=self.page.inner_text("#cc_strip .cc-outcome"))
        for _ in range(WAIT // _AGAIN):
            self.press(*names)
            try:
                told.wait_for(state="hidden", timeout=_AGAIN)
            except TooLong:
                continue
            return
        raise AssertionError(f"{names} does nothing")

    def panel(self, name: str) -> None:
        """Go to a panel."""
        self.page.click(f'#cc_steps > .tab-nav button:has-text("{name}")')
        self.see(f"#cc_panel_{name.lower()}")

    def write(self, where: str, label: str, text: str) -> None:
        """Write into the text box with this label."""
        self.page.fill(f'{where} label:has(span:text-is("{label}")) >> css=textarea, input', text)

    def number(self, panel: str, value: int, at: int = 0) -> None:
        """Write into a panel's number box."""
        box = self.page.locator(f"#cc_panel_{panel} input[type=number]").nth(at)
        box.fill(str(value))
        box.press("Tab")

    def create(self, token: str) -> None:
        """Create a character and wait until it is open."""
        self.page.click("#cc_new .label-wrap")
        self.write("#cc_new", "Token", token)
        self.write("#cc_new", "Look", "a woman with dark skin, square face")
        self.write("#cc_new", "Hair", "long blue hair")
        self.press("create")
        self.see("#cc_summary h2", token)
        self.page.click("#cc_new .label-wrap")

    def open(self, token: str) -> None:
        """Open a character by name."""
        box = self.page.locator("#cc_character input")
        box.fill(token)
        box.press("Enter")
        self.press("open")
        self.see("#cc_summary h2", token)

    def told(self, text: str) -> str:
        """Wait for what the last job came to; returns all of it."""
        return str(self.see("#cc_strip .cc-outcome", text).inner_text())

    def figure(self, name: str) -> int:
        """A number of the summary."""
        item = self.page.locator("#cc_summary li", has_text=name)
        return int(item.locator("b").inner_text().replace(",", ""))

    def generate(self, per_cell: int) -> None:
        """Start drawing, the same pictures in every run of the test."""
        self.panel("Generate")
        self.number("generate", per_cell)
        self.page.click('#cc_panel_generate .label-wrap:has-text("Sampling")')
        seed = self.page.locator("#cc_panel_generate label", has_text="Seed").locator("input")
        seed.fill("1")
        seed.press("Tab")
        self.press("generate", "start")


def luminance(colour: str) -> float:
    """Relative luminance of a CSS `rgb(…)`, 0..1. Source: WCAG 2.1, relative luminance."""
    shares = [float(part) / 255 for part in colour[colour.index("(") + 1 : -1].split(",")[:3]]
    linear = [share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares]
    return sum(weight * value for weight, value in zip((0.2126, 0.7152, 0.0722), linear, strict=True))
