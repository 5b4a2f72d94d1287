"""What the extension adds to the web UI's start: the web UI's own timer, with and without it, in turn.

    WEBUI_DIR=… WEBUI_PYTHON=… python -m benchmarks.webui_start [--times 3]

The least of several starts is taken: everything else on the computer only ever makes a start longer. What the
extension cannot change (importing torch, gradio and the web UI itself) is left out of the sum.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import tempfile
import time
from pathlib import Path

from tests.webui.server import EXTENSION, REPOSITORY, WebUI, prepare_data, running_webui

STAGES = (
    "load scripts",
    "scripts before_ui_callback",
    "create ui",
    "gradio launch",
    "add APIs",
    "app_started_callback",
)
ALLOWED = 0.3


def stages(webui: WebUI, data: Path) -> dict[str, float]:
    """Seconds of each stage of one start that an extension can lengthen."""
    with running_webui(webui, data) as running:
        records = running.request("/internal/profile-startup")["records"]
    return {stage: records.get(stage, 0.0) for stage in STAGES}


def least(starts: list[dict[str, float]]) -> dict[str, float]:
    return {stage: min(start[stage] for start in starts) for stage in STAGES}


def installer(webui: WebUI, times: int = 9) -> float:
    """Seconds that `install.py` takes when there is nothing to do; the web UI runs it before every start."""
    found = []
    for _ in range(times):
        begun = time.perf_counter()
        subprocess.run([webui.python, REPOSITORY / "install.py"], check=True, cwd=webui.folder)
        found.append(time.perf_counter() - begun)
    return min(found)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--times", type=int, default=3)
    times = parser.parse_args().times
    webui = WebUI(Path(os.environ["WEBUI_DIR"]), Path(os.environ["WEBUI_PYTHON"]))
    found: dict[bool, list[dict[str, float]]] = {True: [], False: []}
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        data.mkdir()
        prepare_data(data)
        link = data / "extensions" / EXTENSION
        for _ in range(times):
            for there in (True, False):
                link.unlink(missing_ok=True)
                if there:
                    link.symlink_to(REPOSITORY)
                found[there].append(stages(webui, data))
    with_it, without = least(found[True]), least(found[False])
    for stage in STAGES:
        print(f"{stage:28} with {with_it[stage]:6.3f} s, without {without[stage]:6.3f} s")
    install = installer(webui)
    added = sum(with_it.values()) - sum(without.values())
    print(f"{'install.py':28} with {install:6.3f} s")
    print(f"added in all: {added + install:.3f} s; at most {ALLOWED} s are allowed")


if __name__ == "__main__":
    main()
