"""The look before training and the mending of what it found, one after the other: for the page, scripts and a shell."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from consistent_character import captioning
from consistent_character.captioning import CaptionRequest
from consistent_character.character.folder import CharacterFolder
from consistent_character.engine import Engine
from consistent_character.errors import RequestError, UserError
from consistent_character.progress import Progress
from consistent_character.training import Finding, TrainingSettings, mend, preflight


@dataclass(frozen=True)
class Mended:
    """What has become of some findings. `settings` are those to go on with, `findings` what a look finds now.

    `left` are those that could not be mended, each with the reason.
    """

    settings: TrainingSettings
    mended: tuple[Finding, ...]
    left: tuple[tuple[Finding, str], ...]
    findings: tuple[Finding, ...]


def mend_findings(
    folder: CharacterFolder,
    settings: TrainingSettings,
    engine: Engine,
    progress: Progress,
    codes: Collection[str] | None = None,
) -> Mended:
    """Mend the findings of these `codes`, or all that a program can mend, looking anew after each.

    One that cannot be mended does not keep the others from it. What is done to files can be undone.

    Raises:
        RequestError: nothing of these codes is found that a program can mend.
        Interrupted: by `progress`, between two; those mended stay so.
    """
    found = preflight(folder, settings, engine)
    asked = [finding for finding in found if _asked(finding, codes)]
    _refuse_missing(asked, codes)
    progress.begin("Mending", total=len(asked))
    tried: dict[str, Finding] = {}
    refused: dict[str, str] = {}
    while finding := next((one for one in found if _asked(one, codes) and one.code not in tried), None):
        tried[finding.code] = finding
        try:
            settings = mend(finding, folder, settings, engine, run_caption_step)
        except UserError as error:
            refused[finding.code] = str(error)
        found = preflight(folder, settings, engine)
        progress.advance(note=finding.fix.label if finding.fix else "")
    still = {finding.code for finding in found}
    return Mended(
        settings,
        tuple(finding for code, finding in tried.items() if code not in still),
        tuple((finding, refused.get(code) or _why(finding)) for code, finding in tried.items() if code in still),
        found,
    )


def run_caption_step(folder: CharacterFolder) -> int:
    """Rewrite the captions with the character's own token and look, in one batch that `undo` takes back.

    Returns how many were written.

    Raises:
        CaptionError: a caption is being changed by somebody else.
        FolderError: the disk is full or may not be written.
    """
    captions = captioning.plan(folder, CaptionRequest(folder.character.token, folder.character.look))
    captioning.apply(folder, captions)
    return len(captions.with_status("changed"))


def _asked(finding: Finding, codes: Collection[str] | None) -> bool:
    return finding.fix is not None and (codes is None or finding.code in codes)


def _refuse_missing(asked: Collection[Finding], codes: Collection[str] | None) -> None:
    missing = sorted(set(codes or ()) - {finding.code for finding in asked})
    if missing:
        raise RequestError(f"There is nothing to mend (any more) of {', '.join(missing)}: look again what is found.")


def _why(finding: Finding) -> str:
    if finding.fix is not None and finding.fix.how == "captions":
        return "The caption step leaves some captions as they are; its plan shows which, and why."
    return f"It did not help. {finding.remedy}"
