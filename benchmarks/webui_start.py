"""What the extension adds to the web UI's start, with and without it in turn.

    WEBUI_DIR=… WEBUI_PYTHON=… python -m benchmarks.webui_start [--times 5]

Two measures. The web UI's own timer, in the stages that an extension can lengthen; and the processor's seconds of the
whole start, which a busy computer changes less. Of each the least is taken: what else goes on only ever adds.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import tempfile
from pathlib import Path

from tests.webui.server import EXTENSION, REPOSITORY, RunningWebUI, WebUI, prepare_data, running_webui

STAGES: tuple[str, ...] = ("load scripts", "scripts before_ui_callback", "create ui", "gradio launch", "add APIs")
STAGES += ("app_started_callback",)
CPU = "processor, whole start"
ALLOWED = 0.3


def start(webui: WebUI, data: Path) -> dict[str, float]:
    """Seconds of one start."""
    (data / "webui.log").unlink(missing_ok=True)  # by which the start is told
    with running_webui(webui, data) as running:
        records = running.request("/internal/profile-startup")["records"]
        return {**{stage: records.get(stage, 0.0) for stage in STAGES}, CPU: processor(running)}


def processor(running: RunningWebUI) -> float:
    """Seconds of the processor until now. Source: proc(5), fields 14 and 15 of stat."""
    fields = Path(f"/proc/{running.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def installer(webui: WebUI) -> float:
    """The processor's seconds that `install.py` takes when there is nothing to do; it runs before every start."""
    found = []
    for _ in range(9):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([webui.python, REPOSITORY / "install.py"], check=True, cwd=webui.folder)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        found.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return min(found)


def keep_bytecode(folder: Path) -> None:
    """Let every Python that is started compile a file once only, as on a user's computer, whatever is usual here."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    os.environ["PYTHONPYCACHEPREFIX"] = str(folder)


def measured(webui: WebUI, times: int) -> dict[bool, dict[str, float]]:
    """The least of each, with the extension and without."""
    found: dict[bool, list[dict[str, float]]] = {True: [], False: []}
    with tempfile.TemporaryDirectory() as folder:
        keep_bytecode(Path(folder) / "bytecode")
        data = Path(folder) / "data"
        data.mkdir()
        prepare_data(webui, data)
        link = data / "extensions" / EXTENSION
        for turn in range(2 * times + 1):
            link.unlink(missing_ok=True)
            if there := turn % 2 == 0:
                link.symlink_to(REPOSITORY)
            if turn:  # the first start of all reads the checkpoint's hash and compiles
                found[there].append(start(webui, data))
            else:
                start(webui, data)
    return {there: {name: min(one[name] for one in starts) for name in starts[0]} for there, starts in found.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--times", type=int, default=5)
    times = parser.parse_args().times
    webui = WebUI(Path(os.environ["WEBUI_DIR"]), Path(os.environ["WEBUI_PYTHON"]))
    found = measured(webui, times)
    for name in (*STAGES, CPU):
        print(f"{name:28} with {found[True][name]:6.3f} s, without {found[False][name]:6.3f} s")
    install = installer(webui)
    stages = sum(found[True][name] - found[False][name] for name in STAGES)
    print(f"{'install.py':28} with {install:6.3f} s")
    print(f"added by the web UI's timer:  {stages + install:.2f} s")
    added = found[True][CPU] - found[False][CPU] + install
    print(f"added by the processor's time: {added:.2f} s; {ALLOWED} s are allowed")


if __name__ == "__main__":
    main()
