"""The fake `modules` of the fast tests is what the real ones are."""

from __future__ import annotations

from types import ModuleType

import pytest

from tests.webui.server import RunningWebUI, WebUI
from tests.webui_modules.describing import describe_package

pytestmark = pytest.mark.webui


def test_the_fake_claims_nothing_untrue(running: RunningWebUI, webui: WebUI, modules: ModuleType) -> None:
    claims = describe_package(modules)
    assert claims["modules.shared_state"]["State"]["members"]["begin"]["parameters"][0][0] == "self"
    lacking = [f"{name}: there is none" for name in webui.kind.lacks]
    assert sorted(running.inside("signatures.differences", claims=claims)) == lacking


def test_an_untrue_claim_is_noticed(running: RunningWebUI) -> None:
    wrong = {"members": {"begin": {"parameters": [["self", "POSITIONAL_OR_KEYWORD", False]]}}, "attributes": ["nought"]}
    found = running.inside("signatures.differences", claims={"modules.shared_state": {"State": wrong, "Nought": {}}})
    assert [line.split(":")[0] for line in found] == [
        "modules.shared_state.State.nought",
        "modules.shared_state.State.begin",
        "modules.shared_state.Nought",
    ]
