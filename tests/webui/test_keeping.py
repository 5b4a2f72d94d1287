"""After every job the web UI is as it was before, also where the job broke off."""

from __future__ import annotations

from typing import Any

import pytest

from tests.webui.kinds import FORGE
from tests.webui.server import CHECKPOINT, OTHER_CHECKPOINT, RunningWebUI, WebUI

pytestmark = pytest.mark.webui


@pytest.fixture(autouse=True)
def _tables_like_a1111s(webui: WebUI) -> None:
    if webui.kind is FORGE:
        pytest.skip("Forge has other tables: what is kept of them is seen in test_forest and tests/webui_host")


@pytest.mark.parametrize("checkpoint", [CHECKPOINT, OTHER_CHECKPOINT])
@pytest.mark.parametrize("breaks", [False, True])
def test_everything_is_as_before(running: RunningWebUI, breaks: bool, checkpoint: str) -> None:
    running.request("/sdapi/v1/txt2img", {"prompt": "a woman", "steps": 1, "width": 96, "height": 96})
    before = running.inside("state.everything")
    assert running.inside("keeping.a_job", breaks=breaks, checkpoint=checkpoint).startswith(checkpoint)
    assert running.inside("state.everything") == before


def test_the_user_s_choice_of_a_checkpoint_stays(running: RunningWebUI) -> None:
    found: list[Any] = running.inside("keeping.a_choice", checkpoint=OTHER_CHECKPOINT)
    assert found == [CHECKPOINT, OTHER_CHECKPOINT]
