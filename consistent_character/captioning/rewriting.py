"""One caption's way from prompt to training caption, as pure text work.

infotext -> prompt -> plain words -> look becomes the token -> phrases dropped, replaced, added -> order and commas
tidied -> escaped
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from consistent_character.captioning import phrase_lists
from consistent_character.captioning.adding import Additions
from consistent_character.captioning.look import Look
from consistent_character.captioning.phrases import phrases, spaced
from consistent_character.captioning.postures import POSTURES
from consistent_character.captioning.request import CaptionRequest
from consistent_character.prompts import constructs, emphasis, extra_networks, guard, infotext
from consistent_character.prompts.cells import TUTORIAL, Vocabulary, phrase_pattern

BYTE_ORDER_MARK = "\ufeff"

ENCODING = "byte order mark removed"
INFOTEXT = "cut to the prompt"
EXTRA_NETWORKS = "extra networks taken out"
RESOLVED = "schedules, alternations and AND resolved"
EMPHASIS = "emphasis stripped"
TOKEN = "look replaced by the token"
LEFT_OUT = "phrases left out"
REPLACED = "replaced by regular expression"
ADDED = "phrases added"
ENDS = "beginning and end put on"
ORDER = "zoom and angle put first"
TIDIED = "commas, spaces and repetitions tidied"
RULES = (ENCODING, INFOTEXT, EXTRA_NETWORKS, RESOLVED, EMPHASIS, TOKEN, LEFT_OUT, REPLACED, ADDED, ORDER, TIDIED, ENDS)
"""Every rule by the name that people read, in the order in which they are applied."""

_UNSAFE = "it pairs sexual wording with a person described as under 18: no caption is made of that"
_SEXUAL = "naked"
"""What makes the guard tell whether the words beside it describe somebody under 18. The rest of a caption stays to be
read when it is used; what the token hides, or a rule takes out, can only be read here."""

_BEFORE = {
    (marked, cut): ((ENCODING,) if marked else ()) + ((INFOTEXT,) if cut else ())
    for marked in (True, False)
    for cut in (True, False)
}
"""The rules that have been at work before the prompt is known: for a byte order mark, for an infotext."""


_Steps: TypeAlias = "tuple[()] | tuple[int, int | None]"


@dataclass(frozen=True)
class Rewritten:
    """The new text and the rules that changed something; or the `problem` why the text is better left to a person.

    `doubts` tell what was decided by a rule though a person should see it: the text is an offer then.
    """

    text: str
    rules: tuple[str, ...] = ()
    problem: str = ""
    doubts: tuple[str, ...] = ()


@dataclass
class _Draft:
    """A text on its way, and the rules that have changed it so far."""

    text: str
    rules: list[str]

    def become(self, text: str, rule: str) -> None:
        """Go on with `text`; the rule counts if it changed anything."""
        if text != self.text:
            self.rules.append(rule)
            self.text = text


class Rewriter:
    """What a request does to every caption; `vocabulary` and `postures` are the character's own words.

    A prompt that many pictures share is worked on once.
    """

    def __init__(
        self, request: CaptionRequest, vocabulary: Vocabulary = TUTORIAL, postures: Sequence[str] = POSTURES
    ) -> None:
        self._look = Look(request.look, request.token)
        unwanted = tuple(words for phrase in request.leave_out if (words := emphasis.plain(phrase).strip(" ,")))
        self._leave_out = phrase_pattern(unwanted) if unwanted else None
        self._listed = phrase_lists.phrases_of(request.drop)
        self._replacements = request.replacements()
        self._additions = Additions(request.add, request.token, vocabulary, postures)
        self._prefix, self._suffix = phrases(request.prefix), phrases(request.suffix)
        self._ends = bool(self._prefix or self._suffix)
        known = vocabulary.joined(TUTORIAL)
        self._framing = phrase_pattern((*known.zooms, *known.angles))
        self._framed: dict[str, bool] = {}
        hidden = ", ".join((request.look, *request.leave_out))
        self._hides_an_age = bool(request.replace) or guard.refuses(f"{hidden}, {_SEXUAL}")
        self._known: dict[tuple[str, tuple[str, ...], _Steps], Rewritten] = {}

    def rewrite(self, text: str) -> Rewritten:
        """The caption; where the look is not found, or more than once, the text stays and the problem is told."""
        marked = text.startswith(BYTE_ORDER_MARK)
        whole = text[1:] if marked else text
        prompt = infotext.prompt_of(whole)
        before = _BEFORE[marked, len(prompt) != len(whole) and prompt != whole.strip()]
        key = (prompt, before, _steps(whole) if "[" in prompt else ())
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = self._rewritten(*key)
        return replace(found, text=text) if found.problem else found

    def _rewritten(self, prompt: str, before: tuple[str, ...], steps: _Steps) -> Rewritten:
        draft = _Draft(prompt, list(before))
        draft.become(extra_networks.without(draft.text), EXTRA_NETWORKS)
        resolved = constructs.resolved(draft.text, *steps)
        draft.become(resolved.text, RESOLVED)
        _strip_emphasis(draft)
        words = spaced(draft.text)
        naming = self._look.name(words)
        if naming.problem:
            return Rewritten("", problem=naming.problem)
        if self._hides_an_age and guard.refuses(words):
            return Rewritten("", problem=_UNSAFE)
        untidy = words != draft.text.strip()
        draft.text = words
        draft.become(naming.text, TOKEN)
        whole = draft.text
        self._take_ends_off(draft)
        ended = draft.text != whole
        unedited = draft.text
        self._edit(draft)
        self._tidy(draft, untidy, edited=draft.text is not unedited)
        if naming.replaced:
            draft.text = self._look.joined(draft.text)
        self._put_framing_first(draft)
        self._put_ends_on(draft, ended)
        return Rewritten(emphasis.escape(draft.text), tuple(draft.rules), doubts=resolved.reasons)

    def _edit(self, draft: _Draft) -> None:
        """What the request wants beside the token."""
        if self._leave_out:
            draft.become(self._leave_out.sub("", draft.text), LEFT_OUT)
        if self._listed:
            kept = (phrase for phrase in phrases(draft.text) if phrase_lists.folded(phrase) not in self._listed)
            draft.become(", ".join(kept), LEFT_OUT)
        for replacement in self._replacements:
            draft.become(replacement.apply(draft.text), REPLACED)
        draft.become(self._additions.to(draft.text), ADDED)

    def _tidy(self, draft: _Draft, untidy: bool, *, edited: bool) -> None:
        """One space, one comma, and each phrase where it stands first, in whatever case it stands again."""
        text = spaced(draft.text) if edited else draft.text
        lowered = text.lower().split(", ")
        repeats = len(set(lowered)) < len(lowered)
        if untidy or repeats:
            draft.rules.append(TIDIED)
        draft.text = _once(text) if repeats else text

    def _put_framing_first(self, draft: _Draft) -> None:
        """The phrase that says how the picture is framed stands in front, as the tutorial has it."""
        begin, _, _ = draft.text.partition(",")
        if self._frames(begin):
            return
        found = phrases(draft.text)
        at = next((at for at, phrase in enumerate(found) if self._frames(phrase)), None)
        if at is not None:
            draft.become(", ".join((found[at], *found[:at], *found[at + 1 :])), ORDER)

    def _frames(self, phrase: str) -> bool:
        known = self._framed.get(phrase)
        if known is None:
            known = self._framed[phrase] = self._framing.search(phrase) is not None
        return known

    def _take_ends_off(self, draft: _Draft) -> None:
        """The beginning and the end that an earlier run has put on: what stands between is worked on."""
        found = phrases(draft.text) if self._ends else []
        begun, ended = len(self._prefix), len(found) - len(self._suffix)
        if found and found[:begun] == self._prefix and found[ended:] == self._suffix:
            draft.text = ", ".join(found[begun:ended])

    def _put_ends_on(self, draft: _Draft, again: bool) -> None:
        if self._ends:
            inner = [draft.text] if draft.text else []
            draft.text = ", ".join((*self._prefix, *inner, *self._suffix))
            draft.rules += [] if again else [ENDS]


def _steps(text: str) -> _Steps:
    """In how many steps the picture was drawn: what a schedule said at the last one depends on it."""
    found = infotext.parse(text)
    return (found.steps or constructs.MANY_STEPS, found.hires_steps)


def _once(text: str) -> str:
    first: dict[str, str] = {}
    for phrase in phrases(text):
        first.setdefault(phrase.lower(), phrase)
    return ", ".join(first.values())


def _strip_emphasis(draft: _Draft) -> None:
    """Go on with plain words; escapes that were there already are no change."""
    plain = emphasis.plain(draft.text)
    if plain != draft.text and ("\\" not in draft.text or emphasis.escape(plain) != draft.text):
        draft.rules.append(EMPHASIS)
    draft.text = plain
