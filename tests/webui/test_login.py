"""Our routes in a real web UI that has logins: each of them asks for what the web UI asks for."""

from __future__ import annotations

import base64
import json
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from consistent_character.web import PREFIX
from tests.webui.server import RunningWebUI, WebUI, prepare_data, running_webui

pytestmark = pytest.mark.webui

_API = "bob:b0b"
_PAGE = "ann:s3cret"


@pytest.fixture(scope="module")
def guarded(webui: WebUI, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningWebUI]:
    """A web UI with both logins: one for its API, one for its page, the latter read from a file."""
    data: Path = tmp_path_factory.mktemp("webui-guarded")
    prepare_data(webui, data)
    (data / "logins").write_text(f"{_PAGE}\n", encoding="utf-8")
    flags = ("--api-auth", _API, "--gradio-auth-path", str(data / "logins"))
    with running_webui(webui, data, flags) as found:
        yield found


def _status(running: RunningWebUI, method: str, path: str, headers: dict[str, str]) -> int:
    data = None if method == "GET" else b"{}"
    told = {"Content-Type": "application/json", **headers}
    request = urllib.request.Request(running.url + path, data, told, method=method)
    try:
        with urllib.request.urlopen(request, timeout=120) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        with error:
            return error.code


def _session(running: RunningWebUI) -> str:
    """The cookie that a browser has after logging in."""
    user, password = _PAGE.split(":")
    form = urllib.parse.urlencode({"username": user, "password": password}).encode()
    with urllib.request.urlopen(f"{running.url}/login", form, timeout=120) as answer:
        cookies = [value.split(";")[0] for name, value in answer.getheaders() if name.lower() == "set-cookie"]
    return next(cookie for cookie in cookies if cookie.startswith("access-token-unsecure"))


def _calls(running: RunningWebUI) -> list[tuple[str, str]]:
    asked = urllib.request.Request(f"{running.url}{PREFIX}/openapi.json", headers=_basic(_API))
    with urllib.request.urlopen(asked, timeout=120) as answer:
        paths = json.load(answer)["paths"]
    found = [(method.upper(), path) for path, methods in paths.items() for method in methods]
    assert len(found) >= 16
    return [
        (method, PREFIX + path.replace("{", "").replace("}", ""))
        for method, path in (*found, ("GET", "/docs"), ("GET", "/openapi.json"))
    ]


def _basic(login: str) -> dict[str, str]:
    return {"Authorization": f"Basic {base64.b64encode(login.encode()).decode()}"}


def test_every_route_asks_for_a_login_and_takes_either(guarded: RunningWebUI) -> None:
    calls = _calls(guarded)
    session = {"Cookie": _session(guarded)}
    for headers in ({}, _basic("bob:wrong"), _basic(_PAGE), {"Cookie": "access-token-unsecure=forged"}):
        assert {_status(guarded, *call, headers) for call in calls} == {401}, headers
    for headers in (_basic(_API), session):
        assert 401 not in {_status(guarded, *call, headers) for call in calls}, headers


def test_the_web_uis_own_routes_take_the_same(guarded: RunningWebUI) -> None:
    """Else the test above would compare with nothing."""
    assert _status(guarded, "GET", "/sdapi/v1/samplers", {}) == 401
    assert _status(guarded, "GET", "/sdapi/v1/samplers", _basic(_API)) == 200
    assert _status(guarded, "GET", "/config", {}) == 401
    assert _status(guarded, "GET", "/config", {"Cookie": _session(guarded)}) == 200
