"""`curate`: step 2, what to keep."""

from __future__ import annotations

import argparse
from collections.abc import Iterator

from consistent_character.cli.flags import add_settings, given
from consistent_character.cli.outcome import Outcome
from consistent_character.cli.places import add_folder, open_folder
from consistent_character.curating import CurateRequest, CurationPlan, apply, plan
from consistent_character.documents import curated
from consistent_character.progress import Progress

GO_ON = ()


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags."""
    add_folder(parser)
    add_settings(parser, CurateRequest)
    parser.add_argument(
        "--apply", action="store_true", help="move the rejected into rejected/<reason>/ (undo brings them back)"
    )


def run(arguments: argparse.Namespace, progress: Progress) -> Outcome:
    """Plan, and carry the plan out if asked to."""
    with open_folder(arguments.folder) as folder:
        curation = plan(folder, CurateRequest(**given(arguments, CurateRequest)), progress)
        if arguments.apply and curation.rejected:
            apply(folder, curation)
    moved = len(curation.rejected) if arguments.apply else 0
    return Outcome(curated(curation, moved), [*_lines(curation), _ending(arguments, moved)])


def _lines(curation: CurationPlan) -> Iterator[str]:
    for decision in curation.rejected:
        yield f"  {decision.image}  {decision.rejected_as}: {decision.reason}"
    for decision in curation.kept:
        if decision.verdict == "unsure":
            yield f"  {decision.image}  kept, but have a look: {decision.reason}"
    reasons = ", ".join(f"{number} {reason}" for reason, number in curation.reasons.items())
    yield f"{len(curation.kept)} to keep, {len(curation.rejected)} to reject" + (f": {reasons}." if reasons else ".")


def _ending(arguments: argparse.Namespace, moved: int) -> str:
    if arguments.apply:
        return (
            f"{moved} moved to {arguments.folder / 'rejected'}. Next: consistent-character caption {arguments.folder}"
        )
    return "Nothing was moved. Add --apply to move the rejected out of the way; undo brings them back."
