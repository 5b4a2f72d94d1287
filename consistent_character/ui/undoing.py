"""The Undo button of the panels that change files."""

from __future__ import annotations

from collections.abc import Iterator

from consistent_character.character.journal import UndoReport
from consistent_character.house import House
from consistent_character.report.words import counted
from consistent_character.ui.form import Updates
from consistent_character.ui.running import Show, Told, run
from consistent_character.ui.window import Shell, Window


def undo(house: House, shell: Shell, window: Window, show: Show) -> Iterator[Updates]:
    """Take the last applied batch of caption edits or moves back, and fill the panel anew."""
    yield from run(
        house,
        shell,
        window,
        title="Undoing",
        work=lambda folder: lambda progress: folder.undo(),
        live=lambda folder: {},
        ended=lambda folder, report: Told(_told(report), show(folder)),
        engine=False,
    )


def _told(report: UndoReport) -> str:
    what = "captions" if report.kind == "captions" else "moved files"
    left = f" {counted(len(report.left), 'file')} left alone: {'; '.join(report.left[:3])}." if report.left else ""
    return f"The last change was taken back: {report.restored:,} {what} are as before.{left}"
