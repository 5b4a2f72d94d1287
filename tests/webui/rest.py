"""Our routes on the running web UI."""

from __future__ import annotations

import time
from typing import Any

from consistent_character.web import PREFIX
from tests.webui.server import RunningWebUI

_WHO = {"look": "a woman with dark skin, square face", "hair": "long blue hair"}
_LONG = {"per_cell": 40, "steps": 20, "sampler": "Euler a", "seed": 1}
"""A thousand pictures: minutes, of which a test waits for seconds."""
_WAIT = 600.0


class Routes:
    """What a script does."""

    def __init__(self, running: RunningWebUI) -> None:
        self.running = running

    def get(self, path: str) -> Any:
        return self.running.request(PREFIX + path)

    def post(self, path: str, body: object = None) -> Any:
        return self.running.request(PREFIX + path, {} if body is None else body)

    def create(self, token: str) -> str:
        self.post("/characters", {"token": token, **_WHO})
        return token

    def done(self, path: str, body: object = None) -> Any:
        job = self.ended(self.post(path, body)["id"])
        assert job["state"] == "done", job
        return self.get(f"/jobs/{job['id']}/result")

    def ended(self, job: str) -> Any:
        until = time.monotonic() + 2 * _WAIT
        while True:
            told = self.get(f"/jobs/{job}?wait=20")
            if told["state"] in ("done", "failed", "interrupted"):
                return told
            assert time.monotonic() < until, told

    def drawing(self, token: str) -> str:
        """A job of minutes that has drawn at least one picture; its id."""
        job = self.post(f"/characters/{token}/generate", _LONG)["id"]
        self.wait(job, lambda told: told["done"] > 0)
        return str(job)

    def wait(self, job: str, until: Any) -> Any:
        deadline = time.monotonic() + _WAIT
        while not until(told := self.get(f"/jobs/{job}?wait=0.2")):
            assert told["state"] not in ("done", "failed", "interrupted"), told
            assert time.monotonic() < deadline, told
        return told

    def bar(self, job: str) -> Any:
        """What the web UI's own progress bar shows for the job."""
        return self.running.request("/internal/progress", {"id_task": f"task({job})", "live_preview": True})

    def stop_all(self) -> None:
        """Stop the jobs that are at work."""
        for job in self.get("/jobs"):
            if job["state"] in ("waiting", "working", "stopping"):
                self.post(f"/jobs/{job['id']}/interrupt")
                self.ended(job["id"])

    def stopped(self, path: str, body: object, far: int) -> Any:
        """Start a step, interrupt it when at least so many units are done, and return how far it came.

        On its way the progress tells of a title, a share and the time that is left.
        """
        job = self.post(path, body)["id"]
        told = self.wait(job, lambda told: told["done"] >= far)
        assert 0 < told["share"] < 1
        assert told["seconds_left"] > 0
        self.post(f"/jobs/{job}/interrupt")
        over = self.ended(job)
        assert (over["state"], "kept" in over["error"]) == ("interrupted", True), over
        return over
