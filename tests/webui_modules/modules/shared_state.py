"""The job's name, counts and flags."""

from __future__ import annotations

from typing import Any


class State:
    """What the progress bar shows and the buttons set."""

    skipped = False
    interrupted = False
    stopping_generation = False
    job = ""
    job_no = 0
    job_count = 0
    job_timestamp = "0"
    sampling_step = 0
    sampling_steps = 0
    current_latent: Any = None
    current_image: Any = None
    textinfo: str | None = None
    time_start: float | None = None
    server_start: float | None = None

    def __init__(self) -> None:
        self.server_start = 0.0

    def skip(self) -> None:
        self.skipped = True

    def interrupt(self) -> None:
        self.interrupted = True

    def stop_generating(self) -> None:
        self.stopping_generation = True

    def request_restart(self) -> None:
        self.interrupt()

    def nextjob(self) -> None:
        self.job_no += 1
        self.sampling_step = 0

    def begin(self, job: str = "(unknown)") -> None:
        self.sampling_step = self.job_no = 0
        self.job_count = -1
        self.skipped = self.interrupted = self.stopping_generation = False
        self.textinfo = None
        self.time_start = 0.0
        self.job = job

    def end(self) -> None:
        self.job = ""
        self.job_count = 0

    def set_current_image(self) -> None:
        """There is no picture in work."""

    def assign_current_image(self, image: Any) -> None:
        self.current_image = image
