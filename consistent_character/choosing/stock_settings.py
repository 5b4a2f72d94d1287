"""What the stock Train tab writes down about a run: `settings-<time>.json`, one for each time that it was started.

Source: `modules/textual_inversion/saving_settings.py` of A1111 1.10.1.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path, PureWindowsPath


@dataclass(frozen=True)
class StockSettings:
    """Of the last start of a run, as far as they are told."""

    name: str = ""
    data_root: str = ""
    log_directory: str = ""
    steps: int = 0
    save_every: int = 0

    @property
    def last_saved(self) -> int:
        """The updates that the last of its iterations has seen; 0 where that is not told.

        The file called `<name>-N.pt` has seen N - 1, and is written where N is a multiple of `save_every`.
        """
        if not self.steps or not self.save_every:
            return 0
        return max(0, (self.steps + 1) // self.save_every * self.save_every - 1)

    def pictures(self, run: Path) -> tuple[Path, ...]:
        """Where the training pictures may be: a path that starts from the web UI's folder is taken from there."""
        root = Path(self.data_root)
        if not self.data_root:
            return ()
        if root.is_absolute() or PureWindowsPath(self.data_root).is_absolute():
            return (root,)
        levels = 2 + len(Path(self.log_directory).parts)  # the day and the name, within the log's folder
        from_webui = (run.parents[levels - 1],) if self._relative_log and levels <= len(run.parents) else ()
        return (*(folder / root for folder in from_webui), root)

    @property
    def _relative_log(self) -> bool:
        return bool(self.log_directory) and not Path(self.log_directory).is_absolute()


def settings_of(run: Path) -> StockSettings | None:
    """The newest settings in a run's folder; None where there are none that can be read."""
    for path in sorted(run.glob("settings-*.json"), reverse=True):
        try:
            document = json.loads(path.read_text(encoding="utf-8", errors="replace"))
            return StockSettings(
                name=str(document.get("embedding_name") or ""),
                data_root=str(document.get("data_root") or ""),
                log_directory=str(document.get("log_directory") or ""),
                steps=int(document.get("steps") or 0),
                save_every=int(document.get("save_embedding_every") or 0),
            )
        except (OSError, ValueError, TypeError, AttributeError):
            continue  # cut off, or another program's: an older one may do
    return None
