"""The progress bar's tasks."""

from __future__ import annotations

from collections import OrderedDict
from typing import Any

current_task: str | None = None
pending_tasks: Any = OrderedDict()
finished_tasks: Any = []


def add_task_to_queue(id_job: str) -> None:
    pending_tasks[id_job] = 0.0


def start_task(id_task: str) -> None:
    global current_task
    current_task = id_task
    pending_tasks.pop(id_task, None)


def finish_task(id_task: str) -> None:
    global current_task
    if current_task == id_task:
        current_task = None
    finished_tasks.append(id_task)
