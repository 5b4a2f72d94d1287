"""`validate`: the chosen iteration is tried out."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import replace

from consistent_character.choosing.battery import Battery, BatteryRequest, try_run
from consistent_character.cli.flags import add_settings, given
from consistent_character.cli.outcome import Outcome
from consistent_character.cli.places import add_engine, add_folder, find_run, load_engine, load_sight, open_folder
from consistent_character.documents import tried_out
from consistent_character.progress import Progress
from consistent_character.report.battery import write_battery_page

GO_ON = ()


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags."""
    add_folder(parser, run=True)
    add_settings(parser, BatteryRequest)
    add_engine(parser)


def run(arguments: argparse.Namespace, progress: Progress) -> Outcome:
    """Draw other places, outfits, hair, styles and shots with the iteration and with the class word, and judge."""
    with open_folder(arguments.folder) as folder:
        path = find_run(folder, arguments.run)
        engine = load_engine(arguments, folder)
        size = engine.checkpoint.size
        own = BatteryRequest(class_word=folder.character.initialization_text, width=size, height=size)
        request = replace(own, **given(arguments, BatteryRequest))
        with load_sight(folder) as sight:
            battery = try_run(folder, path, request, engine, progress, sight)
        page = write_battery_page(battery, path, folder.path)
    return Outcome(tried_out(path, battery), [*_lines(battery), f"Every picture: {page}"])


def _lines(battery: Battery) -> Iterator[str]:
    for tried in battery.tried:
        yield f"Step {battery.step} on {tried.checkpoint}:"
        if tried.problem:
            yield f"  {tried.problem}"
        yield from (f"  {one.words} ({one.counts})" for one in tried.summaries)
        yield from (
            f"    {cell.verdict:6}  {cell.what}: {cell.reason}" for cell in tried.cells if cell.verdict != "good"
        )
