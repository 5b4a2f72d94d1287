"""The fake of Forge in the fast tests is what the real one is."""

from __future__ import annotations

import importlib
from types import ModuleType

import pytest

from tests.webui.server import RunningWebUI, WebUI
from tests.webui_modules.describing import describe_package

pytestmark = pytest.mark.webui


def test_the_fake_of_forge_claims_nothing_untrue(running: RunningWebUI, webui: WebUI, modules: ModuleType) -> None:
    if not (webui.folder / "backend" / "diffusion_engine").is_dir():
        pytest.skip("this web UI is not Forge")
    packages = [importlib.import_module(name) for name in ("backend", "modules_forge")]
    claims = {name: told for package in packages for name, told in describe_package(package).items()}
    assert {"modules_forge.main_thread", "backend.text_processing.textual_inversion"} < set(claims)
    assert running.inside("signatures.differences", claims=claims) == []
