"""Holds what the fake `modules` claims against the real ones."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Iterator
from typing import Any

from tests.webui_modules.describing import class_attributes, parameters


def differences(claims: dict[str, dict[str, Any]]) -> list[str]:
    """A line for each claim that is not true."""
    return [line for module, names in claims.items() for line in _module(module, names)]


def _module(module: str, names: dict[str, Any]) -> Iterator[str]:
    real = importlib.import_module(module)
    for name, claim in names.items():
        if hasattr(real, name):
            yield from _value(f"{module}.{name}", getattr(real, name), claim)
        else:
            yield f"{module}.{name}: there is none"


def _value(name: str, real: Any, claim: dict[str, Any]) -> Iterator[str]:
    if "parameters" in claim:
        found = parameters(real)
        if not _takes(found, claim["parameters"]):
            yield f"{name}: takes {found}, the fake {claim['parameters']}"
    held = class_attributes(real) | set(dir(real)) if inspect.isclass(real) else None
    for attribute in claim.get("attributes", ()):
        if not (attribute in held if held is not None else hasattr(real, attribute)):
            yield f"{name}.{attribute}: there is none"
    for member, inner in claim.get("members", {}).items():
        found_member = getattr(real, member, None)
        if found_member is not None and not isinstance(found_member, property):
            yield from _value(f"{name}.{member}", _unbound(real, member), inner)
        elif not (hasattr(real, member) or (held and member in held)):
            yield f"{name}.{member}: there is none"


def _takes(found: list[list[Any]], claimed: list[list[Any]]) -> bool:
    """Whether they are the same. A claim with keyword-only ones is about these and the first positional ones alone."""
    keywords = [one[0] for one in claimed if one[1] == "KEYWORD_ONLY"]
    if not keywords:
        return found == claimed
    first = claimed[: len(claimed) - len(keywords)]
    named = {one[0] for one in found if one[1] in ("KEYWORD_ONLY", "POSITIONAL_OR_KEYWORD")}
    return found[: len(first)] == first and named.issuperset(keywords)


def _unbound(real: Any, member: str) -> Any:
    if not inspect.isclass(real):
        return getattr(real, member)
    found = inspect.getattr_static(real, member)
    return found.__func__ if isinstance(found, classmethod | staticmethod) else found
