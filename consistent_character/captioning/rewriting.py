"""One caption's way from prompt to training caption, as pure text work.

infotext -> prompt -> plain words -> look becomes the token -> phrases left out -> commas tidied -> escaped
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from consistent_character.captioning.look import Look
from consistent_character.prompts import constructs, emphasis, infotext
from consistent_character.prompts.cells import phrase_pattern

BYTE_ORDER_MARK = "\ufeff"

INFOTEXT = "cut to the prompt"
EXTRA_NETWORKS = "extra networks taken out"
EMPHASIS = "emphasis stripped"
TOKEN = "look replaced by the token"
LEFT_OUT = "phrases left out"
TIDIED = "commas and spaces tidied"
ENCODING = "byte order mark removed"
RULES = (ENCODING, INFOTEXT, EXTRA_NETWORKS, EMPHASIS, TOKEN, LEFT_OUT, TIDIED)
"""Every rule by the name that people read, in the order in which they are applied."""


@dataclass(frozen=True)
class Rewritten:
    """The new text and the rules that changed something; or the `problem` why the text is better left to a person."""

    text: str
    rules: tuple[str, ...] = ()
    problem: str = ""


@dataclass
class _Draft:
    """A text on its way, and the rules that have changed it so far."""

    text: str
    rules: list[str] = field(default_factory=list)

    def become(self, text: str, rule: str) -> None:
        """Go on with `text`; the rule counts if it changed anything."""
        if text != self.text:
            self.rules.append(rule)
            self.text = text


class Rewriter:
    """What is done to every caption of a run: the look becomes `token`, and the phrases `leave_out` go."""

    def __init__(self, token: str, look: str, leave_out: tuple[str, ...] = ()) -> None:
        self._look = Look(look, token)
        wanted = tuple(words for phrase in leave_out if (words := emphasis.plain(phrase).strip(" ,")))
        self._leave_out = phrase_pattern(wanted) if wanted else None

    def rewrite(self, text: str) -> Rewritten:
        """The caption; where the look is not found, or more than once, the text stays and the problem is told."""
        draft = _Draft(text)
        draft.become(text.removeprefix(BYTE_ORDER_MARK), ENCODING)
        _cut_to_prompt(draft)
        draft.become(constructs.without_extra_networks(draft.text), EXTRA_NETWORKS)
        if unclear := constructs.ambiguous(draft.text):
            return Rewritten(text, problem=f"it holds {' and '.join(unclear)}: write what the picture shows")
        _strip_emphasis(draft)
        return self._name(draft, text)

    def _name(self, draft: _Draft, original: str) -> Rewritten:
        naming = self._look.name(draft.text)
        if naming.problem:
            return Rewritten(original, problem=naming.problem)
        untidy = tidy(draft.text) != draft.text.strip()
        draft.become(naming.text, TOKEN)
        if self._leave_out:
            draft.become(self._leave_out.sub("", draft.text), LEFT_OUT)
        if untidy:
            draft.rules.append(TIDIED)
        words = tidy(draft.text)
        return Rewritten(emphasis.escape(self._look.join(words) if naming.replaced else words), tuple(draft.rules))


def _cut_to_prompt(draft: _Draft) -> None:
    found = infotext.parse(draft.text)
    if found.parameters or found.negative_prompt:
        draft.become(found.prompt, INFOTEXT)


def _strip_emphasis(draft: _Draft) -> None:
    """Go on with plain words; escapes that were there already are no change."""
    if emphasis.strip(draft.text) != draft.text:
        draft.rules.append(EMPHASIS)
    draft.text = emphasis.plain(draft.text)


def tidy(text: str) -> str:
    """One space between words, one comma and one space between phrases, no phrase empty or said twice."""
    return ", ".join(dict.fromkeys(_phrases(text)))


def _phrases(text: str) -> Iterator[str]:
    """The phrases between commas, spaces tidied, without those that are empty."""
    for phrase in text.split(","):
        if words := " ".join(phrase.split()):
            yield words
