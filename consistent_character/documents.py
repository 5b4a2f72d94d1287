"""What came of each step, as a document for programs: the command line's `--json` and the web routes give the same."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from consistent_character.prompts.cells import all_cells

if TYPE_CHECKING:  # a command, or a route, imports its own step only
    from consistent_character.captioning import CaptionPlan, CaptionRow
    from consistent_character.captioning.editing import Caption
    from consistent_character.character.character import Character
    from consistent_character.character.folder import CharacterFolder
    from consistent_character.character.journal import Batch, CaptionBytes, UndoReport
    from consistent_character.character.snapshots import Restored, Snapshot
    from consistent_character.choosing import ForestTest, Promoted
    from consistent_character.choosing.battery import Battery
    from consistent_character.choosing.watched import Watched
    from consistent_character.curating import CurationPlan, Decision
    from consistent_character.generating import GridResult
    from consistent_character.generating.token_check import TokenCheck
    from consistent_character.mending import Mended
    from consistent_character.report.history import JudgedRun
    from consistent_character.training import Finding, TrainingRun

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"
Document: TypeAlias = dict[str, object]


def created(path: Path, character: Character, imported: int = 0) -> Document:
    """A new character folder and its first prompt."""
    prompt = character.prompt(all_cells()[0])
    return {"folder": path, "character": character, "prompt": prompt, "imported": imported}


def summary(folder: CharacterFolder) -> Document:
    """Who the character is, and how far: numbers of files, names of runs."""
    pairs = folder.pairs()
    rejected = (path for path in (folder.path / "rejected").glob("*/*") if path.suffix != ".txt")
    return {
        "character": folder.character,
        "images": len(pairs),
        "captions": sum(pair.caption.is_file() for pair in pairs),
        "rejected": sum(1 for _ in rejected),
        "runs": [run.name for run in folder.runs()],
    }


def drawn(result: GridResult) -> Document:
    """A grid."""
    return {"planned": result.planned, "existing": result.existing, "drawn": result.drawn, "images": result.images}


def curated(plan: CurationPlan, moved: int) -> Document:
    """A decision for every picture; `moved` of them have been carried out."""
    return {
        "kept": len(plan.kept),
        "rejected": len(plan.rejected),
        "reasons": plan.reasons,
        "moved": moved,
        "decisions": [{**_decision(decision), "keep": decision.keep} for decision in plan.decisions],
    }


def _decision(decision: Decision) -> Document:
    return {name: getattr(decision, name) for name in ("image", "cell", "verdict", "reason", "scores", "rejected_as")}


def tagged(captions: Sequence[Caption]) -> Document:
    """The phrases of some captions, the most frequent first, and their images."""
    from consistent_character.captioning.tags import frequencies

    counts = frequencies(caption.text for caption in captions)
    return {
        "tags": [{"tag": tag, "captions": count} for tag, count in counts.items()],
        "images": [caption.pair.image.name for caption in captions],
    }


def captioned(plan: CaptionPlan, written: int) -> Document:
    """Every caption before and after; `written` of them are on disk."""
    return {
        "changed": len(plan.with_status("changed")),
        "review": len(plan.with_status("review")),
        "undecodable": len(plan.with_status("undecodable")),
        "outside": plan.outside,
        "written": written,
        "rules": plan.rule_counts(),
        "captions": [_caption(row) for row in plan.rows],
    }


def _caption(row: CaptionRow) -> Document:
    told = {name: getattr(row, name) for name in ("before", "after", "status", "rules", "reason")}
    return {"image": row.name, **told}


def undone(report: UndoReport) -> Document:
    """What was taken back, and what could not be."""
    told = {"batch": report.batch, "kind": report.kind, "title": report.title}
    return {**told, "restored": report.restored, "left": report.left}


def snapshot_taken(snapshot: Snapshot) -> Document:
    """All captions as they were at a time."""
    told = {name: getattr(snapshot, name) for name in ("id", "note", "images", "captions")}
    return {**told, "time": snapshot.time.isoformat()}


def snapshots_known(snapshots: Sequence[Snapshot]) -> Document:
    """All snapshots, the newest first."""
    return {"snapshots": [snapshot_taken(snapshot) for snapshot in snapshots]}


def restoring(done: Restored, root: Path) -> Document:
    """What bringing a snapshot back changes, or has changed where there is a batch; None is no caption at all."""
    plan = done.restoration
    return {
        "snapshot": snapshot_taken(plan.snapshot),
        "changes": [_restored(edit, root) for edit in plan.edits],
        "left": plan.left,
        "batch": done.batch or None,
        "present": done.present and snapshot_taken(done.present),
    }


def _restored(edit: CaptionBytes, root: Path) -> Document:
    texts = (None if text is None else text.decode("utf-8", "replace") for text in (edit.before, edit.after))
    before, after = texts
    return {"caption": edit.path.relative_to(root).as_posix(), "before": before, "after": after}


def history(batches: Sequence[Batch]) -> Document:
    """Every change of captions and every move, the newest first."""
    return {"batches": [{**_batch(batch), "time": batch.time.isoformat()} for batch in batches]}


def _batch(batch: Batch) -> Document:
    return {name: getattr(batch, name) for name in ("id", "kind", "count", "state", "title")}


def checked(findings: Sequence[Finding]) -> Document:
    """What a look before training found; the id of a fix is what mending is asked for."""
    errors = sum(finding.severity == "error" for finding in findings)
    return {"findings": [_finding(finding) for finding in findings], "errors": errors}


def mended(done: Mended) -> Document:
    """What was mended, what could not be and why, the settings to go on with, and what a look finds now."""
    return {
        "mended": [finding.code for finding in done.mended],
        "left": [{"id": finding.code, "reason": reason} for finding, reason in done.left],
        "settings": done.settings,
        **checked(done.findings),
    }


def _finding(finding: Finding) -> Document:
    told = {name: getattr(finding, name) for name in ("severity", "code", "message", "remedy", "images")}
    fix = finding.fix
    mending = fix and {"id": finding.code, "label": fix.label, "how": fix.how, "changes": dict(fix.changes)}
    return {**told, "fix": mending}


def trained(run: TrainingRun, findings: Sequence[Finding] = ()) -> Document:
    """A run, its iterations, what its forest watch has seen, and how it ended, if not at its last step."""
    from consistent_character.choosing.watched import read_watched
    from consistent_character.training.ending import read_ending

    watched = watching(read_watched(run.path))
    return {
        "run": run.path,
        "finished": run.finished,
        "ending": read_ending(run.path),
        "iterations": run.iterations,
        "forest_watch": {"setting": run.forest_watch, **watched},
        "findings": checked(findings)["findings"],
    }


def watching(watched: Watched | None) -> Document:
    """What a watch has seen of a run; `overtrained_since` is named as soon as it looks so, `certain` says if it is."""
    if watched is None:
        return {"seen": [], "overtrained_since": None}
    names = ("certain", "recommended", "why", "cannot_tell", "notes")
    told: Document = {name: getattr(watched, name) for name in names}
    return {"seen": watched.seen, "overtrained_since": watched.onset, **told}


def watched_run(run: Path, watched: Watched) -> Document:
    """A watch over a run from elsewhere."""
    return {"run": run, "forest_watch": watching(watched)}


def chosen(run: Path, test: ForestTest) -> Document:
    """A forest test over a run."""
    return {"run": run, "test": test}


def tried_out(run: Path, battery: Battery) -> Document:
    """An iteration tried out: every prompt on every checkpoint, with its verdict and the reason."""
    return {"run": run, "battery": battery}


def compared(runs: Sequence[JudgedRun]) -> Document:
    """Every tested run: how it was trained, and what its forest test found; `problem` where that cannot be read."""
    return {"runs": [{**_tested(run), "problem": run.problem or None} for run in runs]}


def _tested(run: JudgedRun) -> Document:
    told: Document = {"run": run.name, "settings": dict(run.settings)}
    if run.test is None:
        return told
    figures = ("step", "scene", "likeness", "verdict")
    iterations = [{name: getattr(one, name) for name in figures} for one in run.test.iterations]
    answer = {name: getattr(run.test, name) for name in ("recommended", "onset", "why", "cannot_tell", "drawn")}
    return {**told, **answer, "scene_times_likeness": run.worth, "iterations": iterations}


def looked_at(found: TokenCheck) -> Document:
    """What came of a look at a token."""
    return dict(vars(found))


def put_to_use(done: Promoted) -> Document:
    """An iteration that prompts may name now."""
    return dict(vars(done))


def to_json(value: object) -> Json:
    """A result's values as JSON has them: dataclasses become objects, paths strings, numpy's numbers numbers.

    Raises:
        TypeError: a value has no form in JSON.
    """
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, Path):
        return str(value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: to_json(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(key): to_json(item) for key, item in value.items()}
    if isinstance(value, Sequence | set | frozenset) and not isinstance(value, bytes):
        return [to_json(item) for item in value]
    if callable(item := getattr(value, "item", None)):
        return to_json(item())
    raise TypeError(f"{type(value).__name__} has no form in JSON")
