"""In the tests' web UI only: a route that runs a function of `tests/webui/inside/` in the web UI's process."""

from __future__ import annotations

import importlib.util
import sys
import traceback
from pathlib import Path
from typing import Any

from fastapi import Body, FastAPI
from modules import script_callbacks

_TESTS = Path(__file__).resolve().parents[3]


def _function(file: str, name: str) -> Any:
    path = _TESTS / "webui" / "inside" / f"{Path(file).name}.py"
    spec = importlib.util.spec_from_file_location(f"tests_inside_{path.stem}", path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return getattr(module, name)


def _run(order: dict[str, Any]) -> dict[str, Any]:
    repository = str(_TESTS.parent)
    sys.path.append(repository)  # for `tests` and `worlds`
    try:
        value = _function(order["file"], order["function"])(**order["arguments"])
    except BaseException:  # noqa: BLE001 - whatever it is, the test is told
        return {"value": None, "error": traceback.format_exc()}
    finally:
        sys.path.remove(repository)
    return {"value": value, "error": ""}


def _offer(_: Any, app: FastAPI) -> None:
    def inside(order: dict[str, Any] = Body()) -> dict[str, Any]:  # noqa: B008
        return _run(order)

    inside.__annotations__["order"] = dict[str, Any]
    app.add_api_route("/tests/inside", inside, methods=["POST"])


script_callbacks.on_app_started(_offer)
