"""What pyproject.toml cannot say: the web UI wants the tab's style.css up here, an installed tab beside itself."""

from __future__ import annotations

from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py


class WithStyle(build_py):
    """Copies the sheet to where `ui/style.py` looks for it first."""

    def run(self) -> None:
        """Build, then copy; an editable installation finds it up here."""
        super().run()
        if not self.editable_mode:
            self.copy_file("style.css", str(Path(self.build_lib, "consistent_character", "ui", "style.css")))


setup(cmdclass={"build_py": WithStyle})
