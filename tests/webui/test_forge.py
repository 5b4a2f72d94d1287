"""Forge: the fake of it in the fast tests is what the real one is, and who wants to train there is told where to."""

from __future__ import annotations

import importlib
from types import ModuleType
from typing import Any

import pytest

from tests.ui.conftest import browser
from tests.webui.browsing import window
from tests.webui.kinds import FORGE
from tests.webui.rest import Routes
from tests.webui.server import RunningWebUI, WebUI
from tests.webui_modules.describing import describe_package

pytestmark = pytest.mark.webui

__all__ = ["browser"]


@pytest.fixture(autouse=True)
def _forge(webui: WebUI) -> None:
    if webui.kind is not FORGE:
        pytest.skip("this web UI is not Forge")


def test_the_fake_of_forge_claims_nothing_untrue(running: RunningWebUI, modules: ModuleType) -> None:
    packages = [importlib.import_module(name) for name in ("backend", "modules_forge")]
    claims = {name: told for package in packages for name, told in describe_package(package).items()}
    assert {"modules_forge.main_thread", "backend.text_processing.textual_inversion"} < set(claims)
    assert running.inside("signatures.differences", claims=claims) == []


def test_who_wants_to_train_is_told_where_to(running: RunningWebUI, routes: Routes, browser: Any) -> None:
    token = routes.create("n0tra1n")
    (found,) = [
        one for one in routes.post(f"/characters/{token}/preflight", {})["findings"] if one["code"] == "no-trainer"
    ]
    assert (found["severity"], found["fix"]) == ("error", None)
    over = routes.ended(routes.post(f"/characters/{token}/train", {})["id"])
    assert over["state"] == "failed"
    assert "cannot train embeddings" in over["error"]
    assert "start.py ui" in over["error"]
    assert "\n" not in over["error"]
    with window(browser, running.url) as page:
        page.open(token)
        page.panel("Train")
        page.see("#cc_train_none", "cannot train embeddings")
        for button in ("check", "start", "resume"):
            assert page.page.locator(f"#cc_train_{button}").is_disabled()
        assert page.errors == []
