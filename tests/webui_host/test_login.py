"""The web UI's logins before our routes."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from fastapi import FastAPI

from consistent_character.house import House
from consistent_character.web import PREFIX, mount
from consistent_character.web.routes import application
from tests.fakes import FakeEngine, as_engine
from tests.web.client import Client


def _app(tmp_path: Path, api: str | None = None, users: dict[str, str] | None = None, **more: Any) -> FastAPI:
    from modules import shared

    from consistent_character.hosts.webui.login import guard_of

    shared.cmd_opts.api_auth = api
    app: Any = FastAPI()
    if users is not None:  # gradio's application has these, a plain one does not
        app.auth, app.tokens = users, {"s3ss10n": "ann"}
    for name, value in more.items():
        setattr(app, name, value)
    mount(app, House(as_engine(FakeEngine()), tmp_path), guard_of(app))
    return app


def _answers(client: Client, **options: Any) -> list[int]:
    """The answer of every route of ours."""
    app = application(House(as_engine(FakeEngine()), Path()))
    calls = [(method, PREFIX + path) for path, methods in app.openapi()["paths"].items() for method in methods]
    assert len(calls) >= 15
    calls += [("get", f"{PREFIX}/{page}") for page in ("docs", "openapi.json")]
    return [
        client.call(method.upper(), path.replace("{", "").replace("}", ""), **options).status_code
        for method, path in calls
    ]


def test_every_route_asks_for_the_login_of_the_api(modules: ModuleType, tmp_path: Path) -> None:
    client = Client(_app(tmp_path, api="ann:s3:cret,bob:b0b"))
    assert set(_answers(client)) == {401}
    for user in (("ann", "s3:cret"), ("bob", "b0b")):
        assert 401 not in _answers(client, auth=user)
    for user in (("ann", "b0b"), ("eve", ""), ("", ""), ("ann", "")):
        assert set(_answers(client, auth=user)) == {401}
    assert client.get("/characters").headers["www-authenticate"] == "Basic"


@pytest.mark.parametrize("header", ["Basic", "Basic !!!", "Bearer s3cret", "Basic YW5u", "Basic /////w=="])
def test_what_is_no_password_is_refused(modules: ModuleType, tmp_path: Path, header: str) -> None:
    client = Client(_app(tmp_path, api="ann:s3cret"))
    assert client.get("/characters", Authorization=header).status_code == 401


@pytest.mark.parametrize("cookie", ["access-token", "access-token-unsecure"])
def test_every_route_asks_for_the_session_of_the_page(modules: ModuleType, tmp_path: Path, cookie: str) -> None:
    app = _app(tmp_path, users={"ann": "s3cret"})
    assert set(_answers(Client(app))) == {401}
    assert set(_answers(Client(app, **{cookie: "forged"}))) == {401}
    assert 401 not in _answers(Client(app, **{cookie: "s3ss10n"}))
    assert "www-authenticate" not in Client(app).get("/characters").headers


def test_gradio_4_names_the_cookie_after_the_page(modules: ModuleType, tmp_path: Path) -> None:
    app = _app(tmp_path, users={"ann": "s3cret"}, cookie_id="xyz")
    assert 401 not in _answers(Client(app, **{"access-token-xyz": "s3ss10n"}))
    assert set(_answers(Client(app, **{"access-token-abc": "s3ss10n"}))) == {401}


def test_either_login_lets_in_where_there_are_both(modules: ModuleType, tmp_path: Path) -> None:
    app = _app(tmp_path, api="bob:b0b", users={"ann": "s3cret"})
    assert set(_answers(Client(app))) == {401}
    assert 401 not in _answers(Client(app), auth=("bob", "b0b"))
    assert 401 not in _answers(Client(app, **{"access-token": "s3ss10n"}))
    assert set(_answers(Client(app), auth=("ann", "s3cret"))) == {401}


def test_without_a_login_all_are_let_in_as_into_the_web_ui(modules: ModuleType, tmp_path: Path) -> None:
    assert 401 not in _answers(Client(_app(tmp_path)))
    assert 401 not in _answers(Client(_app(tmp_path, auth=None, tokens={})))
