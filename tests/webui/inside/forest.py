"""The forest test in the web UI's process."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

from modules import call_queue, processing

from consistent_character.character.folder import CharacterFolder
from consistent_character.choosing import ForestRequest, Subject, forest_test
from consistent_character.errors import ConsistentCharacterError
from consistent_character.hosts.webui.engine import WebUIEngine
from consistent_character.progress import Silent


def forest(folder: str, run: str, request: dict[str, Any]) -> dict[str, Any]:
    """The test's result, and how many pictures were drawn at a time; or the error."""
    batches: list[int] = []
    plain = processing.process_images

    def counted(p: Any) -> Any:
        batches.append(p.batch_size)
        return plain(p)

    asked = ForestRequest(**{**request, "seeds": tuple(request["seeds"])})
    processing.process_images = counted
    try:
        with CharacterFolder.open(Path(folder)) as opened, call_queue.queue_lock:
            engine = WebUIEngine()
            subject = Subject.of_run(opened, opened.path / "runs" / run, engine.vocabulary)
            result = forest_test(subject, asked, engine, Silent())
    except ConsistentCharacterError as error:
        return {"error": f"{type(error).__name__}: {error}"}
    finally:
        processing.process_images = plain
    return {"result": asdict(result), "batches": batches}
