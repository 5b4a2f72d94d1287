"""The web UI without its page: the routes are there, behind the login of its API."""

from __future__ import annotations

import base64
import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from consistent_character.web import PREFIX
from tests.webui.server import RunningWebUI, WebUI, prepare_data, running_webui

pytestmark = pytest.mark.webui

_LOGIN = "me:secret"


@pytest.fixture(scope="module")
def bare(webui: WebUI, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningWebUI]:
    data = tmp_path_factory.mktemp("webui-bare")
    prepare_data(webui, data)
    with running_webui(webui, data, ("--nowebui", "--api-auth", _LOGIN)) as found:
        yield found


def _asked(running: RunningWebUI, path: str, body: object = None, login: str = "") -> tuple[int, Any]:
    headers = {"Content-Type": "application/json"}
    if login:
        headers["Authorization"] = f"Basic {base64.b64encode(login.encode()).decode()}"
    data = None if body is None else json.dumps(body).encode()
    try:
        with urllib.request.urlopen(urllib.request.Request(running.url + path, data, headers), timeout=300) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, None


def test_the_routes_draw_without_a_page(bare: RunningWebUI) -> None:
    assert _asked(bare, f"{PREFIX}/characters")[0] == 401
    made, _ = _asked(bare, f"{PREFIX}/characters", {"token": "n0page", "look": "a woman with blue hair"}, _LOGIN)
    assert made == 201
    wanted = {"per_cell": 1, "steps": 1, "zooms": ["a closeup"], "angles": ["front shot"]}
    started, job = _asked(bare, f"{PREFIX}/characters/n0page/generate", wanted, _LOGIN)
    assert started == 202
    while (told := _asked(bare, f"{PREFIX}/jobs/{job['id']}?wait=30", login=_LOGIN)[1])["state"] in (
        "waiting",
        "working",
    ):
        continue
    assert (told["state"], told["done"]) == ("done", 1)
    images = bare.data / "outputs" / "consistent-character" / "n0page" / "images"
    assert [path.suffix for path in sorted(images.iterdir())] == [".png", ".txt"]
    assert _log_is_clean(bare.log)


def _log_is_clean(log: Path) -> bool:
    return "Error executing callback" not in log.read_text(encoding="utf-8", errors="replace")
