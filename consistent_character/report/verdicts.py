"""A forest test's answer: which iteration, why, what else would do, or why nobody can tell; for report and tab."""

from __future__ import annotations

from consistent_character.choosing import ForestTest
from consistent_character.report.markup import Html, element
from consistent_character.report.words import counted


def badge(verdict: str) -> Html:
    """A verdict as a small coloured word."""
    return element("span", verdict, class_=f"cc-badge cc-{verdict}")


def answer(test: ForestTest) -> Html:
    """The step to use, the onset, and why; or why that cannot be told, and what to do about it."""
    if test.cannot_tell:
        something = test.onset is not None or test.recommended is not None
        return element("div", _named(test) if something else "", _cannot_tell(test))
    return element("div", _named(test), element("p", test.why, class_="cc-why"), _advice(test))


def told(test: ForestTest) -> Html:
    """The whole answer: with the runners-up, and how many pictures it took."""
    return element("div", answer(test), _runners_up(test), _effort(test), class_="cc-told")


def in_words(test: ForestTest) -> str:
    """The answer in one line."""
    if test.recommended is None:
        return test.cannot_tell or "No iteration can be recommended: the reasons are below."
    since = "" if test.onset is None and test.onset_told else f", {_onset(test)}"
    return f"Use step {test.recommended}{since}."


def full_sweep(test: ForestTest) -> int:
    """Pictures that every iteration with every seed would be, the class word's among them."""
    return (len(test.iterations) + len(test.unseen) + 1) * len(test.seeds)


def effort(test: ForestTest) -> str:
    """How many pictures the test has looked at, of how many there could be; empty where nobody counted."""
    every = full_sweep(test)
    if not test.drawn:
        return ""
    if test.drawn >= every:
        return f"{counted(test.drawn, 'picture')} drawn: every iteration with every seed."
    return (
        f"{counted(test.drawn, 'picture')} drawn; every iteration with every seed would be {every:,}. "
        f"{counted(len(test.unseen), 'iteration')} could be passed over."
    )


def _named(test: ForestTest) -> Html:
    used = f"Use step {test.recommended}" if test.recommended is not None else "No iteration to use"
    return element("p", element("strong", used), element("span", _onset(test), class_="cc-onset"), class_="cc-answer")


def _onset(test: ForestTest) -> str:
    """From when on the run is overtrained, in a few words."""
    if test.onset is not None:
        return f"overtrained from step {test.onset}"
    return "no overtraining seen" if test.onset_told else "when it is overtrained cannot be told"


def _cannot_tell(test: ForestTest) -> Html:
    """Large and calm: it is an answer, and no failure."""
    title = element("p", "This cannot be told", class_="cc-cannot-title")
    return element("div", title, element("p", test.cannot_tell), _advice(test), class_="cc-cannot", role="status")


def _advice(test: ForestTest) -> Html | str:
    """What to do, wherever there is something to be done."""
    return element("p", element("b", "Do this: "), test.advice, class_="cc-advice") if test.advice else ""


def _runners_up(test: ForestTest) -> Html | str:
    if not test.runners_up:
        return ""
    rows = (element("li", element("b", f"Step {one.step}"), " ", one.why) for one in test.runners_up)
    return element("div", element("h4", "Runners-up"), element("ul", *rows), class_="cc-runners-up")


def _effort(test: ForestTest) -> Html | str:
    words = effort(test)
    return element("p", words, class_="cc-effort") if words else ""
